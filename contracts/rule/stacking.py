"""What may be had together, and how often: exclusions across items, and keys that serve once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.rule.amount_node import PartName
from contracts.rule.awards import FamilyCode, KeyRef
from contracts.rule.facts import RulePart

Families = Annotated[tuple[FamilyCode, ...], Field(min_length=1, max_length=100)]
PartNames = Annotated[tuple[PartName, ...], Field(max_length=20)]
GroupName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]


class Within(RulePart):
    """Where two awards meet: the same year, the same project or certificate (`key`), or ever.

    `years`: less than so many years apart (三年内不重复申报: 2023 and 2025 meet, 2023 and 2026 do not).
    """

    scope: Literal["year", "lifetime"] = "lifetime"
    key: KeyRef | None = None
    years: int | None = Field(default=None, ge=2, le=30)


class Exclusive(RulePart):
    """不重复享受: this item and those of `families` (`any`: every other item) are not had together.

    `keep`: the higher amount stands (就高不就低), the one asked for first, or always the other (`other`).
    Against money that was already granted: `top_up` pays the difference where this one is higher, `refuse`
    nothing. `parts`: only these named parts of this item are not had together with the others, and give way alone.
    """

    node: Literal["exclusive"] = "exclusive"
    families: Literal["any"] | Families
    keep: Literal["higher", "first", "other"] = "higher"
    granted: Literal["top_up", "refuse"] = "refuse"
    within: Within = Within()
    note: str | None = Field(default=None, max_length=200)
    parts: PartNames = ()


class AtMostOf(RulePart):
    """At most `most` items of the named group; the higher amounts stand, or those asked for first."""

    node: Literal["at_most_of"] = "at_most_of"
    group: GroupName
    label: str = Field(min_length=1, max_length=60)
    most: int = Field(ge=1, le=50)
    keep: Literal["higher", "first"] = "higher"
    within: Within = Within()


class Additive(RulePart):
    """可叠加: may be had together with these, whatever an `exclusive` about `any` item says."""

    node: Literal["additive"] = "additive"
    families: Families


class OncePer(RulePart):
    """At most `most` times for the same certificate, graduate or project (`key`), without a key ever.

    With `families`, awards of those items use up the key as well. `parts`: each of these named parts of the item by
    itself; a part is used up by awards for it alone. `used_up` says what becomes of a claim: `refuse` all of it, or
    `drop_part` only the part that was had (parts are named then). `across_enterprises`: whoever had it, in whatever place; for
    keys that are the same in every firm, as the number of a certificate or a person is and a step of turnover is not.
    """

    node: Literal["once_per"] = "once_per"
    within: Within = Within()
    most: int = Field(default=1, ge=1, le=100)
    families: Annotated[tuple[FamilyCode, ...], Field(max_length=60)] = ()
    parts: PartNames = ()
    used_up: Literal["refuse", "drop_part"] = "refuse"
    across_enterprises: bool = False


class SameChoice(RulePart):
    """一经选定不得变更: earlier awards of this item (and of `families`) that tell `key` tell the same."""

    node: Literal["same_choice"] = "same_choice"
    key: KeyRef
    families: Annotated[tuple[FamilyCode, ...], Field(max_length=60)] = ()


Stacking = Annotated[Exclusive | AtMostOf | Additive | OncePer | SameChoice, Field(discriminator="node")]
