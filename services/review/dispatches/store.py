"""Departments' systems, their sealed secrets, and dispatches as rows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    any_,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.foundation.secrecy import Cipher
from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.department_systems import CheckSaid
from contracts.message import Id, TenantId
from services.review.dispatches.domain import CheckQuestion, Dispatch
from services.review.dispatches.registered_system import (
    DepartmentHasSystem,
    DepartmentSystemUnknown,
    RegisteredSystem,
)

METADATA = MetaData()
SECRET = "department_system_secret"
"""What the secret is sealed for."""

SYSTEM = Table(
    "review_department_system",
    METADATA,
    *aggregate_columns(),
    Column("department_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("patience_minutes", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("registered_by", Text, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("closed_by", Text),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_because", Text, nullable=False),
)
DISPATCH = Table(
    "review_dispatch",
    METADATA,
    *aggregate_columns(),
    Column("task_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("department_id", Text, nullable=False),
    Column("asking_department_id", Text),
    Column("system_id", Text, nullable=False),
    Column("question", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("give_up_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("fell_back_at", DateTime(timezone=True)),
    Column("asks", Integer, nullable=False),
    Column("nonsense", Integer, nullable=False),
    Column("strange", Text, nullable=False),
    Column("said", JSONB),
    Column("fall_back", Text),
    Column("reason", Text, nullable=False),
)
FRAME = frozenset(column.name for column in aggregate_columns())


def own_columns(table: Table) -> tuple[str, ...]:
    """Those that the aggregate itself fills."""
    return tuple(str(column.name) for column in table.columns if column.name not in FRAME)


def _one_of(column: Column[Any], ids: Collection[Id]) -> ColumnElement[bool]:
    """As one array: the same statement for any number of them."""
    return column == any_(literal(sorted(set(ids)), ARRAY(Text)))


def dispatch_of(row: RowMapping) -> Dispatch:
    """The dispatch that a row of `review_dispatch` stands for."""
    said = CheckSaid.model_validate(row["said"]) if row["said"] is not None else None
    return Dispatch(**dict(row) | {"question": CheckQuestion.model_validate(row["question"]), "said": said})


class RegisteredSystems(AggregateStore[RegisteredSystem]):
    """Systems of the tenant; a department has one that is open."""

    table = SYSTEM
    aggregate_type = "department_system"
    missing = DepartmentSystemUnknown
    refusals = {"department_has_one_system": DepartmentHasSystem}

    def to_row(self, aggregate: RegisteredSystem) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in own_columns(SYSTEM)}

    def from_row(self, row: RowMapping) -> RegisteredSystem:
        return RegisteredSystem(**row)

    def open_of(self, departments: Collection[tuple[TenantId, Id]]) -> dict[tuple[TenantId, Id], RegisteredSystem]:
        """The open systems of these departments, not locked."""
        if not departments:
            return {}
        ids = [department for _, department in departments]
        found = self.where(SYSTEM.c.state == "open", _one_of(SYSTEM.c.department_id, ids), lock=False)
        wanted = set(departments)
        return {key: each for each in found if (key := (each.tenant, each.department_id)) in wanted}

    def look_at(self, ids: Collection[Id]) -> dict[Id, RegisteredSystem]:
        """These, not locked."""
        return {each.id: each for each in self.where(_one_of(SYSTEM.c.id, ids), lock=False)} if ids else {}


class SystemSecrets:
    """What each system and we sign with: sealed, and gone when the system is closed."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def put(self, system: RegisteredSystem, secret: str, cipher: Cipher) -> None:
        sealed = cipher.seal(secret, purpose=SECRET, tenant=system.tenant)
        self._uow.execute(
            f"INSERT INTO {SECRET} (tenant, system_id, sealed) VALUES (:tenant, :id, :sealed)",
            {"tenant": system.tenant, "id": system.id, "sealed": sealed},
        )

    def forget(self, system: RegisteredSystem) -> None:
        self._uow.execute(
            f"DELETE FROM {SECRET} WHERE tenant = :tenant AND system_id = :id",
            {"tenant": system.tenant, "id": system.id},
        )

    def sealed(self, ids: Collection[Id]) -> dict[Id, str]:
        """By system."""
        rows = self._uow.execute(
            f"SELECT system_id, sealed FROM {SECRET} WHERE tenant = ANY (CAST(:tenants AS text[]))"
            " AND system_id = ANY (CAST(:ids AS text[]))",
            {"tenants": list(self._uow.tenants), "ids": sorted(set(ids))},
        )
        return {row.system_id: row.sealed for row in rows}


class Dispatches(AggregateStore[Dispatch]):
    """Dispatches of the acting tenant, one per task."""

    table = DISPATCH
    aggregate_type = "dispatch"

    def to_row(self, aggregate: Dispatch) -> dict[str, Any]:
        row = {name: getattr(aggregate, name) for name in own_columns(DISPATCH)}
        said = aggregate.said.model_dump(mode="json") if aggregate.said is not None else None
        return row | {"question": aggregate.question.model_dump(mode="json"), "said": said}

    def from_row(self, row: RowMapping) -> Dispatch:
        return dispatch_of(row)

    def look_at(self, ids: Collection[Id]) -> dict[Id, Dispatch]:
        """These as they are now, not locked: what is read before a system is called."""
        return {each.id: each for each in self.where(_one_of(DISPATCH.c.id, ids), lock=False)} if ids else {}
