// Assets side by side: a cell for each with how full it is, all that they tell, and a day of each.
import { badge, card, fail, figure, h, live, load, page, shown, signalName, table } from "/files/page.js";
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
    h("p", { class: "small muted" }, "State of charge as it is told: L below 20 %, M below 80 %, H from there on. Nobody tells the state of health of single packs."));
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
      asset.set_point ?? "–",
      [asset.by_hand ? h("span", { class: "badge" }, "by hand") : null, asset.alarms > 0 ? h("span", { class: "badge alarm" }, `▲ ${asset.alarms}`) : null]])));
  });
}

/** The asset and what of it is told. */
const named = (signal) => signal.replace(/\/([^/]+)$/, (_, key) => `, ${signalName(key)}`);

export async function group(name) {
  const place = { now: h("div", {}), trend: h("div", {}) };
  const draw = (data) => place.now.replaceChildren(...(data.assets.length === 0
    ? [h("p", { class: "note" }, "The site has none.")] : [map(data.assets), ...rows(data.assets)].filter(Boolean)));
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
