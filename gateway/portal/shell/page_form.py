"""A form as a template shows it: fresh, or with what a person filled in and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import uuid4

from contracts.refusal import Reason
from gateway.portal.shell.entries import FEN, YUAN
from gateway.portal.shell.language import PageTexts

NUMBER = re.compile(r"\.[0-9]+(?=\.|$)")
NOT_OF_AN_ID = re.compile(r"[^A-Za-z0-9_-]+")


class Wrongness(NamedTuple):
    """One line of the summary: what is wrong, with which field, and where that stands (None: nowhere to go)."""

    label: str
    message: str
    target: str | None


@dataclass(frozen=True)
class PageForm:
    """`key` is the idempotency key: it is made when the form is shown, so that a form sent twice counts once.

    `sent`: a person has filled it in, and `values` is what stands in the fields, by name, each a list. `trouble` is the headline of what was refused, and
    `reasons` all of it.
    """

    name: str
    path: str
    audience: str
    texts: PageTexts
    csrf: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    key: str = field(default_factory=lambda: uuid4().hex)
    sent: bool = False
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    trouble: str = ""
    reasons: Sequence[Reason] = ()
    shown: dict[str, str] = field(default_factory=dict)

    def at(self, **parameters: object) -> PageForm:
        """The form of one of several things on a page; this one, if that is what the person sent."""
        meant = {name: str(value) for name, value in parameters.items()}
        if all(self.parameters.get(name) == value for name, value in meant.items()):
            return self
        return replace(
            self,
            parameters={**self.parameters, **meant},
            key=uuid4().hex,
            sent=False,
            values={},
            trouble="",
            reasons=(),
            shown={},
        )

    def begun_with(self, values: Mapping[str, Sequence[str]]) -> PageForm:
        """The form with what was filled in before; as the person has just sent it, if they have."""
        return self if self.sent or not values else replace(self, sent=True, values=values)

    @property
    def action(self) -> str:
        """Where it goes; the page's filter goes with it, so that the page can be shown again as it was."""
        path = self.path.format(**self.parameters)
        return f"{path}?{self.query}" if self.query else path

    @property
    def id(self) -> str:
        return "-".join([self.name.replace("_", "-"), *map(_of_an_id, self.parameters.values())])

    def field_id(self, name: str) -> str:
        return f"{self.id}-{_of_an_id(name)}"

    def label(self, name: str) -> str:
        """What a field is called: by the form's own table of texts, else by the audience's `field`."""
        plain = NUMBER.sub("", name.removesuffix("[]"))
        for key in (f"{self.audience}.{self.name}.{plain}", f"{self.audience}.field.{plain}", f"shell.field.{plain}"):
            text = self.texts.find(key)
            if text is not None:
                return text
        return plain

    def value(self, name: str, otherwise: object = "") -> str:
        """What stands in the field: the person's, or `otherwise` where nothing was sent yet."""
        if self.sent:
            return (self.values.get(name) or [""])[-1]
        return "" if otherwise is None else str(otherwise)

    def chosen(self, name: str, otherwise: Sequence[object] = ()) -> Sequence[str]:
        """The same of a field with several values."""
        return self.values.get(name, ()) if self.sent else [str(each) for each in otherwise]

    def errors(self, name: str, label: str = "") -> list[str]:
        """What is wrong with this field, called `label` on the page. What is asked for here is shown beside its field."""
        self.shown.update(dict.fromkeys(_names(name), label or self.label(name)))
        return [reason.message for reason in self.reasons if reason.field in _names(name)]

    def summary(self) -> list[Wrongness]:
        """All that is wrong, for the head of the form: to be asked for when the fields have been written."""
        lines = []
        for reason in self.reasons:
            place = reason.field or ""
            name = place.removesuffix(FEN) + YUAN if place.endswith(FEN) else place
            target = self.field_id(name) if place in self.shown else None
            lines.append(Wrongness(self.shown.get(place, ""), reason.message, target))
        return lines


def _names(name: str) -> set[str]:
    plain = name.removesuffix("[]")
    return {plain, plain.removesuffix(YUAN) + FEN} if plain.endswith(YUAN) else {plain}


def _of_an_id(text: str) -> str:
    return NOT_OF_AN_ID.sub("-", text)
