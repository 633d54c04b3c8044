"""Lines of lists that are approved, and those that wait for nothing but the meaning of their plan's words.

A list is its department's decision. It is made once all that it rests on is known: while nobody has said what a word of
the plan means, the line is an open case that the department sees, and as soon as somebody has, it is approved as listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from chassis.events.received import Received
from chassis.time.clock import CHINA
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.departments import PlanTermMapped
from contracts.refusal import Refused
from copies.plan_terms import keep_plan_terms
from services.review.cases import deadline
from services.review.cases.case import Case
from services.review.cases.deciders import against_nominators
from services.review.cases.decision import CaseDecision
from services.review.cases.opening import version_of
from services.review.cases.overpaying import held_for_a_person
from services.review.cases.payments import PayerOf
from services.review.cases.plan_terms import PlanTermUnmapped, waiting_for
from services.review.cases.store import Cases
from services.review.item_copies.plan_words import PlanWords, Unmapped
from services.review.item_copies.store import ItemVersions
from services.review.register.domain import AlreadyAwarded
from services.review.register.store import AwardRegister

HELD_LINE = "held_line"
LOOK_AGAIN = timedelta(minutes=10)
"""How long a line waits before it is looked at again, for what the level above has said, or a department registered."""

Line = tuple[Case, int, CaseDecision]
"""A case, the amount that was listed, and the decision that the list is."""


def today(uow: UnitOfWork) -> date:
    return uow.now.astimezone(CHINA).date()


def approve_lines(lines: Sequence[Line], unmapped: Unmapped, uow: UnitOfWork) -> Mapping[str, Refused]:
    """Approve these, each with its place in the register; → what stands against the others, by case."""
    payer_of: PayerOf = cache(uow.registry.payer)
    own_word = against_nominators([(case, decision.by) for case, _amount, decision in lines], uow)
    payments = {case.id: case.payments(payer_of) for case, _amount, _decision in lines}
    rules = uow.of(ItemVersions).get_many({version_of(case.claim) for case, _amount, _decision in lines})
    found = {
        case.id: [
            *payments[case.id][1],
            *held_for_a_person(rules.get(version_of(case.claim))),
            *waiting_for(unmapped.get(version_of(case.claim), ())),
            *([own_word[case.id]] if case.id in own_word else []),
        ]
        for case, _amount, _decision in lines
    }
    sound = [case.award for case, amount_fen, _ in lines if not found[case.id] and not case.obstacles(amount_fen)]
    reserved = uow.of(AwardRegister).reserve(sound)
    taken = {award.case_id for award in sound} - reserved
    refused: dict[str, Refused] = {}
    for case, amount_fen, decision in lines:
        awarded = [AlreadyAwarded()] if case.id in taken else []
        try:
            case.approve(amount_fen, decision, payments[case.id][0], [*found[case.id], *awarded])
        except Refused as refusal:
            refused[case.id] = refusal
    return refused


def leave_open(case: Case, refusal: Refused, listed_by: str) -> None:
    """The department decides it; or it waits, where nothing but the meaning of words is missing."""
    others = [reason for reason in refusal.reasons if reason.code != PlanTermUnmapped.code]
    case.leave_open(others)
    case.listed_by = None if others else listed_by


def take_meanings(events: Sequence[Received[PlanTermMapped]], uow: UnitOfWork) -> None:
    """Keep what the words mean, and look at once at the lines that wait in these tenants."""
    keep_plan_terms(events, uow)
    waiting = uow.of(Cases).held_lines({event.tenant for event in events})
    uow.schedule_many(HELD_LINE, [(tenant, case_id, uow.now) for tenant, case_id in waiting])


def look_at_held_lines(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """What `held_line` jobs that have come due ask for: approve what waits for nothing any more, as it was listed."""
    cases = uow.of(Cases).get_many([job.subject for job in jobs])
    held = {id: case for id, case in cases.items() if case.state == "accepted" and case.listed_by is not None}
    unmapped = uow.of(PlanWords).unmapped([version_of(case.claim) for case in held.values()], today(uow))
    ready = [case for case in held.values() if version_of(case.claim) not in unmapped]
    # The clock of the payment begins now: nobody could have paid before.
    refused = approve_lines([_as_listed(case, uow) for case in ready], unmapped, uow)
    for case in ready:
        if case.id in refused:
            leave_open(case, refused[case.id], case.listed_by or "")
        else:
            deadline.stop_watching(case, uow)
    uow.of(Cases).save_many(ready)
    for job in jobs:
        uow.finish(job)
        if job.subject in held and held[job.subject].listed_by is not None:
            uow.schedule(HELD_LINE, job.subject, at=uow.now + LOOK_AGAIN, tenant=job.tenant)


def _as_listed(case: Case, uow: UnitOfWork) -> Line:
    assert case.asked_fen is not None, "a line of a list says its amount"
    return case, case.asked_fen, CaseDecision(case.listed_by or "", uow.now, "")
