// The lower part of the phone: input, reply keyboard, commands, files, inline queries.

import { byId, make, post } from "./api.js";
import { choose, toast } from "./dialogs.js";
import { brief } from "./render.js";

const input = byId("input");
let chat; // {person(), bot(), people(), partner(), keyboard(), commands(), attempt(act), openWith(id)}
let quoted = null;
let inlineTimer = 0;
let inlineTurn = 0;

export function startComposer(access) {
  chat = access;
  byId("composer").onsubmit = (event) => { event.preventDefault(); send(); };
  input.addEventListener("input", () => { grow(); askInline(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
    if (event.key === "Escape") { closePanels(); setQuote(null); }
  });
  byId("quote-close").onclick = () => setQuote(null);
  byId("commands").onclick = toggleCommands;
  byId("keys").onclick = () => showKeys(byId("keyboard").hidden);
  byId("attach").onclick = pickFile;
  byId("file").onchange = sendFile;
  byId("start").onclick = () => chat.attempt(() => post("/sim/start", { person: chat.person().id }));
  byId("unblock").onclick = () => chat.attempt(() => post("/sim/unblock", { person: chat.person().id }));
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 140)}px`;
}

export function put(words) {
  input.value = words;
  grow();
  input.focus();
  askInline();
}

export function setQuote(message) {
  quoted = message;
  byId("quote").hidden = !message;
  if (message) {
    byId("quote-text").textContent = brief(message);
    input.focus();
  }
}

async function send() {
  const words = input.value.trim();
  if (!words) return;
  if (await say(words)) {
    input.value = "";
    grow();
    closePanels();
  }
}

export function say(words) {
  const values = { person: chat.person().id, text: words };
  if (quoted) values.reply_to = quoted.message_id;
  if (chat.partner()) values.to = chat.partner();
  return chat.attempt(async () => {
    await post("/sim/say", values);
    setQuote(null);
  });
}

export function closePanels() {
  inlineTurn += 1;
  byId("inline-panel").hidden = true;
  byId("command-panel").hidden = true;
  byId("commands").setAttribute("aria-expanded", "false");
}

// What the lower part offers for the chat as it is now.
export function refreshComposer() {
  const person = chat.person();
  const withBot = !chat.partner();
  const fresh = withBot && !person.started && !person.blocked;
  const stopped = withBot && person.blocked;
  byId("composer").hidden = fresh || stopped;
  byId("start").hidden = !fresh;
  byId("unblock").hidden = !stopped;
  if (fresh || stopped) setQuote(null);
  byId("attach").hidden = !withBot;
  byId("commands").hidden = !withBot || !chat.commands().length;
  const keyboard = withBot && !fresh && !stopped ? chat.keyboard() : null;
  input.placeholder = keyboard?.input_field_placeholder || "发消息";
  drawKeys(keyboard?.keyboard || []);
}

function drawKeys(rows) {
  const board = byId("keyboard");
  board.replaceChildren(...rows.map((row) => make("div", "keys", ...row.map((button) => {
    const node = make("button", "key", button.text);
    node.dataset.testid = "reply-button";
    node.onclick = () => pressKey(button);
    return node;
  }))));
  board.classList.toggle("tall", Boolean(rows.length) && !chat.keyboard().resize_keyboard);
  byId("keys").hidden = !rows.length;
  showKeys(rows.length > 0);
}

function showKeys(shown) {
  byId("keyboard").hidden = !shown;
  byId("keys").setAttribute("aria-pressed", String(shown));
}

async function pressKey(button) {
  if (!button.request_contact) {
    if (button.request_location) return toast("演示手机不发送位置。");
    return say(button.text);
  }
  const sure = await choose("把你的电话号码告诉助手？", [
    { text: "分享我的名片", note: chat.person().phone, value: true, testid: "share-contact" },
  ]);
  if (sure) await chat.attempt(() => post("/sim/contact", { person: chat.person().id }));
  return undefined;
}

function toggleCommands() {
  const panel = byId("command-panel");
  if (!panel.hidden) return closePanels();
  closePanels();
  panel.replaceChildren(...chat.commands().map((command) => {
    const node = make("button", "result", make("b", "", `/${command.command}`),
      make("small", "", command.description));
    node.dataset.testid = "command";
    node.onclick = () => { closePanels(); say(`/${command.command}`); };
    return node;
  }));
  panel.hidden = false;
  byId("commands").setAttribute("aria-expanded", "true");
  panel.querySelector("button")?.focus();
  return undefined;
}

let fileKind = "document";

async function pickFile() {
  const kind = await choose("发送什么？", [
    { text: "图片", note: "JPG、PNG、GIF、WebP，10 MB 以内", value: "photo", testid: "attach-photo" },
    { text: "文件", note: "任何格式，20 MB 以内", value: "document", testid: "attach-document" },
  ]);
  if (!kind) return;
  fileKind = kind;
  byId("file").accept = kind === "photo" ? "image/*" : "";
  byId("file").click();
}

async function sendFile() {
  const [file] = byId("file").files;
  if (!file) return;
  const form = new FormData();
  form.append("person", chat.person().id);
  form.append("caption", input.value.trim());
  form.append("file", file, file.name);
  const sent = await chat.attempt(() => post(`/sim/${fileKind}`, form));
  if (sent) { input.value = ""; grow(); }
  byId("file").value = "";
}

function askInline() {
  clearTimeout(inlineTimer);
  const found = input.value.match(new RegExp(`^@${chat.bot().username}(?:\\s+([\\s\\S]*))?$`, "i"));
  if (!found || !/\s/.test(input.value)) {
    inlineTurn += 1;
    byId("inline-panel").hidden = true;
    return;
  }
  inlineTimer = setTimeout(() => queryInline((found[1] || "").trim()), 300);
}

async function queryInline(query) {
  const turn = inlineTurn += 1;
  const panel = byId("inline-panel");
  panel.replaceChildren(make("p", "hint", "正在查找…"));
  panel.hidden = false;
  try {
    const values = { person: chat.person().id, query };
    if (chat.partner()) values.with = chat.partner();
    const answer = await post("/sim/inline", values);
    if (turn === inlineTurn) drawResults(answer);
  } catch (error) {
    if (turn === inlineTurn) panel.replaceChildren(make("p", "hint", error.message));
  }
}

function drawResults(answer) {
  const panel = byId("inline-panel");
  const nodes = answer.results.map((result) => {
    const words = result.title || brief(result.message);
    const note = result.description || (result.title ? brief(result.message) : "");
    const node = make("button", "result", make("b", "", words), make("small", "", note));
    node.setAttribute("role", "option");
    node.dataset.testid = "inline-result";
    node.onclick = () => postResult(answer.inline_query_id, result);
    return node;
  });
  if (answer.button) {
    const node = make("button", "result more", make("b", "", answer.button.text));
    node.onclick = () => chat.attempt(() => post("/sim/start",
      { person: chat.person().id, payload: answer.button.start_parameter || "" }));
    nodes.unshift(node);
  }
  if (!nodes.length) nodes.push(make("p", "hint", answer.answered ? "没有找到。" : "助手没有回答，请再试一次。"));
  panel.replaceChildren(...nodes);
}

async function postResult(queryId, result) {
  const me = chat.person();
  const others = chat.people().filter((person) => person.id !== me.id);
  const to = chat.partner() || await choose("发到哪个聊天？", [
    ...others.map((person) => ({
      text: [person.first_name, person.last_name].filter(Boolean).join(" "),
      note: person.label, value: person.id, testid: `choose-${person.id}`,
    })),
    { text: "和助手的聊天", value: "bot", testid: "choose-bot" },
  ]);
  if (!to) return;
  const values = { person: me.id, inline_query_id: queryId, result_id: result.id };
  if (to !== "bot") values.to = to;
  const sent = await chat.attempt(() => post("/sim/choose", values));
  if (!sent) return;
  input.value = "";
  grow();
  closePanels();
  if (to !== "bot") chat.openWith(to);
}

