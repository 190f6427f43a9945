import { button, card, clock, fail, figure, h, keep, live, load, page, post, setPoint, table, when } from "/files/page.js";

const query = new URLSearchParams(location.search);
const option = (value, text, selected) => h("option", { value, selected }, text);
const spans = () => h("select", {}, [[900, "15 min"], [3600, "1 h"], [14400, "4 h"], [86400, "1 day"], [604800, "7 days"]].map(([s, text]) => option(s, text, s === 3600)));
const days = keep(h("select", { onchange: () => show() }, [option(1, "today", true), option(7, "7 days"), option(31, "31 days"), option(366, "a year")]), "days");
const filter = h("select", { onchange: () => show() });
const forms = h("div", {});
const state = h("div", {});
const history = h("div", {});
const said = h("p", { class: "note", role: "status", hidden: true });
let newest = null;
let drawnFor = "";
// What is drawn anew stays open.
let isToldOpen = false;

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Says it to the running twin, and what became of it. */
async function say(path, body, what) {
  said.hidden = true;
  try {
    const answer = await post(path, body);
    page().querySelector(".error")?.remove();
    said.textContent = answer.answer === "unchanged" ? `${what}: is so already` : [`${what}: taken, from the next step on`, ...answer.notes].join("; ");
    said.hidden = false;
    await show();
  } catch (error) { fail(error); }
}

const form = (label, why, submit, ...fields) => h("form", {
  class: "toolbar", onsubmit: (event) => { event.preventDefault(); submit(); },
}, fields, h("button", { type: "submit", disabled: Boolean(why), title: why }, label));

function manualForm(data, why) {
  const value = h("span", {});
  const range = h("span", {});
  const asset = h("select", { onchange: () => offer() }, data.assets.map((a) => option(a.path, a.path, a.path === query.get("asset"))));
  const span = spans();
  function offer() {
    const chosen = data.assets.find((a) => a.path === asset.value);
    if (!chosen) return;
    value.replaceChildren(chosen.words.length > 0
      ? h("select", { "aria-label": "Set-point" }, chosen.words.map((word) => option(word, word)))
      : h("input", { type: "number", step: "any", min: chosen.min, max: chosen.max, required: true, size: 8, "aria-label": "Set-point" }));
    range.textContent = chosen.words.length > 0 ? chosen.action : `${chosen.action}, ${figure(chosen.min)} to ${figure(chosen.max)} ${chosen.unit === "Cel" ? "°C" : chosen.unit}`;
  }
  offer();
  return form("Set by hand", why, () => {
    const chosen = data.assets.find((a) => a.path === asset.value);
    const text = value.firstChild.value;
    say("/commands/manual", {
      asset: chosen.path, value: chosen.words.length > 0 ? text : Number(text), unit: chosen.unit, for_s: Number(span.value),
    }, `${chosen.path} ${text}`);
  }, h("label", {}, "Asset", asset), h("label", {}, h("span", {}, "Set-point: ", range), value), h("label", {}, "For", span));
}

function assetForm(data, label, path, why, withSpan) {
  const asset = h("select", {}, data.assets.map((a) => option(a.path, a.path, a.path === query.get("asset"))));
  const span = spans();
  return form(label, why, () => say(path, withSpan ? { asset: asset.value, for_s: Number(span.value) } : { asset: asset.value }, `${label}: ${asset.value}`),
    h("label", {}, "Asset", asset), withSpan ? h("label", {}, "For", span) : null);
}

function requestForm(data, why) {
  const id = h("input", { required: true, pattern: "[a-z0-9\\-]{1,64}", size: 10, placeholder: "evening" });
  const ceiling = h("input", { type: "number", step: "any", required: true, size: 8 });
  const pay = h("input", { type: "number", step: "any", min: 0, size: 6 });
  const span = spans();
  return form("Ask for it", why, () => say("/commands/request", {
    id: id.value, ceiling_kw: Number(ceiling.value), for_s: Number(span.value), pay_per_mwh: pay.value === "" ? null : Number(pay.value),
  }, `request ${id.value}`),
  h("label", {}, "Name", id), h("label", {}, "Most import, kW", ceiling), h("label", {}, "For, from now", span),
  h("label", {}, `Worth${data.currency ? `, ${data.currency} per MWh` : " per MWh"}`, pay));
}

function drawForms(data) {
  // A form that somebody fills in stays as it is.
  const key = JSON.stringify([data.may, data.mode, data.assets.map((a) => [a.path, a.min, a.max])]);
  if (key === drawnFor) return;
  drawnFor = key;
  const no = data.may.why;
  const idle = no ?? data.may.acts_why;
  const mode = h("select", {}, data.modes.map((word) => option(word, word, word === data.mode)));
  forms.replaceChildren(
    no ? h("p", { class: "note" }, sentence(no)) : "", !no && data.may.acts_why ? h("p", { class: "note" }, sentence(data.may.acts_why)) : "",
    data.assets.length === 0 ? h("p", { class: "muted" }, "No asset of this plant takes commands.") : h("div", {},
      h("h3", {}, "A set-point by hand"), manualForm(data, idle),
      h("h3", {}, "Leave an asset alone"), assetForm(data, "Pause", "/commands/pause", no, true),
      h("h3", {}, "Give it back to the rules"), assetForm(data, "Release", "/commands/release", no, false)),
    h("h3", {}, "A request for the exchange with the grid"), requestForm(data, idle),
    h("h3", {}, "Mode of the dispatcher"), form("Change the mode", no, () => {
      if (mode.value !== "control" || confirm("The twin will command the plant. Go on?")) say("/commands/mode", { mode: mode.value }, `mode ${mode.value}`);
    }, h("label", {}, "Mode", mode)));
}

function drawState(data) {
  const no = data.may.why;
  const hand = data.assets.filter((a) => a.hand);
  state.replaceChildren(
    table(["Asset", "By hand", "Until", ""], hand.map((a) => [a.path, setPoint(a.hand.text), clock(a.hand.until), button("Release", () =>
      say("/commands/release", { asset: a.path }, `Release: ${a.path}`), { disabled: Boolean(no), title: no, "aria-label": `Release ${a.path}` })]),
    { caption: "What is set or paused by hand", empty: "No asset is set or paused by hand", flow: true }),
    table(["Request", "From", "Until", { text: "Most import", unit: "kW", num: true }, { text: "Worth", unit: `${data.currency ?? ""}/MWh`, num: true }, ""],
      data.requests.map((r) => [r.id, clock(r.from), clock(r.until), figure(r.ceiling_kw), figure(r.pay_per_mwh), button("Withdraw", () =>
        say("/commands/withdraw", { id: r.id }, `request ${r.id}`), { disabled: Boolean(no), title: no, "aria-label": `Withdraw ${r.id}` })]),
      { caption: "What is asked of the exchange with the grid", empty: "No request is in force", flow: true }),
    h("details", { open: isToldOpen, ontoggle: (event) => { isToldOpen = event.target.open; } }, h("summary", {}, "What each asset was told last, and why it stands"), table(["Asset", "Action", { text: "Set-point", num: true }, "Said last", "Because"],
      data.assets.map((a) => [a.path, a.action, setPoint(a.set_point), a.told ? when(a.told) : null, a.reason]), { flow: true })));
}

const fates = { accepted: ["badge", "accepted"], pending: ["badge", "… pending"], rejected: ["badge alarm", "✕ rejected"], expired: ["badge warn", "△ expired"] };

function drawHistory(data) {
  const isHeld = data.commands.some((c) => c.held_by);
  history.replaceChildren(table(
    ["Time", "Asset", "Action", { text: "Set-point", num: true }, "Why", ...(isHeld ? ["Held by the gate"] : []), "Became", { text: "Renewed", num: true }],
    data.commands.map((c) => {
      const [look, text] = fates[c.became] ?? ["badge", c.became];
      const lost = c.renewals_rejected + c.renewals_expired;
      return [when(c.at), h("a", { href: `/asset/${c.asset}` }, c.asset), c.action, setPoint(c.text), h("span", {}, c.by_hand ? h("span", { class: "badge" }, "by hand") : null, " ", c.reason),
        ...(isHeld ? [c.held_by] : []), h("span", { class: look }, text), lost > 0 ? `${figure(c.renewals)}, ${figure(lost)} not taken` : figure(c.renewals)];
    }), { caption: "Changes of set-points, the newest first; renewals of a lease are counted in them", empty: "Nothing was commanded in this time", flow: true }),
  data.commands_count > data.commands.length ? h("p", { class: "muted" }, `and ${data.commands_count - data.commands.length} older ones`) : "");
}

async function show() {
  try {
    const data = await load(`/commands.json?days=${days.value}&asset=${encodeURIComponent(filter.value)}`);
    if (filter.options.length === 0) {
      filter.append(option("", "all"), ...data.assets.map((a) => option(a.path, a.path, a.path === query.get("asset"))));
      if (filter.value !== "") return show();
    }
    drawForms(data);
    drawState(data);
    drawHistory(data);
  } catch (error) { fail(error); }
}

page().removeAttribute("aria-busy");
page().replaceChildren(said, h("div", { class: "grid" }, card("In force", state), card("By hand", forms)),
  card("History", h("div", { class: "toolbar" }, h("label", {}, "Days", days), h("label", {}, "Asset", filter)), history));
await show();

// Anew when something was commanded, set by hand or changed its mode; at most once in two seconds.
let waiting = null;
live((now) => {
  const key = JSON.stringify([now.mode, now.hand, now.commands.map((c) => c.id)]);
  const isNew = newest !== null && key !== newest;
  newest = key;
  if (isNew && waiting === null) waiting = setTimeout(() => { waiting = null; show(); }, 2000);
});
setInterval(show, 30000);
