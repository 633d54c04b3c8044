"""An objection holds its case: the review limit and all tasks stand still until it is answered."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from services.review.cases import clock, deadline
from services.review.cases.case import Case
from services.review.cases.task_times import retime


def hold(case: Case, uow: UnitOfWork) -> None:
    """The case waits for an answer to an objection; the caller saves it."""
    clock.suspend(case, "objection", "收到对公示的异议，正在核查", uow.now, uow.calendar(case.tenant))
    _keep_time(case, uow)


def let_go(case: Case, uow: UnitOfWork) -> None:
    """No objection is open any more; what is over needs no clock. The caller saves it."""
    if "objection" not in case.pauses or case.state != "accepted":
        return
    clock.resume(case, "objection", uow.now, uow.calendar(case.tenant))
    _keep_time(case, uow)


def _keep_time(case: Case, uow: UnitOfWork) -> None:
    retime(case, uow)
    deadline.watch(case, uow)
