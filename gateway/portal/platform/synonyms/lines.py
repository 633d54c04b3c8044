"""A list of synonyms as a person writes it: one group a line, its words divided by a mark or a blank."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic import Field

from contracts.identity import InTenant
from contracts.message import Why
from contracts.refusal import Reason
from contracts.synonyms import ReplaceSynonyms, SynonymGroup

FIELD = "lines"
MARKS = re.compile(r"[、，,；;|\s]+")


class SynonymLines(InTenant):
    """The whole list, to be changed and sent back. Empty lines count for nothing."""

    lines: str = Field(default="", max_length=40_000)
    note: Why
    expected_version: int

    def command(self) -> ReplaceSynonyms:
        return ReplaceSynonyms(
            tenant=self.tenant, groups=groups_in(self.lines), note=self.note, expected_version=self.expected_version
        )


def groups_in(text: str) -> tuple[SynonymGroup, ...]:
    """The groups that the lines name. A line of marks only is a group without words, which the catalogue refuses."""
    written = [line.strip() for line in text.splitlines()]
    return tuple(tuple(word for word in MARKS.split(line) if word) for line in written if line)


def lines_of(groups: Iterable[Sequence[str]]) -> str:
    """The same way back."""
    return "\n".join("、".join(group) for group in groups)


def beside_the_lines(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What is wrong with a group is shown beside the list; it says itself which one it means."""
    return tuple(
        each.model_copy(update={"field": FIELD}) if (each.field or "").startswith("groups") else each
        for each in reasons
    )
