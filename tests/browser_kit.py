"""A browser before the gateway's own application: with script, without, and by the keyboard alone on a phone.

The bus is stood in for (tests/portal_kit.py), so that a page is looked at in milliseconds. What runs over the whole
house takes `Visit` with the house's address instead.
"""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from chassis.testing.waiting import eventually

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
FARTHEST = 150
"""Tab stops before somebody gives up."""

NOTE_VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""

FOCUSED = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const label = here.labels && here.labels.length ? here.labels[0].innerText : "";
  const style = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  return {
    name: [here.getAttribute("aria-label"), label, here.innerText, here.name].filter(Boolean).join(" "),
    tag: here.tagName.toLowerCase(),
    ringed: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    width: box.width, height: box.height, left: box.left, right: box.right,
  };
}"""

Name = str | re.Pattern[str]
"""What stands in the name of a field, a button or a link; or how the whole of it is."""

WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application on a port of its own; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@dataclass
class Visit:
    """One person's browser, with nothing in it yet. Whatever a page complains of is kept."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(NOTE_VIOLATIONS)
        self.page.on("console", lambda said: self._note(said.text) if said.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, text: str) -> None:
        # A status that is not 200 is a page of ours, too; what it shows is looked at by the test.
        if not text.startswith("Failed to load resource: the server responded with a status of"):
            self.complaints.append(text)

    def open(self, address: str) -> int:
        """Goes there; returns the status."""
        answer = self.page.goto(f"{self.origin}{address}", wait_until="load")
        assert answer is not None
        return answer.status

    def sign_in_as(self, name: str) -> None:
        """Somebody of the samples, whom the stood-in session knows by a cookie."""
        self.page.context.add_cookies([{"name": "who", "value": name, "url": self.origin}])

    def must_be_sound(self) -> None:
        """Nothing that axe finds, no violation of the content security policy, nothing wider than the window."""
        assert axe_findings(self.page) == []
        self.must_complain_of_nothing()
        self.must_fit()

    def must_complain_of_nothing(self) -> None:
        """No violation of the content security policy, no error and no warning in the console."""
        assert self.page.evaluate("() => window.__violations") == []
        assert self.complaints == []

    def must_fit(self) -> None:
        """Nobody has to scroll sideways."""
        assert self.page.evaluate(WIDER) <= 0, f"{self.page.url} is wider than {self.page.viewport_size}"

    def picture(self, folder: Path, name: str) -> Path:
        """The whole page as a picture, in `folder` or where ZHIDA_SCREENSHOTS says."""
        chosen = Path(os.environ.get("ZHIDA_SCREENSHOTS") or folder)
        chosen.mkdir(parents=True, exist_ok=True)
        file = chosen / f"{re.sub(r'[^A-Za-z0-9]+', '-', name).strip('-') or 'home'}.png"
        self.page.screenshot(path=str(file), full_page=True)
        return file


class Keyboard:
    """Somebody who has no mouse: everything is reached by Tab, and one sees where one is."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: Name, *tags: str) -> None:
        """On to what is called so, of these kinds or any. Fails when it is not reached, or a stop on the way is not seen."""
        passed: list[str] = []
        for _ in range(FARTHEST):
            self.page.keyboard.press("Tab")
            here: dict[str, Any] | None = self.page.evaluate(FOCUSED)
            if here is None:
                continue
            said = " ".join(here["name"].split())
            assert here["ringed"], f"one does not see that {said or here['tag']} has the focus"
            passed.append(said)
            if called(said, name) and (not tags or here["tag"] in tags):
                return
        raise AssertionError(f"{name} is not reached; passed {passed}")

    def to_field(self, name: str) -> None:
        """On to a field by its name in the form: one of several radio buttons, whichever the key reaches."""
        for _ in range(FARTHEST):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("() => document.activeElement.getAttribute('name')") == name:
                return
        raise AssertionError(f"no field called {name} is reached")

    def write(self, name: str, text: str) -> None:
        self.to(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def press(self, name: Name, key: str = "Enter") -> None:
        """Uses a button or follows a link."""
        self.to(name)
        self.page.keyboard.press(key)


def called(said: str, name: Name) -> bool:
    """Whether what is called `said` is meant."""
    return name in said if isinstance(name, str) else name.search(said) is not None


def axe_findings(page: Page) -> list[str]:
    """What axe finds, each with the part of the page that it is about."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:200]} {node['failureSummary']}" for each in found for node in each["nodes"]]


def new_visit(chromium: Browser, origin: str, *, script: bool = True, viewport: dict[str, int] | None = None) -> Visit:
    """A new and empty profile; close it with `visit.page.context.close()`."""
    context = chromium.new_context(
        viewport=viewport or DESK,  # type: ignore[arg-type]
        java_script_enabled=script,
        locale="zh-CN",
    )
    return Visit(context.new_page(), origin)
