import { button, card, fail, h, load, page, post } from "/files/page.js";

const query = new URLSearchParams(location.search);

/** Where to go on: a path of this server, from the address. */
function next() {
  const to = query.get("to") ?? "/";
  const isOurs = /^\/(?!\/)[\w./-]*(\?[\w.~%&=+,:/-]*)?(#[\w.~%/-]*)?$/.test(to) && !to.startsWith("/login");
  // A browser keeps the place in a page when it is sent here, and does not tell the server.
  return isOurs ? to + (to.includes("#") ? "" : location.hash) : "/";
}

function form() {
  const name = h("input", { name: "name", autocomplete: "username", required: true, maxlength: 64, autocapitalize: "none", spellcheck: "false" });
  const password = h("input", { name: "password", type: "password", autocomplete: "current-password", required: true, maxlength: 1024 });
  const send = h("button", { type: "submit", class: "main" }, "Log in");
  async function submit(event) {
    event.preventDefault();
    send.disabled = true;
    try {
      await post("/login", { name: name.value, password: password.value });
      location.assign(next());
    } catch (error) {
      fail(error);
      send.disabled = false;
      password.value = "";
      password.focus();
    }
  }
  return card(null, query.has("ended") ? h("p", { class: "note" },
    "Your login has ended: after 12 hours, after 30 minutes without a request, because the twin was started anew, or because your user was changed. Log in to go on.") : null,
  h("form", { class: "toolbar login", onsubmit: submit }, h("label", {}, "Name", name), h("label", {}, "Password", password), send));
}

async function leave() {
  try {
    await post("/logout");
    location.assign("/login");
  } catch (error) { fail(error); }
}

try {
  const now = await load("/login.json");
  const place = page();
  place.removeAttribute("aria-busy");
  if (!now.must) {
    place.replaceChildren(h("p", { class: "note" },
      `Nobody need log in: there are no users. Who reaches this page from this machine has the role ${now.role}.`));
  } else if (now.name) {
    place.replaceChildren(card("Logged in", h("p", {}, `${now.name}, with the role ${now.role}`), button("Log out", leave)));
  } else {
    place.replaceChildren(form());
    place.querySelector("input").focus();
  }
} catch (error) { fail(error); }
