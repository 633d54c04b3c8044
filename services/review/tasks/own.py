"""Which tasks are the actor's department's."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from chassis.read.reader import Reader
from contracts.message import Actor
from contracts.refusal import Forbidden
from services.review.tasks.store import CASE_TASK

C = CASE_TASK.c


def of_own_department(reader: Reader) -> ColumnElement[bool]:
    """Those of the actor's department, by the register where the task is in it, else by name. Raises Forbidden."""
    return or_(*ways_to_own(reader))


def ways_to_own(reader: Reader) -> list[ColumnElement[bool]]:
    """No task is its own in both ways. Raises Forbidden."""
    if reader.actor.department_id is None and not reader.actor.department:
        raise Forbidden()
    return _ways(reader.actor)


def of_department(actor: Actor) -> ColumnElement[bool]:
    """Those of the department of an actor who has one."""
    return or_(*_ways(actor))


def _ways(actor: Actor) -> list[ColumnElement[bool]]:
    by_name = C.department_id.is_(None) & (C.department == (actor.department or ""))
    return [by_name] if actor.department_id is None else [C.department_id == actor.department_id, by_name]
