"""What was granted before, as far as a rule asks for it: awards, the keys they were granted under, decisions.

Nothing here is kept by the rule language. Who evaluates a rule passes in what its register knows; without
a register an answer is *before caps* and says so.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.money import Money
from contracts.rule.amount_node import PartName
from contracts.rule.facts import Code, FactName, NumberText, PeriodRef, RulePart, UnitText
from contracts.rule.shares import FractionText, Level

FamilyCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""An item's code, the same through all its versions."""

ClaimId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""By which the awards of one claim are known as such."""

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
    `years`: only those of the last so many years, the reference year included (三年内累计). `parts`: only what was
    granted for these named parts of its item; none listed: for all of it.
    """

    scope: Literal["year", "lifetime"] = "lifetime"
    families: Literal["own", "any"] | Annotated[tuple[FamilyCode, ...], Field(min_length=1, max_length=60)] = "own"
    levels: Annotated[tuple[Level, ...], Field(max_length=4)] = ()
    key: KeyRef | None = None
    years: int | None = Field(default=None, ge=2, le=30)
    parts: Annotated[tuple[PartName, ...], Field(max_length=20)] = ()


class AwardKey(RulePart):
    """An award was for this project, certificate, person, …: the fact that told it, and its value."""

    fact: FactName
    value: Code


class Award(RulePart):
    """Money granted before. `year` is the reference year that it was granted for, `instalment` its number.

    One award is what one claim was granted for one part of an item: `part` is the part's name (absent: the item has
    none, or nobody knows), `claim` tells the awards of one claim from those of another. `groups` are those of its item
    (`ItemRules.groups`), for rules about at most so many of a group.
    """

    family: FamilyCode
    level: Level
    year: int = Field(ge=1980, le=2200)
    money: Money
    granted_on: date
    keys: Annotated[tuple[AwardKey, ...], Field(max_length=200)] = ()
    groups: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    instalment: int | None = Field(default=None, ge=1, le=60)
    part: PartName | None = None
    claim: ClaimId | None = None

    def codes_of(self, fact: str) -> frozenset[str]:
        """What it was for, as this fact told it."""
        return frozenset(key.value for key in self.keys if key.fact == fact)


class InstalmentRecord(RulePart):
    """How an earlier instalment of this claim ended: paid, not paid that year, or stopped for ever.

    `reduced_to` is the part of it that was paid where a recheck can bring it down (1: none did); else it is absent.
    """

    number: int = Field(ge=1, le=60)
    outcome: Literal["paid", "skipped", "stopped"]
    money: Money = Money(0)
    reduced_to: FractionText | None = None


class AwardHistory(RulePart):
    """What one enterprise was granted before a claim under the item `family`.

    Complete as far as the rule asks: an empty history says "nothing was granted", no history at all says
    "not known". What this claim was paid before stands in `instalments` and nowhere else: an award of the own family
    that is an instalment names another `claim`. `whole` is what the instalments of this claim come to together, fixed
    with the first; `claim_year` is the reference year of the first, `schedule` which of several schedules it chose
    (the number of the row, from 0; after the last row: `otherwise`). `of_others`: what others were granted for a key
    of this claim that serves once whoever has it; it counts for that and for nothing else, and says no more of it.
    """

    family: FamilyCode
    claim: ClaimId | None = None
    claim_year: int | None = Field(default=None, ge=1980, le=2200)
    schedule: int | None = Field(default=None, ge=0, le=60)
    awards: tuple[Award, ...] = ()
    instalments: tuple[InstalmentRecord, ...] = ()
    whole: Money | None = None
    of_others: tuple[Award, ...] = ()

    @model_validator(mode="after")
    def _this_claim_stands_in_one_place(self) -> AwardHistory:
        own = [award for award in self.awards if award.family == self.family and award.instalment is not None]
        if any(award.claim in (None, self.claim) for award in own):
            raise ValueError(
                "本次申报的前几期只写在 instalments 里；awards 里本事项的分期须写明是另一次申报（claim）的"
            )
        return self


class Decision(RulePart):
    """The figure that a panel or an officer set where the text says "up to". `on` is the day of it."""

    name: DecisionName
    value: NumberText
    unit: UnitText
    by: str = Field(min_length=1, max_length=60)
    on: date
