// Every asset by area: its first value, how good it is, and how old.
import { age, badge, because, fail, figure, h, live, load, page, priority, setPoint, shown } from "/files/page.js";

function value(signal) {
  if (!signal) return "–";
  const one = shown(signal.value, signal.unit, signal.decimals);
  return [`${figure(one.value, one.decimals)} ${one.unit} `, badge(signal.quality)];
}

/** A model that stands in is of this step; what is asked is how old the last reading is. */
function lastRead(signal, now, isLive) {
  const at = isLive && because(signal?.quality) ? signal.heard : signal?.ts;
  return at ? age(at, now) : "–";
}

/** One table, so that its columns stand below each other, in a group of rows for each area and what stands there. */
function areas(data) {
  const now = data.ts ?? new Date().toISOString();
  const groups = Map.groupBy(data.assets, (asset) => `${asset.area}\n${asset.what}`);
  const heads = [["asset"], ["value", "num"], ["set-point", "num"], ["charge", "num", "%"], ["age", "num"], ["alarms"]];
  return h("section", { class: "card" }, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Assets by area" },
    h("table", { class: "data flow", role: "table" },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads.map(([text, look, unit]) => h("th", { scope: "col", role: "columnheader", class: look }, text, unit ? h("small", {}, `, ${unit}`) : null)))),
      [...groups.values()].map((group) => h("tbody", { role: "rowgroup" },
        h("tr", { role: "row" }, h("th", { class: "rows", role: "rowheader", scope: "rowgroup", colspan: heads.length }, group[0].area, h("small", { class: "muted" }, ` ${group[0].what}`))),
        group.map((asset) => h("tr", { role: "row" }, [
          h("a", { href: `/asset/${asset.asset}` }, asset.id), value(asset.main), setPoint(asset.set_point) ?? "",
          asset.charge ? figure(asset.charge.value === null ? null : 100 * asset.charge.value, 1) : "",
          lastRead(asset.main, now, data.ts !== null),
          asset.alarms > 0 ? priority(asset.alarm_priority, asset.alarms) : ""].map((cell, place) => h("td", {
            class: heads[place][1], role: "cell", "data-head": place > 1 ? heads[place][0] + (heads[place][2] ? `, ${heads[place][2]}` : "") : null,
          }, cell)))))))));
}

let isLoading = false;
let drawn = 0;

async function show() {
  if (isLoading) return;
  isLoading = true;
  try {
    const data = await load("/assets.json");
    page().removeAttribute("aria-busy");
    const top = scrollY;
    page().replaceChildren(
      h("p", { class: "muted" }, `${data.assets.length} assets. `, data.ts ? "Values are those of the newest step." : "Values are the newest readings of the store."),
      areas(data));
    scrollTo(0, top);
  } catch (error) { fail(error); } finally { isLoading = false; }
}

show();
live(() => {
  // Not at every step of a quick replay, and not while somebody reads a link.
  if (performance.now() - drawn < 5000 || page().contains(document.activeElement)) return;
  drawn = performance.now();
  show();
});
