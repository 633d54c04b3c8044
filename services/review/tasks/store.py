"""Tasks as rows of the tenants that act."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, RowMapping, Table, Text, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.intake import Claim
from contracts.message import Actor, Id, TenantId
from services.review.tasks.task import CaseTask, TaskNotFound

METADATA = MetaData()
INSTANT = DateTime(timezone=True)

CASE_TASK = Table(
    "case_task",
    METADATA,
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("case_tenant", Text, nullable=False),
    Column("claim", JSONB, nullable=False),
    Column("kind", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("slot", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("duty", Text),
    Column("opened_at", INSTANT, nullable=False),
    Column("due_at", INSTANT),
    Column("awaits_year", Integer),
    Column("paused", Boolean, nullable=False),
    Column("still", JSONB(none_as_null=True)),
    Column("holder_id", Text),
    Column("holder_why", Text, nullable=False),
    Column("given_by", Text),
    Column("given_at", INSTANT),
    Column("state", Text, nullable=False),
    Column("answered_by", Text),
    Column("answered_at", INSTANT),
    Column("brief", JSONB, nullable=False),
)

PLAIN = tuple(str(column.name) for column in CASE_TASK.c if column.name not in ("claim", "paused"))
OWN = tuple(name for name in PLAIN if name not in ("tenant", "id", "version", "sequence", "traceparent"))


class CaseTasks(AggregateStore[CaseTask]):
    """Tasks of the unit of work's tenants."""

    table = CASE_TASK
    aggregate_type = "case_task"
    missing = TaskNotFound

    def seen(self, task_id: str) -> CaseTask | None:
        """One as it is now, not locked: what is read before its case is locked."""
        return next(iter(self.where(self.table.c.id == task_id, lock=False)), None)

    def of_cases(self, case_ids: Collection[str]) -> list[CaseTask]:
        """Every task of these cases that the unit of work's tenants have, locked."""
        wanted = any_(literal(sorted(set(case_ids)), ARRAY(Text)))
        return self.where(self.table.c.case_id == wanted) if case_ids else []

    def given_to(self, person_id: Id, actor: Actor, limit: int) -> list[CaseTask]:
        """The open tasks of the actor's department that were given to this person, locked, so many at most."""
        c = self.table.c
        by_name = c.department_id.is_(None) & (c.department == (actor.department or ""))
        own = by_name if actor.department_id is None else or_(c.department_id == actor.department_id, by_name)
        is_open = c.state == literal("open", literal_execute=True)
        found = (
            select(c.id)
            .where(c.tenant == self._uow.tenant, is_open, c.holder_id == person_id, own)
            .order_by(c.id)
            .limit(limit)
        )
        ids = list(self._uow.execute(found).scalars())
        return [task for task in self.get_many(ids).values() if task.state == "open" and task.holder_id == person_id]

    def acceptances(self, tenant: TenantId) -> list[str]:
        """`case/task` of all that wait for the tenant's acceptance."""
        c = self.table.c
        open_here = (c.tenant == tenant, c.state == literal("open", literal_execute=True))
        statement = select(c.case_id, c.id).where(*open_here, c.kind == "acceptance", c.case_tenant == tenant)
        return [f"{row.case_id}/{row.id}" for row in self._uow.execute(statement.order_by(c.case_id))]

    def cases_asking(self, tenant: TenantId, slot: str, after: str, limit: int) -> list[str]:
        """The ids of the tenant's own cases that wait for an answer which their plans call so, next after this id."""
        c = self.table.c
        statement = (
            select(c.case_id)
            .where(
                c.tenant == tenant,
                c.state == literal("open", literal_execute=True),
                c.slot == slot,
                c.slot != literal("", literal_execute=True),
                c.case_id > after,
                c.case_tenant == tenant,
            )
            .order_by(c.case_id)
            .limit(limit)
        )
        return list(dict.fromkeys(self._uow.execute(statement).scalars()))

    def to_row(self, aggregate: CaseTask) -> dict[str, Any]:
        own = {name: getattr(aggregate, name) for name in OWN}
        return {**own, "claim": aggregate.claim.model_dump(mode="json"), "paused": aggregate.paused}

    def from_row(self, row: RowMapping) -> CaseTask:
        return CaseTask(**{name: row[name] for name in PLAIN}, claim=Claim.model_validate(row["claim"]))
