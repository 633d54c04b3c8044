"""What the actor has in somebody else's place, and who of a department is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, DateTime, and_, any_, column, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.case_tasks import (
    AbsentDuty,
    AbsentPeople,
    AbsentPerson,
    CountMyTasks,
    ListAbsentPeople,
    MyTasks,
)
from contracts.duties import DUTY_KINDS, DutyKind
from contracts.message import Id
from copies.duties import HeldToday, KnownDuties, StandIn
from services.review.tasks.own import of_own_department
from services.review.tasks.store import CASE_TASK
from services.review.tasks.use_cases import duties_for

C = CASE_TASK.c
DUE_ORDER = column("due_order", DateTime(timezone=True))
OPEN = C.state == literal("open", literal_execute=True)


@dataclass(frozen=True, slots=True)
class InPlaceOf:
    """What the actor holds today in the place of others (代理)."""

    held: tuple[HeldToday, ...] = ()

    @classmethod
    def of(cls, reader: Reader) -> InPlaceOf:
        actor = reader.actor
        if actor.department_id is None:
            return cls()
        today = reader.now.astimezone(CHINA).date()
        held = KnownDuties(reader).held_today(reader.tenant, actor.department_id, actor.id, today)
        return cls(tuple(held) if any(each.absent_id is not None for each in held) else ())

    @property
    def absent_ids(self) -> list[Id]:
        return sorted({each.absent_id for each in self.held if each.absent_id is not None})

    def for_task(self, duty: DutyKind | None, holder_id: Id | None) -> HeldToday | None:
        """In whose place the actor has a task of this duty: of whom it was given to, or, where it is everybody's, of whoever's
        duty alone lets the actor do it."""
        wanted = duties_for(duty)
        able = [each for each in self.held if each.kind in wanted]
        if holder_id is not None:
            return next((each for each in self.held if each.absent_id == holder_id), None)
        if any(each.absent_id is None for each in able):
            return None
        return next(iter(able), None)

    def condition(self) -> ColumnElement[bool]:
        """The tasks of which `for_task` says somebody."""
        if not self.held:
            return false()
        duties = [duty for duty in DUTY_KINDS if self.for_task(duty, None) is not None]
        of_duty: list[ColumnElement[bool]] = [C.duty == any_(literal(duties, ARRAY(TEXT)))]
        if self.for_task(None, None) is not None:
            of_duty.append(C.duty.is_(None))
        return or_(self.given_to_absent(), and_(C.holder_id.is_(None), or_(*of_duty)))

    def given_to_absent(self) -> ColumnElement[bool]:
        return C.holder_id == any_(literal(self.absent_ids, ARRAY(TEXT)))

    def shown(self, duty: DutyKind | None, holder_id: Id | None) -> dict[str, Any]:
        """As a view of the task says it."""
        found = self.for_task(duty, holder_id) if self.held else None
        if found is None:
            return {}
        return {"in_place_of": found.absent_id, "in_place_of_name": found.absent_name, "in_place_until": found.until}


def count_my_tasks(_query: CountMyTasks, reader: Reader) -> MyTasks:
    """Raises Forbidden."""
    own, place = of_own_department(reader), InPlaceOf.of(reader)
    mine = C.holder_id == reader.actor.id
    late = reader.now > DUE_ORDER
    counted = select(func.count().label("given"), func.count().filter(late).label("overdue")).select_from(CASE_TASK)
    found = reader.execute(counted.where(C.tenant == reader.tenant, OPEN, mine, own)).one()
    given = MyTasks(given=found.given, overdue=found.overdue)
    if not place.held:
        return given
    wanted = (C.tenant == reader.tenant, OPEN, place.condition(), own)
    as_stand_in = reader.execute(select(func.count()).select_from(CASE_TASK).where(*wanted)).scalar_one()
    return given.model_copy(update={"as_stand_in": as_stand_in})


def list_absent_people(_query: ListAbsentPeople, reader: Reader) -> AbsentPeople:
    """Raises Forbidden."""
    own, actor = of_own_department(reader), reader.actor
    if actor.department_id is None:
        return AbsentPeople()
    known, today = KnownDuties(reader), reader.now.astimezone(CHINA).date()
    away = known.stand_ins(reader.tenant, actor.department_id, today)
    held = _tasks_by_holder(own, reader)
    here = {
        each.person_id
        for each in known.holders([(reader.tenant, actor.department_id, kind) for kind in DUTY_KINDS], today)
    }
    gone = sorted(held.keys() - here)
    names = known.names(reader.tenant, gone)
    absent = [_absent(list(each), held) for _id, each in groupby(away, key=lambda each: each.absent_id)]
    left = [
        AbsentPerson(person_id=id, name=names.get(id, id), gone=True, tasks=held[id][0], overdue=held[id][1])
        for id in gone
    ]
    return AbsentPeople(items=(*absent, *left))


def _absent(away: Sequence[StandIn], held: dict[Id, tuple[int, int]]) -> AbsentPerson:
    tasks, overdue = held.get(away[0].absent_id, (0, 0))
    duties = tuple(
        AbsentDuty(
            kind=each.kind,
            stand_in_id=each.person_id,
            stand_in_name=each.person_name,
            since=each.since,
            until=each.until,
        )
        for each in away
    )
    return AbsentPerson(
        person_id=away[0].absent_id, name=away[0].absent_name, duties=duties, tasks=tasks, overdue=overdue
    )


def _tasks_by_holder(own: ColumnElement[bool], reader: Reader) -> dict[Id, tuple[int, int]]:
    late: datetime = reader.now
    counted = (
        select(C.holder_id, func.count().label("tasks"), func.count().filter(late > DUE_ORDER).label("overdue"))
        .where(C.tenant == reader.tenant, OPEN, C.holder_id.is_not(None), own)
        .group_by(C.holder_id)
    )
    return {row.holder_id: (row.tasks, row.overdue) for row in reader.execute(counted)}
