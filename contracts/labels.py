"""Labels of enterprises (标签): named rules over facts, answered met, not met or undetermined, with reasons.

A label may carry a score: points for measures taken from facts, added up. All of it is data and versioned.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from contracts.message import Command, Id, Model, Query, ServiceName, TenantId
from contracts.rule import ConditionResult, Eligibility, FactType, MissingFact, State
from contracts.rule.facts import BuiltOnce, FactName, NumberText, PeriodRef, RulePart

LabelCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
"""What a label is called everywhere, e.g. `technology_score`."""

Points = Annotated[int, Field(ge=0, le=1000)]


class ScoreBand(RulePart):
    """`points` for a measure of `at_least` this much (以上，含本数); the first band has no lower bound."""

    at_least: NumberText | None = None
    points: Points


class ScorePart(RulePart):
    """One measure and its points.

    `value` measures the fact itself, in `unit`; `growth` measures by how many percent it grew over the same
    fact about `base_period`; `share` measures how many percent of the fact `of` (same period) it is. Growth
    over nothing, and a share of nothing, cannot be measured.
    """

    code: LabelCode
    name: str = Field(min_length=1, max_length=40)
    measure: Literal["value", "growth", "share"]
    fact: FactName
    period: PeriodRef | None = None
    base_period: PeriodRef | None = None
    of: FactName | None = None
    unit: str | None = Field(default=None, max_length=24)
    bands: tuple[ScoreBand, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _has_what_it_measures_by(self) -> ScorePart:
        given = {"growth": self.base_period, "share": self.of, "value": self.unit}
        if any((each is not None) != (measure == self.measure) for measure, each in given.items()):
            raise ValueError("growth has a base_period, share an `of`, value a unit, and none has another's")
        return self


class Grade(RulePart):
    at_least: Points
    name: str = Field(min_length=1, max_length=20)


class ScoreRule(RulePart):
    """`grades` from the highest to the lowest; the last begins at zero."""

    parts: tuple[ScorePart, ...] = Field(min_length=1, max_length=20)
    grades: tuple[Grade, ...] = Field(min_length=1, max_length=10)


class LabelRule(RulePart):
    """A label as it is defined.

    `basis` names the document or says whose the rule is; `needs_consent` keeps it from anybody outside
    government but with the enterprise's consent. `sample` marks a definition that no authority has issued.
    """

    code: LabelCode
    name: str = Field(min_length=2, max_length=40)
    basis: str = Field(min_length=2, max_length=600)
    sample: bool
    needs_consent: bool = False
    fact_types: tuple[FactType, ...] = Field(min_length=1, max_length=60)
    eligibility: Eligibility
    score: ScoreRule | None = None

    @cached_property
    def fact_types_by_name(self) -> dict[str, FactType]:
        """The declared facts by name."""
        return {fact_type.name: fact_type for fact_type in self.fact_types}


class ScoreLine(Model):
    """One part of a score with its working; `points` is absent when a fact is missing."""

    code: str
    name: str
    points: int | None
    out_of: int
    text_zh: str


class Score(Model):
    """`points` is the sum of the lines, and there exactly when all of them are known."""

    points: int | None
    out_of: int
    grade: str | None
    lines: tuple[ScoreLine, ...]
    missing: tuple[MissingFact, ...] = ()


class LabelView(Model):
    """A label of one enterprise as its facts stand on `as_of`. *undetermined* is no verdict: facts are missing.

    A score is computed for enterprises that are met, and for no others.
    """

    code: str
    name: str
    label_version: int
    defined_by: TenantId
    sample: bool
    needs_consent: bool
    state: State
    reasons: tuple[ConditionResult, ...]
    missing: tuple[MissingFact, ...] = ()
    score: Score | None = None
    as_of: date


class LabelRuleView(Model):
    label_id: Id
    tenant: TenantId
    label_version: int
    department: str | None
    rule: Annotated[LabelRule, BuiltOnce()]
    sentence: str
    version: int


class DefineLabel(Command[LabelRuleView]):
    """Define a label for the enterprises of this place and of those below it, or the next version of one.

    The department that defined it keeps it: no other may change it.
    """

    owner: ClassVar[ServiceName] = "catalog"

    rule: Annotated[LabelRule, BuiltOnce()]


class LabelList(Model):
    items: tuple[LabelRuleView, ...] = ()


class ListLabels(Query[LabelList]):
    """The labels that enterprises of this place are given: its own and those of the levels above."""

    owner: ClassVar[ServiceName] = "catalog"
