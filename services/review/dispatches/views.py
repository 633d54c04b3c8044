"""What administrators see of departments' systems, and staff of the checks that went there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from chassis.read.reader import Reader
from contracts.department_systems import (
    DepartmentSystemList,
    DispatchList,
    DispatchView,
    ListDepartmentSystems,
    ListDispatches,
)
from contracts.message import Actor
from contracts.refusal import Forbidden
from services.review.cases.views import case_row
from services.review.dispatches.domain import Dispatch
from services.review.dispatches.registered_system import RegisteredSystem
from services.review.dispatches.store import DISPATCH, SYSTEM, dispatch_of

ACROSS_DEPARTMENTS = frozenset({"bureau", "supervisor"})
MOST = 500
"""Systems of one place, or dispatches of one case: there are a few."""


def list_department_systems(query: ListDepartmentSystems, reader: Reader) -> DepartmentSystemList:
    """By name, those that are open first."""
    statement = select(SYSTEM).where(SYSTEM.c.tenant == reader.tenant)
    if not query.closed:
        statement = statement.where(SYSTEM.c.state == "open")
    found = reader.execute(statement.order_by(SYSTEM.c.state.desc(), SYSTEM.c.name, SYSTEM.c.id).limit(MOST))
    return DepartmentSystemList(items=tuple(RegisteredSystem(**row).view() for row in found.mappings()))


def list_dispatches(query: ListDispatches, reader: Reader) -> DispatchList:
    """In the order in which they were sent. Raises Forbidden; CaseNotFound or NotYourDepartment where the reader has none of
    them and the case is not the reader's."""
    statement = (
        select(DISPATCH, SYSTEM.c.name.label("system_name"))
        .join(SYSTEM, (SYSTEM.c.tenant == DISPATCH.c.tenant) & (SYSTEM.c.id == DISPATCH.c.system_id))
        .where(DISPATCH.c.tenant == reader.tenant, DISPATCH.c.case_id == query.case_id, _seen_by(reader.actor))
        .order_by(DISPATCH.c.begun_at, DISPATCH.c.id)
        .limit(MOST)
    )
    items = []
    for row in reader.execute(statement).mappings():
        own = {name: value for name, value in row.items() if name != "system_name"}
        items.append(_view(dispatch_of(own), row["system_name"]))  # type: ignore[arg-type]
    if not items:
        case_row(query.case_id, reader)
    return DispatchList(items=tuple(items))


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    """A department's own checks and those of its cases. Raises Forbidden for those who see none."""
    if actor.roles & ACROSS_DEPARTMENTS:
        return DISPATCH.c.tenant.is_not(None)
    if "department" not in actor.roles or actor.department_id is None:
        raise Forbidden()
    return or_(DISPATCH.c.department_id == actor.department_id, DISPATCH.c.asking_department_id == actor.department_id)


def _view(each: Dispatch, system_name: str) -> DispatchView:
    return DispatchView(
        dispatch_id=each.id,
        task_id=each.task_id,
        case_id=each.case_id,
        receipt=each.receipt,
        department_id=each.department_id,
        system_id=each.system_id,
        system_name=system_name,
        state=each.state,
        begun_at=each.begun_at,
        give_up_at=each.give_up_at,
        sent_at=each.sent_at,
        answered_at=each.answered_at,
        fell_back_at=each.fell_back_at,
        taken_seconds=_seconds(each.begun_at, each.sent_at),
        answer_seconds=_seconds(each.sent_at, each.answered_at),
        asks=each.asks,
        nonsense=each.nonsense,
        said=each.said,
        fall_back=each.fall_back,
        reason=each.reason,
    )


def _seconds(since: datetime | None, until: datetime | None) -> int | None:
    return int((until - since).total_seconds()) if since is not None and until is not None else None
