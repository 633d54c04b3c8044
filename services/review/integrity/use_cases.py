"""What a department does with a finding: open it, tell the firm, decide it, answer what the firm asks about its record."""

from __future__ import annotations

from datetime import date

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.integrity import (
    DecideFinding,
    DecideRecordRequest,
    FindingDecision,
    FindingNotice,
    FindingView,
    NotifyFinding,
    OpenFinding,
)
from services.review.cases.answering import must_be_in_hand
from services.review.cases.refusals import together
from services.review.cases.store import Cases
from services.review.grounds.choosing import RemediesNotSet
from services.review.integrity import requests
from services.review.integrity.finding import IntegrityFinding
from services.review.integrity.looking import watch
from services.review.integrity.opening import Held, opened
from services.review.integrity.showing import shown
from services.review.integrity.store import IntegrityFindings
from services.review.integrity.times import due_in, follow
from services.review.integrity.whose import must_lead, of_department


def open_by_person(cmd: OpenFinding, uow: UnitOfWork) -> FindingView:
    """Raises CaseNotFound, NotYourDepartment or FindingOpenAlready."""
    case = uow.of(Cases).get(cmd.case_id)
    must_be_in_hand(case, case.version, uow)
    held = Held(cmd.ground, cmd.facts_zh, cmd.about, cmd.evidence)
    finding = opened(uow, case, held, origin=cmd.origin, origin_id=None, by=uow.actor.id)
    return shown(finding, uow)


def notify_enterprise(cmd: NotifyFinding, uow: UnitOfWork) -> FindingView:
    """事先告知. Raises FindingNotFound, StaleVersion or FindingMovedOn."""
    finding = of_department(cmd.finding_id, uow, cmd.expected_version)
    due_at, awaits_year = due_in(cmd.days, uow.now, uow.calendar(finding.tenant))
    finding.notify(
        FindingNotice(
            basis_zh=cmd.basis_zh,
            intended_zh=cmd.intended_zh,
            days=cmd.days,
            notified_by=uow.actor.id,
            notified_at=uow.now,
            due_at=due_at,
            awaits_year=awaits_year,
        )
    )
    return _kept(finding, uow)


def decide_finding(cmd: DecideFinding, uow: UnitOfWork) -> FindingView:
    """Raises FindingNotFound, StaleVersion, FindingLeaderRequired, FindingOpenAlready, RemediesNotSet, or all that stands against it as one
    refusal."""
    finding = of_department(cmd.finding_id, uow, cmd.expected_version)
    must_lead(uow)
    follow(finding, uow.calendar(finding.tenant))
    claim = finding.claim
    remedies = uow.registry.settings(finding.tenant).remedies_against(claim.department_id)
    if cmd.established and remedies is None:
        raise RemediesNotSet(department=claim.department)
    decision = FindingDecision(
        established=cmd.established,
        ground=cmd.ground,
        gravity=cmd.gravity if cmd.established else None,
        number=cmd.number,
        reasons_zh=cmd.reasons_zh,
        remedies=remedies if cmd.established else None,
        decided_by=uow.actor.id,
        decided_at=uow.now,
    )
    if found := finding.against_deciding(decision, cmd.months):
        raise together(found)
    finding.decide(decision, cmd.months, today_of(uow))
    return _kept(finding, uow)


def decide_request(cmd: DecideRecordRequest, uow: UnitOfWork) -> FindingView:
    """Raises FindingNotFound, StaleVersion, FindingLeaderRequired, RequestNotFound, or all that stands against it."""
    finding = of_department(cmd.finding_id, uow, cmd.expected_version)
    must_lead(uow)
    request = requests.request_of(finding, cmd.request_id)
    if found := requests.against_answering(finding, request, uow.actor.id):
        raise together(found)
    by, at = uow.actor.id, uow.now
    requests.answer(finding, request, granted=cmd.granted, reason=cmd.reason, by=by, at=at, on=today_of(uow))
    return _kept(finding, uow)


def today_of(uow: UnitOfWork) -> date:
    return uow.now.astimezone(CHINA).date()


def _kept(finding: IntegrityFinding, uow: UnitOfWork) -> FindingView:
    uow.of(IntegrityFindings).save(finding)
    watch(finding, uow)
    return shown(finding, uow)
