"""A card: one page, never two, that says in plain words what something is and where to read on. No official paper: it has
no number, no seal and no addressee.

What it says is data. Where it does not fit, the longest of its sections are shortened by rule (`shortening.py`) until it
does; the setter itself measures, so what is chosen is what is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from chassis.papers.codes import drawing_of
from chassis.papers.rendering import STANDARDS, fitted_whole, set_as_pdf
from chassis.papers.shortening import shortened

LAYOUT = Path(__file__).with_name("card.typ")

LARGE, PLAIN, SMALL, SMALLEST = 11.5, 10.5, 9.5, 6.5
CAPS = (700, 550, 440, 360, 300, 250, 210, 175, 145, 120, 100, 80, 60, 40, 0)
"""Characters that a section may have, tried one after the other: who has less is not shortened."""


@dataclass(frozen=True, slots=True)
class CardSection:
    """A question that people ask, and its answer, which may have several lines."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a card says. `over` stands above the title, `warnings` below it, in red; `facts` are (label, value) at a glance.

    `address` is where its code leads, `scan` says so beside it; without an address it has none. `more` is put in the place
    of what is left out. `foot` stands at the end of the page. `language`: of the words that are not the item's own.
    """

    title: str
    sections: tuple[CardSection, ...]
    more: str
    over: str = ""
    author: str = ""
    warnings: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    address: str = ""
    scan: str = ""
    foot: tuple[str, ...] = ()
    language: str = "zh"


def render_card(card: Card, at: datetime) -> bytes:
    """One page of A4, PDF/A-2a and PDF/UA-1, made at `at` (aware): the same bytes for the same card and instant."""
    said = fitted_whole(_said(card))
    said["code"] = drawing_of(card.address) if card.address else ""
    return set_as_pdf(LAYOUT, said, at, STANDARDS)


def _said(card: Card) -> dict[str, Any]:
    return {
        "title": card.title,
        "over": card.over,
        "author": card.author,
        "warnings": card.warnings,
        "facts": card.facts,
        "address": card.address,
        "scan": card.scan,
        "foot": card.foot,
        "language": card.language,
        "titles": [each.title for each in card.sections],
        "ways": [{"size": size, "texts": texts} for size, texts in _ways(card)],
    }


def _ways(card: Card) -> Iterator[tuple[float, list[str]]]:
    """The ways to set it, the one that says most in the largest letters first; each shorter one once."""
    whole = [each.text for each in card.sections]
    yield LARGE, whole
    yield PLAIN, whole
    yield SMALL, whole
    before = whole
    for cap in CAPS:
        texts = [shortened(text, cap, card.more) for text in whole]
        if texts != before:
            yield PLAIN, texts
        before = texts
    yield SMALL, before
    yield SMALLEST, before
