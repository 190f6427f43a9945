// Vehicles that were lined off, and the passport of one: what was spent on it, shop by shop and half hour by half hour.
import { button, card, clock, date, fail, figure, h, load, page, plain, svg, table, tableTwin, when, width } from "/files/page.js";

const place = document.body.dataset.place.split("/").slice(1);
const id = place.join("/");
const query = new URLSearchParams(location.search);
/** So many are listed at first: a day has hundreds. */
const SHOWN = 100;

function lookup(value = "") {
  const input = h("input", { name: "id", value, size: 30, required: true });
  return h("form", { class: "toolbar", onsubmit: (event) => {
    event.preventDefault();
    if (input.value.trim()) location.assign(`/vehicles/${encodeURIComponent(input.value.trim())}`);
  } }, h("label", {}, "Vehicle", input), h("button", { type: "submit", class: "main" }, "Look up"));
}

function list(data) {
  const from = h("input", { type: "date", name: "from", value: data.asked_from.slice(0, 10) });
  const until = new Date(`${data.asked_to.slice(0, 10)}T12:00:00Z`);
  if (/T00:00:00/.test(data.asked_to)) until.setUTCDate(until.getUTCDate() - 1);
  const to = h("input", { type: "date", name: "to", value: until.toISOString().slice(0, 10) });
  const cars = h("div", {});
  let [told, count] = [data, SHOWN];
  const draw = () => cars.replaceChildren(...cards(told, count, () => { count = Infinity; draw(); }));
  draw();
  if (data.has_passports && data.vehicles.length > 0) {
    const asked = new URLSearchParams(query);
    asked.set("carbon", "yes");
    load(`/vehicles.json?${asked}`).then((answer) => { told = answer; draw(); }, (error) => cars.prepend(h("p", { class: "note" }, error.message)));
  }
  return [lookup(),
    h("form", { class: "toolbar", method: "get", action: "/vehicles" }, h("label", {}, "From", from), h("label", {}, "To, that day included", to), h("button", { type: "submit" }, "Show")),
    h("p", {}, `${figure(data.counted)} vehicles on the books of this time`, data.named === 0 && data.counted > 0 ? "; they are counted, and none is named." : data.named > data.vehicles.length ? `; the last ${figure(data.vehicles.length)} are listed.` : "."),
    cars];
}

/** The vehicles, and their models; carbon comes after, for a year of passports takes a while. */
function cards(data, count, drawAll) {
  const isOneDay = new Set(data.vehicles.map((vehicle) => vehicle.ts.slice(0, 10))).size === 1;
  // A column that says the same in each row is said once.
  const lines = new Set(data.vehicles.map((vehicle) => vehicle.line));
  const isModelled = data.vehicles.some((vehicle) => vehicle.modelled);
  const rows = data.vehicles.slice(0, count).map((vehicle) => [
    data.has_passports ? h("a", { class: "when", href: `/vehicles/${encodeURIComponent(vehicle.vehicle)}?year=${vehicle.year}` }, vehicle.vehicle) : vehicle.vehicle,
    vehicle.model ?? "not told", figure(vehicle.co2_kg_location, 2), isOneDay ? clock(vehicle.ts, true).split(" ").pop() : when(vehicle.ts),
    ...(lines.size > 1 ? [vehicle.line] : []), ...(isModelled ? [vehicle.modelled ? "modelled" : ""] : [])]);
  const title = `Lined off${isOneDay ? ` on ${date(data.vehicles[0].ts)}` : ""}${lines.size === 1 && data.vehicles[0].line ? `, line ${[...lines][0]}` : ""}`;
  const left = data.vehicles.length - rows.length;
  return [
    data.models?.length > 0 ? card("By model", table(["model", { text: "listed", num: true }, { text: "mean", unit: "kg CO2e", num: true }],
      data.models.map((row) => [row.model ?? "not told", figure(row.vehicles), figure(row.mean_kg_location, 2)]),
      { caption: "Production Scope 1 and 2, location-based, of the vehicles in the list" })) : null,
    card(title, table(["vehicle", "model", { text: "CO2e", unit: "kg", num: true }, "lined off", ...(lines.size > 1 ? ["line"] : []), ...(isModelled ? [""] : [])], rows, { empty: "None is named in this time" }),
      left > 0 ? h("p", {}, `The newest ${figure(rows.length)} of ${figure(data.vehicles.length)}. `, button(`Show the other ${figure(left)}`, drawAll)) : null),
  ].filter(Boolean);
}

/** Scope 1 and 2, location-based. */
const scope12 = (kg) => (kg.scope1 ?? 0) + (kg.scope2_location ?? 0);

/** What it is made of, as bars from the left: shops, overhead, true-up. */
function parts(passport) {
  const rows = [...Object.entries(passport.direct_kg).map(([shop, kg]) => [shop, scope12(kg)]), ["overhead", scope12(passport.overhead_kg)], ["true-up of the year", scope12(passport.true_up_kg)]]
    .filter(([, kg], index, all) => kg !== 0 || index < all.length - 1);
  const most = Math.max(1e-9, ...rows.map(([, kg]) => Math.abs(kg)));
  const height = 26 * rows.length + 4;
  // As wide as its card is: half of the page where two cards stand side by side.
  const inner = width(page());
  const W = Math.min(720, inner < 1060 ? inner - 34 : (inner - 16) / 2 - 34);
  const left = W < 480 ? 120 : 170;
  const long = (kg) => Math.max(1, (W - left - 90) * Math.abs(kg) / most);
  return [svg("svg", { viewBox: `0 0 ${W} ${height}`, role: "img", "aria-label": "CO2e by part, kg; the table below has the same figures" },
    rows.map(([name, kg], line) => svg("g", {}, svg("text", { x: 0, y: 26 * line + 17 }, name),
      svg("rect", { x: left, y: 26 * line + 4, width: long(kg), height: 18, fill: kg < 0 ? "var(--c2)" : "var(--c1)" }),
      svg("text", { x: left + 8 + long(kg), y: 26 * line + 17 }, `${figure(kg, 2)} kg`)))),
  tableTwin(["part", { text: "CO2e", unit: "kg, location-based", num: true }], rows.map(([name, kg]) => [name, figure(kg, 3)]))];
}

function passport(data) {
  const own = data.passport;
  document.querySelector("h1").textContent = plain(`Vehicle ${own.vehicle}`);
  const facts = [["model", own.model ?? "not told"], ["line", own.line ?? "–"], ["status", `${own.status}, revision ${own.revision}`],
    ["entered", `${clock(own.entered)} (${own.entered_by === "event" ? "seen" : "its standard hours before"})`], [own.status === "scrapped" ? "scrapped" : "lined off", clock(own.finished, true)],
    ["standard hours", figure(own.standard_hours, 2)], ["built", own.modelled ? "told by a model" : "seen"]];
  const tile = (label, kg, line) => h("div", { class: "tile" }, h("p", { class: "label" }, label), h("p", { class: "big" }, figure(kg, 2), h("small", {}, " kg")), h("p", { class: "line" }, line));
  const shares = data.shares.map((share) => [share.shop, clock(share.period), figure(100 * share.ms / Math.max(1, share.of_ms), 3), figure(scope12(share.of_co2_kg), 1), figure(scope12(share.co2_kg), 3), share.factor_set]);
  return [lookup(own.vehicle), h("p", {}, h("a", { href: "/vehicles" }, "all vehicles")),
    h("div", { class: "grid" },
      tile("Production CO2e, location-based", own.co2_kg_location, data.mean_kg_per_vehicle === null ? "Scope 1 and 2" : `mean of ${data.year}: ${figure(data.mean_kg_per_vehicle, 2)} kg`),
      tile("By half hours", own.co2_kg_location_half_hourly, "for comparison, not for the total"), tile("Market-based", own.co2_kg_market, "with certificates")),
    h("div", { class: "grid wide" }, card("What it is made of", parts(own)), card("Passport", table(["", ""], facts), data.year_is_over ? null : h("p", { class: "small muted" }, `The books of ${data.year} are open: later data may change it.`))),
    card("Shares", table(["shop", "half hour", { text: "share", unit: "%", num: true }, { text: "of", unit: "kg", num: true }, { text: "is", unit: "kg", num: true }, "factors"], shares,
      { empty: "Nothing was spent on it directly" }), data.shops.map((shop) => h("p", { class: "small muted" }, `${shop.name}: ${shop.assets.join(", ")}`))),
    card("Product footprint", data.footprint.pact ? h("details", {}, h("summary", {}, "PACT and Catena-X"), h("pre", {}, JSON.stringify(data.footprint.pact, null, 2)))
      : h("p", { class: "muted" }, data.footprint.reason))];
}

async function show() {
  let content;
  if (id) {
    try {
      content = passport(await load(`/vehicles/${encodeURIComponent(id)}.json${location.search}`));
    } catch (error) {
      page().replaceChildren(lookup(id));
      throw error;
    }
  } else {
    content = list(await load(`/vehicles.json?${query}`));
  }
  page().removeAttribute("aria-busy");
  page().replaceChildren(...[content].flat(Infinity).filter(Boolean));
}

show().catch(fail);
