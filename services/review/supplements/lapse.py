"""The enterprise's time: looked at every day, so that it follows the calendar, and over at its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from chassis.tenancy.working_days import ask_for
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.message import SYSTEM
from services.review.acceptance.withdrawal import take_back
from services.review.cases.answering import Handled, settle, with_items
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.supplements.going_on import go_on
from services.review.supplements.store import Supplements
from services.review.supplements.supplement import WITHDRAWN, Supplement
from services.review.supplements.times import REMINDED, reminder_at, set_due

SUPPLEMENT = "supplement_time"
"""The job by which the enterprise's time is looked at. Its subject is the case, which has one open supplement at most."""

DAY = timedelta(days=1)


def watch(supplement: Supplement, uow: UnitOfWork) -> None:
    """Look at it when its time is over, when the enterprise is to be reminded, and tomorrow at the latest."""
    ahead = [uow.now + DAY, supplement.due_at, reminder_at(supplement, uow.calendar(supplement.tenant))]
    at = min(each for each in ahead if each is not None and each > uow.now)
    uow.schedule(SUPPLEMENT, supplement.case_id, at=at, tenant=supplement.tenant)


def look_at_supplements(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """What nobody has answered when its time is over has what consequence the plan says; all else is looked at again.

    Whoever answers at the same moment has the case's row, or finds the time over.
    """
    cases = uow.of(Cases).get_many([job.subject for job in jobs])
    handled = {each.case.id: each for each in with_items(list(cases.values()), uow)}
    for job in jobs:
        uow.finish(job)
    waiting = [each for each in uow.of(Supplements).of_cases(list(cases)) if each.state == "open"]
    ended = []
    for supplement in waiting:
        of_case = handled[supplement.case_id]
        if not of_case.case.is_open:
            supplement.fall_away(uow.now)
        elif _is_over(supplement, uow):
            _lapse(supplement, of_case, uow)
            ended.append(of_case)
        else:
            _remind(supplement, of_case.case, uow)
            watch(supplement, uow)
    uow.of(Supplements).save_many(waiting)
    settled = {each.case.id for each in ended}
    uow.of(Cases).save_many([case for case in cases.values() if case.pending and case.id not in settled])
    settle(ended, uow)


def _remind(supplement: Supplement, case: Case, uow: UnitOfWork) -> None:
    """Once, when most of the time is gone."""
    at = reminder_at(supplement, uow.calendar(supplement.tenant))
    if at is None or at > uow.now or supplement.due_at is None:
        return
    if uow.raise_alarm("case_supplement", supplement.id, "supplement", REMINDED, tenant=supplement.tenant):
        case.record(supplement.due_soon)


def _is_over(supplement: Supplement, uow: UnitOfWork) -> bool:
    set_due(supplement, uow.calendar(supplement.tenant))
    if supplement.awaits_year is not None:
        ask_for(uow, supplement.tenant, supplement.awaits_year, "supplement")
    return supplement.due_at is not None and supplement.due_at <= uow.now


def _lapse(supplement: Supplement, handled: Handled, uow: UnitOfWork) -> None:
    handled.case.record(supplement.lapse(uow.now))
    if supplement.then_follows == "withdrawn":
        take_back(handled, WITHDRAWN, SYSTEM.id, uow)
    else:
        go_on(supplement, handled, uow)
