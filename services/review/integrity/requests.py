"""What the firm asks about its record, and how it is answered: one open request of a kind at a time. Pure."""

from __future__ import annotations

from datetime import date, datetime

from contracts.integrity import RecordRequest
from contracts.integrity_events import (
    DishonestyCorrected,
    DishonestyRepaired,
    RecordRequestMade,
    RecordRequestOverdue,
    RecordRequestRefused,
)
from contracts.integrity_labels import RECORD
from contracts.refusal import Refused
from services.review.integrity.finding import IntegrityFinding
from services.review.integrity.refusals import (
    FindingMovedOn,
    NoRecordInForce,
    RequestAnsweredAlready,
    RequestNotFound,
    RequestOpenAlready,
    RequestOtherPersonRequired,
    TooEarlyForRepair,
)


def ask(finding: IntegrityFinding, request: RecordRequest, today: date) -> None:
    """The firm asks. Raises FindingMovedOn, NoRecordInForce, TooEarlyForRepair or RequestOpenAlready."""
    record = finding.record_made
    if record is None:
        raise FindingMovedOn(state="没有失信记录", step="申请修复或提出异议")
    if (state := record.state_on(today)) != "in_force":
        raise NoRecordInForce(state=RECORD[state].public_zh)
    if request.kind == "repair" and today < record.repairable_from:
        raise TooEarlyForRepair(day=record.repairable_from)
    if finding.open_request(request.kind) is not None:
        raise RequestOpenAlready()
    finding.put_request(request)
    said = request.model_dump(include={"request_id", "kind", "due_at", "awaits_year", "asked_at"})
    finding.record(RecordRequestMade(**finding.named, **said, attention=finding.attention("leader")))


def request_of(finding: IntegrityFinding, request_id: str) -> RecordRequest:
    """Raises RequestNotFound."""
    for each in finding.requests:
        if each.request_id == request_id:
            return each
    raise RequestNotFound()


def against_answering(finding: IntegrityFinding, request: RecordRequest, by: str) -> list[Refused]:
    """Everything that stands against this person's answering it."""
    found: list[Refused] = []
    if request.state != "open":
        found.append(RequestAnsweredAlready())
    if finding.decision is not None and finding.decision.decided_by == by:
        found.append(RequestOtherPersonRequired())
    return found


def answer(
    finding: IntegrityFinding, request: RecordRequest, *, granted: bool, reason: str, by: str, at: datetime, on: date
) -> None:
    """Grant it, which ends the record, or refuse it. A record that has ended otherwise meanwhile stays as it ended."""
    assert finding.record_made is not None, "asked about a record that there is not"
    decided = {"state": "granted" if granted else "refused", "decided_by": by, "decided_at": at, "reason": reason}
    finding.put_request(request.model_copy(update=decided))
    told = {**finding.named, "request_id": request.request_id, "reason": reason, "decided_by": by, "decided_at": at}
    if not granted:
        finding.record(RecordRequestRefused(**told, kind=request.kind))
    elif request.kind == "repair":
        finding.record_made = finding.record_made.ends("repaired", on)
        finding.record(DishonestyRepaired(**told))
    else:
        finding.record_made = finding.record_made.ends("corrected", on)
        finding.record(DishonestyCorrected(**told))


def overdue(finding: IntegrityFinding, request: RecordRequest) -> None:
    """Say that nobody has answered in time."""
    assert request.due_at is not None, "no time that has ended"
    said = {"request_id": request.request_id, "kind": request.kind, "due_at": request.due_at}
    finding.record(RecordRequestOverdue(**finding.named, **said, attention=finding.attention("leader")))
