"""The later instalments of a claim, one after the other: waited for, opened when they are due, decided in cases of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from chassis.time.clock import CHINA
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.rule import AwardHistory, FactSheet
from rules.due_dates import due_of
from rules.facts import reader_of
from rules.schedule_choice import Schedule, schedule_of
from services.review.cases.answering import Handled, settle, with_items
from services.review.cases.case import Case
from services.review.cases.filing import follow_up_id
from services.review.cases.judging import judged
from services.review.cases.moving import INSTALMENT_DECIDED
from services.review.cases.news import FactsOfCase, with_news
from services.review.cases.opening import accept
from services.review.cases.store import Cases
from services.review.fact_changes.reassessing import reassess
from services.review.fact_changes.store import Claimant, Claimants, HeardFacts
from services.review.fact_changes.use_cases import INSTALMENT_LOOK, fresh, recheck_again
from services.review.instalments.domain import ClaimSchedule, ScheduledPart, follow_up, is_due
from services.review.instalments.store import ClaimSchedules
from services.review.item_copies.item import PinnedItem

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker


def learn_decisions(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """A case of a claim that pays in parts was decided: what that says of the instalments is kept, and the next is looked at."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        firsts = uow.of(ClaimSchedules).firsts_of([job.subject for job in jobs])
        cases = uow.of(Cases).get_many({*firsts, *firsts.values()})
        decided = [cases[id] for id in firsts if not cases[id].is_open]
        plans = uow.of(ClaimSchedules).get_many([firsts[case.id] for case in decided])
        items = {each.case.id: each.item for each in with_items(list(cases.values()), uow)}
        for case in sorted(decided, key=lambda each: each.instalment):
            plan, planned = plans.get(firsts[case.id]), _planned(case, items[case.id])
            if plan is not None and case.id == plan.id and case.state == "approved":
                plan.fixed_anew(planned)
            plan = plan or planned
            if plan is None:
                continue
            plan.settle(case)
            plans[plan.id] = plan
            # From now on facts that move are told; what was heard until then is looked at right after the commit.
            uow.of(Claimants).await_instalment(cases[plan.id], awaits=plan.state == "scheduled")
            uow.schedule(INSTALMENT_LOOK, plan.id, at=uow.now, tenant=plan.tenant)
        uow.of(ClaimSchedules).save_many(plans.values())
        for job in jobs:
            uow.finish(job)


def look_at_instalments(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Open the next instalment of these claims where it is due, else wait for its day or for facts."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        uow.of(HeardFacts).wait_for_hearers()
        claims = uow.of(Claimants).of_cases([job.subject for job in jobs])
    tenants = {
        *(job.tenant for job in jobs),
        *(tenant for each in claims.values() for tenant in (each.tenant, each.case_tenant)),
    }
    with unit(sorted(tenants)) as uow:
        # Cases are locked before plans, as by whoever learns of a decision.
        cases = uow.of(Cases).get_many({*claims, *uow.of(ClaimSchedules).follow_ups(claims)})
        plans = uow.of(ClaimSchedules).get_many(claims)
        again = _judged_again(plans.values(), cases, uow)
        waiting = [
            cases[id] for id, plan in plans.items() if plan.state == "scheduled" and cases[id].state == "approved"
        ]
        opened: list[Handled] = []
        for first in with_items(waiting, uow) if waiting else ():
            plan = plans[first.case.id]
            known = cases.get(follow_up_id(plan.id, plan.number))
            if first.case.undo_until is not None:
                # It is said at that time, by a job of its own.
                at = max(first.case.undo_until, uow.now) + timedelta(minutes=1)
                uow.schedule(INSTALMENT_LOOK, plan.id, at=at, tenant=plan.tenant)
            if known is not None:
                # The first was decided anew while this one was there already.
                take_back_up(known, plan, uow)
            elif first.case.undo_until is None:
                opened += look(first, plan, claims[plan.id], uow)
        settle([*again, *opened], uow)
        uow.of(ClaimSchedules).save_many([plans[case.id] for case in waiting])
        for job in jobs:
            uow.finish(job)


def _judged_again(plans: Iterable[ClaimSchedule], cases: Mapping[str, Case], uow: UnitOfWork) -> list[Handled]:
    """The open later instalments, judged by how the earlier ones stand now; the caller settles them."""
    found = []
    for plan in plans:
        known = [cases[id] for number in plan.numbers if (id := follow_up_id(plan.id, number)) in cases]
        for each in with_items([case for case in known if case.is_open], uow):
            if plan.settled:
                each.case.paid_before = plan.history(each.item.family, each.case.instalment)
            reassess(each, (), uow, anyway=True)
            recheck_again(each, uow)
            found.append(each)
    return found


def take_back_up(known: Case, plan: ClaimSchedule, uow: UnitOfWork) -> None:
    """The case of the next instalment is there: it is waited for, or what has become of it is learned once more."""
    if known.is_open:
        plan.wait("open", "")
    else:
        uow.schedule(INSTALMENT_DECIDED, known.id, at=uow.now, tenant=known.tenant)


def look(first: Handled, plan: ClaimSchedule, claim: Claimant, uow: UnitOfWork) -> list[Handled]:
    """The case of the next instalment if it is due; the caller saves both."""
    case, item = first.case, first.item
    rules, today = item.rules, uow.now.astimezone(CHINA).date()
    heard = fresh(case, claim, uow)
    known = with_news(
        FactsOfCase(case.facts, case.recorders), heard, rules.fact_types_by_name, rules.plan.reference_date
    )
    found = judged(rules, known.facts, case.parameters, today, today=today, awards=plan.history(item.family))
    answer = found.instalment
    if answer is None:
        plan.wait("ended", "")
        uow.of(Claimants).await_instalment(case, awaits=False)
        return []
    if not is_due(answer, plan):
        due_from = answer.due_from if answer.due_from is not None and answer.due_from > today else None
        plan.wait("scheduled", answer.reason, due_from)
        if due_from is not None:
            uow.schedule(INSTALMENT_LOOK, case.id, at=_morning_of(due_from), tenant=case.tenant)
        return []
    plan.wait("open", "")
    uow.of(Claimants).await_instalment(case, awaits=False)
    opened = follow_up(case, plan, item, known, found, uow.now)
    accept(opened, uow, at=uow.now)
    return [Handled(opened, item)]


def _planned(case: Case, item: PinnedItem) -> ClaimSchedule | None:
    """The plan of a claim whose first instalment was granted; None: there is nothing to follow it."""
    rules, answer = item.rules, case.assessment.instalment
    if case.instalment > 1 or case.state != "approved" or rules.instalments is None or answer is None:
        return None
    year = rules.reference_year or case.received_at.astimezone(CHINA).year
    whole = answer.amount.whole
    plan = ClaimSchedule(
        id=case.id,
        tenant=case.tenant,
        traceparent=case.traceparent,
        claim=case.claim,
        parts=(),
        claim_year=year,
        schedule=answer.schedule,
        whole_fen=whole.fen if whole is not None and rules.instalments.whole == "fixed" else None,
    )
    plan.parts = _parts(case, item, plan.history(item.family))
    return plan if len(plan.parts) > 1 else None


def _parts(case: Case, item: PinnedItem, history: AwardHistory) -> tuple[ScheduledPart, ...]:
    """The parts of the schedule that the claim follows, each with its first day as far as it is known."""
    rules = item.rules
    assert rules.instalments is not None
    filed_on = case.received_at.astimezone(CHINA).date()
    sheet = FactSheet(facts=case.facts, reference_year=filed_on.year, parameters=case.parameters)
    reader = reader_of(rules, sheet, filed_on, history)
    schedule = schedule_of(rules.instalments, 1, reader)
    if not isinstance(schedule, Schedule):
        return ()
    days: list[date | None] = [due_of(each, history.claim_year, reader).since for each in schedule.parts]
    return tuple(ScheduledPart(part.label, day) for part, day in zip(schedule.parts, days, strict=True))


def _morning_of(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
