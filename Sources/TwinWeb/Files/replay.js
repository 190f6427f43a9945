import { button, card, clock, fail, figure, h, load, page, post, table } from "/files/page.js";

const place = page();
const mayLead = ["engineer", "operator"].includes(document.body.dataset.role);
const reins = h("div");
const expectations = h("div");
const thrown = h("div");
const answer = h("p", { class: "muted", "aria-live": "polite" });
let newest = null;

const marks = { held: ["ok", "✓ held"], holding: ["", "○ holds so far"], open: ["", "… open"], failed: ["alarm", "✕ failed"] };

async function lead(body) {
  try { await post("/replay/control", body); await refresh(); } catch (error) { fail(error); }
}

function drawReins(data) {
  const percent = Math.round(data.share * 1000) / 10;
  const state = data.over ? "played to the end" : data.paused ? `paused${data.steps_left > 0 ? `, ${figure(data.steps_left)} steps to go` : ""}` : data.speed === null ? "as fast as possible" : `× ${figure(data.speed)}`;
  const isOff = !mayLead || data.over;
  const speeds = [...data.speeds, null];
  reins.replaceChildren(card("Playing",
    h("p", {}, h("code", { title: data.file }, data.file.split("/").pop() || "standard input"), ` – ${data.loop === "closed" ? "the simulated plant obeys commands" : "as recorded"}`),
    h("p", {}, h("b", {}, clock(data.now, true)), data.tick === null ? "" : `, tick ${figure(data.tick)}, `, state),
    h("progress", { class: "position", max: 100, value: percent, "aria-label": "share of the input that is read" }, `${percent} %`),
    h("p", { class: "small muted" }, `${figure(percent, 1)} % of the input is read`),
    h("div", { class: "toolbar" },
      button(data.paused ? "Play" : "Pause", () => lead({ do: data.paused ? "play" : "pause" }), { class: "main", disabled: isOff }),
      [1, 10, 60].map((count) => button(`Step ${count}`, () => lead({ do: "step", steps: count }), { disabled: isOff })),
      speeds.map((speed) => button(speed === null ? "max" : `× ${figure(speed)}`, () => lead({ do: "speed", speed: speed ?? "max" }), { disabled: isOff, "aria-pressed": !data.paused && data.speed === speed ? "true" : "false" }))),
    mayLead ? null : h("p", { class: "muted" }, "Leading a replay needs the role engineer: ", h("a", { href: "/login?to=/replay" }, "log in"))));
}

function drawExpectations(data) {
  const count = (state) => data.expectations.filter((one) => one.state === state).length;
  expectations.replaceChildren(card("Expected",
    data.expectations.length === 0
      ? h("p", { class: "muted" }, "Nothing is expected of this replay; a scenario says what shall happen: twin scenario run FILE --listen 127.0.0.1:8080")
      : h("p", {}, `${count("held")} held, ${count("holding")} hold so far, ${count("open")} open, ${count("failed")} failed`),
    data.expectations.length === 0 ? null : table(["", "Expected", "What happened", "Where"], data.expectations.map((one) => {
      const [style, word] = marks[one.state] ?? ["", one.state];
      return [h("span", { class: `badge ${style}` }, word), one.words || "–", one.sentence, h("small", { class: "muted" }, one.place)];
    }), { flow: true })));
}

function drawThrown(data) {
  thrown.replaceChildren(h("h3", {}, "Thrown in so far"), table(["From", "Until", "Fault"],
    [...data.thrown].reverse().map((one) => [clock(one.from, true), one.until ? clock(one.until, true) : "the end",
      h("code", {}, Object.entries(one.fault).map(([key, value]) => `${key}: ${value}`).join(", "))]), { empty: "No fault was thrown in" }));
}

// The form is made once: what somebody types stays.
function faultForm(data) {
  const field = (name, label, attributes = {}) => {
    const input = h("input", { id: `fault-${name}`, ...attributes });
    return { name, input, label: h("label", { for: `fault-${name}` }, label, input) };
  };
  const fields = [
    field("on", "On: topics, or an asset", { list: "topics", size: 34, placeholder: data.topics[0] ?? "" }),
    field("for", "For how long", { size: 6, placeholder: "30m" }), field("key", "Key", { size: 12, placeholder: "power_kw" }),
    field("by", "By", { size: 6, placeholder: "1.5 or 10m" }), field("value", "Value", { size: 8, inputmode: "decimal" }),
    field("every", "Every n-th", { size: 5, inputmode: "numeric" }), field("share", "Share", { size: 5, inputmode: "decimal" }),
  ];
  const verb = h("select", { id: "fault-verb", onchange: () => fit() }, data.verbs.map((one) => h("option", { value: one.verb }, one.verb.replaceAll("_", " "))));
  const hint = h("p", { class: "small muted" });
  function fit() {
    const chosen = data.verbs.find((one) => one.verb === verb.value);
    for (const one of fields) one.label.hidden = !chosen.keys.includes(one.name);
    hint.textContent = chosen.needs_closed_loop ? "It happens in the plant itself: the replay must run with --loop closed." : "It is laid over the messages that come, from the next step on.";
  }
  async function send() {
    const chosen = data.verbs.find((one) => one.verb === verb.value);
    const fault = { do: verb.value };
    for (const one of fields) {
      const text = one.input.value.trim();
      if (!chosen.keys.includes(one.name) || text === "") continue;
      const isNumber = ["value", "every", "share"].includes(one.name) || (one.name === "by" && !["delay", "clock_skew"].includes(verb.value));
      fault[one.name] = isNumber && Number.isFinite(Number(text)) ? Number(text) : text;
    }
    try {
      await post("/replay/fault", fault);
      answer.textContent = "Thrown in: it begins with the next step.";
      await refresh();
    } catch (error) { answer.textContent = `Not thrown in: ${error.message}`; }
  }
  const form = h("form", { class: "toolbar", onsubmit: (event) => { event.preventDefault(); send(); } },
    h("label", { for: "fault-verb" }, "Fault", verb), fields.map((one) => one.label),
    h("datalist", { id: "topics" }, data.topics.map((topic) => h("option", { value: topic }))),
    h("button", { type: "submit", class: "main", disabled: !mayLead }, "Throw it in"));
  fit();
  return card("Faults", form, hint, answer, thrown);
}

async function refresh() {
  if (document.hidden && newest) return;
  try {
    const isFirst = newest === null;
    newest = await load("/replay.json");
    place.removeAttribute("aria-busy");
    place.querySelector(":scope > .error")?.remove();
    if (isFirst) place.replaceChildren(reins, expectations, faultForm(newest));
    // A button that somebody is about to press must not move under the hand.
    const state = JSON.stringify([newest.paused, newest.speed, newest.over, newest.share, newest.tick, newest.steps_left]);
    if (state !== refresh.state && !(reins.contains(document.activeElement) && document.activeElement.matches(":active"))) {
      const focused = [...reins.querySelectorAll("button")].indexOf(document.activeElement);
      drawReins(newest);
      if (focused >= 0) reins.querySelectorAll("button")[focused]?.focus();
      refresh.state = state;
    }
    drawExpectations(newest);
    drawThrown(newest);
  } catch (error) { fail(error); }
}

refresh();
setInterval(refresh, 1000);
