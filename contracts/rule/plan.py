"""How it is handled: mode, department, steps with their clocks, materials, form, window, budget line."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.rule.facts import FactName, PeriodRef, RulePart, misplaced


class Mode(StrEnum):
    NO_APPLICATION = "no_application"  # 免申即享
    INSTANT = "instant"  # 即申即享
    COMMITTED = "committed"  # 承诺兑现


class TimeUnit(StrEnum):
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"


class TimeLimit(RulePart):
    """A budget of time; what a working day is belongs to the tenant's calendar."""

    limit: int = Field(ge=1, le=3650)
    unit: TimeUnit


DepartmentName = Annotated[str, Field(min_length=2, max_length=60)]

Quorum = Literal["all", "any"] | Annotated[int, Field(ge=1, le=50)]
"""How many must agree: all of them, any one, or at least this many."""


class Step(RulePart):
    """A step of the handling with its own clock, if it has one.

    It counts against the review limit unless the item excludes it and cites its basis for that.
    """

    clock: TimeLimit | None = None
    counts_against_limit: bool = True
    exclusion_basis: str | None = Field(default=None, min_length=2, max_length=200)

    @model_validator(mode="after")
    def _an_exclusion_cites_its_basis(self) -> Step:
        if self.counts_against_limit == (self.exclusion_basis is not None):
            text = "不计入审核时限（counts_against_limit 为 false）的环节须写明依据，计入的不写"
            raise misplaced("exclusion_basis", text)
        return self


class MaterialCheck(Step):
    """材料审核."""

    kind: Literal["material_check"] = "material_check"


class JointCheck(Step):
    """联合审核: other departments answer side by side."""

    kind: Literal["joint_check"] = "joint_check"
    departments: Annotated[tuple[DepartmentName, ...], Field(min_length=1, max_length=30)]
    passes_when: Quorum = "all"


class Panel(Step):
    """评估评审."""

    kind: Literal["panel"] = "panel"


class SiteInspection(Step):
    """现场勘查."""

    kind: Literal["site_inspection"] = "site_inspection"


class PublicNotice(Step):
    """公示. How its days are counted differs from place to place, so the item says it."""

    kind: Literal["public_notice"] = "public_notice"
    period: TimeLimit
    first_day_counts: bool


class Approval(Step):
    """审批, by persons with these duties."""

    kind: Literal["approval"] = "approval"
    duties: Annotated[tuple[str, ...], Field(min_length=1, max_length=10)] = ("复核岗",)
    passes_when: Quorum = "all"


PlanStep = Annotated[
    MaterialCheck | JointCheck | Panel | SiteInspection | PublicNotice | Approval, Field(discriminator="kind")
]


class Material(RulePart):
    """A paper or licence that the case rests on.

    `commitment` is the pledge that may stand in for it (承诺代证明); absent: nothing may.
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")
    name: str = Field(min_length=2, max_length=80)
    required: bool = True
    provided_by: Literal["applicant", "department", "data_exchange"] = "applicant"
    commitment: str | None = Field(default=None, min_length=4, max_length=300)


class FormField(RulePart):
    """A fact that the applicant may declare in the form; all others come from the enterprise's dossier."""

    fact: FactName
    period: PeriodRef | None = None
    required: bool = True
    hint: str | None = Field(default=None, max_length=200)


class Window(RulePart):
    """When it can be claimed: both days included, an absent bound is open."""

    opens: date | None = None
    closes: date | None = None


class PaymentFrequency(StrEnum):
    ONCE = "once"
    YEARLY = "yearly"
    HALF_YEARLY = "half_yearly"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"
    PER_EVENT = "per_event"


class Plan(RulePart):
    """How an item is handled, from filing to money.

    `department` reviews. `review_limit` runs from acceptance to the decision and is absent only where
    nobody applies; `payout_limit` runs from the decision to the bank's settlement.
    """

    mode: Mode
    department: DepartmentName
    steps: Annotated[tuple[PlanStep, ...], Field(min_length=1, max_length=20)]
    review_limit: TimeLimit | None = None
    payout_limit: TimeLimit
    materials: Annotated[tuple[Material, ...], Field(max_length=60)] = ()
    form_fields: Annotated[tuple[FormField, ...], Field(max_length=100)] = ()
    window: Window = Window()
    frequency: PaymentFrequency
    budget_line: str = Field(pattern=r"^[0-9A-Za-z_-]{2,40}$")
