"""The one way from a dispatch to the joint check that waits for it: an answer, or a person instead.

The dispatch keeps it, and a job of the task's says that there is something to read: joint checks take the job up
(`@due(CHECK_ANSWERED)`, `@due(CHECK_FELL_BACK)`, subject: the task) and read it with `of_tasks`.
"""

from __future__ import annotations

from collections.abc import Collection

from chassis.write.uow import UnitOfWork
from contracts.department_systems import CheckSaid, FallBack
from contracts.message import Id, TenantId
from services.review.dispatches.domain import Dispatch, dispatch_id
from services.review.dispatches.store import Dispatches

CHECK_ANSWERED = "check_answered"
CHECK_FELL_BACK = "check_fell_back"


def take_answer(dispatch: Dispatch, said: CheckSaid, uow: UnitOfWork) -> None:
    """An answer that counts. Whoever calls saves the dispatch."""
    dispatch.be_answered(said, uow.now)
    uow.schedule(CHECK_ANSWERED, dispatch.task_id, at=uow.now, tenant=dispatch.tenant)


def take_back(dispatch: Dispatch, why: FallBack, uow: UnitOfWork, detail: str = "") -> None:
    """A person answers instead. Whoever calls saves the dispatch."""
    dispatch.hand_back(why, uow.now, detail)
    uow.schedule(CHECK_FELL_BACK, dispatch.task_id, at=uow.now, tenant=dispatch.tenant)


def of_tasks(tasks: Collection[tuple[TenantId, Id]], uow: UnitOfWork) -> dict[Id, Dispatch]:
    """What became of the dispatches of these tasks, by task; tasks that were never dispatched are left out."""
    found = uow.of(Dispatches).look_at([dispatch_id(tenant, task) for tenant, task in tasks])
    return {each.task_id: each for each in found.values()}
