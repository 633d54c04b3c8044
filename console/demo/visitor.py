"""A visitor of the pages without a script: opens a page, fills in one of its forms, sends it, follows where it leads."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self

import httpx

from console.demo.sign_ins import SignIn

MOST_STEPS = 8
HALF_MINUTE_S = 30


class PageRefused(Exception):
    """The page answered with another status than 200, or has no such form."""


class FormsOfPage(HTMLParser):
    """The fields of every form of a page that orders something, with what stands in them: filters are addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self._select: str | None = None
        self._area: str | None = None
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = said.get("method", "get").lower() == "post"
            if self._inside:
                self.forms.append((said.get("action", ""), {}))
        if not self._inside or not self.forms:
            return
        fields = self.forms[-1][1]
        name = said.get("name", "")
        if tag == "input" and name:
            kind = said.get("type", "text")
            if kind not in ("checkbox", "radio") or "checked" in said:
                fields.setdefault(name, []).append(said.get("value", "on"))
            else:
                fields.setdefault(name, [])
        elif tag == "textarea" and name:
            fields[name] = [""]
            self._area = name
        elif tag == "select" and name:
            self._select = name
            fields.setdefault(name, [])
        elif tag == "option" and self._select and "selected" in said:
            fields[self._select] = [said.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.forms[-1][1][self._area] = [self.forms[-1][1][self._area][0] + data]


class PageVisitor:
    """One person with a browser of their own. Use as a context manager."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(
            base_url=url, timeout=30, trust_env=False, headers={"Origin": url}, follow_redirects=True
        )
        self.page: httpx.Response | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    @property
    def path(self) -> str:
        """Where the visitor is."""
        assert self.page is not None, "a page is open"
        return self.page.url.path

    @property
    def text(self) -> str:
        assert self.page is not None, "a page is open"
        return self.page.text

    def open(self, path: str, **query: Any) -> str:
        """The page's text. Raises PageRefused."""
        return self._at(self.client.get(path, params=query or None))

    def send(self, action: str, **said: Any) -> str:
        """Send the form whose address begins with `action`; what is not said stays as the page has it."""
        found = [fields for to, fields in FormsOfPage(self.text).forms if to.startswith(action)]
        if not found:
            raise PageRefused(f"{self.path} has no form for {action}")
        to = next(to for to, _ in FormsOfPage(self.text).forms if to.startswith(action))
        values: dict[str, Any] = {name: held for name, held in found[0].items() if held}
        values |= {name: value if isinstance(value, list) else [str(value)] for name, value in said.items()}
        return self._at(self.client.post(to, data=values))

    def sign_in(self, who: SignIn, acting_for: str = "") -> None:
        """Through every step until the session is open. `acting_for`: the beginning of the capacity's key."""
        self.open("/sign-in")
        self.send("/sign-in", login=who.login, password=who.password)
        for _ in range(MOST_STEPS):
            if self.path == "/sign-in/code":
                self._give_code(who)
            elif self.path == "/sign-in/notice":
                self.send("/sign-in/notice", accepted="true")
            elif self.path == "/sign-in/capacity":
                self.send("/sign-in/capacity", key=self._capacity(acting_for))
            else:
                return
        raise PageRefused(f"signing in as {who.login} does not end: {self.path}")

    def _give_code(self, who: SignIn) -> None:
        """A code counts once: where this half minute's has been used, the next one's is given."""
        before = self.path
        self.send("/sign-in/code", code=who.code)
        if self.path == before:
            time.sleep(HALF_MINUTE_S - time.time() % HALF_MINUTE_S + 0.5)
            self.send("/sign-in/code", code=who.code)

    def _capacity(self, beginning: str) -> str:
        keys = [part.split('"', 1)[0] for part in self.text.split('name="key" value="')[1:]]
        keys = keys or [part.split('value="', 1)[1].split('"', 1)[0] for part in self.text.split('name="key"')[1:]]
        return next((key for key in keys if key.startswith(beginning)), keys[0])

    def _at(self, answer: httpx.Response) -> str:
        if answer.status_code not in (200, 422):
            raise PageRefused(f"{answer.request.method} {answer.request.url.path}: {answer.status_code}")
        self.page = answer
        return answer.text
