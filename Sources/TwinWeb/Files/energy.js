// Energy of a window: kWh, never kW. A Sankey, stacked bars by time, tables, and another window beside it.
import { accountColour, card, clock, fail, figure, h, keep, library, load, page, ribbon, svg, table, tableTwin, width as widthOf } from "/files/page.js";

const query = new URLSearchParams(location.search);
const digits = (kwh) => (Math.abs(kwh) < 100 ? 1 : 0);
const kwh = (value) => (value === null || value === undefined ? "–" : figure(value, digits(value)));
/** In a column every figure has the same decimals. */
const cell = (value) => figure(value, 1);
const percent = (value) => (value === null || value === undefined ? "–" : `${figure(value, 1)} %`);
const day = (text) => (text ?? "").slice(0, 10);

/** Of a window's end its last day: an end at midnight belongs to the day before. */
const lastDay = (text) => {
  if (!/T00:00:00/.test(text ?? "")) return day(text);
  const date = new Date(`${day(text)}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
};

/** The query that asks for a window moved by its own length. */
function moved(data, direction) {
  const from = new Date(`${day(data.asked_from)}T12:00:00Z`);
  const to = new Date(`${lastDay(data.asked_to)}T12:00:00Z`);
  const days = Math.round((to - from) / 86400000) + 1;
  from.setUTCDate(from.getUTCDate() + direction * days);
  to.setUTCDate(to.getUTCDate() + direction * days);
  const next = new URLSearchParams({ from: from.toISOString().slice(0, 10), to: to.toISOString().slice(0, 10) });
  if (query.get("compare")) next.set("compare", query.get("compare"));
  return `/energy?${next}`;
}

function toolbar(data) {
  const from = h("input", { type: "date", name: "from", value: day(data.asked_from) });
  const to = h("input", { type: "date", name: "to", value: lastDay(data.asked_to) });
  const before = h("input", { type: "checkbox", name: "compare", value: "before", checked: query.get("compare") === "before" });
  const csv = new URLSearchParams({ from: data.asked_from, to: data.asked_to });
  return h("form", { class: "toolbar", method: "get", action: "/energy" },
    h("label", {}, "From", from), h("label", {}, "To, that day included", to),
    h("label", { class: "inline" }, before, "compare with the time before"),
    h("button", { type: "submit", class: "main" }, "Show"),
    h("a", { href: moved(data, -1) }, "◀ before"), h("a", { href: moved(data, 1) }, "after ▶"),
    h("a", { href: `/energy.csv?${csv}` }, "CSV of the bars"));
}

function tiles(data) {
  const own = data.electricity;
  const tile = (label, value, unit, line, title) => h("div", { class: "tile", title },
    h("p", { class: "label" }, label), h("p", { class: "big" }, value, h("small", {}, ` ${unit}`)), h("p", { class: "line" }, line));
  return h("div", { class: "grid" },
    tile("Electricity used on site", figure(own.used_kwh / 1000, 1), "MWh", "generated and imported, less exported"),
    tile("Autarchy", figure(own.autarchy_pct, 1), "%", "1 − import / used on site", own.autarchy_words),
    tile("Self-consumption", figure(own.self_consumption_pct, 1), "%", "1 − export / own generation", own.self_consumption_words),
    tile("Own wind and sun", figure(own.renewable_pct, 1), "%", "of the electricity used on site"));
}

const kinds = {
  source: "var(--c1)", bus: "var(--edge)", converter: "var(--c5)", use: "var(--c7)", lost: "var(--c8)", unmetered: "var(--c8)",
};

/** Drawn once for the window: what is thick here is much of it. */
async function sankey(flow) {
  if (flow.links.length === 0) return h("p", { class: "muted" }, "Nothing flowed in this window.");
  await library("d3.js");
  await library("d3-sankey.js");
  const isNarrow = innerWidth < 640;
  const [width, height] = [widthOf(page()) - 34, isNarrow ? 640 : 580];
  const graph = d3.sankey().nodeId((node) => node.id).nodeWidth(12).nodePadding(isNarrow ? 12 : 14)
    .nodeAlign(d3.sankeyJustify).extent([[4, 14], [width - 4, height - 6]])({
      nodes: flow.nodes.map((node) => ({ ...node })),
      links: flow.links.map((link) => ({ source: link.from, target: link.to, value: link.kwh })),
    });
  const text = (node) => `${node.label}  ${kwh(node.kwh)} kWh${node.share_pct === null ? "" : `, ${percent(node.share_pct)}`}`;
  // On a phone a name must do, where there is room for one; the table has the figures.
  const label = (node) => (isNarrow ? (node.y1 - node.y0 > 9 ? `${node.label} ${figure(node.kwh / 1000)} MWh` : "") : text(node));
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Energy from sources over buses to uses, kWh; the table below has the same figures" },
    graph.links.map((link) => svg("path", {
      d: ribbon(link.source.x1, link.y0, link.target.x0, link.y1, Math.max(1, link.width)), fill: kinds[link.source.kind] ?? "var(--c7)", "fill-opacity": .32,
    }, svg("title", {}, `${link.source.label} → ${link.target.label}: ${kwh(link.value)} kWh`))),
    graph.nodes.map((node) => svg("rect", {
      x: node.x0, y: node.y0, width: node.x1 - node.x0, height: Math.max(1, node.y1 - node.y0), fill: kinds[node.kind] ?? "var(--c7)",
    }, svg("title", {}, text(node)))),
    labels(graph.nodes, label, width).map((one) => svg("text", {
      x: one.x, y: one.y, dy: ".35em", "text-anchor": one.isRight ? "end" : "start", class: "energy-label",
    }, one.text)));
  return h("div", { class: "energy-sankey" }, drawing);
}

/**
 * Where each node's name stands: beside it, towards the middle; on its other side where that is taken; nowhere where both
 * are. The large ones choose first. The table names all.
 */
function labels(nodes, label, width) {
  const taken = [];
  const placed = [];
  for (const node of [...nodes].sort((a, b) => (b.y1 - b.y0) - (a.y1 - a.y0))) {
    const text = label(node);
    const [long, y] = [6.6 * text.length, (node.y0 + node.y1) / 2];
    const sides = node.x0 > width / 2 ? [true, false] : [false, true];
    for (const isRight of sides) {
      const x = isRight ? node.x0 - 6 : node.x1 + 6;
      const box = { left: isRight ? x - long : x, right: isRight ? x : x + long, top: y - 7, bottom: y + 7 };
      const isFree = box.left >= 0 && box.right <= width
        && taken.every((other) => box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);
      if (text === "" || !isFree) continue;
      taken.push(box);
      placed.push({ x, y, text, isRight });
      break;
    }
  }
  return placed;
}

/** One bus, stacked: sources above zero, what is stored or exported below; a gap is left free. */
function bars(data, bus) {
  const { starts, columns, stepped_s: stepped } = data.bars;
  const own = columns.filter((column) => column.bus === bus && column.kwh.some((value) => value));
  if (own.length === 0) return h("p", { class: "muted" }, "Nothing flowed on it in this window.");
  const isNarrow = innerWidth < 640;
  const [width, height, left, bottom] = [widthOf(page()) - 34, 300, 62, 30];
  const up = starts.map((_, place) => own.reduce((sum, c) => sum + Math.max(0, c.kwh[place] ?? 0), 0));
  const down = starts.map((_, place) => own.reduce((sum, c) => sum + Math.min(0, c.kwh[place] ?? 0), 0));
  const ticks = d3.scaleLinear().domain([Math.min(0, ...down), Math.max(1e-9, ...up)]).nice(5);
  const y = (value) => 10 + (height - bottom - 10) * (1 - (value - ticks.domain()[0]) / (ticks.domain()[1] - ticks.domain()[0]));
  const pitch = (width - left - 8) / starts.length;
  // Its key is of the column's name in the CSV: bus, account, unit.
  const color = (which) => accountColour(own[which].key.slice(bus.length + 1, -4), which);
  const label = (text) => (data.bars.width === "day" ? clock(text).slice(0, -6) : clock(text).slice(-5));
  const every = Math.max(1, Math.ceil(starts.length / (isNarrow ? 4 : 12)));
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Energy of ${bus} by time, kWh; the table below has the same figures` },
    ticks.ticks(5).map((value) => svg("g", {},
      svg("line", { x1: left, x2: width - 8, y1: y(value), y2: y(value), class: value === 0 ? "base" : "grid" }),
      svg("text", { x: left - 6, y: y(value), dy: ".35em", "text-anchor": "end", class: "axis" }, figure(value)))),
    starts.map((start, place) => {
      if (own.every((column) => column.kwh[place] === null)) return null;
      let [above, below] = [0, 0];
      return svg("g", {}, svg("title", {}, `${clock(start)}: ${own.map((c) => `${c.label} ${kwh(c.kwh[place])}`).join(", ")} kWh${stepped[place] ? "" : ", nothing stepped"}`),
        own.map((column, which) => {
          const value = column.kwh[place];
          if (!value) return null;
          const base = value > 0 ? above : below;
          if (value > 0) above += value; else below += value;
          const [top, foot] = value > 0 ? [y(base + value), y(base)] : [y(base), y(base + value)];
          return svg("rect", { x: left + place * pitch + pitch * .08, y: top, width: pitch * .84, height: Math.max(0, foot - top), fill: color(which) });
        }));
    }),
    starts.map((start, place) => (place % every ? null
      : svg("text", { x: left + place * pitch, y: height - 8, class: "axis" }, label(start)))));
  const legend = h("ul", { class: "legend" }, own.map((column, which) => {
    const item = h("li", {}, `${column.label}${column.is_source ? "" : " (out)"}`);
    item.style.setProperty("--key", color(which));
    return item;
  }));
  return [h("p", { class: "small muted" }, "kWh, as seen by the bus: what is given stands above zero, what is stored or exported below."),
    drawing, legend,
    tableTwin(["from", ...own.map((c) => ({ text: `${c.label}${c.is_source ? "" : " out"}`, unit: "kWh", num: true }))],
      starts.map((start, place) => [clock(start), ...own.map((c) => cell(c.kwh[place]))]))];
}

function barsCard(data) {
  const buses = [...new Set(data.bars.columns.map((column) => column.bus))];
  const names = { half_hour: "by half hour", hour: "by hour", day: "by day" };
  const place = h("div", { class: "energy-bars" });
  const draw = (bus) => place.replaceChildren(...[bars(data, bus)].flat());
  const choice = keep(h("select", { onchange: (event) => draw(event.target.value) }, buses.map((bus) => h("option", { value: bus }, bus))), "bus");
  if (buses.length > 0) draw(choice.value);
  return card(`Sources, stores and export, ${names[data.bars.width]}`, h("div", { class: "toolbar" }, h("label", {}, "Of", choice)), place);
}

function comparison(data) {
  const other = data.compare;
  if (!other) return null;
  const title = `Compared with ${day(other.asked_from)} to ${lastDay(other.asked_to)}`;
  if (!other.accounts) return card(title, h("p", { class: "muted" }, "The books hold nothing of that time."));
  const rows = other.accounts.map((row) => [row.bus, `${row.label} ${row.direction}`, cell(row.kwh), cell(row.then_kwh),
    `${row.difference_kwh > 0 ? "+" : ""}${cell(row.difference_kwh)}`, percent(row.difference_pct)]);
  const shares = [["Autarchy", "autarchy_pct"], ["Self-consumption", "self_consumption_pct"]].map(([label, key]) =>
    h("p", {}, `${label}: ${percent(data.electricity[key])}, then ${percent(other.electricity[key])}`));
  return card(title, shares,
    data.half_hours !== other.half_hours ? h("p", { class: "note" }, `The windows are not alike: ${data.half_hours} half hours against ${other.half_hours}.`) : null,
    table(["bus", "account", { text: "this window", unit: "kWh", num: true }, { text: "then", unit: "kWh", num: true },
      { text: "difference", unit: "kWh", num: true }, { text: "difference", num: true }], rows));
}

function tables(data) {
  const quality = [{ text: "measured", unit: "% of time", num: true }, { text: "estimated", unit: "% of time", num: true }];
  return [
    card("Accounts", table(["bus", "account", "", { text: "energy", unit: "kWh", num: true }, { text: "of its bus", num: true }, ...quality],
      data.accounts.map((row) => [row.bus, row.label, row.direction, cell(row.kwh), percent(row.share_pct), figure(row.measured_pct, 1), figure(row.estimated_pct, 1)]))),
    h("section", { class: "card" }, h("details", { class: "energy-meters" }, h("summary", {}, `Meters (${data.meters.length})`), table(["asset", "account", "", { text: "energy", unit: "kWh", num: true }, ...quality],
      data.meters.map((row) => [h("a", { href: `/asset/${row.asset}` }, row.asset), `${row.label}, ${row.bus}`, row.direction, cell(row.kwh), figure(row.measured_pct, 1), figure(row.estimated_pct, 1)])))),
    data.simulated ? h("p", { class: "small muted" }, "Simulated: what is called measured was told by simulated meters.") : null,
  ];
}

async function show() {
  const data = await load(`/energy.json${location.search}`);
  const flow = await sankey(data.flow);
  await library("d3.js");
  const words = [`${clock(data.from)} to ${clock(data.to)}`, `${data.half_hours} half hours`, data.simulated ? "simulated" : null,
    data.provisional ? "provisional: not all of it is over, or late data may still change it" : null, data.gaps ? `${data.gaps} gaps` : null];
  const names = new Map(data.flow.nodes.map((node) => [node.id, node.label]));
  page().removeAttribute("aria-busy");
  page().replaceChildren(...[toolbar(data),
    data.half_hours === 0 ? h("p", { class: "note" }, "The books hold nothing of this time.") : null,
    data.half_hours === 0 ? null : [
      h("p", { class: "muted" }, words.filter(Boolean).join(" · ")), tiles(data),
      card("Where it came from and went, kWh", flow,
        h("p", { class: "small muted" }, "“Unmetered” is what no meter tells of. “Surroundings, or unmetered” is what converters gave more than meters say they took: heat of the air, or a meter that is wrong."),
        tableTwin(["from", "to", { text: "energy", unit: "kWh", num: true }],
          data.flow.links.map((link) => [names.get(link.from), names.get(link.to), cell(link.kwh)]))),
      barsCard(data), comparison(data),
      h("p", { class: "small muted" }, data.electricity.autarchy_words, " ", data.electricity.self_consumption_words),
      tables(data)]].flat(Infinity).filter(Boolean));
}

show().catch(fail);
