"""How it is handled: mode, department, steps with their clocks, materials, form, window, budget line."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.rule.facts import FactName, NumberText, PeriodRef, RulePart, misplaced
from contracts.rule.shares import Level


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

    Steps are taken in their order; one that stands `beside_previous` begins together with the step before it (并联), and
    what follows waits for both. `department` does it where that is not the item's own; `level` is the level of
    government whose department that is, seen from the place where the enterprise filed (absent: the item's own tenant).
    It counts against the review limit unless the item excludes it and cites its basis for that.
    """

    beside_previous: bool = False
    department: DepartmentName | None = None
    level: Level | None = None
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
    """联合审核: other departments answer side by side. Silence never passes.

    `grounds` are the published conditions that they are asked about, as the document writes them; a department that
    bars a claim names one of them.
    """

    kind: Literal["joint_check"] = "joint_check"
    departments: Annotated[tuple[DepartmentName, ...], Field(min_length=1, max_length=30)]
    passes_when: Quorum = "all"
    grounds: Annotated[tuple[Annotated[str, Field(min_length=2, max_length=200)], ...], Field(max_length=20)] = ()


class Criterion(RulePart):
    """One thing that a panel scores, from 0 to `most`."""

    name: str = Field(min_length=1, max_length=60)
    most: int = Field(ge=1, le=1000)


class Panel(Step):
    """评估评审: `members` experts drawn at random from the register `field`, of whom at least `quorum` score.

    The mean of their totals decides: it passes from `pass_score` on. `sets` names the decided figure of the amount that
    the panel's minutes set. Items from before these existed: five members, three of them a quorum, one score of 100, 60
    passes.
    """

    kind: Literal["panel"] = "panel"
    field: str | None = Field(default=None, min_length=1, max_length=60)
    members: int = Field(default=5, ge=1, le=50)
    quorum: int = Field(default=3, ge=1, le=50)
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=30)] = ()
    pass_score: NumberText = "60"
    sets: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]{1,63}$")


class SiteInspection(Step):
    """现场勘查, by at least so many `officers` (two: Administrative Penalty Law 2021, art. 55, for checks of an enterprise)."""

    kind: Literal["site_inspection"] = "site_inspection"
    officers: int = Field(default=2, ge=1, le=6)


class PublicNotice(Step):
    """公示. How its days are counted differs from place to place, so the item says it."""

    kind: Literal["public_notice"] = "public_notice"
    period: TimeLimit
    first_day_counts: bool


class Approval(Step):
    """审批, by persons with these duties, each of them another person.

    `apart_from`: who approves has taken no other step of the case (`steps`), or only given no other approval
    (`approvals`).
    """

    kind: Literal["approval"] = "approval"
    duties: Annotated[tuple[str, ...], Field(min_length=1, max_length=10)] = ("复核岗",)
    passes_when: Quorum = "all"
    apart_from: Literal["steps", "approvals"] = "steps"


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


class AcceptanceTerms(RulePart):
    """受理: within `limit` of the receipt the filing is accepted, one complete supplement is asked for, or it is refused.

    Silence is acceptance as of the receipt (Administrative Licensing Law, art. 32: within five days, all at once, else
    accepted as received). `by`: the machine accepts at once what it can check whole, or a person always decides.
    """

    by: Literal["machine", "person"] = "machine"
    limit: TimeLimit = Field(default_factory=lambda: TimeLimit(limit=5, unit=TimeUnit.WORKING_DAYS))

    @model_validator(mode="after")
    def _at_most_five_working_days(self) -> AcceptanceTerms:
        most = {TimeUnit.WORKING_DAYS: 5, TimeUnit.CALENDAR_DAYS: 7, TimeUnit.HOURS: 120}[self.limit.unit]
        if self.limit.limit > most:
            raise misplaced("limit", "受理期限不得超过 5 个工作日（7 个自然日、120 小时）")
        return self


class SupplementTerms(RulePart):
    """补正: how long the enterprise has, what its clock does meanwhile, how often it is asked, and what silence means.

    `clock`: what was used of the review limit still counts afterwards (`continue`), or the limit begins anew
    (`restart`). A round beyond `rounds` may name only what the answer before it brought.
    """

    limit: TimeLimit = Field(default_factory=lambda: TimeLimit(limit=10, unit=TimeUnit.WORKING_DAYS))
    clock: Literal["continue", "restart"] = "continue"
    rounds: int = Field(default=1, ge=1, le=5)
    on_silence: Literal["withdrawn", "decided_as_filed"] = "withdrawn"


class CreditTerms(RulePart):
    """以信用代审核: whoever has a good integrity record and signs `commitment` skips the material check, and is verified
    afterwards: of these cases `sample_percent` are drawn at random (双随机).
    """

    commitment: str = Field(min_length=4, max_length=300)
    sample_percent: int = Field(default=10, ge=1, le=100)


class Plan(RulePart):
    """How an item is handled, from filing to money.

    `department` reviews. `review_limit` runs from acceptance to the decision and is absent only where
    nobody applies; `payout_limit` runs from the decision to the bank's settlement. Facts about no period of their own
    are judged as they are on the day of the decision, unless there is a `reference_date` (基准日). `credit`: who may skip
    the material check. `automatic_rechecks`: a later instalment whose recheck is met is granted without a person.
    """

    mode: Mode
    department: DepartmentName
    steps: Annotated[tuple[PlanStep, ...], Field(min_length=1, max_length=20)]
    review_limit: TimeLimit | None = None
    payout_limit: TimeLimit
    materials: Annotated[tuple[Material, ...], Field(max_length=60)] = ()
    form_fields: Annotated[tuple[FormField, ...], Field(max_length=100)] = ()
    window: Window = Window()
    acceptance: AcceptanceTerms = Field(default_factory=AcceptanceTerms)
    supplement: SupplementTerms = Field(default_factory=SupplementTerms)
    reference_date: date | None = None
    credit: CreditTerms | None = None
    automatic_rechecks: bool = False
    frequency: PaymentFrequency
    budget_line: str = Field(pattern=r"^[0-9A-Za-z_-]{2,40}$")
