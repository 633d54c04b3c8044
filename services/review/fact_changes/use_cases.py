"""What is heard of facts reaches the open cases that rest on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from chassis.events.received import Received
from chassis.time.jobs import STANDING, Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseFactsChanged
from services.review.cases.answering import Handled, settle, with_items
from services.review.cases.case import Case
from services.review.cases.heard import KEPT, since
from services.review.cases.moving import FACTS_MOVED, MovingCases
from services.review.cases.progress import OPENED
from services.review.cases.store import Cases
from services.review.cases.task_times import subject_of
from services.review.fact_changes.reassessing import Reassessed, expires_at, reassess
from services.review.fact_changes.store import Claimant, Claimants, FactChanges, HeardFacts

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

AWARDS_MOVED = "awards_moved"
"""The job by which a firm's open cases are judged again because of what it was granted or gave back. Its subject is the firm's
credit code, its tenant that of whoever schedules it."""

INSTALMENT_LOOK = "instalment_look"
"""The job by which a later instalment is looked at. Its subject is the case of the first."""

FORGET_HEARD = "forget_heard_facts"
FORGET_EVERY = timedelta(hours=1)


def hear_facts(events: Sequence[Received[EnterpriseFactsChanged]], uow: UnitOfWork) -> None:
    """Keep what is said, and leave one job for each case that rests on it, in the name of the place that keeps the dossier."""
    found = uow.of(HeardFacts).hear(events)
    uow.schedule_many(FACTS_MOVED, [(each.tenant, each.case_id, uow.now) for each in found if each.is_open])
    uow.schedule_many(
        INSTALMENT_LOOK, [(each.tenant, each.case_id, uow.now) for each in found if each.awaits_instalment]
    )


def take_up_facts(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Judge these open cases on what their firms' facts are now.

    First it waits for whoever is hearing: one who has not seen a case that has just been filed is done then, and what it heard
    is there to be read.
    """
    with unit(sorted({job.tenant for job in jobs})) as uow:
        uow.of(HeardFacts).wait_for_hearers()
        claims = uow.of(Claimants).of_cases([job.subject for job in jobs])
    with unit(tenants_of(jobs, list(claims.values()))) as uow:
        take_up(claims, uow)
        for job in jobs:
            uow.finish(job)


def awards_moved(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Judge the open cases of these firms again: what they may have depends on what they were granted."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        claims = {each.case_id: each for each in uow.of(Claimants).open_of_codes([job.subject for job in jobs])}
    with unit(tenants_of(jobs, list(claims.values()))) as uow:
        take_up(claims, uow, anyway=True)
        for job in jobs:
            uow.finish(job)


def take_up(claims: dict[str, Claimant], uow: UnitOfWork, *, anyway: bool = False) -> list[Reassessed]:
    """The open ones of these cases take up what was heard, and go on as they stand now. `anyway`: even if nothing was."""
    marks = uow.of(MovingCases).marks(claims)
    cases = [case for case in uow.of(Cases).get_many(claims).values() if case.is_open]
    heard = uow.of(HeardFacts).of_claims([(claims[case.id], since(case)) for case in cases])
    uow.of(MovingCases).unmark(marks)
    marked = {case_id for _tenant, case_id, _mark in marks}
    found: list[Reassessed] = []
    for each in with_items(cases, uow) if cases else ():
        found.append(reassess(each, heard.get(each.case.id, ()), uow, anyway=anyway))
        if (at := expires_at(each, uow.now)) is not None:
            uow.schedule(FACTS_MOVED, each.case.id, at=at, tenant=each.case.tenant)
        recheck_again(each, uow)
    uow.of(FactChanges).add((each.handled.case, moved) for each in found for moved in each.moves)
    settle([each.handled for each in found if each.changed or _held_back(each, marked)], uow)
    return found


def recheck_again(handled: Handled, uow: UnitOfWork) -> None:
    """Where a machine rechecks instalments, it looks again: the rule may pay now."""
    if handled.item.rules.plan.automatic_rechecks:
        for task in handled.case.tasks:
            if task.kind == "recheck":
                uow.schedule(OPENED["recheck"], subject_of(handled.case, task), at=uow.now, tenant=handled.case.tenant)


def _held_back(reassessed: Reassessed, marked: Collection[str]) -> bool:
    """Whether it waited for nothing but for what was heard: it goes on now, though that says nothing else."""
    case = reassessed.handled.case
    return case.id in marked and (case.listed_by is not None or reassessed.handled.standing.passed)


def fresh(case: Case, claim: Claimant, uow: UnitOfWork) -> Sequence[EnterpriseFactsChanged]:
    """What was heard of a case's firm, for what comes after the case."""
    return uow.of(HeardFacts).of_claims([(claim, since(case))]).get(case.id, ())


def forget_heard(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """What no claim has come for is forgotten after a while."""
    with unit([job.tenant for job in jobs]) as uow:
        tenants = uow.registry.everybody()
    with unit(sorted({*tenants, *(job.tenant for job in jobs)})) as uow:
        uow.of(HeardFacts).forget(uow.now - KEPT)
        for job in jobs:
            uow.schedule(FORGET_HEARD, STANDING, at=uow.now + FORGET_EVERY, tenant=job.tenant)


def tenants_of(jobs: Sequence[Job], claims: Sequence[Claimant]) -> list[str]:
    """Whose rows it is about: the cases', their firms', and the jobs'."""
    return sorted({*(job.tenant for job in jobs), *(each.tenant for each in claims), *(c.case_tenant for c in claims)})
