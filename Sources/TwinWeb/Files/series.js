// A signal over time, for any page: `seriesChart(element, "wind/t01/power_kw", from, to)`.
import { clock, figure, h, library, load, shown, tableTwin } from "/files/page.js";

const styled = { done: false };

// What is drawn for a window is wider than paper may be, and drawn anew it would come too late for the printer: it is made smaller.
const PAPER_PX = 640;
const canvases = () => document.querySelectorAll(".series-canvas");
addEventListener("beforeprint", () => canvases().forEach((place) => { place.style.zoom = Math.min(1, PAPER_PX / Math.max(1, place.clientWidth)); }));
addEventListener("afterprint", () => canvases().forEach((place) => { place.style.zoom = ""; }));

function style() {
  if (styled.done) return;
  styled.done = true;
  document.head.append(h("link", { rel: "stylesheet", href: "/files/dygraph.css" }));
}

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The wall clock of a site-local text, whatever zone the browser is in: Dygraphs is told it as if it were UTC. */
const wall = (text) => new Date(`${text.slice(0, 19)}Z`);

/**
 * Draws a signal into `element`; a gap is a gap.
 * @param options `points` (at most so many), `kind` ("used" or "reading"), `title`.
 */
export async function seriesChart(element, signal, from = "", to = "", { points = 600, kind = "used", title = null } = {}) {
  element.classList.add("series");
  const asked = new URLSearchParams({ signal, points, kind });
  if (from) asked.set("from", from);
  if (to) asked.set("to", to);
  const data = await load(`/series.json?${asked}`);
  const { unit } = shown(null, data.unit);
  for (const point of data.points) point[1] = shown(point[1], data.unit).value;
  const head = h("h3", {}, title ?? signal, unit ? `, ${unit}` : "");
  if (!data.points.some((point) => point[1] !== null)) {
    element.replaceChildren(head, h("p", { class: "muted" }, "No values in this window."));
    return data;
  }
  style();
  await library("dygraph.js");
  // Its legend writes style attributes, which this page's policy refuses; the line below the chart says what it would.
  Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);
  const values = data.points.map((point) => point[1]).filter((value) => value !== null);
  const size = Math.max(...values.map(Math.abs));
  const digits = size < 10 ? 3 : size < 1000 ? 1 : 0;
  const read = h("p", { class: "small muted", "aria-live": "off" }, "\u00a0");
  const canvas = h("div", { class: "series-canvas", role: "img", "aria-label": `${signal} over time; the table below has the same values` });
  const rows = data.points.map(([time, value, quality]) => [clock(time), figure(value, digits), value === null ? "gap" : quality]);
  element.replaceChildren(head, canvas, read,
    tableTwin(["time", { text: "value", unit: unit || null, num: true }, "quality"], rows));
  const quality = new Map(data.points.map((point) => [wall(point[0]).getTime(), point[2]]));
  new Dygraph(canvas, data.points.map((point) => [wall(point[0]), point[1]]), {
    labels: ["time", signal], labelsUTC: true, legend: "never", connectSeparatedPoints: false, colors: [color("--c1")],
    strokeWidth: 1.5, gridLineColor: color("--line"), axisLineColor: color("--edge"), drawPoints: false, drawGapEdgePoints: true,
    dateWindow: [wall(data.from).getTime(), wall(data.to).getTime()], animatedZooms: false, stepPlot: false,
    // What stands still fills no chart by its last digits; a temperature may do without its zero.
    includeZero: unit !== "Cel" && unit !== "degC",
    // A zero at an end keeps its line and its figure.
    yRangePad: 8,
    axes: { x: { pixelsPerLabel: 46 }, y: { axisLabelFormatter: (value) => figure(value, size < 10 ? 2 : 0), axisLabelWidth: 56 } },
    highlightCallback: (_, x, shown) => {
      const value = shown[0]?.yval;
      read.textContent = `${new Date(x).toISOString().slice(0, 16).replace("T", " ")}: ${figure(value, digits)} ${unit} ${quality.get(x) ?? ""}`;
    },
    unhighlightCallback: () => { read.textContent = "\u00a0"; },
  });
  return data;
}
