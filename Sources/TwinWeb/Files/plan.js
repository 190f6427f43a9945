import { age, card, clock, fail, figure, h, load, page, svg, table, tableTwin, width } from "/files/page.js";

const place = page();

// A chart of steps: one value a period, in one frame for all, so that times line up.
const LEFT = 64;
const RIGHT = 12;

function chart(title, unit, starts, end, series, { height = 120, limits = [], W }) {
  const from = Date.parse(starts[0]);
  const to = Date.parse(end);
  const values = series.flatMap((one) => one.values).concat(limits.map((one) => one.value)).filter((value) => Number.isFinite(value));
  let low = Math.min(0, ...values);
  let high = Math.max(0, ...values);
  if (high - low < 1e-9) high = low + 1;
  const x = (time) => LEFT + ((time - from) / (to - from)) * (W - LEFT - RIGHT);
  const y = (value) => 10 + ((high - value) / (high - low)) * (height - 34);
  const drawing = svg("svg", { viewBox: `0 0 ${W} ${height}`, role: "img", "aria-label": `${title}, ${unit}` });
  for (const value of new Set([low, 0, high])) {
    drawing.append(svg("line", { class: value === 0 ? "base" : "grid", x1: LEFT, x2: W - RIGHT, y1: y(value), y2: y(value) }),
      svg("text", { class: "muted", x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, figure(value, Math.abs(high - low) < 10 ? 1 : 0)));
  }
  const hours = Math.ceil((to - from) / 3600000 / 6);
  for (let time = Math.ceil(from / 3600000) * 3600000; time < to; time += hours * 3600000) {
    const shown = clock(localText(time, starts[0])).split(" ").pop();
    drawing.append(svg("line", { class: "grid", x1: x(time), x2: x(time), y1: 10, y2: height - 24 }),
      svg("text", { class: "muted", x: x(time), y: height - 8, "text-anchor": "middle" }, shown));
  }
  for (const limit of limits) {
    drawing.append(svg("line", { class: "limit", x1: LEFT, x2: W - RIGHT, y1: y(limit.value), y2: y(limit.value) }),
      svg("text", { class: "muted", x: W - RIGHT, y: y(limit.value) + 14, "text-anchor": "end" }, limit.name));
  }
  series.forEach((one) => {
    let path = "";
    one.values.forEach((value, index) => {
      const left = x(Date.parse(starts[index]));
      const right = x(index + 1 < starts.length ? Date.parse(starts[index + 1]) : to);
      path += `${path ? "L" : "M"}${left.toFixed(1)} ${y(value).toFixed(1)}H${right.toFixed(1)}`;
    });
    drawing.append(svg("path", { class: `course ${one.style ?? ""}`, d: path }));
  });
  return drawing;
}

/** Of an instant, in the offset that another text has. */
function localText(ms, like) {
  const offset = /([+-])(\d\d):(\d\d)$/.exec(like);
  const minutes = offset ? (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) : 0;
  return new Date(ms + minutes * 60000).toISOString().slice(0, 19);
}

function head(data, plan) {
  const isOld = !plan.in_force;
  const isTail = plan.state.startsWith("tail");
  return card("The plan",
    h("p", {},
      isOld ? h("span", { class: "badge alarm" }, "✕ old") : isTail ? h("span", { class: "badge warn" }, "△ tail") : h("span", { class: "badge ok" }, "● in force"), " ",
      h("span", { class: isOld ? "stale" : null }, `made ${clock(plan.made, true)}, ${age(plan.made, data.now)} ago, until ${clock(plan.end)}`)),
    isOld || isTail ? h("p", { class: isOld ? "alarm-text" : "warn-text" }, plan.state) : null,
    h("p", {}, h("b", {}, "For: "), plan.purpose || data.objective, ` (${plan.gap})`),
    plan.effect ? h("p", { class: "muted" }, plan.effect) : null,
    data.mode !== "control" ? h("p", { class: "muted" }, `The mode is ${data.mode}: nothing of it is commanded.`) : null,
    plan.demand_kw !== null ? h("p", {}, `The month's highest half hour by this plan: ${figure(plan.demand_kw)} kW, until ${clock(plan.demand_until)}`) : null);
}

function unmet(plan) {
  const all = plan.breaches;
  return card("What it cannot keep",
    h("p", { class: all.list.some((one) => one.hard) ? "alarm-text" : null }, all.list.some((one) => one.hard) ? "▲ " : "", all.head),
    all.list.length === 0 ? null : h("ul", {}, all.list.slice(0, 10).map((one) => h("li", { class: one.hard ? "alarm-text" : null }, one.hard ? "▲ " : "", one.text))),
    all.list.length > 10 ? h("details", {}, h("summary", {}, `${all.list.length - 10} more`), h("ul", {}, all.list.slice(10).map((one) => h("li", {}, one.text)))) : null,
    all.margins ? h("p", { class: "muted" }, all.margins) : null);
}

function expected(data, plan) {
  const starts = plan.periods.map((one) => one.from);
  const column = (key) => plan.periods.map((one) => one[key]);
  const W = width(place) - 40;
  return card("Expected at the grid, and what energy is worth",
    h("h3", {}, "Net at the grid's meter, kW; above 0 is import"),
    chart("Expected net", "kW", starts, plan.end, [{ values: column("net_kw") }], { W, height: 170, limits: [{ value: plan.import_max_kw, name: "import limit" }] }),
    h("h3", {}, `A kWh more, ${data.currency}/MWh with carbon: on the bus, and dotted on the hot-water network`),
    chart("Prices", `${data.currency}/MWh`, starts, plan.end, [{ values: column("bus_price_per_mwh") }, { values: column("heat_price_per_mwh"), style: "dotted" }], { W, height: 150 }),
    h("h3", {}, "What a kWh from the grid is taken to emit, g"),
    chart("Carbon intensity", "g/kWh", starts, plan.end, [{ values: column("g_per_kwh") }], { W, height: 120 }),
    tableTwin(["From", { text: "Net", unit: "kW", num: true }, { text: "Bus", unit: `${data.currency}/MWh`, num: true }, { text: "Heat", unit: `${data.currency}/MWh`, num: true }, { text: "Grid", unit: "g/kWh", num: true }],
      plan.periods.map((one) => [clock(one.from), figure(one.net_kw), figure(one.bus_price_per_mwh, 1), figure(one.heat_price_per_mwh, 1), figure(one.g_per_kwh)])));
}

function assets(data, plan) {
  const starts = plan.periods.map((one) => one.from);
  // As wide as a column of the grid below is, so that the text keeps its size.
  const inner = width(place) - 34;
  const columns = Math.max(1, Math.floor((inner + 16) / (32 * 16 + 16)));
  const W = (inner - 16 * (columns - 1)) / columns;
  return card("What each asset shall do, and why it does so in the first period",
    h("div", { class: "grid wide" }, plan.assets.map((one) => h("section", { class: "plan-asset" },
      h("h3", {}, one.asset, one.by_hand ? h("span", { class: "badge warn" }, "△ by hand") : null),
      chart(one.asset, one.unit, starts, plan.end, [{ values: one.values }], { W }),
      h("p", { class: "small" }, h("span", { class: "muted" }, `${one.unit}. `), one.why ?? "",
        one.commanded === null ? "" : h("span", { class: "muted" }, ` Commanded now: ${figure(one.commanded, 1)}.`))))),
    table(["Asset", { text: "a MWh more", unit: data.currency, num: true }, { text: "a MWh less", unit: data.currency, num: true }],
      plan.assets.filter((one) => one.action !== "set_source").filter((one) => Number.isFinite(one.one_more_per_mwh) || Number.isFinite(one.one_less_per_mwh))
        .map((one) => [one.asset, figure(one.one_more_per_mwh, 1), figure(one.one_less_per_mwh, 1)]),
      { caption: "What another choice in the first period would cost; – where there is none" }),
    tableTwin(["From", ...plan.assets.map((one) => ({ text: one.asset, num: true }))],
      plan.periods.map((period, index) => [clock(period.from), ...plan.assets.map((one) => one.texts[index])])));
}

/** What is expected so many hours ahead: the middle as a line, nine cases of ten within the band. One place an horizon. */
function fan(band, hours, W) {
  const places = hours.map((_, at) => at).filter((at) => ["p10", "p50", "p90"].every((key) => Number.isFinite(band[key]?.[at])));
  if (places.length < 2) return null;
  const height = 150;
  const low = Math.min(0, ...places.map((at) => band.p10[at]));
  const high = Math.max(1, ...places.map((at) => band.p90[at]));
  const x = (at) => LEFT + (at / (hours.length - 1)) * (W - LEFT - 2 * RIGHT);
  const y = (value) => 10 + ((high - value) / (high - low)) * (height - 34);
  const line = (key, list) => list.map((at) => `${x(at).toFixed(1)} ${y(band[key][at]).toFixed(1)}`).join("L");
  return h("section", {}, h("h3", {}, `${band.quantity}, kW`),
    svg("svg", { viewBox: `0 0 ${W} ${height}`, role: "img", "aria-label": `${band.quantity} as expected, kW; the table below has the figures` },
      [...new Set([low, 0, high])].map((value) => [
        svg("line", { class: value === 0 ? "base" : "grid", x1: LEFT, x2: W - RIGHT, y1: y(value), y2: y(value) }),
        svg("text", { class: "muted", x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, figure(value))]),
      svg("path", { class: "band", d: `M${line("p10", places)}L${line("p90", [...places].reverse())}Z` }),
      svg("path", { class: "course", d: `M${line("p50", places)}` }),
      hours.map((hour, at) => svg("text", { class: "muted", x: x(at), y: height - 8, "text-anchor": "middle" }, `${figure(hour, hour % 1 ? 1 : 0)} h`))));
}

function forecasts(plan) {
  const told = plan.forecast;
  if (!told) return card("Forecasts", h("p", { class: "muted" }, "The plan's line says nothing of its forecasts: an older program made it."));
  const hours = told.hours.map((value) => ({ text: `${figure(value, value % 1 ? 1 : 0)} h`, num: true }));
  const cell = (value, isAssumed) => (value === null || value === undefined ? "–" : `${figure(value)}${isAssumed ? "*" : ""}`);
  const bandRows = told.bands.flatMap((band) => ["p90", "p50", "p10"].map((key, index) => [
    index === 0 ? band.quantity : "", key.toUpperCase(), ...told.hours.map((_, at) => cell(band[key]?.[at], band.assumed?.[at]))]));
  const errorRows = told.bands.flatMap((band) => [["mean_absolute_error", band.quantity], ["bias", `${band.quantity}, bias`], ["persistence", `${band.quantity}, persistence`]]
    .filter(([key]) => band[key]?.some(Number.isFinite)).map(([key, name]) => [name, ...told.hours.map((_, at) => cell(band[key][at]))]));
  const columns = width(place) > 1100 ? 3 : 1;
  const W = (width(place) - 34 - 16 * (columns - 1)) / columns;
  return card("Forecasts it is made of",
    h("p", { class: "muted" }, told.basis),
    h("div", { class: "grid plan-fans" }, told.bands.map((band) => fan(band, told.hours, W))),
    h("p", { class: "small muted" }, "Hours ahead from when the plan was made. Line: as likely more as less (P50). Band: P10 to P90."),
    table(["So many hours ahead", "", ...hours], bandRows, { caption: "kW unless said; below P10 it stays in one case of ten; * assumed" }),
    errorRows.length > 0 ? table(["How they did so far", ...hours], errorRows, { caption: "Mean absolute error, bias, and error of persistence" }) : null);
}

let drawn = "";
async function refresh() {
  if (document.hidden && drawn) return;
  try {
    const data = await load("/plan.json");
    place.removeAttribute("aria-busy");
    place.querySelector(":scope > .error")?.remove();
    if (!data.plan) {
      place.replaceChildren(card("No plan", h("p", {}, data.why_none), h("p", { class: "muted" }, `What plans would be for: ${data.objective}`)));
      return;
    }
    // Who has a table open keeps it while the plan is the same.
    const state = `${data.plan.made} ${data.plan.state} ${data.mode}`;
    if (state === drawn) { place.firstElementChild.replaceWith(head(data, data.plan)); return; }
    drawn = state;
    place.replaceChildren(head(data, data.plan), unmet(data.plan), expected(data, data.plan), assets(data, data.plan), forecasts(data.plan));
  } catch (error) { fail(error); }
}

refresh();
setInterval(refresh, 5000);
