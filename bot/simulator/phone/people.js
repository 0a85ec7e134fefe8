// The list of people, and the two sides that slide in on a narrow screen.

import { byId, make } from "./api.js";
import { ask } from "./dialogs.js";

export const fullName = (person) => [person.first_name, person.last_name].filter(Boolean).join(" ");

export function avatar(person) {
  const node = make("span", `avatar hue-${person.id % 6}`, person.first_name.slice(0, 1));
  node.setAttribute("aria-hidden", "true");
  return node;
}

export function drawPeople(people, current, open) {
  byId("people-list").replaceChildren(...people.map((person) => {
    const count = person.unread ? make("span", "count", String(Math.min(person.unread, 99))) : null;
    count?.setAttribute("aria-label", `${person.unread} 条未读`);
    const name = make("span", "name", make("b", "", fullName(person)),
      person.sample ? make("span", "badge", "样例") : null,
      person.label ? make("span", "role", person.label) : null);
    const node = make("button", "person", avatar(person),
      make("span", "lines", name, make("small", "", person.last?.text || "还没有消息")), count);
    node.dataset.testid = `person-${person.id}`;
    if (person.id === current?.id) node.setAttribute("aria-current", "true");
    node.onclick = () => { closeSides(); open(person.id); };
    return make("li", "", node);
  }));
  byId("any-unread").hidden = !people.some((one) => one.unread && one.id !== current?.id);
}

export const askName = () => ask("添加一个人", "姓名");

function openSide(id) {
  byId(id).classList.add("open");
  byId("shade").hidden = false;
  byId(id).querySelector("button")?.focus();
}

export function closeSides() {
  byId("people").classList.remove("open");
  byId("clock").classList.remove("open");
  byId("shade").hidden = true;
}

byId("people-open").onclick = () => openSide("people");
byId("clock-open").onclick = () => openSide("clock");
for (const id of ["people-close", "clock-close", "shade"]) byId(id).onclick = closeSides;
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeSides(); });
