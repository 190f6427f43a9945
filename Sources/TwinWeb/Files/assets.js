// Every asset by area: its first value, how good it is, and how old.
import { age, badge, card, fail, figure, h, live, load, page, table } from "/files/page.js";

function value(signal, decimals) {
  if (!signal) return "–";
  return [`${figure(signal.value, decimals ?? signal.decimals)}`, " ", badge(signal.quality)];
}

function areas(data) {
  const names = [...new Set(data.assets.map((asset) => asset.area))];
  const now = data.ts ?? new Date().toISOString();
  return names.map((area) => {
    const own = data.assets.filter((asset) => asset.area === area);
    const hasCharge = own.some((asset) => asset.charge);
    const heads = ["asset", "what", { text: "value", num: true }, "unit",
      ...(hasCharge ? [{ text: "charge", unit: "%", num: true }] : []), "set-point", { text: "age", num: true }, "alarms"];
    return card(area, table(heads, own.map((asset) => [
      h("a", { href: `/asset/${asset.asset}` }, asset.id), asset.what, value(asset.main), asset.main?.unit ?? "",
      ...(hasCharge ? [asset.charge ? figure(asset.charge.value === null ? null : 100 * asset.charge.value, 1) : "–"] : []),
      asset.set_point ?? "–", asset.main?.ts ? age(asset.main.ts, now) : "–",
      asset.alarms > 0 ? h("span", { class: "badge alarm" }, `▲ ${asset.alarms}`) : "none"])));
  });
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
      ...areas(data));
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
