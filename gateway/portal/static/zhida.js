// Comfort for those whose browser runs scripts; every page works without it. ES2018, nothing is bundled.

// A form that has been sent is not sent twice by a second click. The server would count it once anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-once")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
});

// Back from the next page, a form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});

// What was refused is read first.
const first = document.querySelector("[data-focus]");
if (first) first.focus();

// How much may still be written.
for (const area of document.querySelectorAll("textarea[data-remaining]")) {
  const line = document.createElement("p");
  line.className = "remaining";
  line.setAttribute("aria-live", "polite");
  const tell = () => {
    line.textContent = area.dataset.remaining.replace("%", String(area.maxLength - area.value.length));
  };
  area.insertAdjacentElement("afterend", line);
  area.addEventListener("input", tell);
  tell();
}

// A list that has grown is read on where it grew: htmx puts further hits under those that are there.
document.addEventListener("htmx:beforeSwap", (event) => {
  const list = event.detail.target;
  if (list && list.id === "hits") list.dataset.before = String(list.children.length);
});
document.addEventListener("htmx:afterSettle", () => {
  const list = document.getElementById("hits");
  if (!list || !list.dataset.before) return;
  const item = list.children[Number(list.dataset.before)];
  delete list.dataset.before;
  const link = item && item.querySelector("a");
  if (link) link.focus();
});

// What a script asked for and did not get is asked for once more as a page: it says what is the matter.
document.addEventListener("htmx:responseError", (event) => window.location.assign(event.detail.pathInfo.finalRequestPath));
