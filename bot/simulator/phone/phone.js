// The phone: who holds it, which chat is open, and what the server tells.

import { byId, Failure, get, make, post } from "./api.js";
import { startClock } from "./clock.js";
import { closePanels, put, refreshComposer, say, setQuote, startComposer } from "./composer.js";
import { alertBox, choose, toast } from "./dialogs.js";
import { askName, avatar, closeSides, drawPeople as drawList, fullName } from "./people.js";
import { bubble, day } from "./render.js";

const SHOWN_AT_ONCE = 150;
const state = {
  people: [], person: null, partner: null, bot: { username: "", first_name: "助手" },
  messages: new Map(), keyboard: null, commands: [], after: 0, shown: SHOWN_AT_ONCE,
  unseen: 0, asked: new Set(),
};
const list = byId("messages");
const named = (id) => state.people.find((person) => person.id === Number(id));
const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 80;
let stuck = true; // whether the view follows the newest message

// Do something the server may refuse; the reason is shown. True when it worked.
async function attempt(act) {
  try {
    await act();
    return true;
  } catch (error) {
    toast(error instanceof Failure ? error.message : "连不上模拟器，请稍后再试。");
    return false;
  }
}

/* people */

const drawPeople = () => drawList(state.people, state.person, open);

async function loadPeople() {
  const answer = await get("/sim/people");
  state.people = answer.people;
  if (state.person) state.person = named(state.person.id) || state.person;
  drawPeople();
  return answer;
}

let peopleTimer = 0;

function peopleSoon() {
  clearTimeout(peopleTimer);
  peopleTimer = setTimeout(() => attempt(loadPeople).then(drawHead), 150);
}

async function addPerson() {
  const name = await askName();
  if (!name) return;
  const id = Math.max(900000, ...state.people.map((person) => person.id)) + 1;
  if (await attempt(() => post("/sim/people", { id, first_name: name }))) {
    await attempt(loadPeople);
    closeSides();
    open(id);
  }
}

/* the open chat */

async function open(id, partner = null) {
  const turn = `${id}/${partner}`;
  open.turn = turn;
  await attempt(async () => {
    const query = new URLSearchParams({ person: id, ...(partner ? { with: partner } : {}) });
    const answer = await get(`/sim/transcript?${query}`);
    if (open.turn !== turn) return;
    state.person = answer.person;
    state.partner = partner;
    state.bot = answer.bot;
    state.commands = answer.commands;
    state.keyboard = answer.keyboard;
    state.messages = new Map(answer.messages.map((message) => [message.message_id, message]));
    state.shown = SHOWN_AT_ONCE;
    const address = new URL(location.href);
    address.searchParams.set("person", id);
    history.replaceState(null, "", address);
    setQuote(null);
    closePanels();
    if (state.keyboard?.force_reply) setQuote(state.messages.get(answer.keyboard_from) || null);
    drawChat(true);
    drawPeople();
    seen();
  });
}

function drawHead() {
  const { person, partner, bot } = state;
  if (!person) return;
  const other = partner ? named(partner) : null;
  byId("title").textContent = other ? fullName(other) : bot.first_name;
  byId("bot-avatar").textContent = (other || bot).first_name.slice(0, 1);
  document.title = `${fullName(person)} 的手机`;
  if (!typingTimer) byId("subtitle").textContent = `你是 ${fullName(person)}${person.label ? `（${person.label}）` : ""}`;
  const tabs = byId("tabs");
  tabs.hidden = !person.chats_with.length;
  tabs.replaceChildren(...[null, ...person.chats_with].map((id) => {
    const node = make("button", "tab", id ? fullName(named(id) || { first_name: String(id) }) : bot.first_name);
    node.setAttribute("aria-pressed", String(id === partner));
    node.dataset.testid = `tab-${id ?? "bot"}`;
    node.onclick = () => open(person.id, id);
    return node;
  }));
  byId("more-open").hidden = Boolean(partner);
  refreshComposer();
}

function mine(message) {
  return message.from.id === state.person.id;
}

function drawChat(toEnd) {
  drawHead();
  const all = [...state.messages.values()].filter((message) => !message.deleted);
  const nodes = [];
  if (all.length > state.shown) {
    const earlier = make("button", "earlier", "更早的消息");
    earlier.onclick = () => { state.shown += SHOWN_AT_ONCE; drawChat(false); };
    nodes.push(earlier);
  }
  let last = "";
  for (const message of all.slice(-state.shown)) {
    const date = day(message.date);
    if (date !== last) nodes.push(make("p", "date", date));
    last = date;
    nodes.push(bubble(message, mine(message), actions));
  }
  list.dataset.day = last;
  if (!all.length) nodes.push(welcome());
  list.replaceChildren(...nodes);
  if (toEnd) scrollDown();
}

function welcome() {
  const words = state.partner ? "还没有消息。" : state.bot.description
    || "还没有消息。点下面的“开始”，和助手说第一句话。";
  return make("div", "welcome", state.partner ? null : make("b", "", "这个助手能做什么？"), words);
}

function scrollDown() {
  stuck = true;
  list.scrollTop = list.scrollHeight;
  state.unseen = 0;
  byId("newest").hidden = true;
}

// After a change of the newest message: to its end, or to its start when it is taller than the view.
function keepUp() {
  scrollDown();
  const last = list.lastElementChild;
  if (last && last.offsetHeight > list.clientHeight) {
    list.scrollTop += last.getBoundingClientRect().top - list.getBoundingClientRect().top - 8;
  }
}

function show(message) {
  const known = state.messages.has(message.message_id);
  const stay = stuck;
  state.messages.set(message.message_id, message);
  const old = list.querySelector(`[data-id="${message.message_id}"]`);
  if (message.deleted) {
    old?.remove();
  } else if (old) {
    old.replaceWith(bubble(message, mine(message), actions));
  } else if (!known) {
    list.querySelector(".welcome")?.remove();
    const date = day(message.date);
    if (list.dataset.day !== date) list.append(make("p", "date", date));
    list.dataset.day = date;
    list.append(bubble(message, mine(message), actions));
  }
  if (known) {
    if (stay && !message.deleted) keepUp();
    return;
  }
  if (stay || mine(message)) return keepUp();
  state.unseen += 1;
  byId("newest-text").textContent = `${state.unseen} 条新消息`;
  byId("newest").hidden = false;
}

function seen() {
  if (state.person && !state.partner && !document.hidden) {
    post("/sim/read", { person: state.person.id }).catch(() => {});
  }
}

/* what a tap does */

const actions = {
  reply: (message) => setQuote(message),
  command: (words) => say(words),
  link(address) {
    const found = address.match(/^(?:https?:\/\/)?t\.me\/(\w+)\/?(?:\?start=([\w-]*))?$/i);
    if (!found || found[1].toLowerCase() !== state.bot.username.toLowerCase()) return false;
    follow(found[2] || "");
    return true;
  },
  async button(message, button, node) {
    if (button.url) {
      if (!actions.link(button.url)) window.open(button.url, "_blank", "noopener");
      return;
    }
    if (button.copy_text) {
      await copy(button.copy_text.text);
      return;
    }
    if ("switch_inline_query_current_chat" in button || "switch_inline_query" in button) {
      put(`@${state.bot.username} ${button.switch_inline_query_current_chat ?? button.switch_inline_query}`);
      return;
    }
    node.classList.add("busy");
    const values = { person: state.person.id, message_id: message.message_id, data: button.callback_data };
    if (state.partner) values.with = state.partner;
    await attempt(async () => answered(await post("/sim/tap", values)));
    node.classList.remove("busy");
  },
};

function answered(answer) {
  if (!answer.answered && answer.query) {
    state.asked.add(answer.query);
  } else if (answer.text) {
    (answer.show_alert ? alertBox : toast)(answer.text);
  } else if (answer.url) {
    if (!actions.link(answer.url)) window.open(answer.url, "_blank", "noopener");
  }
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    toast("已复制");
  } catch {
    alertBox(words, "请长按复制");
  }
}

async function follow(payload) {
  const who = await choose("谁来打开这个链接？", state.people.map((person) => ({
    text: fullName(person), note: person.label, value: person.id, icon: avatar(person),
    testid: `follow-${person.id}`,
  })), "就像在那个人的手机上点开链接、再点“开始”。");
  if (who && await attempt(() => post("/sim/start", { person: who, payload }))) open(who);
}

async function more() {
  const person = state.person;
  const done = await choose(fullName(person), [
    { text: "分享我的名片", note: person.phone, value: "contact", testid: "more-contact" },
    person.blocked ? { text: "解除停用", value: "unblock", testid: "more-unblock" }
      : { text: "停用这个助手", note: "之后助手不能再给你发消息", value: "block", danger: true, testid: "more-block" },
  ]);
  if (done) await attempt(() => post(`/sim/${done}`, { person: person.id }));
}

/* events */

let typingTimer = 0;

function typing() {
  clearTimeout(typingTimer);
  byId("subtitle").textContent = "正在输入…";
  typingTimer = setTimeout(() => { typingTimer = 0; drawHead(); }, 5000);
}

function hear(event) {
  const here = event.person === state.person?.id && (event.with ?? null) === state.partner;
  if (event.kind === "callback_answer" && state.asked.delete(event.query)) {
    answered({ ...event, answered: true });
  }
  if (event.kind === "message" || event.kind === "edited" || event.kind === "deleted") {
    if (here) {
      if (event.kind === "message" && !event.with) takeKeyboard(event.message);
      show(event.message);
    }
    peopleSoon();
  }
  if (event.kind === "typing" && here) typing();
  if (event.kind === "person" || event.kind === "read") peopleSoon();
}

function takeKeyboard(message) {
  if (message.by === "person") {
    state.person.started = true;
    if (state.keyboard?.one_time_keyboard || state.keyboard?.force_reply) state.keyboard = null;
  } else {
    clearTimeout(typingTimer);
    typingTimer = 0;
    const markup = message.reply_markup;
    if (markup && !markup.inline_keyboard) state.keyboard = markup.remove_keyboard ? null : markup;
    if (markup?.force_reply) setQuote(message);
  }
  drawHead();
}

async function reload() {
  const answer = await loadPeople();
  state.after = answer.next;
  const wanted = new URLSearchParams(location.search).get("person");
  const person = named(wanted) || named(state.person?.id) || state.people[0];
  if (person) await open(person.id, state.person?.id === person.id ? state.partner : null);
  else nobody();
}

function nobody() {
  state.person = null;
  state.messages.clear();
  byId("composer").hidden = true;
  byId("start").hidden = true;
  list.replaceChildren(make("div", "welcome", make("b", "", "还没有人"), "先在人员列表里添加一个人。"));
}

const pause = (seconds) => new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });

async function listen() {
  let wait = 0.5;
  let lost = true;
  for (;;) {
    try {
      if (lost) {
        await reload();
        lost = false;
      }
      byId("offline").hidden = true;
      const answer = await get(`/sim/events?after=${state.after}`);
      state.after = answer.next;
      wait = 0.5;
      if (answer.resync || answer.events.some((event) => event.kind === "reset" || event.kind === "commands")) lost = true;
      else answer.events.forEach(hear);
      if (answer.events.some((event) => event.person === state.person?.id && event.kind === "message")) seen();
    } catch {
      byId("offline").hidden = false;
      lost = true;
      await pause(wait);
      wait = Math.min(wait * 1.6, 5);
    }
  }
}

byId("people-add").onclick = addPerson;
byId("more-open").onclick = more;
byId("newest").onclick = scrollDown;
list.onscroll = () => {
  stuck = atEnd();
  if (stuck) { state.unseen = 0; byId("newest").hidden = true; }
};
new ResizeObserver(() => { if (stuck) scrollDown(); }).observe(list);
document.addEventListener("visibilitychange", seen);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closePanels(); });

startComposer({
  person: () => state.person,
  bot: () => state.bot,
  people: () => state.people,
  partner: () => state.partner,
  keyboard: () => state.keyboard,
  commands: () => state.commands,
  attempt,
  openWith: (id) => open(state.person.id, id),
});
startClock();
listen();
