"""The tables of the registers."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Date, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.departments import DatedName, PlanTermMeaning, WindowChange
from contracts.fact_sources import SpokenFor
from gateway.identity.departments.domain import (
    Department,
    DepartmentNameTaken,
    DepartmentUnknown,
    Duty,
    DutyNameTaken,
    DutyUnknown,
    MappedTerm,
    ServiceWindow,
    WindowNameTaken,
    WindowUnknown,
)

metadata = MetaData()

DEPARTMENT = Table(
    "department",
    metadata,
    *aggregate_columns(),
    Column("name", Text, nullable=False),
    Column("names", JSONB, nullable=False),
    Column("functions", ARRAY(Text), nullable=False),
    Column("sources", ARRAY(Text)),
    Column("telephone", Text),
    Column("address", Text),
    Column("closed_on", Date),
)

DUTY = Table(
    "duty",
    metadata,
    *aggregate_columns(),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("names", JSONB, nullable=False),
    Column("retired_on", Date),
)

WINDOW = Table(
    "service_window",
    metadata,
    *aggregate_columns(),
    Column("name", Text, nullable=False),
    Column("department_id", Text, nullable=False),
    Column("said", JSONB, nullable=False),
    Column("closed_on", Date),
)

PLAN_TERM = Table(
    "plan_term",
    metadata,
    *aggregate_columns(),
    Column("use", Text, nullable=False),
    Column("term", Text, nullable=False),
    Column("meaning", JSONB),
)

NAMES: TypeAdapter[tuple[DatedName, ...]] = TypeAdapter(tuple[DatedName, ...])
SOURCES: TypeAdapter[frozenset[SpokenFor] | None] = TypeAdapter(frozenset[SpokenFor] | None)
MEANING: TypeAdapter[PlanTermMeaning] = TypeAdapter(PlanTermMeaning)


class Departments(AggregateStore[Department]):
    table = DEPARTMENT
    aggregate_type = "department"
    missing = DepartmentUnknown
    refusals = {"department_name_once": DepartmentNameTaken}
    renames = True

    def to_row(self, aggregate: Department) -> dict[str, Any]:
        return {
            "name": aggregate.name,
            "names": NAMES.dump_python(aggregate.names, mode="json"),
            "functions": sorted(aggregate.functions),
            "sources": None if aggregate.sources is None else sorted(aggregate.sources),
            "telephone": aggregate.telephone,
            "address": aggregate.address,
            "closed_on": aggregate.closed_on,
        }

    def from_row(self, row: RowMapping) -> Department:
        return department_of(row)


class Duties(AggregateStore[Duty]):
    table = DUTY
    aggregate_type = "duty"
    missing = DutyUnknown
    refusals = {"duty_name_once": DutyNameTaken}
    renames = True

    def to_row(self, aggregate: Duty) -> dict[str, Any]:
        return {
            "kind": aggregate.kind,
            "name": aggregate.name,
            "names": NAMES.dump_python(aggregate.names, mode="json"),
            "retired_on": aggregate.retired_on,
        }

    def from_row(self, row: RowMapping) -> Duty:
        return duty_of(row)


class Windows(AggregateStore[ServiceWindow]):
    table = WINDOW
    aggregate_type = "service_window"
    missing = WindowUnknown
    refusals = {"service_window_name_once": WindowNameTaken}
    renames = True

    def to_row(self, aggregate: ServiceWindow) -> dict[str, Any]:
        return {
            "name": aggregate.said.name,
            "department_id": aggregate.said.department_id,
            "said": aggregate.said.model_dump(mode="json"),
            "closed_on": aggregate.closed_on,
        }

    def from_row(self, row: RowMapping) -> ServiceWindow:
        return window_of(row)


class PlanTerms(AggregateStore[MappedTerm]):
    table = PLAN_TERM
    aggregate_type = "plan_term"

    def to_row(self, aggregate: MappedTerm) -> dict[str, Any]:
        meaning = aggregate.meaning
        return {
            "use": aggregate.use,
            "term": aggregate.term,
            "meaning": None if meaning is None else meaning.model_dump(mode="json"),
        }

    def from_row(self, row: RowMapping) -> MappedTerm:
        return plan_term_of(row)


def department_of(row: RowMapping) -> Department:
    return Department(
        **AggregateStore.frame_fields(row),
        names=NAMES.validate_python(row["names"]),
        functions=frozenset(row["functions"]),
        sources=SOURCES.validate_python(row["sources"]),
        telephone=row["telephone"],
        address=row["address"],
        closed_on=row["closed_on"],
    )


def duty_of(row: RowMapping) -> Duty:
    return Duty(
        **AggregateStore.frame_fields(row),
        kind=row["kind"],
        names=NAMES.validate_python(row["names"]),
        retired_on=row["retired_on"],
    )


def window_of(row: RowMapping) -> ServiceWindow:
    return ServiceWindow(
        **AggregateStore.frame_fields(row), said=WindowChange.model_validate(row["said"]), closed_on=row["closed_on"]
    )


def plan_term_of(row: RowMapping) -> MappedTerm:
    return MappedTerm(
        **AggregateStore.frame_fields(row),
        use=row["use"],
        term=row["term"],
        meaning=None if row["meaning"] is None else MEANING.validate_python(row["meaning"]),
    )
