// The faceplate of one asset, from what its kind declares: values in their bands, set-point, trend, parameters, messages.
import { badge, because, button, card, clock, fail, figure, h, live, load, messageTable, page, plain, priority, setPoint, shown, signalName, svg, table, when } from "/files/page.js";
import { seriesChart } from "/files/series.js";

const place = document.body.dataset.place;
const path = place.split("/").slice(1).join("/");

/** A bar with what a reading may be as its ends, the watched band in it, and a pointer where the value is. */
function band(signal, data) {
  if (!signal.range || signal.form === "register" || signal.value === null) return null;
  let [low, high] = signal.range;
  if (!(high > low)) return null;
  // A range that no reading comes near says nothing: what a controller may do is narrower.
  const control = data.control && signal.unit === data.control.unit && signal.form === "mean" ? data.control : null;
  if (high - low > 1e6) [low, high] = [Math.min(0, signal.value), Math.max(1, data.size_kw, signal.value)];
  const x = (value) => 6 + 348 * Math.min(1, Math.max(0, (value - low) / (high - low)));
  const isOut = signal.value < low || signal.value > high;
  const mark = x(signal.value);
  return svg("svg", { viewBox: "0 0 360 40", class: "asset-band", role: "img", "aria-label": `${signalName(signal.key)} ${ends(signal.value, signal.unit)} between ${ends(low, signal.unit)} and ${ends(high, signal.unit)}` },
    svg("rect", { x: 6, y: 14, width: 348, height: 8, class: "asset-range" }),
    control ? svg("rect", { x: x(control.range[0]), y: 12, width: Math.max(0, x(control.range[1]) - x(control.range[0])), height: 12, class: "asset-limit" }, svg("title", {}, `may be commanded from ${control.range[0]} to ${control.range[1]}`)) : null,
    data.watched_band && signal.form === "mean" ? svg("rect", { x: x(data.watched_band[0]), y: 16, width: Math.max(0, x(data.watched_band[1]) - x(data.watched_band[0])), height: 4, class: "asset-watched" }, svg("title", {}, "watched for a sensor that stands still")) : null,
    low < 0 && high > 0 ? svg("line", { x1: x(0), x2: x(0), y1: 10, y2: 26, class: "base" }) : null,
    control?.set_point !== null && control ? svg("path", { d: `M${x(control.set_point)} 26 l-4 7 h8 z`, class: "asset-set" }, svg("title", {}, `set-point ${control.set_point_text}`)) : null,
    svg("path", { d: `M${mark} 14 l-5 -9 h10 z`, class: isOut ? "asset-pointer out" : "asset-pointer" }),
    svg("text", { x: 6, y: 38, class: "axis" }, ends(low, signal.unit)), svg("text", { x: 354, y: 38, "text-anchor": "end", class: "axis" }, ends(high, signal.unit)));
}

/** An end of a range, in the unit that is shown. */
function ends(value, unit) {
  const one = shown(value, unit, 0);
  return `${figure(one.value, one.decimals)} ${one.unit}`;
}

function values(data) {
  return h("div", { class: "grid" }, data.signals.filter((signal) => signal.is_shown).map((signal) => {
    const one = shown(signal.value, signal.unit, signal.decimals);
    return h("div", { class: "tile" },
      h("p", { class: "label", title: signal.key }, signalName(signal.key)),
      h("p", { class: "big" }, figure(one.value, one.decimals), h("small", {}, ` ${one.unit} `), badge(signal.quality)),
      h("p", { class: "line" }, signal.ts ? `at ${clock(signal.ts, true)}` : "nothing is known"),
      signal.form !== "model" && because(signal.quality) ? h("p", { class: "line" }, because(signal.quality),
        signal.heard ? `; the last reading is of ${clock(signal.heard, true)}` : null) : null,
      band(signal, data));
  }));
}

function control(data) {
  const obeys = data.control;
  if (!obeys) return card("Control", h("p", { class: "muted" }, "It takes no commands."));
  const unit = obeys.unit ?? "";
  return card("Control",
    h("p", {}, "Obeys ", h("code", {}, obeys.action), obeys.words.length > 0 ? `: ${obeys.words.join(", ")}` : ` from ${figure(obeys.range[0], 1)} to ${figure(obeys.range[1], 1)} ${unit}`,
      `; by itself, when a lease ends: ${obeys.fallback}.`),
    h("p", {}, `Set-point: ${setPoint(obeys.set_point_text) ?? "none"}`),
    obeys.hand ? h("p", { class: "note" }, `By hand: ${obeys.hand.text}, until ${clock(obeys.hand.until)}`) : null,
    table(["time", "asked", "because", "became"], data.commands.map((command) => [when(command.ts, false), `${setPoint(command.text)}${command.is_renewal ? " (lease renewed)" : ""}`, command.reason,
      command.fate === "rejected" || command.fate === "expired" ? h("span", { class: "badge warn" }, `△ ${command.fate}`) : command.fate]),
    { caption: "Last changes of the set-point", empty: "None since this page's server began", flow: true }));
}

function alarms(data) {
  if (data.alarms.length === 0) return null;
  return card("Alarms that stand", table(["alarm", "since", "because"], data.alarms.map((alarm) =>
    [[priority(alarm.priority), " ", h("a", { href: "/alarms", title: "what to do first" }, alarm.path)], when(alarm.since, false), alarm.cause]), { flow: true }));
}

/** A curve is long, and opens. */
const points = (list) => h("details", {}, h("summary", {}, `${list.length} points`), list.map((one) => one.join(" → ")).join(", "));

const told = (value) => (value === null ? "–" : typeof value === "number" ? figure(value, Math.min(4, String(Number(value.toFixed(4))).split(".")[1]?.length ?? 0))
  : typeof value === "boolean" ? (value ? "yes" : "no")
    : Array.isArray(value) ? (Array.isArray(value[0]) ? points(value) : value.join(", "))
      : Object.entries(value).map(([key, one]) => `${key} ${one}`).join(", "));

function parameters(data) {
  return card("Parameters", table(["key", { text: "value", num: true }, "unit", "what", "may be", "source"], data.parameters.map((row) =>
    [h("code", {}, row.key), h("span", { class: "asset-value" }, told(row.value)), row.unit, row.what, row.range, row.source ?? "–"]), { flow: true }),
    h("p", { class: "small muted" }, `A last-known value may be ${figure(data.max_age_s)} s old. Its size counts as ${figure(data.size_kw, 1)} kW.`));
}

function signals(data) {
  return card("Signals", table(["key", "form", "a reading may be", "unit", "books to"], data.signals.map((signal) =>
    [h("code", {}, signal.key), signal.form, signal.range ? `${told(signal.range[0])} to ${Math.abs(signal.range[1]) >= 1e9 ? "any" : told(signal.range[1])}` : "–", signal.unit ?? "",
      [...new Set(signal.accounts.map((account) => `${account.label}, ${account.bus}${account.factor === 1 ? "" : ` × ${told(account.factor)}`}`))].join("; ") || "nothing"]), { flow: true }));
}

function messages(data) {
  if (data.messages === null) return card("Messages", h("p", { class: "muted" }, "Pages over a store alone hear none."));
  return card("Last messages", messageTable(data.messages));
}

const parts = { head: h("div", {}), live: h("div", {}), trend: h("section", { class: "card" }, h("h2", {}, "The last 24 hours")), rest: h("div", {}) };

function draw(data) {
  document.querySelector("h1").textContent = plain(data.asset);
  document.title = `${data.asset} · ${document.title.split(" · ").pop()}`;
  parts.head.replaceChildren(h("p", { class: "muted" }, `${data.what}${data.kind ? ` (${data.kind})` : ""} · `, h("a", { href: "/assets" }, "all assets")));
  parts.live.replaceChildren(...[alarms(data), values(data), control(data)].filter(Boolean));
  parts.rest.replaceChildren(messages(data), parameters(data), signals(data));
}

async function trend(data) {
  if (!data.trend) return;
  const grid = h("div", { class: "grid wide" });
  parts.trend.replaceChildren(h("h2", {}, "The last 24 hours"), grid);
  // All places first: a chart is as wide as its place is when it is drawn.
  const boxes = data.trend.signals.map((signal) => [signal, h("div", { class: "asset-trend" })]);
  grid.append(...boxes.map(([, box]) => box));
  for (const [signal, box] of boxes) {
    try { await seriesChart(box, signal, data.trend.from, data.trend.to, { title: signalName(signal.split("/").pop()) }); } catch (error) {
      box.append(h("p", { class: "muted" }, error.message));
    }
  }
}

async function show() {
  const data = await load(`/asset/${path}.json`);
  page().removeAttribute("aria-busy");
  page().replaceChildren(parts.head, parts.live, parts.trend, parts.rest);
  draw(data);
  await trend(data);
  let busy = false;
  let at = performance.now();
  live(async () => {
    if (busy || performance.now() - at < 2000) return;
    busy = true;
    try { draw(await load(`/asset/${path}.json`)); } catch (error) { fail(error); }
    at = performance.now();
    busy = false;
  });
  parts.trend.append(button("Draw the trend anew", async () => trend(await load(`/asset/${path}.json`))));
}

show().catch(fail);
