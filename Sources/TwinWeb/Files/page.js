// What every page shares: making elements, showing figures, live data, the strip of alarms.
// Text only ever enters a page as text: `h` and `svg` make elements and text nodes and never read markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (typeof child === "string" ? plain(child) : child)));
  return element;
}

/** Text from outside without the letters that turn the direction of reading, or have no width: a name cannot look like another. */
export const plain = (text) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g, "?");

/** An element with its attributes (`on…` listens) and children; null is left out. */
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** The same for a part of a drawing. */
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Puts children in place of those that are there; null is left out. */
export const put = (place, ...children) => {
  place.replaceChildren();
  return fill(place, {}, children);
};

/** How wide a drawing is, px, so that its text is as large as all other. */
export const width = (place, least = 300) => Math.max(least, Math.round(place.clientWidth || 640));

/** What the page's own module fills. */
export const page = () => document.getElementById("page");

// Figures and times.

const formats = new Map();

/** A figure for people; "–" where there is none, never 0. */
export function figure(value, digits = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (!formats.has(digits)) {
    formats.set(digits, new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  const text = formats.get(digits).format(value);
  return /^-[0.,]+$/.test(text) ? text.slice(1) : text;
}

/** A share is shown in percent; all else as it is told. Gives the figure, its unit and its decimals. */
export function shown(value, unit, decimals = 1) {
  if (unit !== "fraction") return { value, unit: unit ?? "", decimals };
  return { value: Number.isFinite(value) ? 100 * value : null, unit: "%", decimals: Math.max(0, decimals - 3) };
}

/** The units that a signal's key may end with. */
const UNITS = {
  kw: "kW", kwh: "kWh", mwh: "MWh", fraction: "fraction", pct: "%", c: "°C", l: "L", kg: "kg", g_per_kwh: "g/kWh", m_per_s: "m/s",
  w_per_m2: "W/m²", pa: "Pa", hz: "Hz", v: "V", a: "A",
};
const UNIT_AT_END = new RegExp(`_(${Object.keys(UNITS).join("|")})$`);

/** The unit that a signal's key tells. */
export const signalUnit = (key) => UNITS[UNIT_AT_END.exec(key)?.[1]] ?? "";

/** What a signal is called: its key in words, without the unit that it ends with. */
export function signalName(key) {
  const bare = key.replace(UNIT_AT_END, "");
  return ({ soc: "state of charge", soh: "state of health", ghi: "irradiance, horizontal" })[bare] ?? bare.replaceAll("_", " ");
}

/** Of a site-local time with its offset: "18 Jun 09:05", and seconds where asked. */
export function clock(text, withSeconds = false) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)(:\d\d)?/.exec(text ?? "");
  if (!parts) return "–";
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  // The year goes without saying where it is that of the plant's clock. A store alone has none.
  const isPast = newest ? !newest.ts.startsWith(parts[1]) : document.body.dataset.feed === "no";
  const year = isPast ? ` ${parts[1]}` : "";
  return `${Number(parts[3])} ${months[Number(parts[2]) - 1]}${year} ${parts[4]}${withSeconds ? (parts[5] ?? "") : ""}`;
}

/** The day alone. */
export const date = (text) => clock(text).replace(/ [\d:]+$/, "");

/** The same, kept on one line. */
export const when = (text, withSeconds = true) => h("span", { class: "when" }, clock(text, withSeconds));

/** How long before `now` a time was, in words; both with their offsets. */
export function age(text, now) {
  const seconds = (Date.parse(now) - Date.parse(text)) / 1000;
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${figure(seconds / 3600, 1)} h` : `${Math.round(seconds / 86400)} d`;
}

const QUALITIES = {
  last_known: "the last reading is old and still counts", out_of_range: "the reading is beyond what this can be",
  estimated: "no reading counts now: the model stands in", stuck: "the reading stands still where it should move",
  stale: "no reading came for too long", parse: "the message could not be read", unit: "the reading is in another unit than was agreed",
  not_connected: "the device is not connected", sensor: "the device says that its sensor is bad",
  contradicted: "two meters, or a meter and its model, exclude each other",
};

/** Why a value is not good, in a sentence; null for one that is. */
export const because = (quality) => (!quality || quality.startsWith("good") ? null : QUALITIES[quality.split(".").pop()] ?? quality);

/** What a quality is called, and whether it is abnormal. Good needs no words. */
export function badge(quality) {
  if (!quality || quality === "good" || quality.startsWith("good.")) return null;
  const isBad = quality.startsWith("bad");
  return h("span", { class: `badge ${isBad ? "alarm" : "warn"}`, title: `${because(quality)} (${quality})` },
    `${isBad ? "✕" : "△"} ${quality.split(".").pop().replaceAll("_", " ")}`);
}

/** A payload on one line, and whole when opened. */
export function payload(text, isCut = false) {
  const whole = text + (isCut ? " …" : "");
  if (whole.length < 44) return h("code", {}, whole);
  return h("details", { class: "payload" }, h("summary", {}, whole), h("pre", {}, whole));
}

const PRIORITIES = { high: ["▲", "H", "alarm"], medium: ["◆", "M", "warn"], low: ["▽", "L", ""], event: ["○", "E", ""] };

/** How soon somebody must act, by shape, letter and word; with a count of them where one is given. */
export function priority(word, count = null) {
  const [shape, letter, colour] = PRIORITIES[word] ?? PRIORITIES.low;
  return h("span", { class: `badge ${colour}`, title: `priority ${word}` }, count === null ? `${shape} ${letter} ${word}` : `${shape} ${letter} ${count}`);
}

/** The last messages behind an asset, whatever their topics, and what became of each. */
export const messageTable = (messages) => table(["arrived", "topic", "payload", "became", "quality"], messages.map((message) => [
  when(message.ts),
  [h("code", { class: "topic", title: message.topic }, message.topic), message.signals.length > 0 ? h("p", { class: "small muted" }, `read as ${message.signals.join(", ")}`) : null],
  [payload(message.payload, message.is_cut), message.retained ? h("p", { class: "small muted" }, "retained") : null],
  message.is_refused ? [h("span", { class: "badge warn" }, `△ ${message.fate}`), ` ${message.text}`] : `${message.fate}${message.text ? `: ${message.text}` : ""}`,
  message.quality === null ? "–" : message.quality === "good" ? "good" : badge(message.quality)]), { empty: "None was heard", flow: true });

const ACCOUNT_COLOURS = {
  wind: "--c1", solar: "--c2", fuelcell: "--c3", chp: "--c4", storage_discharge: "--c5", bay_discharge: "--c6",
  grid_import: "--c8", load: "--c7", storage_charge: "--c5", bay_charge: "--c6", grid_export: "--c8", hydrogen: "--c4",
};

/** What an account is drawn in, the same on every page; one without a colour of its own takes one by its place. */
export const accountColour = (account, place = 6) => `var(${ACCOUNT_COLOURS[account] ?? `--c${place % 8 + 1}`})`;

/** A band from one upright edge to another, as thick at both ends: filled, so that it keeps its shape where it is steep. */
export function ribbon(x0, y0, x1, y1, thick) {
  const bend = (x0 + x1) / 2;
  const half = thick / 2;
  return `M${x0},${y0 - half} C${bend},${y0 - half} ${bend},${y1 - half} ${x1},${y1 - half} V${y1 + half}`
    + ` C${bend},${y1 + half} ${bend},${y0 + half} ${x0},${y0 + half} Z`;
}

// Parts of a page.

export const card = (title, ...children) => h("section", { class: "card" }, title ? h("h2", {}, title) : null, children);

export const button = (label, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, label);

/** A set-point as it is told, with its figure and unit as all others have them: "16000.0 kW" is "16,000.0 kW". */
export const setPoint = (text) => text?.replace(/^-?\d+(\.\d+)?(?= )/, (number) => figure(Number(number), number.split(".")[1]?.length ?? 0)).replace(/ (degC|Cel)$/, " °C");

/**
 * A table in its own frame. `heads`: texts or `{text, unit, num}`; a cell is a text or an element. One that has sentences in it
 * flows: on a phone each row is a paragraph whose cells carry the names of their columns. It says by roles that it is a table
 * still, for a browser forgets it where cells are laid out otherwise.
 */
export function table(heads, rows, { caption, empty, flow = false } = {}) {
  const columns = heads.map((head) => (typeof head === "string" ? { text: head } : head));
  const role = (name) => (flow ? name : null);
  const named = (column, place) => (flow && place > 0 && column?.text ? `${column.text}${column.unit ? `, ${column.unit}` : ""}` : null);
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption ?? columns.map((c) => c.text).filter(Boolean).join(", ") },
    h("table", { class: flow ? "data flow" : "data", role: role("table") },
      caption ? h("caption", {}, caption) : null,
      h("thead", { role: role("rowgroup") }, h("tr", { role: role("row") }, columns.map((c) =>
        h("th", { scope: "col", role: role("columnheader"), class: c.num ? "num" : null }, c.text, c.unit ? h("small", {}, `, ${c.unit}`) : null)))),
      h("tbody", { role: role("rowgroup") }, rows.length === 0
        ? h("tr", { role: role("row") }, h("td", { colspan: columns.length, role: role("cell"), class: "muted" }, empty ?? "Nothing to show"))
        : rows.map((row) => h("tr", { role: role("row") }, row.map((cell, place) =>
          h("td", { class: columns[place]?.num ? "num" : null, role: role("cell"), "data-head": named(columns[place], place), "data-none": flow && (cell ?? "–") === "–" }, cell ?? "–")))))));
}

// What a reader chose, kept by his browser for each page. It may be missing, or be anything: only what is offered is taken.

const CHOICES = `twin ${document.body.dataset.page}`;

function choices() {
  try {
    const found = JSON.parse(localStorage.getItem(CHOICES) ?? "{}");
    return new Map(found !== null && typeof found === "object" && !Array.isArray(found) ? Object.entries(found) : []);
  } catch { return new Map(); }
}

function choose(name, value) {
  if (choices().get(name) === value) return;
  try { localStorage.setItem(CHOICES, JSON.stringify(Object.fromEntries(choices().set(name, value)))); } catch { /* it is not kept */ }
}

/** A choice that is the same when the page is opened again. */
export function keep(select, name) {
  const value = choices().get(name);
  if ([...select.options].some((option) => option.value === value)) select.value = value;
  select.addEventListener("change", () => choose(name, select.value));
  return select;
}

/** A drawing's twin for who does not see it. One that was opened stays open. */
export function tableTwin(heads, rows, options) {
  const name = `table ${heads.map((head) => head.text ?? head).join(", ").slice(0, 80)}`;
  return h("details", { class: "twin", open: choices().get(name) === true, ontoggle: (event) => choose(name, event.target.open) },
    h("summary", {}, "Table"), table(heads, rows, options));
}

/** Says in the page what went wrong. */
export function fail(error) {
  const text = error instanceof Error ? error.message : String(error);
  page().removeAttribute("aria-busy");
  page().querySelector(".error")?.remove();
  page().prepend(h("p", { class: "error", role: "alert" }, text));
}

const libraries = new Map();

/** Loads a drawing library once: "d3.js", "d3-sankey.js", "dygraph.js". */
export function library(name) {
  if (!libraries.has(name)) {
    libraries.set(name, new Promise((resolve, reject) => {
      document.head.append(h("script", {
        src: `/files/${name}`, onload: resolve, onerror: () => reject(new Error(`${name} could not be loaded`)),
      }));
    }));
  }
  return libraries.get(name);
}

// Data.

/** Where one logs in and comes back from; who has this page was logged in. */
const loginAddress = () => `/login?to=${encodeURIComponent(location.pathname + location.search + location.hash)}&ended=1`;

async function answer(response) {
  let json = null;
  try { json = await response.json(); } catch { /* the status says it */ }
  if (response.status === 401 && document.body.dataset.page !== "login") location.assign(loginAddress());
  if (!response.ok) throw new Error(json?.error?.text ?? `the server answered ${response.status}`);
  return json;
}

/** Data of a page. */
export const load = async (path) => answer(await fetch(path, { headers: { accept: "application/json" } }));

/** Asks for a change. */
export async function post(path, body = {}) {
  const token = document.querySelector("meta[name=csrf]")?.content;
  return answer(await fetch(path, {
    method: "POST", body: JSON.stringify(body),
    headers: { accept: "application/json", "content-type": "application/json", ...(token ? { "x-csrf-token": token } : {}) },
  }));
}

const listeners = new Set();
let newest = null;
let heardAt = null;
/** The server is there and asks for a login. */
let isOut = false;
/** Between the last steps, as they came, s. */
let gaps = [];

/** Calls back with each step, and with the last one at once. */
export function live(callback) {
  listeners.add(callback);
  if (newest) callback(newest);
}

function hear(text) {
  newest = JSON.parse(text);
  const now = performance.now();
  if (heardAt !== null) gaps = [...gaps.slice(-7), (now - heardAt) / 1000];
  heardAt = now;
  isOut = false;
  document.body.dataset.live = "yes";
  for (const listener of listeners) {
    try { listener(newest); } catch (error) { console.error(error); }
  }
}

function listen() {
  const source = new EventSource("/live");
  source.addEventListener("message", (event) => hear(event.data));
  source.addEventListener("error", async () => {
    document.body.dataset.live = "no";
    gaps = [];
    showClock();
    // A browser comes back by itself after a line that broke, and never after a refusal.
    if (source.readyState !== EventSource.CLOSED) return;
    // It does not say why it was refused. A login in another tab lets this page in again, too.
    try { isOut = (await fetch("/live.json")).status === 401; } catch { isOut = false; }
    showClock();
    setTimeout(listen, 5000);
  });
}

/** After how many seconds without a step something is wrong: two steps, or two of the longest of the last ones. */
function patience() {
  const usual = gaps.length < 3 ? newest.step_s : Math.min(newest.step_s, Math.max(...gaps));
  return Math.max(5, 2 * usual + 2);
}

/** What the clock says: the plant time of the last step, how long ago it came, and whether that is too long. */
function showClock() {
  const place = document.getElementById("clock");
  const isLost = document.body.dataset.live === "no";
  // Somebody may be about to follow the link.
  if (isLost && isOut && place.querySelector("a")) return;
  const lost = isOut ? [h("span", { class: "badge alarm", role: "status" }, "✕ the login has ended"), " ", h("a", { href: loginAddress() }, "log in")]
    : h("span", { class: "badge alarm", role: "status" }, "✕ connection lost, trying again");
  if (!newest) { put(place, document.body.dataset.feed === "no" ? "from the store" : isLost ? lost : "waiting for the first step"); return; }
  const seconds = Math.round((performance.now() - heardAt) / 1000);
  // A replay may stand because somebody told it to, or because it is over.
  const isReplay = document.body.dataset.feed === "replay";
  const isLate = !isLost && seconds > patience();
  const isOld = isLost || (isLate && !isReplay);
  document.body.dataset.age = isOld ? "old" : "new";
  put(place,
    newest.simulated ? [h("span", { class: "badge" }, "simulated"), " "] : null,
    h("span", { class: "badge", title: "mode of the dispatcher" }, newest.mode), " ",
    h("time", { datetime: newest.ts, class: isOld ? "stale" : null, title: "plant time at the end of the last step" }, clock(newest.ts, true)), " ",
    isLost ? lost : isLate ? h("span", { class: isOld ? "badge alarm" : "badge", role: "status" }, `${isOld ? "✕" : "‖"} no step for ${seconds} s`)
      : h("span", { class: "muted small age", title: "since the last step came" }, `${seconds} s ago`));
}

/** Alarms that stand and that nobody put on the shelf: how many of each priority, and the oldest that nobody saw. */
function showStrip(now) {
  const strip = document.getElementById("strip");
  const counts = now.alarm_counts;
  const kinds = Object.entries(counts.by_priority).filter(([, count]) => count > 0);
  const sum = kinds.reduce((all, [word, count]) => all + (word === "event" ? 0 : count), 0);
  const open = counts.not_acknowledged;
  strip.className = open > 0 || counts.is_flood ? "strip alarm" : sum > 0 ? "strip warn" : "strip";
  const words = sum === 0 ? "No alarm stands" : `${sum} alarm${sum === 1 ? "" : "s"}, ${open} not acknowledged`;
  put(strip,
    h("p", {}, sum > 0 ? h("span", { class: "mark", "aria-hidden": "true" }, open > 0 ? "▲" : "△") : null,
      kinds.length > 0 ? h("a", { href: "/alarms" }, words) : words, kinds.map(([word, count]) => [" ", priority(word, count)])),
    counts.is_flood ? h("p", {}, h("span", { class: "badge alarm", title: "More than 10 new alarms in 10 minutes; begin with priority H" }, `✕ flood: ${counts.new_in_10_min} new in 10 min`)) : null,
    counts.oldest ? h("p", {}, `oldest: ${counts.oldest.path}, since ${clock(counts.oldest.since)}`) : null,
    counts.shelved > 0 ? h("p", { class: "right" }, `${counts.shelved} on the shelf`) : null);
}

/** On a phone the pages' names are one line that scrolls: the one that is open is in sight. */
function showPlace() {
  const link = document.querySelector(".top nav [aria-current]");
  const line = link?.closest("nav");
  if (line) line.scrollLeft = link.offsetLeft - line.offsetLeft - (line.clientWidth - link.offsetWidth) / 2;
}

showPlace();
live((now) => { showClock(); showStrip(now); });
setInterval(showClock, 1000);
showClock();
if (document.body.dataset.feed !== "no") listen();
