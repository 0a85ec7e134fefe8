// Toasts, alerts, lists to choose from, and the enlarged picture.

import { byId, make } from "./api.js";

let toastTimer = 0;

export function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, Math.min(7000, 2500 + text.length * 90));
}

function open(title, body) {
  const dialog = byId("dialog");
  byId("dialog-title").textContent = title;
  byId("dialog-body").replaceChildren(...body);
  if (!dialog.open) dialog.showModal();
  return dialog;
}

export function alertBox(text, title = "提示") {
  const text_ = make("p", "alert-text", text);
  text_.dataset.testid = "alert";
  const ok = make("button", "wide", "知道了");
  ok.dataset.testid = "alert-ok";
  const dialog = open(title, [text_, ok]);
  ok.onclick = () => dialog.close();
  ok.focus();
}

// Resolves with the chosen item's value, or undefined when the person goes back.
export function choose(title, items, note) {
  return new Promise((resolve) => {
    let chosen;
    const list = make("div", "choices");
    for (const item of items) {
      const button = make("button", "choice", item.icon ?? null, make("span", "", item.text,
        item.note ? make("small", "", item.note) : null));
      button.dataset.testid = item.testid ?? "choice";
      if (item.danger) button.classList.add("danger");
      button.onclick = () => { chosen = item.value; byId("dialog").close(); };
      list.append(button);
    }
    const back = make("button", "wide quiet", "取消");
    back.onclick = () => byId("dialog").close();
    const dialog = open(title, [note ? make("p", "hint", note) : null, list, back].filter(Boolean));
    dialog.addEventListener("close", () => resolve(chosen), { once: true });
  });
}

// Resolves with the entered text, or undefined when the person goes back.
export function ask(title, label) {
  return new Promise((resolve) => {
    let entered;
    const field = make("input", "field");
    field.setAttribute("aria-label", label);
    field.placeholder = label;
    field.maxLength = 40;
    field.required = true;
    const form = make("form", "", field, make("button", "wide", "确定"));
    const dialog = open(title, [form]);
    form.onsubmit = (event) => {
      event.preventDefault();
      entered = field.value.trim();
      if (entered) dialog.close();
    };
    dialog.addEventListener("close", () => resolve(entered), { once: true });
    field.focus();
  });
}

export function enlarge(address, caption) {
  const dialog = byId("picture");
  const picture = dialog.querySelector("img");
  picture.src = address;
  picture.alt = caption || "图片";
  dialog.showModal();
}

for (const id of ["dialog", "picture"]) {
  byId(id).addEventListener("click", (event) => {
    if (event.target === byId(id) || event.target.closest(".picture")) byId(id).close();
  });
}
