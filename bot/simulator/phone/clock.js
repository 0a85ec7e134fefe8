// The demo's date: shown only where the page's own server offers /demo/clock.

import { byId, get, post } from "./api.js";
import { toast } from "./dialogs.js";

let zone = "Asia/Shanghai";

function words(iso, options) {
  return new Date(iso).toLocaleString("zh-CN", { timeZone: zone, hour12: false, ...options });
}

function show(clock) {
  zone = clock.timezone || zone;
  const long = { year: "numeric", month: "long", day: "numeric", weekday: "long", hour: "2-digit", minute: "2-digit" };
  byId("clock-now").textContent = words(clock.now, long);
  byId("clock-next").disabled = !clock.next_due;
  byId("clock-due").textContent = clock.next_due
    ? `下一件事：${words(clock.next_due, { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" })}`
    : "目前没有排定的事。";
  byId("clock-date").min = new Date(clock.now).toLocaleDateString("sv-SE", { timeZone: zone });
}

async function move(step) {
  const buttons = [...document.querySelectorAll("#clock button.wide")];
  buttons.forEach((button) => { button.disabled = true; });
  try {
    const clock = await post("/demo/clock", step);
    buttons.forEach((button) => { button.disabled = false; });
    show(clock);
    toast(`现在是 ${words(clock.now, { month: "long", day: "numeric", weekday: "short" })}`);
  } catch (error) {
    buttons.forEach((button) => { button.disabled = false; });
    toast(error.message);
  }
}

async function refresh() {
  try {
    show(await get("/demo/clock"));
    return true;
  } catch {
    return false;
  }
}

export async function startClock() {
  if (!await refresh()) return;
  byId("clock").hidden = false;
  byId("clock-open").hidden = false;
  document.body.classList.add("has-clock");
  byId("clock-day").onclick = () => move({ days: 1 });
  byId("clock-next").onclick = () => move({ next_due: true });
  byId("clock-form").onsubmit = (event) => {
    event.preventDefault();
    move({ to: byId("clock-date").value });
  };
  setInterval(() => { if (!document.hidden) refresh(); }, 20000);
}
