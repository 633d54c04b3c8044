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

// A file that is too large is said before it is sent, and each file's own time goes along with it.
for (const input of document.querySelectorAll("input[type=file][data-largest]")) {
  const line = document.createElement("div");
  line.setAttribute("role", "alert");
  input.insertAdjacentElement("afterend", line);
  input.addEventListener("change", () => {
    const files = Array.from(input.files);
    line.textContent = "";
    for (const old of input.form.querySelectorAll("input[name=_taken]")) old.remove();
    for (const file of files) {
      if (file.size > Number(input.dataset.largest)) {
        const wrong = document.createElement("p");
        wrong.className = "wrong";
        wrong.textContent = input.dataset.tooLarge.replace("%", file.name);
        line.append(wrong);
      }
      const taken = document.createElement("input");
      taken.type = "hidden";
      taken.name = "_taken";
      taken.value = new Date(file.lastModified).toISOString();
      input.before(taken);
    }
  });
}

// Where the telephone is, when somebody asks for it.
for (const place of document.querySelectorAll("[data-position]")) {
  if (!navigator.geolocation) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-plain";
  button.textContent = place.dataset.ask;
  const line = document.createElement("p");
  line.className = "hint";
  line.setAttribute("role", "status");
  const [latitude, longitude, accuracy] = place.querySelectorAll("input");
  button.addEventListener("click", () => {
    line.textContent = place.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        latitude.value = coords.latitude.toFixed(6);
        longitude.value = coords.longitude.toFixed(6);
        accuracy.value = String(Math.ceil(coords.accuracy));
        line.textContent = place.dataset.taken;
      },
      () => {
        line.textContent = place.dataset.unknown;
      },
      { enableHighAccuracy: true, timeout: 20000 },
    );
  });
  place.append(button, line);
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

// What was typed and could not be kept stays on the page, and a line says so; it is kept with the next word, or with the button.
const notKept = (event) => {
  const line = document.getElementById("saved");
  if (!line || !event.target.closest(".kept")) return false;
  line.textContent = line.dataset.failed;
  return true;
};
document.addEventListener("htmx:sendError", notKept);

// What a script asked for and did not get is asked for once more as a page: it says what is the matter.
document.addEventListener("htmx:responseError", (event) => {
  if (!notKept(event)) window.location.assign(event.detail.pathInfo.finalRequestPath);
});
