import { badge, button, card, clock, fail, figure, h, keep, live, load, messageTable, page, post, priority, shown, signalName, signalUnit, table, when } from "/files/page.js";

const open = new Set();
const comment = h("input", { maxlength: 200, size: 28, id: "comment" });
const span = h("select", {}, [["900", "15 min"], ["3600", "1 h"], ["28800", "8 h"], ["86400", "24 h"]].map(([value, text]) =>
  h("option", { value, selected: value === "3600" }, text)));
const days = keep(h("select", { onchange: () => show() }, [["1", "today"], ["7", "7 days"], ["31", "31 days"], ["366", "a year"]].map(([value, text]) =>
  h("option", { value, selected: value === "7" }, text))), "days");
const standing = h("div", {});
const journal = h("div", {});
let drawn = "";

/** What somebody does; the list shows it at once. */
async function act(path, body) {
  try {
    await post(path, { ...body, comment: comment.value });
    comment.value = "";
    await show();
  } catch (error) { fail(error); }
}

function state(alarm) {
  if (alarm.shelved) return h("span", { class: "badge" }, `▭ shelved until ${clock(alarm.shelved.until)}`);
  if (alarm.state === "cleared") return h("span", { class: "badge" }, "○ cleared, not seen");
  return alarm.acknowledged ? h("span", { class: "badge warn" }, "△ active, seen") : h("span", { class: "badge alarm" }, "▲ active, not seen");
}

function reading(signal) {
  const one = shown(signal.value, signalUnit(signal.key));
  return h("div", {}, `${signalName(signal.key)} ${figure(one.value, one.decimals)} ${one.unit} `, badge(signal.quality));
}

const who = (deed) => `${deed.by ?? "not logged in"}, ${clock(deed.at ?? deed.until)}${deed.comment ? `: ${deed.comment}` : ""}`;

/** The last messages of the alarm's asset, which stay open while the list is drawn anew. */
function behind(alarm) {
  if (alarm.messages.length === 0) return null;
  const key = `${alarm.path} ${alarm.since}`;
  return h("details", {
    open: open.has(key), ontoggle: (event) => { if (event.target.open) open.add(key); else open.delete(key); },
  }, h("summary", {}, "The messages behind it"), messageTable(alarm.messages));
}

function actions(alarm, may) {
  const key = { path: alarm.path, since: alarm.since };
  const off = { disabled: !may.acknowledge, title: may.why };
  return h("div", { class: "toolbar tight" },
    alarm.acknowledged ? null : button("Acknowledge", () => act("/alarms/acknowledge", key), { ...off, "aria-label": `Acknowledge ${alarm.path}` }),
    alarm.state !== "active" ? null : alarm.shelved
      ? button("Take off the shelf", () => act("/alarms/shelve", { path: alarm.path, for_s: 0 }), { ...off, "aria-label": `Take ${alarm.path} off the shelf` })
      : button("Shelve", () => act("/alarms/shelve", { path: alarm.path, for_s: Number(span.value) }), { ...off, "aria-label": `Shelve ${alarm.path}` }));
}

const seconds = (value) => (value === null ? "it stands" : value < 90 ? `${figure(value)} s` : value < 5400 ? `${figure(value / 60)} min` : `${figure(value / 3600, 1)} h`);

function drawStanding(data) {
  const focus = document.activeElement?.getAttribute("aria-label");
  const rows = data.alarms.map((alarm) => [
    priority(alarm.priority),
    state(alarm),
    h("div", {}, h("strong", {}, alarm.path), alarm.cause ? h("p", {}, alarm.cause) : null, alarm.advice ? h("p", { class: "small muted" }, `What to do: ${alarm.advice}`) : null, behind(alarm)),
    h("div", {}, when(alarm.since), h("br", {}), h("span", { class: "muted" }, alarm.until ? `until ${clock(alarm.until, true)}` : seconds(alarm.age_s))),
    h("div", { class: "small" }, alarm.values.map(reading)),
    h("div", { class: "small" }, alarm.acknowledged ? h("p", {}, `seen by ${who(alarm.acknowledged)}`) : null,
      alarm.shelved ? h("p", {}, `shelved by ${alarm.shelved.by ?? "not logged in"}${alarm.shelved.comment ? `: ${alarm.shelved.comment}` : ""}`) : null,
      actions(alarm, data.may)),
  ]);
  standing.replaceChildren(
    table(["Priority", "State", "Alarm and cause", "Since", "Its asset now", "What was done"], rows, { caption: "Alarms that stand, or were over in the last day and not seen", empty: "No alarm stands", flow: true }),
    data.alarms_count > data.alarms.length ? h("p", { class: "muted" }, `and ${data.alarms_count - data.alarms.length} more`) : "");
  if (focus) standing.querySelector(`[aria-label="${CSS.escape(focus)}"]`)?.focus();
}

function drawJournal(data) {
  const byDay = new Map();
  for (const entry of data.journal) {
    const day = entry.from.slice(0, 10);
    byDay.set(day, [...(byDay.get(day) ?? []), entry]);
  }
  journal.replaceChildren(
    data.has_store ? "" : h("p", { class: "muted" }, "There is no store, so nothing of before these pages began is known."),
    ...(byDay.size === 0 ? [h("p", { class: "muted" }, "No alarm was raised in this time.")] : []),
    ...[...byDay].map(([day, entries]) => h("div", {}, h("h3", {}, `${day}: ${entries.length}`), table(
      ["From", "Until", { text: "Lasted", num: true }, "Alarm", "Cause", "Seen"],
      entries.map((entry) => [when(entry.from), entry.until ? when(entry.until) : "it stands", seconds(entry.lasted_s), entry.path,
        entry.cause || "–", entry.acknowledged ? who(entry.acknowledged) : "–"]), { caption: `Alarms raised on ${day}`, flow: true }))),
    data.journal_count > data.journal.length ? h("p", { class: "muted" }, `and ${data.journal_count - data.journal.length} older ones`) : "");
}

async function show() {
  try {
    const data = await load(`/alarms.json?days=${days.value}`);
    page().querySelector(".error")?.remove();
    comment.disabled = span.disabled = !data.may.acknowledge;
    document.getElementById("may").textContent = data.may.why ?? "";
    drawStanding(data);
    drawJournal(data);
  } catch (error) { fail(error); }
}

page().removeAttribute("aria-busy");
page().replaceChildren(
  h("div", { class: "toolbar" }, h("label", {}, "Comment for what you do next", comment), h("label", {}, "Shelve for", span),
    h("p", { class: "muted small", id: "may" })),
  card("Now", standing),
  card("Journal", h("div", { class: "toolbar" }, h("label", {}, "Days", days)), journal));
await show();

// Anew when an alarm came, went or was seen; ages go on by themselves.
live((now) => {
  const key = JSON.stringify(now.alarms.map((alarm) => [alarm.path, alarm.since, alarm.acknowledged, alarm.shelved_until]));
  if (drawn && key !== drawn) show();
  drawn = key;
});
setInterval(show, 30000);
