// What every page shares: making elements, showing figures, live data, the strip of alarms.
// Text only ever enters a page as text: `h` makes elements and text nodes and never reads markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const wholes = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** A figure for people; "–" where there is none, never 0. */
export function figure(value, digits = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (digits === 0) return wholes.format(value);
  return new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** The page's own data. */
export async function load(path, options = {}) {
  const response = await fetch(path, { headers: { accept: "application/json" }, ...options });
  const json = await response.json();
  if (!response.ok) throw new Error(json?.error?.text ?? `the server answered ${response.status}`);
  return json;
}

const listeners = new Set();
let newest = null;

/** Calls back with each step, and with the last one at once. */
export function live(callback) {
  listeners.add(callback);
  if (newest) callback(newest);
}

function listen() {
  const source = new EventSource("/live");
  source.addEventListener("message", (event) => {
    newest = JSON.parse(event.data);
    document.body.dataset.live = "yes";
    for (const listener of listeners) listener(newest);
  });
  source.addEventListener("error", () => { document.body.dataset.live = "no"; });
}

export const page = () => document.getElementById("page");

live((now) => {
  const clock = document.getElementById("clock");
  clock.textContent = now.ts.slice(0, 19).replace("T", " ");
  document.body.dataset.simulated = now.simulated ? "yes" : "no";
  const strip = document.getElementById("strip");
  const count = now.alarms.length;
  strip.replaceChildren(
    h("p", {}, count === 0 ? "No alarm stands" : `${count} alarm${count === 1 ? "" : "s"}: ${now.alarms[0].path}`));
});

listen();
