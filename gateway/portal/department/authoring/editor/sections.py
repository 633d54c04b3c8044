"""The pages of the editor: which parts of an item are written on which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

SectionName = Literal["basic", "document", "facts", "conditions", "amount", "plan", "shares", "terms", "guide"]


@dataclass(frozen=True)
class Section:
    """One page. `fields` of the part at `at` are written there, in this order."""

    name: SectionName
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def pointers(self) -> tuple[str, ...]:
        return tuple(f"{at}/{field}" for at, fields in self.parts for field in fields)


SECTIONS: Mapping[SectionName, Section] = {
    each.name: each
    for each in (
        Section(
            "basic",
            (
                (
                    "",
                    (
                        "code", "title", "summary", "issuer", "level", "theme", "benefit_kind", "status",
                        "valid_from", "valid_to", "fair_competition", "local_tax_basis",
                    ),
                ),
                ("", ("sources",)),
                ("", ("sample", "sample_notes")),
            ),
        ),
        Section("document", (("", ("document",)),)),
        Section("facts", (("/rules", ("fact_types", "parameters", "bounds")), ("/rules", ("reference_year",)))),
        Section("conditions", (("/rules", ("eligibility",)),)),
        Section("amount", (("/rules", ("amount", "values")), ("/rules", ("rounding",)))),
        Section("plan", (("/rules", ("plan",)),)),
        Section("shares", (("/rules", ("shares",)),)),
        Section("terms", (("/rules", ("payees", "instalments", "stacking")), ("/rules", ("groups", "quotas")))),
        Section("guide", (("", ("guide", "interpretations")),)),
    )
}  # fmt: skip
SECTION_NAMES: tuple[SectionName, ...] = get_args(SectionName)


def section_of(pointer: str) -> SectionName:
    """Where a place is written: the section whose pointer is the longest above it; the first for the item itself."""
    best: tuple[int, SectionName] = (-1, SECTION_NAMES[0])
    for section in SECTIONS.values():
        for each in section.pointers:
            if (pointer == each or pointer.startswith(f"{each}/")) and len(each) > best[0]:
                best = (len(each), section.name)
    return best[1]
