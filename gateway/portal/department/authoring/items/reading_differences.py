"""Two texts side by side: what went and what came, so that a 20 that became a 30 is seen at a glance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from contracts.authoring import ChangeView, FieldDifference

WORD = re.compile(r"[0-9][0-9,.]*%?|[A-Za-z_]+|\s+|.", re.DOTALL)
"""Numbers and words of letters stay whole; Chinese is compared by its characters."""


class MarkedText(NamedTuple):
    """A part of a text: it stayed, went or came."""

    what: Literal["same", "gone", "new"]
    text: str


class ShownDifference(NamedTuple):
    label: str
    before: tuple[MarkedText, ...]
    after: tuple[MarkedText, ...]


class FoldedChange(NamedTuple):
    """What somebody did to an item; several edits of one draft in a row are told as one, with their number."""

    change: ChangeView
    times: int
    differences: tuple[ShownDifference, ...]


def shown_differences(differences: Sequence[FieldDifference]) -> tuple[ShownDifference, ...]:
    """Each difference with what is marked in it."""
    return tuple(_shown(each) for each in differences)


def folded(changes: Sequence[ChangeView]) -> list[FoldedChange]:
    """The changes, the newest first; edits of a draft by the same person without anything between them are one."""
    found: list[FoldedChange] = []
    for change in changes:
        last = found[-1] if found else None
        same = last is not None and last.change.action == change.action == "edited"
        if last is not None and same and last.change.actor_id == change.actor_id:
            found[-1] = FoldedChange(last.change, last.times + 1, ())
        else:
            found.append(FoldedChange(change, 1, shown_differences(change.differences)))
    return found


def _shown(difference: FieldDifference) -> ShownDifference:
    before, after = _words(difference.before), _words(difference.after)
    if not before or not after:
        return ShownDifference(difference.label, *(_whole(each) for each in (before, after)))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    codes = matcher.get_opcodes()
    return ShownDifference(
        difference.label,
        tuple(_pieces(before, [(tag, i, j) for tag, i, j, _, _ in codes], "gone")),
        tuple(_pieces(after, [(tag, i, j) for tag, _, _, i, j in codes], "new")),
    )


def _words(text: str | None) -> list[str]:
    return WORD.findall(text or "")


def _whole(words: list[str]) -> tuple[MarkedText, ...]:
    return (MarkedText("same", "".join(words)),) if words else ()


def _pieces(words: list[str], codes: list[tuple[str, int, int]], other: Literal["gone", "new"]) -> Iterator[MarkedText]:
    for tag, start, end in codes:
        if end > start:
            yield MarkedText("same" if tag == "equal" else other, "".join(words[start:end]))
