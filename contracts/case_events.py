"""What review says of a case on its way from filing to the decision, beside `contracts.review`. All on the aggregate `case`."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from contracts.case_steps import PauseCause, SlotVerdict
from contracts.case_tasks import Task
from contracts.duties import Attention
from contracts.intake import Claim
from contracts.message import Event, Fen, Id, Model, TenantId
from contracts.refusal_grounds import RefusalGround, Remedies

SupplementFault = Literal["missing", "wrong", "outdated"]
"""缺少 · 有误 · 已过期."""


class CaseEvent(Event):
    """A fact about one case."""

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim


class StepAnswered(CaseEvent):
    """One answer to one step. `text_zh` says it for whoever follows the case, without records or names of persons."""

    task: Task
    slot: str = ""
    verdict: SlotVerdict
    department: str
    text_zh: str
    answered_by: Id
    answered_at: datetime


class TaskDeadlineApproaching(CaseEvent):
    """`used_percent` (50 or 80) of the time for one task is gone."""

    task_id: Id
    task: Task
    department: str
    used_percent: int
    due_at: datetime
    attention: Attention | None = None


class TaskDeadlineMissed(CaseEvent):
    """The time for one task is up, and nobody has answered."""

    task_id: Id
    task: Task
    department: str
    due_at: datetime
    attention: Attention | None = None


class CaseNotAccepted(CaseEvent):
    """不予受理, with its reasons, and whom one turns to who does not agree. The case ends as it begins."""

    reason: str
    cites: tuple[str, ...] = ()
    how_to_object: str = ""
    decided_by: Id
    decided_at: datetime
    grounds: tuple[RefusalGround, ...] = ()
    remedies: Remedies | None = None
    notice_number: str | None = None


class SupplementPoint(Model):
    """One thing to mend: a material or a field of the form by its `code`, what is wrong with it, and what to do."""

    about: Literal["material", "field"]
    code: str
    label: str
    fault: SupplementFault
    text: str


class SupplementRequested(CaseEvent):
    """补正告知: everything that is to be mended, at once, and until when. The review limit stands still meanwhile."""

    supplement_id: Id
    round: int
    points: tuple[SupplementPoint, ...]
    due_at: datetime | None
    awaits_year: int | None = None
    requested_by: Id


class SupplementAnswered(CaseEvent):
    """The enterprise has answered; the department goes on."""

    supplement_id: Id
    round: int
    answered_at: datetime
    attention: Attention | None = None


class SupplementLapsed(CaseEvent):
    """The time to answer is over without an answer: what follows is what the plan says of silence."""

    supplement_id: Id
    round: int
    then: Literal["withdrawn", "decided_as_filed"]


class CaseSuspended(CaseEvent):
    """The review limit stands still, and why. `projected_due_at`: when it would end if it went on now."""

    cause: PauseCause
    reason: str
    projected_due_at: datetime | None = None


class CaseResumed(CaseEvent):
    """The review limit goes on."""

    cause: PauseCause
    due_at: datetime | None
    awaits_year: int | None = None


class PublicNoticeStarted(CaseEvent):
    """公示 has begun: from the first of its days to the end of the last."""

    notice_id: Id
    first_day: date
    last_day: date
    amount_fen: Fen | None = None


class PublicNoticeEnded(CaseEvent):
    """The days are over, or an objection was upheld before."""

    notice_id: Id
    objections: int
    upheld: bool


class ObjectionRaised(CaseEvent):
    """Somebody objects to what is on public notice; the case waits until the department has answered."""

    notice_id: Id
    objection_id: Id
    attention: Attention | None = None


class ObjectionAnswered(CaseEvent):
    """The department has looked into an objection."""

    notice_id: Id
    objection_id: Id
    upheld: bool
    answer: str


class CaseReassessed(CaseEvent):
    """Facts or awards have moved under an open case, and the rule says something else than before.

    `was_fen` and `now_fen` are absent where the amount was or is not known; `text_zh` says what has changed.
    """

    was_fen: Fen | None = None
    now_fen: Fen | None = None
    text_zh: str
    attention: Attention | None = None


class CaseWithdrawn(CaseEvent):
    """The enterprise has taken its claim back, or has not answered a supplement in time."""

    reason: str
    withdrawn_by: Id
    withdrawn_at: datetime


class CaseReopened(CaseEvent):
    """A decided case is looked at again; what is decided next is revision `revision` and supersedes what was."""

    revision: int
    reason: str
    asked_by: Id
    agreed_by: Id
    reopened_at: datetime
    attention: Attention | None = None


class BenefitGranted(CaseEvent):
    """What is given is not money: a qualification, a service, a relief. The case ends with the certificate or notice."""

    benefit_kind: str
    text_zh: str
    certificate: str | None = None
    granted_by: Id
    granted_at: datetime


class ForecastPayment(Model):
    """What a payer may expect to pay of a case that is not decided yet, or of a later instalment. Nothing is reserved for it."""

    payer: TenantId
    part: int = 1
    instalment: int = 1
    year: int | None = None
    amount_fen: Fen
