// Talking to the server: every address is relative to the page's own origin.

export class Failure extends Error {}

async function read(answer) {
  let body = {};
  try {
    body = await answer.json();
  } catch {
    body = {};
  }
  if (!answer.ok) throw new Failure(body.error || "没有成功，请稍后再试。");
  return body;
}

export async function get(path, options) {
  return read(await fetch(path, { cache: "no-store", ...options }));
}

export async function post(path, values) {
  const form = values instanceof FormData;
  return read(await fetch(path, {
    method: "POST",
    body: form ? values : JSON.stringify(values),
    headers: form ? {} : { "Content-Type": "application/json" },
  }));
}

export function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const byId = (id) => document.getElementById(id);
