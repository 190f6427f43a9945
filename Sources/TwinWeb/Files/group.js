// Assets side by side: a cell for each with how full it is, all that they tell, and a day of each.
import { badge, card, clock, date, fail, figure, h, live, load, page, setPoint, shown, signalName, table, tableTwin } from "/files/page.js";
import { seriesChart } from "/files/series.js";

const of = (asset, key) => asset.signals.find((signal) => signal.key === key);
const charge = (asset) => of(asset, "soc_fraction") ?? asset.signals.find((signal) => signal.unit === "fraction");

/** A cell for each: the fuller, the darker; the figure and the letter say it without the shade. */
function map(assets) {
  const cells = assets.filter((asset) => charge(asset)).map((asset) => {
    const share = charge(asset).value;
    const letter = share === null ? "?" : share < .2 ? "L" : share < .8 ? "M" : "H";
    const cell = h("a", { class: "group-cell", href: `/asset/${asset.asset}`, title: asset.what }, h("span", {}, asset.id),
      h("strong", {}, `${letter} ${share === null ? "–" : figure(100 * share, 0)} %`), badge(charge(asset).quality));
    cell.style.setProperty("--full", `${Math.round(100 * Math.min(1, Math.max(0, share ?? 0)))}%`);
    return cell;
  });
  if (cells.length === 0) return null;
  return card("How full", h("div", { class: "group-map" }, cells),
    h("p", { class: "small muted" }, "State of charge as it is told: L below 20 %, M below 80 %, H from there on."));
}

const percent = (share) => `${figure(100 * share, 0)} %`;

/** How many of each grade, "17 B, 7 C". */
function counted({ packs, grades }) {
  return grades.map(({ grade }) => [packs.filter((pack) => pack.grade === grade).length, grade])
    .filter(([count]) => count > 0).map(([count, grade]) => `${count} ${grade}`).join(", ");
}

/** A pack's cell: the healthier, the fuller; only one that is past its use has a colour. */
function pack(one, place, grades) {
  const cell = h("li", { class: one.grade === "recycle" ? "group-pack past" : "group-pack", title: `pack ${place + 1}: holds ${figure(one.holds_kwh, 1)} kWh, ${grades.find(({ grade }) => grade === one.grade).use}` },
    h("strong", {}, one.grade === "recycle" ? "▲" : one.grade), ` ${figure(100 * one.health_fraction, 0)}`);
  cell.style.setProperty("--full", `${Math.round(100 * Math.min(1, one.health_fraction))}%`);
  return cell;
}

/** Every pack of every store by its state of health. */
function health(assets) {
  const own = assets.filter((asset) => asset.packs);
  if (own.length === 0) {
    return assets.some((asset) => of(asset, "soc_fraction")) ? card("State of health", h("p", { class: "muted" },
      "Nobody graded the packs: ", h("code", {}, "packs:"), " of assets.yaml would tell it, pack by pack.")) : null;
  }
  const uses = own[0].packs.grades.map((one) => one.from_fraction === null ? `below, ▲ ${one.use}` : `${one.grade} from ${percent(one.from_fraction)}: ${one.use}`);
  return card("State of health, pack by pack", own.map((asset) => h("section", { class: "group-string" },
    h("h3", {}, h("a", { href: `/asset/${asset.asset}` }, asset.id), ` ${percent(asset.packs.mean_fraction)} of new`),
    h("p", { class: "small muted" }, `${asset.packs.packs.length} packs (${counted(asset.packs)}), the weakest ${percent(Math.min(...asset.packs.packs.map((one) => one.health_fraction)))}; `
      + `they held ${figure(asset.packs.present_kwh, 0)} kWh when they were graded on ${date(asset.packs.graded + "T00:00")}, the twin counts on ${figure(asset.capacity_kwh, 0)} kWh`),
    h("ol", { class: "group-packs", "aria-label": `state of health of the packs of ${asset.id}, %` }, asset.packs.packs.map((one, place) => pack(one, place, asset.packs.grades))))),
  h("p", { class: "small muted" }, `${uses.join("; ")}. Figures are percent of what a pack held when it was new (${figure(own[0].packs.new_kwh, 0)} kWh), as graded: telemetry is of whole strings, so no pack is measured since.`),
  tableTwin(["string", { text: "packs", num: true }, { text: "held", unit: "kWh", num: true }, "by grade", "source"],
    own.map((asset) => [asset.id, figure(asset.packs.packs.length), figure(asset.packs.present_kwh, 1), counted(asset.packs), asset.packs.source])));
}

/** What groups that charge still need, by when, and whether they will have it. */
function waiting(assets, planned) {
  const own = assets.filter((asset) => asset.waits);
  if (own.length === 0) return [];
  const verdict = ({ open_kwh: open, late, short }) => late ? h("span", { class: "badge alarm" }, `▲ no: ${late}`)
    : short ? h("span", { class: "badge warn" }, `△ not by the plan: ${short}`)
      : open === null ? "–" : open === 0 ? "nothing waits" : planned ? "yes, by the plan" : "no alarm says otherwise";
  const minutes = (asset) => {
    const most = of(asset, "can_charge_kw")?.value;
    return asset.waits.open_kwh !== null && most > 0 ? 60 * asset.waits.open_kwh / most : null;
  };
  const now = card("What still has to be charged", table(["group", "will it be ready", "the first are due", { text: "to charge", unit: "kWh", num: true }, { text: "takes at least", unit: "min", num: true }],
    own.map((asset) => [h("a", { class: "when", href: `/asset/${asset.asset}` }, asset.id), verdict(asset.waits),
      h("span", { class: "when" }, asset.waits.due ? clock(asset.waits.due) : "–"), figure(asset.waits.open_kwh, 1), figure(minutes(asset))]), { flow: true }),
  h("p", { class: "small muted" }, "Energy at the bays, as each group's controller tells its need. Single cars are told by nobody: each keeps its departure with its own controller, and the end of the shift stands for it here."));
  const shifts = own.flatMap((asset) => asset.waits.shifts.map((shift) => [asset, shift]));
  if (shifts.length === 0) return [now];
  const range = (least, most) => (least === most ? figure(least) : `${figure(least)} to ${figure(most)}`);
  return [now, card("Cars by shift, the next 24 hours", table(["group", "to be full by", { text: "cars", num: true }, { text: "need", unit: "kWh", num: true }, { text: "can lend", unit: "kWh", num: true }],
    shifts.map(([asset, shift]) => [h("span", { class: "when" }, asset.id), h("span", { class: "when" }, clock(shift.due)), range(shift.cars_p50, shift.cars_p90), range(shift.need_kwh_p50, shift.need_kwh_p90), figure(shift.lent_kwh_p10)])),
  h("p", { class: "small muted" }, `Expected by the calendar and the habits of drivers: so many in half of all shifts, in nine of ten not more; what two-way cars lend in nine of ten. As the plan of ${planned ? clock(planned) : "–"} has it.`))];
}

function rows(assets) {
  const areas = [...new Set(assets.map((asset) => `${asset.area}: ${asset.what}`))];
  return areas.map((area) => {
    const own = assets.filter((asset) => `${asset.area}: ${asset.what}` === area);
    const keys = own[0].signals.map((signal) => signal.key);
    const heads = ["asset", { text: "size", unit: "kW", num: true }, ...(own.some((a) => a.capacity_kwh) ? [{ text: "holds", unit: "kWh", num: true }] : []),
      ...keys.map((key) => ({ text: signalName(key), unit: shown(null, of(own[0], key)?.unit).unit, num: true })), "set-point", ""];
    return card(area, table(heads, own.map((asset) => [h("a", { class: "when", href: `/asset/${asset.asset}` }, asset.id), figure(asset.size_kw, 0),
      ...(own.some((a) => a.capacity_kwh) ? [figure(asset.capacity_kwh, 0)] : []),
      ...keys.map((key) => { const signal = of(asset, key); if (!signal) return "–"; const one = shown(signal.value, signal.unit, signal.decimals); return [figure(one.value, one.decimals), " ", badge(signal.quality)]; }),
      setPoint(asset.set_point) ?? "–",
      [asset.by_hand ? h("span", { class: "badge" }, "by hand") : null, asset.alarms > 0 ? h("span", { class: "badge alarm" }, `▲ ${asset.alarms}`) : null]])));
  });
}

/** The asset and what of it is told. */
const named = (signal) => signal.replace(/\/([^/]+)$/, (_, key) => `, ${signalName(key)}`);

export async function group(name) {
  const place = { now: h("div", {}), trend: h("div", {}) };
  const draw = (data) => place.now.replaceChildren(...(data.assets.length === 0
    ? [h("p", { class: "note" }, "The site has none.")] : [health(data.assets), ...waiting(data.assets, data.planned), map(data.assets), ...rows(data.assets)].filter(Boolean)));
  try {
    const data = await load(`/${name}.json`);
    page().removeAttribute("aria-busy");
    page().replaceChildren(place.now, place.trend);
    draw(data);
    let at = performance.now();
    live(async () => {
      if (performance.now() - at < 3000 || page().contains(document.activeElement)) return;
      at = performance.now();
      try { draw(await load(`/${name}.json`)); } catch (error) { fail(error); }
    });
    if (!data.trend || data.assets.length === 0) return;
    const grid = h("div", { class: "grid wide" });
    place.trend.replaceChildren(card("The last 24 hours", grid));
    // All places first: a chart is as wide as its place is when it is drawn.
    const boxes = data.trend.signals.map((signal) => [signal, h("div", { class: "asset-trend" })]);
    grid.append(...boxes.map(([, box]) => box));
    for (const [signal, box] of boxes) {
      try { await seriesChart(box, signal, data.trend.from, data.trend.to, { points: 400, title: named(signal) }); } catch (error) {
        box.append(h("p", { class: "muted" }, error.message));
      }
    }
  } catch (error) { fail(error); }
}
