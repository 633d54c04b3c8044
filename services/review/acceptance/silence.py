"""Nobody has said anything within the limit: the claim is accepted as of its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from chassis.tenancy.working_days import ask_for
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.message import SYSTEM
from services.review.cases.answering import settle, with_items
from services.review.cases.answers import ACCEPTANCE, StepAnswer
from services.review.cases.case import Case
from services.review.cases.clock import due_by
from services.review.cases.open_tasks import OpenTask
from services.review.cases.opening import accept
from services.review.cases.store import Cases
from services.review.cases.task_times import ACCEPTANCE_OPENED, clock_of_task, retime, subject_of, tasks_of

LOOK_AGAIN = timedelta(days=1)
"""How long a filing whose year has no calendar yet waits before the calendar is looked for again."""


def look_at_acceptances(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """What nobody has decided when its limit is over is accepted; all else is looked at again at the end that its limit has now.

    Whoever decides at the same moment has the case's row, or finds it accepted.
    """
    named = tasks_of(jobs, uow)
    for job in jobs:
        uow.finish(job)
    waiting = [named[job.subject] for job in jobs if job.subject in named]
    silent = []
    for case, task in waiting:
        if case.state != "received" or task.place != ACCEPTANCE:
            continue
        if is_over(case, task, uow):
            accept_silently(case, uow)
            silent.append(case)
        else:
            retime(case, uow)
            _look_later(case, task, uow)
    settle(with_items(silent, uow), uow)
    decided = {case.id for case in silent}
    moved = {case.id: case for case, _task in waiting if case.id not in decided and case.state == "received"}
    uow.of(Cases).save_many(moved.values())


def is_over(case: Case, task: OpenTask, uow: UnitOfWork) -> bool:
    """Whether the time to decide on acceptance is over."""
    due_at, _year = due_by(clock_of_task(task), uow.calendar(case.tenant))
    return due_at is not None and due_at <= uow.now


def accepted_by_silence(case: Case, uow: UnitOfWork) -> bool:
    """Whether the limit has made it accepted although nobody has written that down yet; then it is."""
    task = next((each for each in case.tasks if each.place == ACCEPTANCE), None)
    if case.state != "received" or task is None or not is_over(case, task, uow):
        return False
    accept_silently(case, uow)
    return True


def accept_silently(case: Case, uow: UnitOfWork) -> None:
    """As of the receipt, whatever the time is now."""
    case.answer(acceptance_answer(case, SYSTEM.id, "受理期限届满未作出决定，自收件之日起即为受理", uow))
    accept(case, uow, silent=True)


def acceptance_answer(case: Case, by: str, reason: str, uow: UnitOfWork) -> StepAnswer:
    """That the claim is accepted, as it is kept beside the answers of the plan's steps."""
    return StepAnswer(0, "", "acceptance", "passed", by, case.claim.department, uow.now, reason)


def _look_later(case: Case, task: OpenTask, uow: UnitOfWork) -> None:
    due_at, awaits_year = due_by(clock_of_task(task), uow.calendar(case.tenant))
    if awaits_year is not None:
        ask_for(uow, case.tenant, awaits_year, "acceptance")
    at = due_at if due_at is not None else uow.now + LOOK_AGAIN
    uow.schedule(ACCEPTANCE_OPENED, subject_of(case, task), at=at, tenant=case.tenant)
