"""A case is judged again: on facts that have moved, on another day, on other earlier awards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_events import CaseReassessed
from contracts.enterprises import EnterpriseFactsChanged
from contracts.message import SYSTEM, Id
from contracts.rule import Assessment, AwardHistory, Fact
from services.review.cases.answering import Handled
from services.review.cases.awarding import asked_of
from services.review.cases.case import Case
from services.review.cases.entitlement import amount_due
from services.review.cases.judging import facts_that_count, judged
from services.review.cases.news import FactsOfCase, with_news
from services.review.fact_changes.domain import (
    MovedFact,
    difference_text,
    moves_between,
    new_words_of,
    says_otherwise,
)
from services.review.register.store import AwardRegister

OWN_WORD = "批准后，其本人录入的企业数据成为本件依据，批准不再有效，须由他人重新办理"
OTHERWISE = "批准后核算结果发生变化，原批准不再有效，须重新办理"


@dataclass(frozen=True, slots=True)
class Reassessed:
    """A case after it was judged again. `changed`: it has to be saved; `otherwise`: it comes to something else now."""

    handled: Handled
    moves: tuple[MovedFact, ...] = ()
    changed: bool = False
    otherwise: bool = False


def history_of(handled: Handled, facts: tuple[Fact, ...], uow: UnitOfWork) -> AwardHistory | None:
    """What was granted before, by the register, as it is asked with these facts; nobody is held for it."""
    case = handled.case
    found = uow.of(AwardRegister).histories([replace(asked_of(case, handled.item), facts=facts)])
    return found.get(case.id, case.paid_before)


def overtaken(handled: Handled, heard: Sequence[EnterpriseFactsChanged], uow: UnitOfWork) -> str:
    """Why the decision, of which nobody outside has heard, would not be made on what was heard since; "" where it stands.

    Both are judged as of the day of the decision, beside the same earlier awards: only facts make a difference.
    """
    case, decision = handled.case, handled.case.decision
    assert decision is not None, "nothing is decided"
    before = FactsOfCase(case.facts, case.recorders)
    after = _after(handled, heard)
    if not heard or after == before:
        return ""
    on = decision.at.astimezone(CHINA).date()
    was, now = (_judged(handled, facts, on, uow) for facts in (before.facts, after.facts))
    if says_otherwise(was, now):
        return OTHERWISE
    standing = {each.place: each for each in case.answers if each.kind in ("approval", "recheck")}
    deciders = {decision.by, *(each.by for each in standing.values() if each.verdict == "passed")}
    return OWN_WORD if deciders & new_words_of(before.recorders, after.recorders) else ""


def _after(handled: Handled, heard: Sequence[EnterpriseFactsChanged]) -> FactsOfCase:
    case, rules = handled.case, handled.item.rules
    known = FactsOfCase(case.facts, case.recorders)
    return with_news(known, heard, rules.fact_types_by_name, rules.plan.reference_date)


def _judged(handled: Handled, facts: tuple[Fact, ...], on: date, uow: UnitOfWork) -> Assessment:
    case = handled.case
    return judged(
        handled.item.rules,
        facts,
        case.parameters,
        case.received_at.astimezone(CHINA).date(),
        today=on,
        awards=history_of(handled, facts, uow),
        decisions=case.decisions,
    )


def reassess(
    handled: Handled, heard: Sequence[EnterpriseFactsChanged], uow: UnitOfWork, *, anyway: bool = False
) -> Reassessed:
    """Let the case rest on what was heard, and judge it as of today; the caller settles and saves it."""
    case, rules = handled.case, handled.item.rules
    filed_on, today = (at.astimezone(CHINA).date() for at in (case.received_at, uow.now))
    if not heard and today == filed_on and not anyway:
        return Reassessed(handled)
    before, day = FactsOfCase(case.facts, case.recorders), rules.plan.reference_date
    after = _after(handled, heard)
    assessment = _judged(handled, after.facts, today, uow)
    if after == before and assessment == case.assessment:
        return Reassessed(handled)
    moves = tuple(moves_between(before.facts, after.facts, day))
    was, otherwise = case.assessment, says_otherwise(case.assessment, assessment)
    case.judge_again(assessment, after.facts, after.recorders)
    if otherwise:
        told = CaseReassessed(
            case_id=case.id,
            claim=case.claim,
            was_fen=amount_due(was),
            now_fen=amount_due(assessment),
            text_zh=difference_text(was, assessment, moves, rules.fact_types_by_name),
            attention=case.own_owner.attention,
        )
        case.record(told)
        withdraw_approvals(case, OTHERWISE, uow.now)
    else:
        withdraw_approvals(case, OWN_WORD, uow.now, of=new_words_of(before.recorders, after.recorders))
    return Reassessed(handled, moves, changed=True, otherwise=otherwise)


def withdraw_approvals(case: Case, why: str, at: datetime, *, of: Collection[Id] | None = None) -> None:
    """Nobody's approval stands for what it was not given for; `of`: only those of these persons. A recheck that was not met is
    asked anew as well: the rule may pay now."""
    latest = {each.place: each for each in case.answers if each.kind in ("approval", "recheck")}
    for answer in latest.values():
        given = answer.verdict == "passed" or (answer.kind == "recheck" and answer.verdict == "failed")
        if given and (of is None or answer.by in of):
            case.answer(replace(answer, verdict="withdrawn", by=SYSTEM.id, at=at, reason=why, evidence={}))


def expires_at(handled: Handled, now: datetime) -> datetime | None:
    """When it has to be judged again though nothing is heard: the day after the last of a fact that it rests on."""
    case, reference_date = handled.case, handled.item.rules.plan.reference_date
    if reference_date is not None:
        return None
    filed_on, today = (at.astimezone(CHINA).date() for at in (case.received_at, now))
    counting = facts_that_count(case.facts, filed_on, reference_date)
    ends = [each.valid_until for each in counting if each.valid_until is not None and each.valid_until >= today]
    return datetime.combine(min(ends) + timedelta(days=1), time(), CHINA) if ends else None
