"""Several claims seen together: which of one enterprise's stand, and which of many a pot reaches."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.message import Model
from contracts.money import Money
from contracts.rule.awards import AwardKey, FamilyCode
from contracts.rule.facts import FactSheet, RulePart
from contracts.rule.results import Objection
from contracts.rule.stacking import Stacking


class Candidate(RulePart):
    """One award that an enterprise may have: asked for, or `granted` already (then it stands).

    `stacking` and `groups` are those of its item; `keys` what it is for.
    """

    family: FamilyCode
    title: str = Field(min_length=1, max_length=200)
    year: int = Field(ge=1980, le=2200)
    money: Money
    asked_at: datetime
    keys: Annotated[tuple[AwardKey, ...], Field(max_length=200)] = ()
    stacking: tuple[Stacking, ...] = ()
    groups: tuple[str, ...] = ()
    granted: bool = False


class Standing(Model):
    """What became of a candidate: it stands, stands with less (`reduced` to the difference), or gives way."""

    family: str
    outcome: Literal["stands", "reduced", "gives_way"]
    money: Money
    because: tuple[Objection, ...] = ()


class BatchClaim(RulePart):
    """One claim on a quota: the `money` that its pot is asked for, and what it is ranked by."""

    claim_id: str = Field(min_length=1, max_length=64)
    money: Money
    filed_at: datetime
    facts: FactSheet | None = None


class Allotment(Model):
    """What a claim gets of a quota, at which place in the order, and why."""

    claim_id: str
    place: int | None
    outcome: Literal["served", "reduced", "not_served", "undetermined"]
    money: Money
    reason: str
