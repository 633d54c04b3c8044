"""A draft before the editor: the catalogue's own reading of texts behind a bus that keeps one draft, in this process."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from duties_kit import duties_of
from portal_kit import Bus, Somebody, Visitor, little_portal

from console.place import CHECKOUT
from contracts.authoring import CheckedItem
from contracts.message import Actor
from gateway.identity.views import Principal
from gateway.portal.department.authoring.editor.pages import pages
from rules import sentences
from services.catalog.policies.guides import agreement, followed
from services.catalog.policies.outline import outline
from services.catalog.policies.texts import examine

Json = dict[str, Any]
SAMPLES = {path.stem: path for path in sorted((CHECKOUT / "sample" / "items").glob("*.json"))}
AT = "2026-03-10T04:00:00Z"


def sample_text(code: str) -> Json:
    text: Json = json.loads(SAMPLES[code].read_text("utf-8"))
    return text


class NoDatabase:
    """Where no document is registered."""

    def execute(self, sql: str, parameters: Any = None) -> Any:
        return SimpleNamespace(first=lambda: None)


def checked(text: Json) -> Json:
    """What the catalogue says of a text."""
    problems, content = examine(text, NoDatabase(), "zhanggong", date(2026, 3, 10))
    rules = text.get("rules")
    said = outline(rules) if isinstance(rules, Mapping) else {}
    return CheckedItem(
        publishable=not problems,
        problems=tuple(problems),
        sentences=sentences(content.rules).model_dump() if content is not None else {},
        parts={f"/rules{where}": each for where, each in said.items()},
        guide=agreement(content, followed(text)) if content is not None else (),
    ).model_dump(mode="json")


class DraftDesk:
    """One draft, edited through the editor's pages by its author."""

    def __init__(self, content: Json, stage: str = "draft", answers: Mapping[str, Any] | None = None) -> None:
        self.content, self.version, self.stage = content, 1, stage
        self.edits: list[Json] = []
        self.facts: list[Json] = []
        self.bus = Bus(
            {
                "get_draft": lambda _body: self.view(),
                "edit_draft": self._edit,
                "check_policy_item": lambda body: checked(body["content"]),
                "find_declared_facts": self._facts,
                "list_documents": {"documents": [], "next_cursor": None},
                **(answers or {}),
            }
        )
        self.visitor = Visitor(little_portal(pages, {}), self.bus, {"author": AUTHOR})

    def open(self, content: Json) -> None:
        """Another draft, as if it had just been begun."""
        self.content, self.version, self.edits = content, 1, []

    def view(self) -> Json:
        return {
            "draft_id": "d-1", "tenant": "zhanggong", "version": self.version, "stage": self.stage,
            "code": self.content.get("code", ""), "title": self.content.get("title") or "（未命名）",
            "department": "章贡区工信局", "content": self.content, "created_at": AT, "edited_at": AT,
        }  # fmt: skip

    def _edit(self, body: Json) -> Json:
        if body["expected_version"] != self.version:
            return {"refused": {"kind": "stale", "code": "stale_version", "message": "内容已被他人更新。"}}
        self.content, self.version = body["content"], self.version + 1
        self.edits.append(body)
        return self.view()

    def _facts(self, body: Json) -> Json:
        found = [each for each in self.facts if not body["names"] or each["name"] in body["names"]]
        return {"facts": [{"fact_type": each, "items": 3} for each in found]}

    def page(self, section: str, **query: str) -> Page:
        address = f"/department/drafts/d-1/write/{section}"
        answer = self.visitor.send("GET", address, "author", params=query, headers={"Accept": "text/html"})
        assert answer.status_code == 200, html.unescape(answer.text)
        return Page(answer.text)

    def send(self, section: str, said: Mapping[str, Any], *, version: int | None = None, to: str = "") -> Any:
        """The form as it is filled in; what comes back is not followed."""
        body = {"_version": str(version or self.version), **said}
        return self.visitor.post(f"/department/drafts/d-1/write/{section}{to}", body, "author")

    def act(self, section: str, act: str, **said: Any) -> None:
        answer = self.send(section, {"act": act, **said})
        assert answer.status_code == 303, html.unescape(answer.text)


AUTHOR = Somebody(
    Principal(
        "zhanggong",
        Actor(
            id="author",
            roles=frozenset({"department"}),
            name="张三",
            department="章贡区工信局",
            duties=duties_of("department"),
        ),
    )
)


class Page(HTMLParser):
    """A page as a browser reads it: the fields of its forms by name, with what stands in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.fields: dict[str, list[str]] = {}
        self.offered: dict[str, list[str]] = {}
        self.acts: set[str] = set()
        self._area: str | None = None
        self._select: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        name = said.get("name", "")
        if tag == "button" and name == "act":
            self.acts.add(said["value"])
        elif tag == "input":
            self._input(name, said)
        elif tag == "textarea":
            self._area = name
            self.fields[name] = [""]
        elif tag == "select":
            self._select = name
            self.fields[name], self.offered[name] = [], []
        elif tag == "option" and self._select:
            self.offered[self._select].append(said.get("value", ""))
            if "selected" in said:
                self.fields[self._select] = [said.get("value", "")]

    def _input(self, name: str, said: Mapping[str, str]) -> None:
        if said.get("type") in ("checkbox", "radio"):
            self.offered.setdefault(name, []).append(said["value"])
            if "checked" not in said:
                return
        self.fields.setdefault(name, []).append(said.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.fields[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            # A browser leaves out the line end right behind the tag.
            self.fields[self._area][0] = self.fields[self._area][0].removeprefix("\n")
            self._area = None
        elif tag == "select" and self._select is not None:
            self.fields[self._select] = self.fields[self._select] or self.offered[self._select][:1]
            self._select = None

    @property
    def filled_in(self) -> dict[str, list[str]]:
        """What a browser would send of the editor's form without anybody having touched it."""
        return {name: values for name, values in self.fields.items() if name.startswith(("f.", "j."))}

    @property
    def words(self) -> str:
        """What a person reads."""
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.text)))


def nodes(part: Any, where: str = "") -> Iterator[tuple[str, Json]]:
    """Every object below, with its pointer."""
    if isinstance(part, dict):
        if where:
            yield where, part
        for name, each in part.items():
            yield from nodes(each, f"{where}/{name}")
    elif isinstance(part, list):
        for index, each in enumerate(part):
            yield from nodes(each, f"{where}/{index}")
