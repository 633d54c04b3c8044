"""A draw from claims that were granted on credit, and its checks until their results are public."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from chassis.tenancy.working_days import ask_for
from chassis.time.calendar import CalendarNotLoaded
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.credit_checks import (
    ConfirmCreditCheck,
    CreditDrawView,
    DrawCreditChecks,
    RecordCreditCheck,
    RecuseChecker,
)
from contracts.duties import DutyKind
from contracts.intake import Claim
from contracts.integrity import Evidence
from contracts.message import Id
from copies.duties import KnownDuties
from copies.plan_terms import KnownPlanTerms
from services.review.cases.refusals import NotYourDepartment, is_of
from services.review.cases.store import Cases
from services.review.credit_checks.credit_check import (
    CHECKERS,
    CheckRecord,
    CreditCheck,
    CreditDraw,
    NotEnoughCheckers,
    NothingToDraw,
    NotYourCheck,
    PeriodBackwards,
    PeriodNotOver,
)
from services.review.credit_checks.drawing import checkers_of, chosen, hash_of
from services.review.credit_checks.store import CreditChecks, CreditDraws
from services.review.credit_checks.views import shown_draw
from services.review.integrity.opening import open_finding
from services.review.integrity.refusals import FindingOpenAlready
from services.review.item_copies.store import ItemVersions

ABLE: tuple[DutyKind, ...] = ("first_review", "review_check")
"""Whoever checks claims can verify them."""

WORKING_DAYS = 20
"""For a check: what was granted can still be recovered within the quarter. A ceiling, not a target."""


def draw_credit_checks(cmd: DrawCreditChecks, uow: UnitOfWork) -> CreditDrawView:
    """Draw cases and their checkers; the draw is kept with all that it was made from.

    Raises PeriodBackwards, PeriodNotOver, NothingToDraw, NotYourDepartment or NotEnoughCheckers.
    """
    _refuse_period(cmd.decided_from, cmd.decided_to, uow)
    draws = uow.of(CreditDraws)
    population = draws.population(cmd.item_id, cmd.decided_from, cmd.decided_to)
    if not population:
        raise NothingToDraw()
    newest = max(population, key=lambda each: (each.decided_at, each.id))
    _must_be_own(newest.department, newest.department_id, uow)
    draw = _drawn(cmd, population, Claim.model_validate(newest.claim), uow)
    by_id = {each.id: each for each in population}
    cases = chosen(draw.drawn_from, percent=draw.percent, seed=draw.seed)
    involved = draws.involved(cases)
    able = {each: checkers_of(each, draw.people, involved[each], seed=draw.seed) for each in cases}
    if short := sum(len(each) < CHECKERS for each in able.values()):
        raise NotEnoughCheckers(cases=len(cases), short=short)
    due_at = _due_at(uow)
    checks = [_check(draw, by_id[each], able[each], due_at, uow) for each in cases]
    draw.checks = len(checks)
    draw.tell(due_at)
    draws.save(draw)
    draws.keep_population(draw)
    uow.of(CreditChecks).save_many(checks)
    return shown_draw(draw, checks)


def recuse_checker(cmd: RecuseChecker, uow: UnitOfWork) -> CreditDrawView:
    """A checker takes themselves off; the leader takes off anybody.

    Raises CreditCheckUnknown, NotYourDepartment, StaleVersion, NotYourCheck, CheckDone, CheckRecordedAlready, CheckerGone or NobodyComesIn.
    """
    draw, check = _in_hand(cmd.check_id, cmd.expected_version, uow)
    if cmd.person_id != uow.actor.id and not _is_leader(uow):
        raise NotYourCheck()
    check.recuse(cmd.person_id, cmd.reason, uow.actor.id, uow.now)
    return _saved(draw, check, uow)


def record_credit_check(cmd: RecordCreditCheck, uow: UnitOfWork) -> CreditDrawView:
    """Raises CreditCheckUnknown, NotYourDepartment, StaleVersion, CheckDone, CheckRecordedAlready or NotYourCheck."""
    draw, check = _in_hand(cmd.check_id, cmd.expected_version, uow)
    check.find(CheckRecord(cmd.outcome, cmd.findings, cmd.evidence, uow.actor.id, uow.now))
    return _saved(draw, check, uow)


def confirm_credit_check(cmd: ConfirmCreditCheck, uow: UnitOfWork) -> CreditDrawView:
    """Raises CreditCheckUnknown, NotYourDepartment, StaleVersion, CheckDone, CheckNotRecorded, NotYourCheck, CheckConfirmsItself or
    DisputeNeedsNote."""
    draw, check = _in_hand(cmd.check_id, cmd.expected_version, uow)
    check.answer(agrees=cmd.agrees, note=cmd.note, by=uow.actor.id, at=uow.now)
    if check.done_at is not None:
        draw.count(check, uow.now)
        uow.of(CreditDraws).save(draw)
    if check.has_failed:
        _open_finding(check, uow)
    return _saved(draw, check, uow)


def _open_finding(check: CreditCheck, uow: UnitOfWork) -> None:
    """Whether it was dishonest is decided there, after the enterprise has been heard. A ground that was established of this claim before
    is held against nobody twice."""
    record = check.record_that_counts
    assert record is not None, "what has failed was recorded"
    case = uow.of(Cases).get(check.case_id)
    evidence = tuple(Evidence(sha256=each) for each in record.evidence)
    try:
        open_finding(
            uow,
            case,
            origin="credit_check",
            origin_id=check.id,
            facts_zh=record.findings,
            by=record.by,
            evidence=evidence,
        )
    except FindingOpenAlready:
        return


def _refuse_period(first: date, last: date, uow: UnitOfWork) -> None:
    """Raises PeriodBackwards or PeriodNotOver."""
    if first > last:
        raise PeriodBackwards(field="decided_from")
    if last >= uow.now.astimezone(CHINA).date():
        raise PeriodNotOver(field="decided_to")


def _drawn(cmd: DrawCreditChecks, population: Sequence[Row[Any]], newest: Claim, uow: UnitOfWork) -> CreditDraw:
    people = _people(newest.department_id, uow)
    cases = tuple(each.id for each in population)
    return CreditDraw(
        id=uow.new_id(),
        tenant=uow.tenant,
        traceparent=uow.traceparent,
        item_id=cmd.item_id,
        item_title=newest.item_title,
        department=newest.department,
        department_id=newest.department_id or uow.actor.department_id,
        decided_from=cmd.decided_from,
        decided_to=cmd.decided_to,
        percent=_percent([Claim.model_validate(each.claim) for each in population], uow),
        seed=secrets.token_hex(16),
        cases_hash=hash_of(cases),
        people_hash=hash_of(people),
        drawn_from=cases,
        people=people,
        drawn_by=uow.actor.id,
        drawn_at=uow.now,
        checks=0,
    )


def _people(department_id: Id | None, uow: UnitOfWork) -> tuple[Id, ...]:
    """Who could check today, each once."""
    department = department_id or uow.actor.department_id
    asked = [(uow.tenant, department, kind) for kind in ABLE]
    holders = uow.of(KnownDuties).holders(asked, uow.now.astimezone(CHINA).date())
    return tuple(sorted({each.person_id for each in holders}))


def _percent(claims: Sequence[Claim], uow: UnitOfWork) -> int:
    """What the plans promise: where versions differ, the most of them."""
    versions = {(each.item_id, each.item_version) for each in claims}
    plans = (rules.plan.credit for rules in uow.of(ItemVersions).get_many(versions).values())
    return max(plan.sample_percent for plan in plans if plan is not None)


def _due_at(uow: UnitOfWork) -> datetime | None:
    calendar = uow.calendar(uow.tenant)
    try:
        day = calendar.add_working_days(calendar.effective_receipt(uow.now), WORKING_DAYS)
        return calendar.close_of_business(day)
    except CalendarNotLoaded as missing:
        ask_for(uow, uow.tenant, missing.year, "review")
        return None


def _check(
    draw: CreditDraw, case: Row[Any], able: tuple[Id, ...], due_at: datetime | None, uow: UnitOfWork
) -> CreditCheck:
    claim = Claim.model_validate(case.claim)
    return CreditCheck(
        id=uow.new_id(),
        tenant=draw.tenant,
        draw_id=draw.id,
        case_id=case.id,
        receipt=claim.receipt,
        uscc=claim.uscc,
        enterprise_name=claim.enterprise_name,
        decided_at=case.decided_at,
        able=able,
        due_at=due_at,
    )


def _in_hand(check_id: Id, expected_version: int, uow: UnitOfWork) -> tuple[CreditDraw, CreditCheck]:
    """Both locked, the draw first. Raises CreditCheckUnknown, NotYourDepartment or StaleVersion."""
    draw = uow.of(CreditDraws).get(uow.of(CreditChecks).peek(check_id).draw_id)
    _must_be_own(draw.department, draw.department_id, uow)
    return draw, uow.of(CreditChecks).get(check_id, expected_version=expected_version)


def _saved(draw: CreditDraw, check: CreditCheck, uow: UnitOfWork) -> CreditDrawView:
    checks = uow.of(CreditChecks)
    checks.save(check)
    others = [each for each in checks.of_draw(draw.id) if each.id != check.id]
    return shown_draw(draw, sorted((*others, check), key=lambda each: each.id))


def _must_be_own(department: str, department_id: Id | None, uow: UnitOfWork) -> None:
    """Raises NotYourDepartment."""
    actor = uow.actor
    names = uow.of(KnownPlanTerms).names_of(uow.tenant, actor.department_id) if actor.department_id else ()
    if "department" not in actor.roles or not is_of(actor, department, department_id, names):
        raise NotYourDepartment.but_of(department, department_id)


def _is_leader(uow: UnitOfWork) -> bool:
    return "leader" in uow.actor.duties
