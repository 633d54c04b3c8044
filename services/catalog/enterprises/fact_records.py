"""The records of enterprises' facts: only ever added to, and so are their withdrawals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Column, Date, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.uow import UnitOfWork
from contracts.fact_records import FactRecord
from contracts.rule import Fact
from services.catalog.enterprises.domain import Enterprise

METADATA = MetaData()

FACT_COLUMNS = ("name", "kind", "value", "unit", "period", "source", "source_kind", "as_of", "valid_until")

ENTERPRISE_FACT = Table(
    "enterprise_fact",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("enterprise_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("unit", Text),
    Column("period", Text),
    Column("source", Text, nullable=False),
    Column("source_kind", Text),
    Column("as_of", Date, nullable=False),
    Column("valid_until", Date),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_for", Text),
    Column("moved_from", Text),
)

ENTERPRISE_FACT_WITHDRAWAL = Table(
    "enterprise_fact_withdrawal",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("enterprise_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("withdrawn_by", Text, nullable=False),
    Column("withdrawn_at", DateTime(timezone=True), nullable=False),
)

ADD_FACTS = (
    f"INSERT INTO enterprise_fact (tenant, enterprise_id, version, ordinal, {', '.join(FACT_COLUMNS)}, recorded_by,"
    " recorded_at, recorded_for, moved_from)"
    f" SELECT file.tenant, file.id, file.version, fact.place - 1, {', '.join(f'fact.{name}' for name in FACT_COLUMNS)},"
    " :by, :at, :department, file.moved_from"
    " FROM json_to_recordset(CAST(:files AS json)) AS file (tenant text, id text, version integer, moved_from text,"
    " recorded text), ROWS FROM (jsonb_to_recordset(CAST(file.recorded AS jsonb)) AS (name text, kind text, value jsonb,"
    " unit text, period text, source text, source_kind text, as_of date, valid_until date)) WITH ORDINALITY"
    f" AS fact ({', '.join(FACT_COLUMNS)}, place)"
)
"""Of each fact only what it says is sent: a row of its own for each took the server three times as long."""

HISTORY = (
    "SELECT f.version, f.ordinal, f.name, f.kind, f.value, f.unit, f.period, f.source, f.source_kind, f.as_of,"
    " f.valid_until, f.recorded_by, f.recorded_for, f.recorded_at, f.moved_from,"
    " w.withdrawn_by, w.withdrawn_at, w.reason AS withdrawn_why, CASE WHEN w.version IS NOT NULL THEN 'withdrawn'"
    " WHEN row_number() OVER (PARTITION BY f.name, f.period ORDER BY (w.version IS NOT NULL), f.as_of DESC,"
    " f.version DESC, f.ordinal DESC) = 1 THEN 'counts' ELSE 'superseded' END AS standing"
    " FROM enterprise_fact f LEFT JOIN enterprise_fact_withdrawal w"
    " ON (w.tenant, w.enterprise_id, w.version, w.ordinal) = (f.tenant, f.enterprise_id, f.version, f.ordinal)"
    " WHERE f.tenant = :tenant AND f.enterprise_id = :id"
)
"""Every record of one file with what became of it."""


def fact_record(row: RowMapping) -> FactRecord:
    """A row of HISTORY as it is told."""
    fact = Fact.model_validate({name: row[name] for name in FACT_COLUMNS})
    told = ("standing", "recorded_by", "recorded_for", "recorded_at", "moved_from", "withdrawn_by", "withdrawn_at")
    return FactRecord(
        record_id=f"{row['version']}-{row['ordinal']}",
        fact=fact,
        withdrawn_why=row["withdrawn_why"],
        **{name: row[name] for name in told},
    )


def add_facts(enterprises: Iterable[Enterprise], uow: UnitOfWork) -> None:
    """Append what these files have recorded, in one statement; their own rows must have been written."""
    files = [
        {
            "tenant": each.tenant,
            "id": each.id,
            "version": each.version,
            "moved_from": each.moved_from,
            "recorded": orjson.dumps([vars(fact) for fact in each.recorded]).decode(),
        }
        for each in enterprises
        if each.recorded
    ]
    if files:
        said = {"by": uow.actor.id, "at": uow.now, "department": uow.actor.department}
        uow.execute(ADD_FACTS, {"files": orjson.dumps(files).decode(), **said})


def withdrawal_rows(enterprise: Enterprise) -> list[dict[str, Any]]:
    """What this version takes back, as rows."""
    return [
        {
            "tenant": enterprise.tenant,
            "enterprise_id": enterprise.id,
            "version": int(record.record_id.partition("-")[0]),
            "ordinal": int(record.record_id.partition("-")[2]),
            "reason": record.withdrawn_why,
            "withdrawn_by": record.withdrawn_by,
            "withdrawn_at": record.withdrawn_at,
        }
        for record in enterprise.withdrawn
    ]
