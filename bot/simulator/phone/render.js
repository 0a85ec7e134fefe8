// One message as a bubble: text with its entities, media, keyboards, time.

import { icon, make } from "./api.js";
import { enlarge } from "./dialogs.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const safe = (address) => /^(https?|tg|mailto):/i.test(address) ? address : `http://${address}`;

// `on` holds what a tap does: link(address), command(text), button(message, button),
// reply(message).
export function text(source, entities, on) {
  const sorted = [...(entities || [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return pieces(source, 0, source.length, sorted, on);
}

function pieces(source, start, end, entities, on) {
  const found = document.createDocumentFragment();
  let at = start;
  let rest = entities;
  while (rest.length) {
    const [first, ...others] = rest;
    const from = Math.max(first.offset, at);
    const to = Math.min(first.offset + first.length, end);
    const inside = others.filter((one) => one.offset < to);
    rest = others.filter((one) => one.offset >= to);
    if (to <= from) continue;
    found.append(source.slice(at, from));
    const node = wrapper(first, source.slice(from, to), on);
    node.append(pieces(source, from, to, inside, on));
    found.append(node);
    at = to;
  }
  found.append(source.slice(at, end));
  return found;
}

function wrapper(entity, words, on) {
  if (entity.type === "url" || entity.type === "text_link" || entity.type === "email") {
    const address = entity.url || (entity.type === "email" ? `mailto:${words}` : safe(words));
    return link(address, on);
  }
  if (entity.type === "bot_command") {
    const node = make("button", "in-text");
    node.type = "button";
    node.onclick = () => on.command(words);
    return node;
  }
  if (entity.type === "spoiler") {
    const node = make("span", "spoiler");
    node.tabIndex = 0;
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", "点按显示隐藏的文字");
    const show = () => { node.classList.add("shown"); node.removeAttribute("aria-label"); };
    node.onclick = show;
    node.onkeydown = (event) => { if (event.key === "Enter" || event.key === " ") show(); };
    return node;
  }
  const node = make(TAGS[entity.type] || "span");
  if (entity.type === "expandable_blockquote") {
    node.className = "folded";
    node.onclick = () => node.classList.toggle("folded");
  }
  if (["mention", "hashtag", "text_mention"].includes(entity.type)) node.className = "tag";
  return node;
}

function link(address, on) {
  const node = make("a");
  node.href = safe(address);
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  node.onclick = (event) => { if (on.link(address)) event.preventDefault(); };
  return node;
}

export function time(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("zh-CN",
    { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
}

export function day(seconds) {
  return new Date(seconds * 1000).toLocaleDateString("zh-CN",
    { year: "numeric", month: "long", day: "numeric", weekday: "short", timeZone: "Asia/Shanghai" });
}

export function brief(message) {
  if (message.text || message.caption) return message.text || message.caption;
  const words = { photo: "图片", document: "文件", contact: "名片", location: "位置", poll: "投票" };
  const kind = Object.keys(words).find((name) => message[name]);
  return kind ? `［${words[kind]}］` : "";
}

export function bubble(message, mine, on) {
  const box = make("div", "bubble");
  if (message.forward_origin) {
    box.append(make("p", "origin", `转发自 ${message.forward_origin.sender_user?.first_name ?? ""}`));
  }
  if (message.via_bot) box.append(make("p", "origin", `通过 @${message.via_bot.username}`));
  if (message.reply_to_message) {
    box.append(make("p", "quoted", make("b", "", message.reply_to_message.from?.first_name ?? ""),
      brief(message.reply_to_message)));
  }
  box.append(...media(message, on));
  const meta = make("span", "meta", message.edits ? "已编辑 " : "", time(message.date));
  const words = message.text ?? message.caption;
  if (words) {
    const shown = mine && words.startsWith("/start ") ? "/start" : words;
    const body = make("div", "words");
    body.append(text(shown, message.entities || message.caption_entities, on), meta);
    box.append(body);
  } else {
    box.append(meta);
  }
  const reply = make("button", "icon reply", icon("reply"));
  reply.setAttribute("aria-label", "回复这条消息");
  reply.onclick = () => on.reply(message);
  const row = make("div", "with-reply", box, reply);
  const node = make("article", `message ${mine ? "mine" : "theirs"}`, row);
  node.dataset.testid = "message";
  node.dataset.id = message.message_id;
  const keys = message.reply_markup?.inline_keyboard;
  if (keys) node.append(inlineKeyboard(message, keys, on));
  return node;
}

function media(message, on) {
  const found = [];
  if (message.photo) {
    const size = message.photo[message.photo.length - 1];
    const address = `/sim/files/${encodeURIComponent(size.file_unique_id)}`;
    const picture = make("img");
    picture.src = address;
    picture.alt = message.caption || "图片";
    const scale = Math.min(1, 320 / size.height, 460 / size.width);
    picture.style.width = `${Math.max(80, Math.round(size.width * scale))}px`;
    picture.style.aspectRatio = `${size.width} / ${size.height}`;
    const button = make("button", "photo", picture);
    button.setAttribute("aria-label", "放大图片");
    button.onclick = () => enlarge(address, message.caption);
    found.push(button);
  }
  if (message.document) {
    const file = message.document;
    const node = make("a", "card", make("span", "round", icon("file")),
      make("span", "", make("b", "", file.file_name || "文件"), make("small", "", size(file.file_size))));
    node.href = `/sim/files/${encodeURIComponent(file.file_unique_id)}`;
    node.download = file.file_name || "";
    found.push(node);
  }
  if (message.contact) {
    const { first_name: first, last_name: last, phone_number: phone } = message.contact;
    found.push(make("div", "card", make("span", "round", (first || "?").slice(0, 1)),
      make("span", "", make("b", "", [first, last].filter(Boolean).join(" ")), make("small", "", phone))));
  }
  if (message.location) {
    const { latitude, longitude } = message.location;
    found.push(make("div", "card", make("span", "round", "⌖"),
      make("span", "", make("b", "", "位置"), make("small", "", `${latitude}, ${longitude}`))));
  }
  if (message.poll) {
    found.push(make("div", "poll", make("b", "", message.poll.question),
      make("ul", "", ...message.poll.options.map((option) => make("li", "", option.text)))));
  }
  return found;
}

function size(bytes) {
  if (!bytes) return "";
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function inlineKeyboard(message, rows, on) {
  const board = make("div", "inline-keyboard");
  for (const row of rows) {
    board.append(make("div", "keys", ...row.map((button) => {
      const node = make("button", "key", button.text);
      node.dataset.testid = "inline-button";
      if (button.style) node.classList.add(button.style);
      if (button.url) node.append(make("span", "corner", icon("open")));
      if (button.copy_text) node.append(make("span", "corner", icon("copy")));
      node.onclick = () => on.button(message, button, node);
      return node;
    })));
  }
  return board;
}
