// The first page: what a vehicle emits, where power comes from and goes to, and what is being done about it.
import { accountColour, card, clock, date, fail, figure, h, live, load, page, put, ribbon, setPoint, svg, tableTwin, width } from "/files/page.js";

// Places that every step fills anew; their sizes are reserved so that nothing jumps.
const places = {
  tiles: h("div", { class: "grid", id: "tiles" }),
  flow: h("div", { id: "flow" }),
  day: h("div", { id: "day" }),
  dispatch: h("div", { id: "dispatch" }),
};

page().replaceChildren(
  places.tiles,
  h("div", { class: "grid wide" },
    card("Power now, kW", places.flow),
    card("What the dispatcher does, and why", places.dispatch)),
  card("The day, mean kW by half hour", places.day));

// Tiles.

/** Actual against 2018 and the targets, on one scale; the marks are told in words below it. */
function bullet(value, marks) {
  const known = marks.filter((mark) => Number.isFinite(mark.value));
  const top = 1.08 * Math.max(value ?? 0, ...known.map((mark) => mark.value), 1);
  const x = (kg) => 2 + 296 * Math.max(0, kg) / top;
  const words = [`${figure(value)} kg now`, ...known.map((mark) => `${mark.name} ${figure(mark.value)} kg`)].join(", ");
  return [
    svg("svg", { viewBox: "0 0 300 26", role: "img", "aria-label": words },
      svg("rect", { x: 2, y: 7, width: 296, height: 12, fill: "var(--hover)" }),
      Number.isFinite(value) ? svg("rect", { x: 2, y: 9, width: Math.max(1, x(value) - 2), height: 8, fill: "var(--c1)" }) : null,
      known.map((mark) => svg("line", { x1: x(mark.value), x2: x(mark.value), y1: 3, y2: 23, stroke: "var(--ink)", "stroke-width": 2.5, "stroke-dasharray": mark.dash ?? null }))),
    known.map((mark) => h("p", { class: "line" }, `${mark.dash ? "┆" : "┃"} ${mark.name}: ${figure(mark.value)} kg`)),
  ];
}

const tile = (label, value, unit, ...lines) => h("section", { class: "tile" },
  h("h2", { class: "label" }, label),
  h("p", { class: "big" }, value, unit ? h("small", {}, ` ${unit}`) : null),
  lines.flat().map((line) => (line instanceof Element ? line : h("p", { class: "line" }, line ?? "\u00a0"))));

/**
 * A month or a year to date, and since when where the books begin within it. While a plant runs both are of the last half hour
 * that is over, and today's figure is newer.
 */
function sinceWhen(window, name, isRunning) {
  const isWhole = !window || /^\d{4}-01-01/.test(window.from) || (name === "month" && /^\d{4}-\d\d-01/.test(window.from));
  return `${name}${isWhole ? "" : ` since ${date(window.from)}`} to ${isRunning && window ? window.to.slice(11, 16) : "date"}`;
}

/** A store's last day is not today's. */
const theDay = (data) => (data.now ? "today" : date(data.day.from));

function perVehicle(data) {
  const { day, month, year } = data.co2;
  const reported = data.baseline_year_kg_per_vehicle;
  const likeForLike = day?.baseline_kg_per_vehicle ?? null;
  const marks = [
    { name: `${day?.baseline_year ?? "baseline"}`, value: likeForLike ?? reported },
    ...data.targets.map((target) => ({
      name: `target ${target.name}`, dash: "3 2",
      value: likeForLike && reported ? target.kg_per_vehicle * likeForLike / reported : target.kg_per_vehicle,
    })),
  ];
  const range = Number.isFinite(day?.uncertainty_kg_per_vehicle) ? `± ${figure(day.uncertainty_kg_per_vehicle)} kg` : "no figure yet";
  return tile(`CO2e per vehicle, ${data.now ? "today so far" : theDay(data)}`, figure(day?.co2_kg_per_vehicle), "kg",
    `${range}, ${data.scope2}-based Scope 1+2 of the site`, bullet(day?.co2_kg_per_vehicle, marks),
    [[month, "month"], [year, "year"]].map(([window, name]) => `${sinceWhen(window, name, data.now)}: ${figure(window?.co2_kg_per_vehicle)} kg`),
    h("p", { class: "line" }, h("a", { href: "/co2" }, "Where the figure comes from")),
    // A site without a baseline has no marks, and a target of it no figure.
    !marks.some((mark) => Number.isFinite(mark.value)) ? []
      : likeForLike === null ? `marks: ${day?.baseline_year ?? "the baseline"} as reported, its whole year` : `marks: ${day.baseline_year}'s plant under this day's conditions`);
}

function spark(values, label) {
  const top = Math.max(1, ...values);
  // The day on which clocks go back has two hours' worth more.
  const slots = Math.max(48, values.length);
  return svg("svg", { viewBox: "0 0 300 34", role: "img", "aria-label": label },
    values.map((value, place) => svg("rect", {
      x: 2 + 296 * place / slots, width: 296 / slots - 1, y: 32 - 30 * value / top, height: Math.max(.5, 30 * value / top), fill: "var(--c7)",
    })));
}

function showTiles(data) {
  const now = data.now;
  const day = data.day;
  const used = now ? usesKW(now) : null;
  const quality = data.quality;
  const isPoor = Number.isFinite(quality.measured_pct) && quality.measured_pct < 90;
  put(places.tiles,
    perVehicle(data),
    tile("Plant load now", figure(used === null ? null : used / 1000, 2), "MW",
      now ? `grid ${figure(now.power_kw.grid_import / 1000, 2)} MW of ${figure(data.import_limit_kw / 1000, 1)} MW` : "nothing runs; from the store",
      `autarchy ${theDay(data)} ${figure(data.autarchy_pct, 1)} %`, `self-consumption ${figure(data.self_consumption_pct, 1)} %`,
      h("p", { class: "line" }, h("small", {}, "autarchy: 1 − import / use; self-consumption: 1 − export / own generation"))),
    tile(`Vehicles, ${theDay(data)}`, figure(data.vehicles), "", spark(day.vehicles, `vehicles by half hour: ${day.vehicles.join(", ")}`),
      `cost of the day ${figure(data.cost)} ${data.currency}`),
    tile(`Energy measured, ${theDay(data)}`, figure(quality.measured_pct, 1), "%",
      h("p", { class: `line ${isPoor ? "warn-text" : ""}` }, isPoor ? "△ models stand in for the rest" : "of what the books hold, by meters"),
      `estimated ${figure(quality.estimated_pct, 1)} %, missing ${figure(quality.missing_pct, 1)} %`,
      now?.simulated ? "simulated: telemetry comes from models" : "\u00a0"));
}

// Power flow: from sources on the left to uses on the right, as wide as their kW. The scale only grows, and the drawing keeps
// its height, so that nothing jumps.

const name = (flow) => flow.label.charAt(0).toUpperCase() + flow.label.slice(1);
const ROW = 18;
let scaleKW = 10000;

const usesKW = (now) => now.flows.filter((flow) => !flow.is_source && flow.account !== "grid_export").reduce((sum, flow) => sum + Math.max(0, flow.kw), 0);

function showFlow(now) {
  const [sources, uses] = [true, false].map((isSource) =>
    now.flows.filter((flow) => flow.is_source === isSource).map((flow) => ({ ...flow, kw: Math.max(0, flow.kw) })));
  // More is used than comes in, say the meters: what nobody tells of comes from somewhere.
  const unmetered = now.flows.find((flow) => flow.account === "unmetered");
  if (unmetered?.kw < 0) sources.push({ ...unmetered, kw: -unmetered.kw });
  const total = Math.max(...[sources, uses].map((side) => side.reduce((sum, flow) => sum + flow.kw, 0)), 1);
  if (total > scaleKW) scaleKW = Math.ceil(total / 5000) * 5000;
  const across = width(places.flow);
  const BUS = across < 480 ? 70 : 150;
  const height = BUS + ROW * Math.max(sources.length, uses.length) + 8;
  const thick = (kw) => BUS * kw / scaleKW;
  const [label, middle] = [Math.min(190, across * .37), across / 2];
  // On a phone a long name of a thick band stands below its figure.
  const isTight = (flow) => 7 * (figure(flow.kw).length + name(flow).length) > label && thick(flow.kw) > ROW;
  function side(flows, isLeft) {
    const whole = flows.reduce((sum, flow) => sum + thick(flow.kw), 0);
    let row = (height - whole - ROW * flows.length) / 2;
    let bus = (height - whole) / 2;
    return flows.map((flow) => {
      const wide = thick(flow.kw);
      const from = row + (ROW + wide) / 2;
      const to = bus + wide / 2;
      row += ROW + wide;
      bus += wide;
      // Below a hundredth of all it is told and not drawn: a thread that comes and goes says nothing.
      const isDrawn = flow.kw > total / 100;
      const [x0, x1] = isLeft ? [label + 8, middle - 4] : [across - label - 8, middle + 4];
      const isNothing = flow.kw < .5;
      const power = svg("tspan", { "font-weight": isNothing ? 400 : 600 }, figure(flow.kw));
      const named = svg("tspan", { class: "muted" }, name(flow));
      return [
        isDrawn ? svg("path", {
          d: ribbon(x0, from, x1, to, Math.max(1.5, wide)), fill: accountColour(flow.account),
          "fill-opacity": flow.account === "unmetered" ? .5 : null,
        }) : null,
        svg("text", { x: isLeft ? label : across - label, y: from + 4, "text-anchor": isLeft ? "end" : "start", class: isNothing ? "muted" : null },
          isLeft ? [named, "\u2002", power] : isTight(flow) ? [power, svg("tspan", { class: "muted", x: across - label, dy: "1.2em" }, name(flow))] : [power, "\u2002", named]),
      ];
    });
  }
  const words = [...sources, ...uses].filter((flow) => flow.kw >= .5).map((flow) => `${name(flow)} ${figure(flow.kw)} kW`).join(", ");
  const isOpen = places.flow.querySelector("details")?.open;
  const twin = tableTwin([{ text: "Flow" }, { text: "Direction" }, { text: "Power", unit: "kW", num: true }],
    [...sources.map((flow) => [name(flow), "onto the bus", figure(flow.kw, 1)]), ...uses.map((flow) => [name(flow), "from the bus", figure(flow.kw, 1)])]);
  twin.open = isOpen ?? false;
  put(places.flow,
    svg("svg", { viewBox: `0 0 ${across} ${height}`, role: "img", "aria-label": words },
      side(sources, true), side(uses, false),
      svg("rect", { x: middle - 4, width: 8, y: (height - thick(total)) / 2 - 4, height: thick(total) + 8, fill: "var(--ink-2)", rx: 2 })),
    twin);
}

// The day.

function showDay(data) {
  const { day, now } = data;
  const isNarrow = width(places.day) < 600;
  const [across, height, left, right, top] = [width(places.day), 316, 56, isNarrow ? 8 : 44, 10];
  const bottom = height - 40;
  const begin = Date.parse(day.from);
  const span = Date.parse(day.to) - begin;
  const x = (time) => left + (across - left - right) * (Date.parse(time) - begin) / span;
  const slot = (across - left - right) * 30 * 60000 / span;
  const positive = day.starts.map((_, place) => day.accounts.filter((a) => a.is_source).reduce((sum, a) => sum + Math.max(0, a.kw[place]), 0));
  const negative = day.starts.map((_, place) => day.accounts.filter((a) => !a.is_source && a.account !== "load").reduce((sum, a) => sum + Math.max(0, a.kw[place]), 0));
  const plan = now?.plan?.in_force ? now.plan : null;
  const ahead = plan ? plan.starts.map((start, place) => ({ start, kw: plan.net_kw[place] })).filter((p) => Date.parse(p.start) >= Date.parse(now.ts) - 1800000 && Date.parse(p.start) < begin + span) : [];
  const most = 1000 * Math.ceil(Math.max(1000, ...positive, ...ahead.map((p) => p.kw)) * 1.04 / 5000) * 5;
  const least = Math.max(0, ...negative) > 0 ? -Math.ceil(Math.max(...negative) / 2500) * 2500 : 0;
  const y = (kw) => top + (bottom - top) * (most - kw) / (most - least);
  const ticks = [];
  for (let kw = Math.ceil(least / 5000) * 5000; kw <= most; kw += most > 25000 ? 10000 : 5000) ticks.push(kw);
  const bars = day.starts.map((start, place) => {
    let [up, down] = [0, 0];
    return day.accounts.filter((a) => a.account !== "load").map((a) => {
      const kw = Math.max(0, a.kw[place]);
      if (kw <= 0) return null;
      const [from, to] = a.is_source ? [up, up += kw] : [-(down += kw), -(down - kw)];
      return svg("rect", { x: x(start) + .5, width: Math.max(1, slot - 1), y: y(to), height: Math.max(.4, y(from) - y(to)), fill: accountColour(a.account), opacity: a.is_source ? 1 : .7 },
        svg("title", {}, `${clock(start)}: ${a.label} ${figure(kw)} kW`));
    });
  });
  const load = day.accounts.find((a) => a.account === "load");
  const steps = load ? day.starts.map((start, place) => `${place === 0 ? "M" : "L"}${x(start)},${y(load.kw[place])} h${slot}`).join(" ") : null;
  const grams = day.g_per_kwh;
  const known = grams.filter(Number.isFinite);
  const [cleanest, dirtiest] = [Math.min(...known), Math.max(...known)];
  const planned = ahead.map((p, place) => `${place === 0 ? "M" : "L"}${Math.max(x(p.start), place === 0 ? x(now.ts) : 0)},${y(p.kw)} H${x(p.start) + slot}`).join(" ");
  const hours = isNarrow ? [0, 6, 12, 18, 24] : [0, 3, 6, 9, 12, 15, 18, 21, 24];
  const soc = day.soc.map((share, place) => ({ share, at: x(day.starts[place]) + slot / 2 })).filter((point) => Number.isFinite(point.share));
  const full = (share) => bottom - (bottom - top) * share;
  const keys = [...day.accounts.filter((a) => a.account !== "load")];
  const summary = day.starts.length === 0 ? "no half hour yet" : `mean power of ${day.starts.length} half hours; the table has the figures`;
  const legend = h("ul", { class: "legend" }, keys.map((a) => {
    const item = h("li", {}, a.label);
    item.style.setProperty("--key", accountColour(a.account));
    return item;
  }));
  const extra = [["shops and heat", "var(--ink)"], soc.length > 1 ? ["storage's state of charge, %", "var(--c5)"] : null, plan ? ["grid import as planned", "var(--ink)", "dashed"] : null].filter(Boolean);
  for (const [text, ink, style] of extra) {
    const item = h("li", { class: `stroke ${style ?? ""}` }, text);
    item.style.setProperty("--key", ink);
    legend.append(item);
  }
  put(places.day,
    svg("svg", { viewBox: `0 0 ${across} ${height}`, role: "img", "aria-label": `The day: ${summary}` },
      ticks.map((kw) => [
        svg("line", { x1: left, x2: across - right, y1: y(kw), y2: y(kw), class: kw === 0 ? "base" : "grid" }),
        svg("text", { x: left - 8, y: y(kw) + 4, "text-anchor": "end", class: "muted" }, `${figure(kw / 1000)} MW`),
      ]),
      bars, steps ? svg("path", { d: steps, fill: "none", stroke: "var(--ink)", "stroke-width": 1.5 }) : null,
      planned ? svg("path", { d: planned, fill: "none", stroke: "var(--ink)", "stroke-width": 1.5, "stroke-dasharray": "5 4" }) : null,
      soc.length > 1 ? [
        svg("path", { d: soc.map((point, place) => `${place === 0 ? "M" : "L"}${point.at},${full(point.share)}`).join(" "), fill: "none", stroke: "var(--c5)", "stroke-width": 2 }),
        isNarrow ? null : [0, .5, 1].map((share) => svg("text", { x: across - right + 6, y: full(share) + 4, class: "muted" }, `${100 * share} %`)),
      ] : null,
      now ? svg("line", { x1: x(now.ts), x2: x(now.ts), y1: top, y2: bottom, stroke: "var(--edge)", "stroke-width": 1 }) : null,
      // The grid's carbon as a band: darker is dirtier.
      grams.map((g, place) => Number.isFinite(g) ? svg("rect", {
        x: x(day.starts[place]), width: slot + .5, y: bottom + 6, height: 12, fill: "var(--ink)", opacity: .12 + .7 * (dirtiest > cleanest ? (g - cleanest) / (dirtiest - cleanest) : .5),
      }, svg("title", {}, `${clock(day.starts[place])}: grid ${figure(g)} g/kWh`)) : null),
      known.length > 0 ? svg("text", { x: left - 8, y: bottom + 16, "text-anchor": "end", class: "muted" }, "g/kWh") : null,
      hours.map((hour) => svg("text", { x: left + (across - left - right) * hour / 24, y: bottom + 34, "text-anchor": hour === 0 ? "start" : hour === 24 ? "end" : "middle", class: "muted" }, `${String(hour).padStart(2, "0")}:00`))),
    known.length > 0 ? h("p", { class: "small muted day-note" }, `grid ${figure(cleanest)} g/kWh at its cleanest (light) to ${figure(dirtiest)} (dark)`) : null,
    legend,
    tableTwin([{ text: "From" }, ...day.accounts.map((a) => ({ text: a.label, unit: "kW", num: true })), { text: "Storage", unit: "%", num: true }, { text: "Grid", unit: "g/kWh", num: true }, { text: "Vehicles", num: true }],
      day.starts.map((start, place) => [clock(start), ...day.accounts.map((a) => figure(a.kw[place])), figure(Number.isFinite(day.soc[place]) ? 100 * day.soc[place] : null), figure(grams[place]), figure(day.vehicles[place])])));
}

// The dispatcher.

/** What one decision asked of whom; of many assets the first ones. */
function setPoints(all) {
  const named = all.slice(0, all.length > 5 ? 4 : 5);
  const rest = all.length - named.length;
  return [
    named.map((one, place) => [place === 0 ? "" : "; ", h("a", { href: `/asset/${one.asset}` }, one.asset), " to ", h("b", {}, setPoint(one.text))]),
    rest > 0 ? ["; ", h("a", { href: "/commands" }, `${rest} more`)] : "",
  ];
}

function showDispatch(data) {
  const { dispatch, now } = data;
  const words = {
    shadow: "Shadow: it decides and records, and sends nothing.", advise: "Advise: it says what it would do, and commands nothing.",
    control: "Control: its commands go to the plant.", off: "Off: it decides nothing.",
  };
  const hand = now?.hand ?? [];
  put(places.dispatch,
    h("p", {}, now ? words[now.mode] ?? now.mode : "Nothing runs; these are the store's figures."),
    dispatch.saved ? h("p", { title: dispatch.saved_basis }, dispatch.saved.replace(/\.$/, now ? ", today so far." : `, ${theDay(data)}.`)) : h("p", { class: "muted" }, `Nothing was commanded ${now ? "today" : "that day"}, so nothing was saved.`),
    hand.length > 0 ? h("p", { class: "warn-text" }, `△ by hand: ${hand.map((order) => `${order.asset} until ${clock(order.until)}`).join("; ")}`) : null,
    now?.plan ? h("p", { class: now.plan.in_force ? "muted small" : "warn-text" },
      now.plan.in_force ? `The plan in force was made at ${clock(now.plan.made)}. ` : `△ The last plan, of ${clock(now.plan.made)}, is no longer in force. `, h("a", { href: "/plan" }, "Plan")) : null,
    now?.plan?.unkept ? h("p", { class: "warn-text" }, `△ ${now.plan.unkept}`) : null,
    dispatch.changes.length === 0 ? h("p", { class: "muted" }, "No set-point was changed yet")
      : h("ol", { class: "changes" }, dispatch.changes.map((change) => h("li", {}, clock(change.ts), " ", setPoints(change.set_points),
        h("p", { class: "why" }, change.reason)))));
}

let halfHour = null;
let isLoading = false;
let data = null;

async function refresh() {
  if (isLoading) return;
  isLoading = true;
  try {
    data = await load("/overview.json");
    show();
    page().removeAttribute("aria-busy");
  } catch (error) { fail(error); } finally { isLoading = false; }
}

function show() {
  page().querySelector(".error")?.remove();
  showTiles(data);
  showDay(data);
  showDispatch(data);
  if (data.now) showFlow(data.now);
  else put(places.flow, h("p", { class: "muted" }, "Nothing runs here; live power needs a running twin."));
}

live((now) => {
  const period = now.ts.slice(0, 14) + (Number(now.ts.slice(14, 16)) < 30 ? "00" : "30");
  if (!data || halfHour !== period || now.commands.some((command) => command.is_change)) {
    halfHour = period;
    refresh();
    return;
  }
  data.now = now;
  data.co2 = now.co2;
  showTiles(data);
  showFlow(now);
});
addEventListener("resize", () => { if (data) show(); });
if (document.body.dataset.feed === "no") refresh();
