// Comfort for whoever writes an item: a section that was refused is shown as well, and one sees where one was.

// A form that was not accepted comes back with what is wrong: htmx shows it like any other answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([409, 412, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// Where something was added or moved, one goes on.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "editor") return;
  const place = document.querySelector("#editor [data-focus], #editor [data-here]");
  if (place) {
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "center" });
  }
});
