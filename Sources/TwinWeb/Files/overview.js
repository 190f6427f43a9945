import { figure, h, live, page } from "/files/page.js";

live((now) => {
  const place = page();
  place.removeAttribute("aria-busy");
  const day = now.co2.day;
  place.replaceChildren(h("p", { id: "kg-today" }, figure(day?.co2_kg_per_vehicle, 1)));
});
