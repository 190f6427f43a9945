import { age, badge, button, card, clock, fail, figure, h, load, page, payload, post, table, when } from "/files/page.js";

// The cards are drawn anew with each answer; what somebody types stays.
const mayTry = ["engineer", "operator"].includes(document.body.dataset.role);
const totals = h("div");
const silent = h("div");
const unknown = h("div");
const topics = h("div");
const results = h("div", { "aria-live": "polite" });
const filter = h("input", { type: "search", id: "filter", oninput: () => newest && drawTopics(newest), placeholder: "meters/" });
const onlyOdd = h("input", { type: "checkbox", onchange: () => newest && drawTopics(newest) });
const rows = h("textarea", { id: "rows", rows: 10, spellcheck: "false", placeholder: "- topic: meters/paint\n  signals:\n    - {value: /power, asset: shop/paint, key: load_kw, unit: kW, kind: sample}" });
const tryButton = button("Try on the last messages", attempt, { class: "main", disabled: !mayTry });
const saveButton = button("Save", save, { disabled: true });
let newest = null;
let tried = null;

const place = page();
place.replaceChildren(
  totals, silent, unknown,
  card("Try a mapping",
    h("p", { class: "muted" }, "Rows as they stand below sources: in signals.yaml. They are tried on the last messages of topics that nobody mapped, and saved only when you say so."),
    h("label", { for: "rows" }, "Rows"), rows,
    h("div", { class: "toolbar" }, tryButton, saveButton,
      mayTry ? null : h("p", { class: "muted" }, "Trying and saving need the role engineer: ", h("a", { href: "/login?to=/data" }, "log in"))),
    results),
  card("Topics",
    h("div", { class: "toolbar" }, h("label", { for: "filter" }, "Topic holds", filter), h("label", { class: "inline" }, onlyOdd, "only what is refused, bad or not mapped")),
    topics));

rows.addEventListener("input", () => { saveButton.disabled = true; tried = null; });

function reasons(list) {
  return list.length === 0 ? "–" : list.map((one) => `${one.reason} ${figure(one.count)}`).join(", ");
}

function drawTotals(data) {
  const received = data.received;
  const tiles = [
    ["Messages", figure(received.own + received.mapped + received.unknown), `own dialect ${figure(received.own)}, mapped ${figure(received.mapped)}, neither ${figure(received.unknown)}`],
    ["Refused", figure(data.refused.reduce((sum, one) => sum + one.count, 0)), data.refused.length === 0 ? "no message was" : reasons(data.refused)],
    ["Topics", figure(data.topic_count), data.messages_beyond > 0 ? `${figure(data.messages_beyond)} messages of more topics than are told apart` : "since these pages began"],
    ["Silent assets", figure(data.silent.length), data.simulated ? "simulated: telemetry comes from models" : "of those that are listened to"],
  ];
  totals.replaceChildren(h("div", { class: "grid" }, tiles.map(([label, big, line]) =>
    h("section", { class: "tile" }, h("p", { class: "label" }, label), h("p", { class: "big" }, big), h("p", { class: "line" }, line)))));
}

function drawSilent(data) {
  silent.replaceChildren(card("Silent, and should have spoken", table(
    ["Asset", "Last reading", "Alarm since", "Why"],
    data.silent.map((one) => [
      one.asset, one.last ? `${clock(one.last, true)} (${age(one.last, data.now)} ago)` : "–",
      one.alarm_since ? h("span", { class: "badge warn" }, `△ ${clock(one.alarm_since)}`) : "–", one.cause,
    ]), { empty: "Every asset that is listened to has spoken", flow: true })));
}

function drawUnknown(data) {
  const hint = data.listens_to_all
    ? "Topics of the recording that no row maps."
    : data.looked_at.length > 0
      ? `Besides its own topics and those of its mapping the run looks at ${data.looked_at.join(", ")}: what comes there is shown here, and nothing else becomes of it.`
      : "A live run subscribes to its own topics and those of its mapping alone: begin it with --look-at 'meters/#' to see here what else comes, or list it by twin topics --broker.";
  unknown.replaceChildren(card("Not mapped", h("p", { class: "muted" }, hint),
    data.unknown.length === 0 ? h("p", {}, "No message came on a topic that is not mapped.") : null,
    data.unknown.map((one) => h("details", {},
      h("summary", {}, `${one.topic} – ${figure(one.kept)} messages kept`),
      one.row ? h("pre", {}, one.row) : null,
      one.row ? button("Put into the rows to try", () => { rows.value = rows.value ? `${rows.value.trimEnd()}\n${one.row}\n` : `${one.row}\n`; rows.dispatchEvent(new Event("input")); rows.focus(); }) : null))));
}

function isOdd(one) {
  return one.refused.length > 0 || one.source === "unknown" || (one.quality && !one.quality.startsWith("good"));
}

function drawTopics(data) {
  const wanted = filter.value.trim().toLowerCase();
  const shown = data.topics.filter((one) => one.topic.toLowerCase().includes(wanted) && (!onlyOdd.checked || isOdd(one)));
  topics.replaceChildren(
    h("p", { class: "muted" }, `${figure(shown.length)} of ${figure(data.topic_count)} topics, at ${clock(data.now, true)}`),
    table(["Topic", "Becomes", { text: "Messages", num: true }, { text: "Rate", unit: "1/min", num: true }, { text: "Age", num: true }, "Quality now", "Refused", "Last message"],
      shown.slice(0, 500).map((one) => [
        h("code", { class: "topic" }, one.topic),
        one.source === "own" ? h("span", { class: "when" }, "own dialect") : one.source === "mapped" ? one.mapped.join(", ") : h("span", { class: "badge warn" }, "△ not mapped"),
        figure(one.count), figure(one.per_minute, 1), `${age(one.last, data.now)}`,
        one.quality ? (badge(one.quality) ?? "good") : "–",
        one.refused.length === 0 ? "–" : h("span", { title: one.refusal ?? "" }, h("span", { class: "badge warn" }, `△ ${reasons(one.refused)}`), h("br"), h("small", { class: "muted" }, one.refusal ?? "")),
        payload(one.example),
      ]), { empty: "No topic of that name", flow: true }),
    shown.length > 500 ? h("p", { class: "muted" }, `${figure(shown.length - 500)} more: narrow the search`) : "");
}

async function attempt() {
  tryButton.disabled = true;
  try {
    const answer = await post("/data/try", { yaml: rows.value });
    tried = answer.problems.length === 0 ? rows.value : null;
    saveButton.disabled = tried === null || !newest?.can_save;
    showTrial(answer);
  } catch (error) {
    results.replaceChildren(h("p", { class: "error", role: "alert" }, error.message));
  }
  tryButton.disabled = !mayTry;
}

function showTrial(answer) {
  if (answer.problems.length > 0) {
    results.replaceChildren(h("div", { class: "error", role: "alert" }, h("p", {}, "These rows cannot be read:"), h("pre", {}, answer.problems.join("\n"))));
    return;
  }
  results.replaceChildren(
    h("p", {}, answer.note ?? `${figure(answer.used)} of ${figure(answer.tried)} messages give values.`),
    newest?.can_save ? "" : h("p", { class: "muted" }, "They cannot be saved from here, for no configuration folder was named: start the twin with --config FOLDER, or paste the rows into the folder's signals.yaml and use twin reload."),
    answer.messages.length === 0 ? "" : table(["Arrived", "Topic", "Message", "Becomes", "Refused"], answer.messages.map((one) => [
      when(one.at), h("code", { class: "topic" }, one.topic), payload(one.payload),
      one.values.length === 0 ? (one.waits ? "waits for more messages" : "–")
        : one.values.map((value) => h("div", {}, `${value.signal} = ${value.value === null ? "event" : figure(value.value, 3)} ${value.unit ?? ""} at ${clock(value.ts, true)}`)),
      one.refused.length === 0 ? "–" : one.refused.map((why) => h("div", { class: "warn-text" }, `△ ${why.text} (${why.reason})`)),
    ]), { flow: true }));
}

async function save() {
  saveButton.disabled = true;
  try {
    const answer = await post("/data/save", { yaml: tried });
    results.replaceChildren(h("div", { class: "note" }, h("p", {}, `${figure(answer.rows)} rows are in ${answer.file}; what was there before is ${answer.backup}.`), answer.notes.map((note) => h("p", {}, note))));
    rows.value = "";
  } catch (error) {
    results.replaceChildren(h("div", { class: "error", role: "alert" }, h("p", {}, "Nothing was saved:"), h("pre", {}, error.message)));
    saveButton.disabled = false;
  }
}

async function refresh() {
  if (document.hidden && newest) return;
  try {
    newest = await load("/data.json");
    place.removeAttribute("aria-busy");
    place.querySelector(":scope > .error")?.remove();
    drawTotals(newest); drawSilent(newest); drawUnknownIfNew(newest); drawTopics(newest);
  } catch (error) { fail(error); }
}

let drawn = "";
function drawUnknownIfNew(data) {
  // Somebody may have one of them open.
  const state = JSON.stringify(data.unknown.map((one) => [one.topic, one.row]));
  if (state === drawn) return;
  drawn = state;
  drawUnknown(data);
}

refresh();
setInterval(refresh, 5000);
