"""What was granted before, as far as a rule asks for it: awards, the keys they were granted under, decisions.

Nothing here is kept by the rule language. Who evaluates a rule passes in what its register knows; without
a register an answer is *before caps* and says so.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from contracts.money import Money
from contracts.rule.facts import Code, FactName, NumberText, PeriodRef, RulePart, UnitText
from contracts.rule.shares import Level

FamilyCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""An item's code, the same through all its versions."""

DecisionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]


class KeyRef(RulePart):
    """The fact that tells what an award is for: the number of a project, a certificate, or of several graduates.

    A code, or several codes; two awards are for the same where they have a code in common.
    """

    fact: FactName
    period: PeriodRef | None = None


class Counted(RulePart):
    """Which earlier awards count: by default those of the item's own family, from whatever level.

    `families`: `own`, `any`, or these (the own one included only where it is listed). `levels`: of these
    levels of government only; none listed: of any. `key`: only those for the same project, certificate, …
    `years`: only those of the last so many years, the reference year included (三年内累计).
    """

    scope: Literal["year", "lifetime"] = "lifetime"
    families: Literal["own", "any"] | Annotated[tuple[FamilyCode, ...], Field(min_length=1, max_length=60)] = "own"
    levels: Annotated[tuple[Level, ...], Field(max_length=4)] = ()
    key: KeyRef | None = None
    years: int | None = Field(default=None, ge=2, le=30)


class AwardKey(RulePart):
    """An award was for this project, certificate, person, …: the fact that told it, and its value."""

    fact: FactName
    value: Code


class Award(RulePart):
    """Money granted before. `year` is the reference year that it was granted for, `instalment` its number.

    `groups` are those of its item (`ItemRules.groups`), for rules about at most so many of a group.
    """

    family: FamilyCode
    level: Level
    year: int = Field(ge=1980, le=2200)
    money: Money
    granted_on: date
    keys: Annotated[tuple[AwardKey, ...], Field(max_length=200)] = ()
    groups: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    instalment: int | None = Field(default=None, ge=1, le=60)

    def codes_of(self, fact: str) -> frozenset[str]:
        """What it was for, as this fact told it."""
        return frozenset(key.value for key in self.keys if key.fact == fact)


class InstalmentRecord(RulePart):
    """How an earlier instalment ended: paid, not paid that year, or stopped for ever."""

    number: int = Field(ge=1, le=60)
    outcome: Literal["paid", "skipped", "stopped"]
    money: Money = Money(0)


class AwardHistory(RulePart):
    """What one enterprise was granted before a claim under the item `family`.

    Complete as far as the rule asks: an empty history says "nothing was granted", no history at all says
    "not known". `whole` is what the instalments of this claim come to together, fixed with the first.
    """

    family: FamilyCode
    awards: tuple[Award, ...] = ()
    instalments: tuple[InstalmentRecord, ...] = ()
    whole: Money | None = None


class Decision(RulePart):
    """The figure that a panel or an officer set where the text says "up to". `on` is the day of it."""

    name: DecisionName
    value: NumberText
    unit: UnitText
    by: str = Field(min_length=1, max_length=60)
    on: date
