"""A case with all that its decision rests on, as whoever decides it must see it."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from contracts.case_materials import ConfirmedMaterial
from contracts.case_tasks import SheetTask
from contracts.message import Fen, Id, Model, Query, ServiceName
from contracts.quota_batches import CaseQuota
from contracts.review import CaseView
from contracts.rule import ConditionResult, Line, MissingFact


class SheetFact(Model):
    """A fact that the case rests on, for a person: what it is, its value, who said so, and when. `recorded_by` are the
    persons who entered it, or took back what counted before it; none of them decides the case.
    """

    name: str
    label: str
    period: str | None
    value: str
    source: str
    as_of: date
    valid_until: date | None = None
    recorded_by: tuple[Id, ...] = ()


class FactChange(Model):
    """A fact that has moved since the claim was filed: what it was and what it is, each with its source and day, and which of
    the two the case is judged on. Without `now` it was withdrawn; without `was` nobody had said it before.
    """

    name: str
    label: str
    period: str | None
    was: str | None = None
    was_source: str = ""
    was_as_of: date | None = None
    now: str | None = None
    now_source: str = ""
    now_as_of: date | None = None
    counts: Literal["was", "now", "neither"]
    changed_at: datetime


class InspectionView(Model):
    """The site inspection that counts: the latest."""

    passed: bool
    findings: str
    place: str
    inspected_at: datetime
    recorded_by: Id


class EarlierAward(Model):
    """What the enterprise was granted before, under this item or another of the tenant."""

    case_id: Id
    receipt: str
    item_id: Id
    item_title: str
    amount_fen: Fen | None
    decided_at: datetime


class SheetInstalment(Model):
    """Which instalment of its claim the case is about, of how many, and what the rule says becomes of it on the facts of now:
    `due` and `reduced` are paid, `waiting` and `not_yet` later, `skipped` not this time, `stopped` never.
    """

    number: int
    of: int
    label: str = ""
    outcome: Literal["due", "reduced", "skipped", "stopped", "waiting", "not_yet", "undetermined"]
    reason: str


class SheetMaterial(Model):
    """A material of the plan. `pledge` is what the applicant has signed in its stead (承诺代证明); `confirmed`: who
    answers for it. A required one has either before the case can be approved.
    """

    code: str
    name: str
    required: bool
    provided_by: Literal["applicant", "department", "data_exchange"]
    pledge: str | None = None
    confirmed: ConfirmedMaterial | None = None


class CaseSheet(Model):
    """A case with all that its decision rests on, and nothing else of the enterprise's dossier.

    `facts` are those that the rule or the form names. `conditions` and `working` are the rule's on these facts;
    `eligibility` and `amount` are the rule itself as sentences. `awards` are the newest first, at most 50. `changes` are what has
    moved since the filing, in the order in which it did, at most 200. `instalment` is there where the item pays in parts. `quota`
    is what the item's quotas say of an open case now.
    """

    case: CaseView
    eligibility: str
    amount: str
    conditions: tuple[ConditionResult, ...]
    working: tuple[Line, ...]
    facts: tuple[SheetFact, ...]
    missing: tuple[MissingFact, ...]
    awards: tuple[EarlierAward, ...]
    materials: tuple[SheetMaterial, ...] = ()
    inspection: InspectionView | None = None
    inspection_findings: str = ""
    account_version: int | None = None
    bank_name: str = ""
    tasks: tuple[SheetTask, ...] = ()
    changes: tuple[FactChange, ...] = ()
    instalment: SheetInstalment | None = None
    quota: tuple[CaseQuota, ...] = ()
    version: int


class GetCaseSheet(Query[CaseSheet]):
    """One case as whoever decides it must see it."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
