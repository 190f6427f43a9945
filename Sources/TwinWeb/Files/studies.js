import { card, clock, fail, figure, h, load, page, svg, table, tableTwin, width } from "/files/page.js";

const H = 340;

/** Cost against CO2: dots joined by price of carbon, squares for what knows no price. */
function pareto(study) {
  const points = study.pareto.filter((one) => one.kg_per_vehicle !== null && one.cost_per_vehicle !== null);
  if (points.length < 2) return h("p", { class: "muted" }, "No picture of cost against CO2: run the study with --pareto.");
  const W = width(page()) - 34;
  const scale = (values, from, to) => {
    const low = Math.min(...values); const high = Math.max(...values);
    const air = Math.max((high - low) * 0.12, Math.abs(high) * 0.001, 1e-6);
    return { ends: [low, high], at: (value) => from + ((value - low + air) / (high - low + 2 * air)) * (to - from) };
  };
  const x = scale(points.map((one) => one.kg_per_vehicle), 70, W - 20);
  const y = scale(points.map((one) => one.cost_per_vehicle), H - 50, 30);
  const drawing = svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `Energy cost against CO2 per vehicle, ${study.file}` });
  for (const value of x.ends) drawing.append(svg("line", { class: "grid", x1: x.at(value), x2: x.at(value), y1: 30, y2: H - 50 }), svg("text", { class: "muted", x: x.at(value), y: H - 34, "text-anchor": "middle" }, figure(value, 1)));
  for (const value of y.ends) drawing.append(svg("line", { class: "grid", x1: 70, x2: W - 20, y1: y.at(value), y2: y.at(value) }), svg("text", { class: "muted", x: 64, y: y.at(value) + 4, "text-anchor": "end" }, figure(value, 1)));
  drawing.append(svg("text", { class: "muted", x: W / 2, y: H - 12, "text-anchor": "middle" }, "kg CO2e per vehicle (left is less)"),
    svg("text", { class: "muted", x: 0, y: 18 }, `${study.currency} of energy per vehicle, carbon not counted`));
  const priced = points.filter((one) => one.carbon_price_per_tonne !== null);
  drawing.append(svg("path", { class: "course", d: priced.map((one, index) => `${index ? "L" : "M"}${x.at(one.kg_per_vehicle).toFixed(1)} ${y.at(one.cost_per_vehicle).toFixed(1)}`).join("") }));
  const taken = [];
  for (const one of points) {
    const [cx, cy] = [x.at(one.kg_per_vehicle), y.at(one.cost_per_vehicle)];
    drawing.append(one.carbon_price_per_tonne === null
      ? svg("rect", { class: "other", x: cx - 4, y: cy - 4, width: 8, height: 8 }) : svg("circle", { class: "dot", cx, cy, r: 4 }));
    let top = cy - 8;
    while (taken.some(([tx, ty]) => Math.abs(tx - cx) < 90 && Math.abs(ty - top) < 13)) top -= 13;
    taken.push([cx, top]);
    const isRight = cx > W - 130;
    drawing.append(svg("text", { x: cx + (isRight ? -7 : 7), y: top, "text-anchor": isRight ? "end" : "start" }, one.name));
  }
  return h("div", {}, drawing, tableTwin(["Point", { text: "Carbon price", unit: `${study.currency}/t`, num: true }, { text: "CO2e", unit: "kg/vehicle", num: true }, { text: "Cost", unit: `${study.currency}/vehicle`, num: true }],
    study.pareto.map((one) => [one.name, figure(one.carbon_price_per_tonne), figure(one.kg_per_vehicle, 2), figure(one.cost_per_vehicle, 2)])));
}

function study(one) {
  const days = one.windows.map((window) => `${clock(window.from)} to ${clock(window.to)}`).join("; ");
  return card(one.file,
    h("p", {}, h("span", { class: "badge" }, "simulated"), ` ${one.site}: ${one.objective}`),
    h("p", { class: "muted" }, `Windows: ${days}`),
    table(["Case", { text: "Annual factor", unit: "kg/vehicle", num: true }, { text: "Half hours", unit: "kg/vehicle", num: true }, { text: "Marginal", unit: "kg/vehicle", num: true }, { text: "Cost", unit: one.currency, num: true }, { text: "A tonne saved costs", unit: one.currency, num: true }, { text: "Peak", unit: "kW", num: true }, { text: "Cars left short", num: true }],
      one.cases.map((row) => [row.case, figure(row.kg_per_vehicle, 2), figure(row.kg_per_vehicle_half_hourly, 2), figure(row.kg_per_vehicle_marginal, 2), figure(row.cost), figure(row.cost_per_tonne), figure(row.peak_kw), figure(row.departures_missed)])),
    pareto(one));
}

function scenarios(one) {
  return card(one.file, table(["", "Scenario", { text: "Expected", num: true }, { text: "Failed", num: true }, "What happened"],
    one.list.map((row) => [
      row.problems.length > 0 ? h("span", { class: "badge alarm" }, "✕ broken") : row.failed > 0 ? h("span", { class: "badge alarm" }, "✕ failed") : h("span", { class: "badge ok" }, "✓ held"),
      row.name, figure(row.expected), figure(row.failed), [...row.problems, ...row.sentences].map((text) => h("div", {}, text)),
    ]), { flow: true }));
}

try {
  const data = await load("/studies.json");
  const place = page();
  place.removeAttribute("aria-busy");
  const none = data.studies.length + data.scenarios.length === 0;
  place.replaceChildren(
    none ? card("No results yet",
      h("p", {}, "Results are JSON files in the store's folder, or where --results says. These make some:"),
      h("pre", {}, "twin study dispatch --json > dispatch.json\ntwin study dispatch --pareto --json > pareto.json\ntwin scenario run replay/scenarios/*.scenario.yaml --json > scenarios.json"),
      data.looks ? null : h("p", { class: "muted" }, "This server was given no folder to look into.")) : "",
    ...data.studies.map(study), ...data.scenarios.map(scenarios),
    data.skipped.length > 0 ? card("Left out", table(["File", "Why"], data.skipped.map((one) => [h("code", {}, one.file), one.why]))) : "");
} catch (error) { fail(error); }
