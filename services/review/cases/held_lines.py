"""Lines of lists that wait for nothing but the meaning of their plan's words.

While nobody has said what a word of the plan means, the line is an open case that the department sees; as soon as somebody has, it
goes on as listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from chassis.events.received import Received
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.departments import PlanTermMapped
from copies.plan_terms import keep_plan_terms
from services.review.cases.answering import settle, with_items
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.tasks.store import CaseTasks

HELD_LINE = "held_line"
TAKE_UP_TERM = "take_up_term"
"""The job by which tasks follow what a word means now. Its subject is the id after which cases are looked at, and the word."""

PART = 200
LOOK_AGAIN = timedelta(minutes=10)
"""How long a line waits before it is looked at again, for what the level above has said, or a department registered."""


def look_again(case: Case, uow: UnitOfWork) -> None:
    """A line that waits for words is looked at again after a while."""
    if case.is_open and case.listed_by is not None:
        uow.schedule(HELD_LINE, case.id, at=uow.now + LOOK_AGAIN, tenant=case.tenant)


def take_meanings(events: Sequence[Received[PlanTermMapped]], uow: UnitOfWork) -> None:
    """Keep what the words mean; look at once at the lines that wait in these tenants, and at the tasks that the words name."""
    keep_plan_terms(events, uow)
    waiting = uow.of(Cases).held_lines({event.tenant for event in events})
    uow.schedule_many(HELD_LINE, [(tenant, case_id, uow.now) for tenant, case_id in waiting])
    uow.schedule_many(TAKE_UP_TERM, [(event.tenant, f"/{event.data.term}", uow.now) for event in events])


def take_up_terms(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """Let open cases have their tasks given to whoever the words of their plans mean now, so many at a time."""
    for job in jobs:
        after, _, term = job.subject.partition("/")
        found = uow.of(CaseTasks).cases_asking(job.tenant, term, after, PART)
        cases = uow.of(Cases).get_many(found)
        settle(with_items([case for case in cases.values() if case.is_open], uow), uow)
        uow.finish(job)
        if len(found) == PART:
            uow.schedule(TAKE_UP_TERM, f"{found[-1]}/{term}", at=uow.now, tenant=job.tenant)


def look_at_held_lines(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """What `held_line` jobs that have come due ask for: what waits for nothing any more is granted as it was listed.

    The clock of the payment begins now: nobody could have paid before.
    """
    cases = uow.of(Cases).get_many([job.subject for job in jobs])
    held = [case for case in cases.values() if case.state == "accepted" and case.listed_by is not None]
    settle(with_items(held, uow), uow)
    for job in jobs:
        uow.finish(job)
    for case in held:
        look_again(case, uow)
