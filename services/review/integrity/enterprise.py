"""What a firm does with a finding: it is heard, asks for repair of its record, or objects to it."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.integrity import (
    AskForRepair,
    FindingDefence,
    FindingView,
    GiveDefence,
    ObjectToRecord,
    RecordRequest,
    RequestKind,
)
from services.review.integrity import requests
from services.review.integrity.finding import IntegrityFinding
from services.review.integrity.looking import watch
from services.review.integrity.showing import shown_to_enterprise
from services.review.integrity.store import IntegrityFindings
from services.review.integrity.times import ANSWERED_WITHIN, due_in, follow
from services.review.integrity.use_cases import today_of
from services.review.integrity.whose import of_enterprise


def give_defence(cmd: GiveDefence, uow: UnitOfWork) -> FindingView:
    """Raises FindingNotFound, FindingMovedOn, DefenceTimeOver or DefenceEmpty."""
    finding = of_enterprise(cmd.finding_id, uow)
    follow(finding, uow.calendar(finding.tenant))
    said = {"text": cmd.text, "evidence": cmd.evidence, "waived": cmd.waived}
    finding.defend(FindingDefence(**said, given_by=uow.actor.id, given_at=uow.now))
    return _kept(finding, uow)


def ask_for_repair(cmd: AskForRepair, uow: UnitOfWork) -> FindingView:
    """Raises FindingNotFound, FindingMovedOn, NoRecordInForce, TooEarlyForRepair or RequestOpenAlready."""
    return _asked("repair", cmd, uow)


def object_to_record(cmd: ObjectToRecord, uow: UnitOfWork) -> FindingView:
    """Raises FindingNotFound, FindingMovedOn, NoRecordInForce or RequestOpenAlready."""
    return _asked("objection", cmd, uow)


def _asked(kind: RequestKind, cmd: AskForRepair | ObjectToRecord, uow: UnitOfWork) -> FindingView:
    finding = of_enterprise(cmd.finding_id, uow)
    due_at, awaits_year = due_in(ANSWERED_WITHIN[kind], uow.now, uow.calendar(finding.tenant))
    request = RecordRequest(
        request_id=uow.new_id(),
        kind=kind,
        text=cmd.text,
        evidence=cmd.evidence,
        asked_by=uow.actor.id,
        asked_at=uow.now,
        due_at=due_at,
        awaits_year=awaits_year,
        state="open",
    )
    requests.ask(finding, request, today_of(uow))
    return _kept(finding, uow)


def _kept(finding: IntegrityFinding, uow: UnitOfWork) -> FindingView:
    uow.of(IntegrityFindings).save(finding)
    watch(finding, uow)
    return shown_to_enterprise(finding, uow.now)
