"""Which events ask a duty to act, and for what. Data, and how it is put into words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from contracts.award_findings import AwardGrantedTwice
from contracts.case_events import (
    CaseReassessed,
    CaseReopened,
    ObjectionRaised,
    SupplementAnswered,
    TaskDeadlineApproaching,
    TaskDeadlineMissed,
)
from contracts.case_tasks import Task
from contracts.credit_checks import CreditChecksDrawn
from contracts.deadlines import PayoutDeadlineUndetermined, ReviewDeadlineUndetermined
from contracts.drafting import ConsultationOpened
from contracts.duties import ROLE_OF, Attention
from contracts.intake import Claim
from contracts.integrity_events import (
    DefenceGiven,
    DefenceTimeEnded,
    FindingOpened,
    RecordRequestMade,
    RecordRequestOverdue,
)
from contracts.message import Event
from contracts.money import Money
from contracts.notify import DutySubject
from contracts.policies import PolicyExpiring
from contracts.review import CaseAccepted, ReviewDeadlineApproaching, ReviewDeadlineMissed, TaskAssigned
from contracts.treasury import (
    DisbursementContradicted,
    DisbursementFailed,
    DisbursementHeld,
    DisbursementReady,
    DisbursementRecalled,
    DisbursementReturned,
    DisbursementUnknown,
    PayoutDeadlineApproaching,
    PayoutDeadlineMissed,
)
from services.notify.staff.domain import DutyNotice

CaseDeadline = ReviewDeadlineUndetermined | ReviewDeadlineApproaching | ReviewDeadlineMissed
CaseNews = SupplementAnswered | ObjectionRaised | CaseReassessed | CaseReopened
FindingNews = FindingOpened | DefenceGiven | DefenceTimeEnded | RecordRequestMade | RecordRequestOverdue
TaskDeadline = TaskDeadlineApproaching | TaskDeadlineMissed
CaseWork = CaseAccepted | TaskAssigned | CaseDeadline | CaseNews | TaskDeadline
MoneyWork = (
    DisbursementReady
    | DisbursementHeld
    | DisbursementUnknown
    | DisbursementFailed
    | DisbursementReturned
    | DisbursementRecalled
    | DisbursementContradicted
    | PayoutDeadlineUndetermined
    | PayoutDeadlineApproaching
    | PayoutDeadlineMissed
)
Asking = (
    CaseWork | MoneyWork | FindingNews | AwardGrantedTwice | CreditChecksDrawn | ConsultationOpened | PolicyExpiring
)

KIND_OF: Mapping[type[Event], str] = {
    CaseAccepted: "case_to_review",
    TaskAssigned: "case_to_review",
    TaskDeadlineApproaching: "task_due_soon",
    TaskDeadlineMissed: "task_overdue",
    SupplementAnswered: "supplement_answered",
    ObjectionRaised: "objection_raised",
    CaseReassessed: "case_reassessed",
    CaseReopened: "case_reopened",
    ReviewDeadlineUndetermined: "review_due_unknown",
    ReviewDeadlineApproaching: "review_due_soon",
    ReviewDeadlineMissed: "review_overdue",
    DisbursementReady: "payment_to_release",
    DisbursementHeld: "payment_held",
    DisbursementUnknown: "payment_unknown",
    DisbursementFailed: "payment_failed",
    DisbursementReturned: "payment_returned",
    DisbursementRecalled: "payment_recalled",
    DisbursementContradicted: "payment_contradicted",
    PayoutDeadlineUndetermined: "payout_due_unknown",
    PayoutDeadlineApproaching: "payout_due_soon",
    PayoutDeadlineMissed: "payout_overdue",
    AwardGrantedTwice: "award_doubled",
    CreditChecksDrawn: "credit_checks_to_do",
    FindingOpened: "finding_to_notify",
    DefenceGiven: "finding_to_decide",
    DefenceTimeEnded: "finding_to_decide",
    RecordRequestMade: "record_request_made",
    RecordRequestOverdue: "record_request_overdue",
    ConsultationOpened: "consultation_asked",
    PolicyExpiring: "item_expiring",
}

KIND_OF_TASK: Mapping[Task, str] = {
    "acceptance": "acceptance_to_do",
    "material_check": "case_to_review",
    "joint_check": "joint_check_to_do",
    "panel": "panel_to_do",
    "site_inspection": "inspection_to_do",
    "public_notice": "public_notice_to_do",
    "recheck": "recheck_to_do",
    "approval": "approval_to_do",
}
"""Checking the papers is what a new case begins with."""


def notices_of(event: Asking, event_id: str, at: datetime) -> Iterator[DutyNotice]:
    """One for each duty that is asked; none where the event asks nobody."""
    kind = KIND_OF[type(event)]
    if isinstance(event, ConsultationOpened):
        subject = _subject(f"《{event.title}》，{event.department}征求，{event.until} 前反馈", "draft", event.draft_id)
        for party in event.parties:
            yield _notice(party.attention, party.department, kind, at, f"{event_id}/{party.party}", subject)
    elif event.attention is None:
        return
    elif isinstance(event, PolicyExpiring):
        subject = _subject(f"《{event.title}》，有效期至 {event.expires_on}", "item", event.item_id)
        yield _notice(event.attention, event.department, kind, at, event_id, subject)
    elif isinstance(event, AwardGrantedTwice):
        names = "、".join(dict.fromkeys(each.enterprise_name for each in event.awards))
        text = f"{event.item_title}（{names}），多批 {Money(event.too_much_fen).yuan_text()} 元"
        subject = _subject(text, "case", event.awards[-1].case_id)
        yield _notice(event.attention, event.department, kind, at, event_id, subject)
    elif isinstance(event, CreditChecksDrawn):
        subject = _subject(f"{event.item_title}，抽中 {event.checks} 件", "credit_draw", event.draw_id)
        yield _notice(event.attention, event.department, kind, at, event_id, subject)
    elif isinstance(event, CaseAccepted):
        subject = _case(event.claim, event.case_id)
        yield _notice(event.attention, event.claim.department, kind, at, f"{kind}/{event.case_id}", subject)
    elif isinstance(event, TaskAssigned):
        kind = KIND_OF_TASK[event.task]
        # The papers are told of with the new case, once; any other task is one thing to do for one duty.
        of_case = event.task == "material_check" or event.task_id is None
        occasion = f"{kind}/{event.case_id}" if of_case else event_id
        yield _notice(event.attention, event.department, kind, at, occasion, _task(event, event.attention))
    elif isinstance(event, TaskDeadline):
        yield _notice(event.attention, event.department, kind, at, event_id, _task(event, event.attention))
    elif isinstance(event, CaseDeadline | CaseNews | FindingNews):
        yield _notice(event.attention, event.claim.department, kind, at, event_id, _case(event.claim, event.case_id))
    else:
        amount = Money(event.amount_fen).yuan_text()
        text = f"{event.claim.receipt} {event.claim.enterprise_name} {amount} 元"
        subject = _subject(text, "disbursement", event.disbursement_id)
        yield _notice(event.attention, event.claim.department, kind, at, event_id, subject)


def _notice(
    attention: Attention, department: str, kind: str, at: datetime, occasion: str, subject: DutySubject
) -> DutyNotice:
    # Only a policy department's people are known by its name; all others are found in the whole tenant.
    by_name = attention.department_id is None and ROLE_OF[attention.duty] == "department"
    return DutyNotice(
        tenant=attention.tenant,
        department_id=attention.department_id,
        department=department if by_name else None,
        duty=attention.duty,
        kind=kind,
        at=at,
        occasion=occasion,
        subject=subject,
    )


def _case(claim: Claim, case_id: str) -> DutySubject:
    return _subject(f"{claim.receipt} {claim.item_title}（{claim.enterprise_name}）", "case", case_id)


def _task(event: TaskAssigned | TaskDeadline, attention: Attention) -> DutySubject:
    """Its case, or the task itself for whom the case is another tenant's."""
    case = _case(event.claim, event.case_id)
    if event.task_id is None or attention.tenant == event.claim.tenant:
        return case
    return _subject(case.text, "task", event.task_id)


def _subject(
    text: str, kind: Literal["case", "disbursement", "draft", "item", "task", "credit_draw"], id: str
) -> DutySubject:
    return DutySubject(text=text, subject_type=kind, subject_id=id)
