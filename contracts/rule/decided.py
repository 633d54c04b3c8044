"""Figures that persons set: up to a limit that the text states, or case by case (一事一议)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from contracts.rule.amount_node import AmountNode
from contracts.rule.awards import DecisionName
from contracts.rule.facts import NumberText, RulePart, UnitText

if TYPE_CHECKING:
    from contracts.rule.amount import AmountRule

Day = date
"""A field called `date` hides the type from the fields after it."""

Basis = Annotated[str, Field(min_length=1, max_length=2000)]


class FairCompetitionConclusion(RulePart):
    """The conclusion of the fair-competition review, without which nothing is published
    (Fair Competition Review Regulation, in force since 2024-08-01).

    What is `doubtful` is not published until the review has passed it; `basis` then says what the doubt is.
    """

    conclusion: Literal["passed", "exception", "not_required", "doubtful"]
    basis: Basis
    date: date


class CollectiveMinutes(RulePart):
    """会议纪要: the minutes of the collective decision, by their number and day; `sha256` names the uploaded file."""

    reference: str = Field(min_length=2, max_length=200)
    date: Day
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class FinanceCeiling(RulePart):
    """The most that finance has agreed to for one decision, and by which paper."""

    limit: NumberText
    unit: UnitText
    basis: Basis


class CaseByCase(RulePart):
    """一事一议: what has to be there where the text states no maximum.

    The law or document that allows it, its own fair-competition conclusion (state aid that is given to one firm is
    what that review looks at first), the minutes of the collective decision, and the ceiling that finance set. A
    figure above the ceiling is not cut to it: it has to be decided anew.
    """

    legal_basis: Basis
    fair_competition: FairCompetitionConclusion
    minutes: CollectiveMinutes
    ceiling: FinanceCeiling


class Decided(AmountNode):
    """A figure that somebody sets, at most `max` (最高…, 不超过…), and at least `min` where the text says so.

    Undetermined until the decision named `decision` is passed in; what is set above `max` counts as `max`. `unit` is
    the one in which it is set, absent: that of `max`; a figure in another kind of unit is refused, never read as one
    beyond the limit.
    """

    node: Literal["decided"] = "decided"
    decision: DecisionName
    by: str = Field(min_length=1, max_length=60)
    max: AmountRule
    min: AmountRule | None = None
    unit: UnitText | None = None


class DecidedOpen(AmountNode):
    """A figure in `unit` that somebody sets and for which the text states no maximum of its own.

    Either a cap around it states the maximum of what it comes to (按一定比例，最高不超过 100 万元), or it is set case by
    case, with the `grounds` for that. Undetermined until the decision named `decision` is passed in.
    """

    node: Literal["decided_open"] = "decided_open"
    decision: DecisionName
    by: str = Field(min_length=1, max_length=60)
    unit: UnitText
    min: AmountRule | None = None
    grounds: CaseByCase | None = None
