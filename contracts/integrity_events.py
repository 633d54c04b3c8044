"""What review says of a finding, its record and the money that comes back of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from contracts.case_events import CaseEvent
from contracts.duties import Attention
from contracts.intake import Claim
from contracts.integrity import FindingOrigin, RequestKind
from contracts.integrity_grounds import Gravity, GroundCode
from contracts.message import Event, Fen, Id
from contracts.refusal_grounds import Remedies


class FindingEvent(Event):
    """A fact about one finding. `claim` is the claim that it is about, whatever has become of its case."""

    aggregate: ClassVar[str] = "integrity_finding"

    finding_id: Id
    case_id: Id
    claim: Claim


class FindingOpened(FindingEvent):
    """Somebody, or a check, has reason to think that something was false or broken. The firm is not told yet."""

    origin: FindingOrigin
    ground: GroundCode
    opened_by: Id
    opened_at: datetime
    attention: Attention | None = None


class FindingNotified(FindingEvent):
    """事先告知: the firm is told what is held against it, and may be heard until `due_at`."""

    ground: GroundCode
    facts_zh: str
    basis_zh: str
    intended_zh: str
    days: int
    due_at: datetime | None
    awaits_year: int | None = None
    notified_by: Id
    notified_at: datetime


class DefenceGiven(FindingEvent):
    """The firm has been heard, or has said that it will not be."""

    waived: bool
    given_at: datetime
    attention: Attention | None = None


class DefenceTimeEnded(FindingEvent):
    """The firm's time is over, and it has said nothing: the finding can be decided."""

    due_at: datetime
    attention: Attention | None = None


class FindingDecided(FindingEvent):
    """It is decided. What is established is followed by its record (`DishonestyRecorded`)."""

    established: bool
    ground: GroundCode
    number: str
    reasons_zh: str
    remedies: Remedies | None = None
    decided_by: Id
    decided_at: datetime


class DishonestyRecorded(FindingEvent):
    """A record is in force from `from_day` to `until_day`; repair may be asked for from `repairable_from` on."""

    ground: GroundCode
    gravity: Gravity
    number: str
    from_day: date
    until_day: date
    repairable_from: date


class RecordRequestMade(FindingEvent):
    """The firm asks for repair of its record, or objects to it; the department answers until `due_at`."""

    request_id: Id
    kind: RequestKind
    due_at: datetime | None
    awaits_year: int | None = None
    asked_at: datetime
    attention: Attention | None = None


class RecordRequestOverdue(FindingEvent):
    """The time to answer what the firm has asked is over."""

    request_id: Id
    kind: RequestKind
    due_at: datetime
    attention: Attention | None = None


class RecordRequestRefused(FindingEvent):
    """The record stands as it is, and why."""

    request_id: Id
    kind: RequestKind
    reason: str
    decided_by: Id
    decided_at: datetime


class DishonestyRepaired(FindingEvent):
    """The record has ended before its time: the firm has made good what it did."""

    request_id: Id
    reason: str
    decided_by: Id
    decided_at: datetime


class DishonestyCorrected(FindingEvent):
    """The record was wrong, and never counts any more."""

    request_id: Id
    reason: str
    decided_by: Id
    decided_at: datetime


class RecoveryDecided(CaseEvent):
    """Money of the case has to come back, by this decision: `revision` grants so much less, and payers are told by
    `CaseApproved`."""

    finding_id: Id
    number: str
    basis_zh: str
    amount_fen: Fen
    revision: int
    instalment: int = 1
    proposed_by: Id
    decided_by: Id
    decided_at: datetime
