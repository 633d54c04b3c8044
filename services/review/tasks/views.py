"""Work lists: the tasks that a department has, with the least time left first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Row, Select, Text, column, or_, select, tuple_, union_all

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.case_tasks import GetTask, ListTasks, TaskPage, TaskView
from contracts.typed import half_width
from services.review.tasks.absence import InPlaceOf
from services.review.tasks.own import ways_to_own
from services.review.tasks.standing import StandsStill
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
    place = InPlaceOf.of(reader)
    conditions = _filtered(query, place, reader)
    if (after := decode_cursor(query.cursor, datetime, str)) is not None:
        conditions.append(tuple_(TaskSearch.due_order, C.id) > tuple_(*after))
    rows, more = cut_page(reader.execute(_first_of(conditions, reader, query.limit + 1)).all(), query.limit)
    cursor = encode_cursor(rows[-1].due_order, rows[-1].id) if more else None
    return TaskPage(items=tuple(task_view(row, reader, place) for row in rows), next_cursor=cursor)


def _first_of(conditions: Sequence[ColumnElement[bool]], reader: Reader, limit: int) -> Select[Any]:
    """The department's own that meet the conditions, so many of those with the least time left. What it has by the register and what
    by its name are two indexes, each in this order: asked for together, all would be read and sorted."""
    parts = [
        select(*SHOWN, TaskSearch.due_order).where(*conditions, own).order_by(TaskSearch.due_order, C.id).limit(limit)
        for own in ways_to_own(reader)
    ]
    if len(parts) == 1:
        return parts[0]
    both = union_all(*(part.subquery().select() for part in parts)).subquery()
    return select(both).order_by(both.c.due_order, both.c.id).limit(limit)


def get_task(query: GetTask, reader: Reader) -> TaskView:
    """Raises TaskNotFound, of another department's too."""
    mine = or_(*ways_to_own(reader))
    row = reader.execute(select(*SHOWN).where(C.tenant == reader.tenant, C.id == query.task_id, mine)).first()
    if row is None:
        raise TaskNotFound()
    return task_view(row, reader, InPlaceOf.of(reader))


def task_view(row: Row[Any], reader: Reader, place: InPlaceOf) -> TaskView:
    """A row as its department reads it; `place` is what the actor holds in the place of others."""
    claim, still = row.claim, StandsStill.model_validate(row.still) if row.still else None
    said = {name: claim[name] for name in ("receipt", "item_id", "item_title", "enterprise_name", "uscc")}
    same = {name: getattr(row, name) for name in TaskView.model_fields if name in row._fields and name not in said}
    return TaskView(
        task_id=row.id,
        task=row.kind,
        given_why=row.holder_why or None,
        **(still.shown(reader.now, reader.calendar(row.tenant)) if still is not None else {}),
        **place.shown(row.duty, row.holder_id),
        **same,
        **said,
    )


def _filtered(query: ListTasks, place: InPlaceOf, reader: Reader) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [C.tenant == reader.tenant, C.state == "open"]
    if query.task is not None:
        conditions.append(C.kind == query.task)
    if query.mine:
        mine = C.holder_id == reader.actor.id
        conditions.append(or_(mine, place.given_to_absent()) if place.held else mine)
    if query.stand_in:
        conditions.append(place.condition())
    if query.given_to is not None:
        conditions.append(C.holder_id == query.given_to)
    if query.overdue:
        conditions.append(TaskSearch.due_order < reader.now)
    if query.about and (about := half_width(query.about.strip()).upper()):
        conditions.append(or_(TaskSearch.receipt == about, TaskSearch.uscc == about))
    return conditions
