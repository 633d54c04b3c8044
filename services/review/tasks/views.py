"""Work lists: the tasks that a department has, with the least time left first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Row, Select, Text, column, or_, select, tuple_, union_all

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.case_tasks import GetTask, ListTasks, TaskPage, TaskView
from contracts.refusal import Forbidden
from contracts.typed import half_width
from services.review.tasks.store import CASE_TASK
from services.review.tasks.task import TaskNotFound

C = CASE_TASK.c


class TaskSearch:
    """The generated columns. `due_order`: when it is due; far in the future for what has no instant."""

    receipt = column("receipt", Text)
    uscc = column("uscc", Text)
    due_order = column("due_order", DateTime(timezone=True))


SHOWN = tuple(each for each in C if each.name != "brief")


def list_tasks(query: ListTasks, reader: Reader) -> TaskPage:
    """Raises Forbidden or CursorInvalid."""
    conditions = _filtered(query, reader)
    if (after := decode_cursor(query.cursor, datetime, str)) is not None:
        conditions.append(tuple_(TaskSearch.due_order, C.id) > tuple_(*after))
    rows, more = cut_page(reader.execute(_first_of(conditions, reader, query.limit + 1)).all(), query.limit)
    cursor = encode_cursor(rows[-1].due_order, rows[-1].id) if more else None
    return TaskPage(items=tuple(task_view(row) for row in rows), next_cursor=cursor)


def _first_of(conditions: Sequence[ColumnElement[bool]], reader: Reader, limit: int) -> Select[Any]:
    """The department's own that meet the conditions, so many of those with the least time left. What it has by the register and what
    by its name are two indexes, each in this order: asked for together, all would be read and sorted."""
    parts = [
        select(*SHOWN, TaskSearch.due_order).where(*conditions, own).order_by(TaskSearch.due_order, C.id).limit(limit)
        for own in _ways_to_own(reader)
    ]
    if len(parts) == 1:
        return parts[0]
    both = union_all(*(part.subquery().select() for part in parts)).subquery()
    return select(both).order_by(both.c.due_order, both.c.id).limit(limit)


def get_task(query: GetTask, reader: Reader) -> TaskView:
    """Raises TaskNotFound, of another department's too."""
    mine = of_own_department(reader)
    row = reader.execute(select(*SHOWN).where(C.tenant == reader.tenant, C.id == query.task_id, mine)).first()
    if row is None:
        raise TaskNotFound()
    return task_view(row)


def task_view(row: Row[Any]) -> TaskView:
    """A row as its department reads it."""
    claim = row.claim
    said = {name: claim[name] for name in ("receipt", "item_id", "item_title", "enterprise_name", "uscc")}
    same = {name: getattr(row, name) for name in TaskView.model_fields if name in row._fields and name not in said}
    return TaskView(task_id=row.id, task=row.kind, **same, **said)


def _filtered(query: ListTasks, reader: Reader) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [C.tenant == reader.tenant, C.state == "open"]
    if query.task is not None:
        conditions.append(C.kind == query.task)
    if query.mine:
        conditions.append(C.holder_id == reader.actor.id)
    if query.overdue:
        conditions.append(TaskSearch.due_order < reader.now)
    if query.about and (about := half_width(query.about.strip()).upper()):
        conditions.append(or_(TaskSearch.receipt == about, TaskSearch.uscc == about))
    return conditions


def of_own_department(reader: Reader) -> ColumnElement[bool]:
    """Those of the actor's department, by the register where the task is in it, else by name. Raises Forbidden."""
    return or_(*_ways_to_own(reader))


def _ways_to_own(reader: Reader) -> list[ColumnElement[bool]]:
    """No task is its own in both ways. Raises Forbidden."""
    actor = reader.actor
    if actor.department_id is None and not actor.department:
        raise Forbidden()
    by_name = C.department_id.is_(None) & (C.department == (actor.department or ""))
    return [by_name] if actor.department_id is None else [C.department_id == actor.department_id, by_name]
