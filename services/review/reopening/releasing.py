"""A held decision is said when its window closes, unless what was heard of its firm meanwhile says something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseFactsChanged
from services.review.cases import undo_window
from services.review.cases.answering import Handled, settle, with_items
from services.review.cases.granting import release
from services.review.cases.heard import since
from services.review.cases.quota_places import hold_quotas, queue_moved
from services.review.cases.store import Cases
from services.review.fact_changes.reassessing import overtaken, reassess
from services.review.fact_changes.store import Claimant, Claimants, FactChanges, HeardFacts
from services.review.fact_changes.use_cases import tenants_of
from services.review.reopening.undoing import may_be_undone, take_back

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

Heard = Mapping[str, Sequence[EnterpriseFactsChanged]]


def release_decisions(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Say what was decided, once: what was undone or withdrawn meanwhile is not held any more.

    Nothing is said on facts that have been withdrawn or corrected since: where these make a difference, the decision is undone
    by the system and the case goes back to the department. Who is hearing is waited for, as in `take_up_facts`.
    """
    with unit(sorted({job.tenant for job in jobs})) as uow:
        uow.of(HeardFacts).wait_for_hearers()
        claims = uow.of(Claimants).of_cases([job.subject for job in jobs])
    with unit(tenants_of(jobs, list(claims.values()))) as uow:
        _release(jobs, claims, uow)
        for job in jobs:
            uow.finish(job)


def _release(jobs: Sequence[Job], claims: Mapping[str, Claimant], uow: UnitOfWork) -> None:
    cases = uow.of(Cases).get_many([job.subject for job in jobs])
    held = [case for case in cases.values() if case.undo_until is not None and case.undo_until <= uow.now]
    for case in cases.values():
        # Where a clock was set back, what is held still is looked at again.
        if may_be_undone(case, uow) and case.undo_until is not None:
            undo_window.hold(case, case.undo_until, uow)
    if not held:
        return
    heard = uow.of(HeardFacts).of_claims([(claims[case.id], since(case)) for case in held])
    handled = with_items(held, uow)
    why = {each.case.id: overtaken(each, heard.get(each.case.id, ()), uow) for each in handled}
    _give_back([each for each in handled if why[each.case.id]], why, heard, uow)
    said = [each for each in handled if not why[each.case.id]]
    # A refusal gives back its place of quotas as it is said; they are held in one order.
    hold_quotas([(each.case, each.item) for each in said if each.case.state == "rejected"], uow)
    for each in said:
        release(each.case, each.item, uow)
    queue_moved([(each.case, each.item) for each in said if each.case.state == "rejected"], uow)
    uow.of(Cases).save_many([each.case for each in said])


def _give_back(handled: Sequence[Handled], why: Mapping[str, str], heard: Heard, uow: UnitOfWork) -> None:
    """These are the department's again, judged on what was heard."""
    for each in handled:
        take_back(each, why[each.case.id], uow)
        found = reassess(each, heard.get(each.case.id, ()), uow)
        uow.of(FactChanges).add((each.case, moved) for moved in found.moves)
    if handled:
        settle(handled, uow)
