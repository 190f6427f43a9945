// The management report of a period: the figure and what it is held against, what drove it, what it rests on, and where it
// comes from, down to meters.
import { card, clock, fail, figure, h, load, page, svg, table, tableTwin } from "/files/page.js";

const percent = (value, digits = 1) => (value === null || value === undefined ? "–" : `${figure(value, digits)} %`);
const signed = (value, digits = 1) => (value === null || value === undefined ? "–" : `${value > 0 ? "+" : ""}${figure(value, digits)}`);
const tonnes = (kg, digits = 2) => figure(kg === null ? null : kg / 1000, digits);
const verdicts = { on_the_way: "on the way", behind: "behind the way", not_proven: "not proven" };

function toolbar(data) {
  const date = data.asked_from.slice(0, 10);
  const input = h("input", { name: "period", value: data.period ?? "", size: 24, "aria-describedby": "period-help" });
  const link = (text, period) => h("a", { href: `/co2?period=${encodeURIComponent(period)}` }, text);
  const file = (kind) => {
    const query = data.period ? { period: data.period } : { from: data.asked_from, to: data.asked_to };
    return h("a", { href: `/co2/report.${kind}?${new URLSearchParams(query)}`, download: `co2-${(data.period ?? "window").replace(/[^0-9A-Za-z.-]/g, "-")}.${kind}` }, kind);
  };
  return [h("form", { class: "toolbar", method: "get", action: "/co2" },
    h("label", {}, "Period", input), h("button", { type: "submit", class: "main" }, "Show"),
    link("day", date), link("month", date.slice(0, 7)), link("year", date.slice(0, 4)), link("twelve months to it", `12m/${date}`),
    h("span", { class: "muted" }, "report as ", file("html"), " ", file("csv"), " ", file("json"), " ", file("xlsx"))),
  h("p", { class: "small muted", id: "period-help" }, `As twin report has it: 2025-06-18, 2025-06, 2025, 2025-W25, 2025-06-01..2025-06-14${data.shifts.length > 0 ? `, 2025-06-18/${data.shifts[0]} (a shift)` : ""}.`)];
}

const tile = (label, value, unit, ...lines) => h("div", { class: "tile" }, h("p", { class: "label" }, label),
  h("p", { class: "big" }, value, value === "–" ? null : h("small", {}, ` ${unit}`)), lines.map((line) => h("p", { class: "line" }, line)));

function tiles(report) {
  const now = report.figure;
  const then = report.baseline;
  const way = report.ways[0];
  return h("div", { class: "grid" },
    tile("CO2e per vehicle", figure(now.kg_per_vehicle, 1), "kg",
      `± ${figure(now.uncertainty_kg_per_vehicle, 1)} kg (95 %), Scope 1+2, ${now.scope2}-based`,
      `${figure(now.vehicles)} vehicles${now.vehicles_modelled > 0 ? `, ${figure(now.vehicles_modelled)} of them modelled` : ""}`),
    tile(then ? `Against ${then.year}` : "Against a baseline", then?.reduction_pct === null || !then ? "–" : figure(Math.abs(then.reduction_pct), 1),
      !then || then.reduction_pct === null ? "%" : then.reduction_pct >= 0 ? "% less" : "% more",
      then?.reduction_pct === null || !then ? (then?.reason ?? "the site has no baseline")
        : `${percent(then.reduction_low_pct, 0)} to ${percent(then.reduction_high_pct, 0)}${then.is_proven ? "" : ": not proven"}`,
      then && then.kg_per_vehicle !== null ? `${figure(then.kg_per_vehicle, 1)} kg, ${then.basis}` : ""),
    way ? tile(`Way to ${way.name}`, verdicts[way.verdict] ?? way.verdict, "", `asked in ${way.year}: ${percent(way.asked_pct)} less; reached: ${percent(way.reached_pct)}`,
      way.gap_kg > 0 ? `${tonnes(way.gap_kg, 1)} t to go` : `${tonnes(-way.gap_kg, 1)} t ahead`) : null,
    tile("Market-based", figure(now.kg_per_vehicle_market, 1), "kg", `location-based ${figure(now.kg_per_vehicle_location, 1)} kg`, `production ${tonnes(now.production_kg_location, 1)} t, by market ${tonnes(now.production_kg_market, 1)} t`));
}

/** From the baseline to the window, cause by cause; what makes it more has a plus, what makes it less a minus. */
function waterfall(change) {
  if (change.from_kg === null) return h("p", { class: "muted" }, `Not shared out: ${change.reason}.`);
  const parts = change.parts.filter((part) => Math.abs(part.kg) >= 0.05);
  const levels = [change.from_kg];
  for (const part of parts) levels.push(levels[levels.length - 1] + part.kg);
  const [width, height] = [1000, 300];
  const most = Math.max(...levels, change.to_kg, 1) * 1.1;
  const least = Math.min(0, ...levels);
  const y = (value) => height - 62 - (height - 86) * (value - least) / (most - least);
  const pitch = (width - 10) / (parts.length + 2);
  const column = (place, low, high, kind, text, label) => {
    const x = 5 + place * pitch;
    return svg("g", {}, svg("rect", { x: x + 5, y: y(high), width: pitch - 10, height: Math.max(1, y(low) - y(high)), class: `co2-${kind}` }, svg("title", {}, `${label}: ${text} kg per vehicle`)),
      svg("text", { x: x + pitch / 2, y: y(high) - 5, "text-anchor": "middle" }, text),
      label.split(" ").map((word, line) => svg("text", { x: x + pitch / 2, y: height - 44 + 14 * line, "text-anchor": "middle", class: "axis" }, word)));
  };
  return [h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "What changed the CO2 per vehicle" }, svg("svg", { class: "co2-fall", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "What changed the CO2 per vehicle, kg; the table below has the same figures" },
    column(0, 0, change.from_kg, "end", figure(change.from_kg, 1), change.from),
    parts.map((part, place) => column(place + 1, Math.min(levels[place], levels[place + 1]), Math.max(levels[place], levels[place + 1]), part.kg > 0 ? "more" : "less", signed(part.kg), part.label)),
    column(parts.length + 1, 0, change.to_kg, "end", figure(change.to_kg, 1), "this window"),
    svg("line", { x1: 5, x2: width - 5, y1: y(0), y2: y(0), class: "base" }))),
  h("p", { class: "small muted" }, "kg per vehicle. Each cause has the mean of what it changes over all orders (Shapley values), so the bars come to the difference. Light bars make it less, dark ones more."),
  tableTwin(["cause", "whose", { text: "change", unit: "kg per vehicle", num: true }], [
    [change.from, "", figure(change.from_kg, 3)], ...change.parts.map((part) => [part.label, part.is_ours ? "the plant's own doing" : "what happened to it", signed(part.kg, 3)]),
    ["this window", "", figure(change.to_kg, 3)]])];
}

function course(report) {
  const rows = (list, name) => list.map((one) => [String(one[name]), figure(one.kg_per_vehicle, 1), figure(one.vehicles), one.is_whole ? "" : "not whole"]);
  const heads = (text) => [text, { text: "CO2e", unit: "kg per vehicle", num: true }, { text: "vehicles", num: true }, ""];
  return [report.months.length > 1 ? card("By month", table(heads("month"), rows(report.months, "label"))) : null,
    report.years.length > 1 ? card("By year", table(heads("year"), rows(report.years, "year"))) : null];
}

function targets(report) {
  const rows = report.ways.map((way) => [`${way.name}, way in ${way.year}`, `${figure(way.asked_pct, 1)} % less`, `${figure(way.reached_pct, 1)} %`, verdicts[way.verdict] ?? way.verdict, signed(way.gap_kg / 1000, 2)]);
  const judged = report.targets.map((target) => [`${target.name}, target of ${target.year}`, `${figure(target.value, 1)} ${target.unit}`, "",
    target.is_met === null ? "for a year: not judged here" : target.is_met ? "reached" : "not reached", ""]);
  return card("Targets", table(["", "asked", "reached", "", { text: "gap", unit: "t", num: true }], [...rows, ...judged], { flow: true }));
}

function quality(report) {
  const q = report.quality;
  const rows = [["energy measured", percent(q.measured_pct)], ["estimated", percent(q.estimated_pct)], ["missing", percent(q.missing_pct)], ["half hours", figure(q.half_hours)], ["gaps", figure(q.gaps)],
    ["messages", figure(q.messages)], ["rejected", figure(q.rejected)], ["duplicates", figure(q.duplicates)], ["late", figure(q.late)], ["restated", q.restated]];
  return card("What it rests on",
    h("p", {}, q.simulated ? h("span", { class: "badge" }, "simulated: nothing was measured") : null, " ", q.provisional ? h("span", { class: "badge warn" }, "△ provisional") : h("span", { class: "badge" }, "final")),
    table(["", { text: "", num: true }], rows),
    q.reconciliation.map((text) => h("p", { class: "small" }, text)), q.caveats.map((text) => h("p", { class: "small" }, text)),
    h("details", {}, h("summary", {}, "What makes the interval"), table(["", "kind", { text: "95 %", unit: "kg", num: true }], report.figure.contributions.map((one) => [one.label, one.kind, figure(one.kg, 1)]))),
    h("p", { class: "small muted" }, `digest ${q.digest.slice(0, 16)}…`));
}

function saved(report) {
  const own = report.saved;
  if (!own) return card("Saved by dispatch", h("p", { class: "muted" }, "Nothing was commanded, or the books do not tell."));
  return card("Saved by dispatch", table(["", { text: "saved", num: true }, "unit", { text: "95 % from", num: true }, { text: "to", num: true }, ""],
    own.lines.map((line) => [line.name, figure(line.value, line.digits), line.unit, figure(line.low, line.digits), figure(line.high, line.digits), line.is_proven ? "" : "not proven"]), { flow: true }),
  h("p", { class: "small muted" }, own.basis, own.left_out ? `; ${own.left_out} are left out: not all of it was measured` : ""));
}

/** A branch opens below its own line. */
function branch(node, depth = 0) {
  const line = [h("span", { class: "co2-label" }, node.label), " ", h("strong", {}, node.kg === null ? "" : `${figure(node.kg, 1)} kg`), " ",
    h("span", { class: "muted small" }, [node.kg_per_vehicle === null ? null : `${figure(node.kg_per_vehicle, 3)} kg per vehicle`, node.kwh === null ? null : `${figure(node.kwh, 1)} kWh`, node.note || null].filter(Boolean).join(" · "))];
  if (node.children.length === 0) return h("li", {}, line);
  return h("li", {}, h("details", { open: depth < 2 }, h("summary", { class: "co2-branch" }, line), h("ul", {}, node.children.map((child) => branch(child, depth + 1)))));
}

async function show() {
  const data = await load(`/co2.json${location.search}`);
  const report = data.report;
  page().removeAttribute("aria-busy");
  page().replaceChildren(...[toolbar(data),
    h("p", { class: "muted" }, `${clock(data.from)} to ${clock(data.to)} · ${report.figure.boundary}`),
    h("p", { class: "co2-headline" }, report.headline), tiles(report),
    card(`What drove the change${report.baseline ? ` since ${report.baseline.year}` : ""}`, waterfall(report.change)),
    h("div", { class: "grid wide" }, targets(report), saved(report), course(report),
      card("Scopes", table(["", { text: "CO2e", unit: "t", num: true }, { text: "per vehicle", unit: "kg", num: true }],
        report.scopes.map((row) => [row.name, tonnes(row.kg), figure(row.kg_per_vehicle, 2)])),
      h("p", { class: "small muted" }, `Factors: ${report.figure.factor_set}.`)), quality(report)),
    card("Where the figure comes from", h("ul", { class: "co2-tree" }, branch(data.explain))),
    card("In words", report.answers.map((answer) => [h("h3", {}, answer.question), h("p", {}, answer.words)])),
    data.configurations.length > 1 ? card("Configurations in force", data.configurations.map((text) => h("p", { class: "small" }, text))) : null,
  ].flat(Infinity).filter(Boolean));
}

show().catch(fail);
