"""Whether it is granted: cases, their tasks and clocks, approval and refusal."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from contracts.enterprises import Payee
from contracts.intake import Claim
from contracts.message import Command, Event, Fen, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId
from contracts.refusal import Reason

CaseState = Literal["accepted", "approved", "rejected"]
Task = Literal["material_check", "site_inspection"]


class CaseAccepted(Event):
    """The case is open.

    `accepted_at` is when the claim was filed; the review limit runs from its effective receipt. `due_at` is
    absent while the year's calendar is not published, and where the item sets no review limit.
    """

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    accepted_at: datetime
    due_at: datetime | None


class TaskAssigned(Event):
    """A department has a task with a clock in this case."""

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    task: Task
    department: str
    due_at: datetime | None


class InspectionRecorded(Event):
    """A site inspection (现场勘查) took place."""

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    passed: bool
    findings: str
    place: str
    inspected_at: datetime
    recorded_by: Id


class Share(Model):
    """One payer's part of an amount; the parts of a case sum to it, to the fen."""

    payer: TenantId
    amount_fen: Fen


class CaseApproved(Event):
    """One payer's share of an approval: the ground of its payment orders. Addressed once per paying tenant; `shares` shows all parts.

    Approval revision n+1 supersedes n; `instalment` counts from 1. `approved_at` starts treasury's clock.
    """

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    payer: TenantId
    amount_fen: Fen
    total_fen: Fen
    shares: tuple[Share, ...]
    payee: Payee
    revision: int = 1
    instalment: int = 1
    approved_by: Id
    approved_at: datetime


class CaseRejected(Event):
    """A refusal with its reason and the explanation of the policy (说明理由并解释政策)."""

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    reason: str
    rejected_by: Id
    rejected_at: datetime


class ReviewDeadlineApproaching(Event):
    """`used_percent` (50 or 80) of the review limit is gone."""

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    used_percent: int
    due_at: datetime


class ReviewDeadlineMissed(Event):
    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    due_at: datetime


class CaseView(Model):
    """A case as the department sees it: what the rule says of it, and until when it must decide.

    `amount_fen` is the rule's amount on the case's facts, `asked_fen` what the filing came with. `obstacles`
    is everything that stands against approval now; `remarks` is what the recheck at acceptance found. `note`
    is the opinion of an approval or the reason of a rejection.
    """

    case_id: Id
    claim: Claim
    state: CaseState
    amount_fen: Fen | None
    asked_fen: Fen | None = None
    working: tuple[str, ...]
    verdict: str
    obstacles: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()
    payee_name: str
    account_masked: str
    inspection_required: bool
    inspection_passed: bool | None
    due_at: datetime | None
    accepted_at: datetime
    decided_by: Id | None = None
    decided_at: datetime | None = None
    note: str = ""
    version: int


class ApproveCase(Command[CaseView]):
    """Grant it. The amount is the rule's on the facts that the case holds; any other is refused."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    amount_fen: Fen
    opinion: str = Field(default="", max_length=500)
    expected_version: int


class RejectCase(Command[CaseView]):
    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    reason: str = Field(min_length=4, max_length=1000)
    expected_version: int


class RecordInspection(Command[CaseView]):
    """Enter the result of a site inspection. It may be repeated until the decision; the latest counts."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    passed: bool
    findings: str = Field(min_length=2, max_length=2000)
    place: str = Field(min_length=2, max_length=200)
    inspected_at: AwareDatetime
    expected_version: int


class GetCase(Query[CaseView]):
    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class CasePage(Page):
    items: tuple[CaseView, ...]


class ListCases(PagedQuery[CasePage]):
    """Cases of the actor's tenant, those with the earliest acceptance first."""

    owner: ClassVar[ServiceName] = "review"

    state: CaseState | None = None
    department: str | None = Field(default=None, max_length=60)
