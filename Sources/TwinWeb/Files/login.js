import { button, card, fail, h, load, page, post } from "/files/page.js";

/** Where to go on: a path of this server, from the address. */
function next() {
  const to = new URLSearchParams(location.search).get("to") ?? "/";
  return /^\/(?!\/)[\w./-]*$/.test(to) && to !== "/login" ? to : "/";
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
  return card(null, h("form", { class: "toolbar login", onsubmit: submit }, h("label", {}, "Name", name), h("label", {}, "Password", password), send));
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
