"""The records of enterprises' facts: only ever added to, and so are their withdrawals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from orjson import Fragment, dumps
from sqlalchemy import Column, Date, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from contracts.fact_records import FactRecord
from contracts.rule import Fact
from services.catalog.enterprises.counting import ToldFact
from services.catalog.enterprises.domain import Enterprise

METADATA = MetaData()

TOLD_COLUMNS = ("source", "source_kind", "as_of", "valid_until")
_SAID_BY = attrgetter(*TOLD_COLUMNS)
FACT_COLUMNS = ("name", "kind", "value", "unit", "period", *TOLD_COLUMNS)

ENTERPRISE_TELLING = Table(
    "enterprise_telling",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("enterprise_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("source_kind", Text),
    Column("as_of", Date, nullable=False),
    Column("valid_until", Date),
    Column("facts", JSONB, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_for", Text),
    Column("moved_from", Text),
    Column("teller", Text),
)
"""What was said of a dossier at once: by one source, on one day. `facts` is a list of [name, kind, value, unit, period];
the first one's place in its version is `first`. `teller` is whose word it is, where that is not who recorded it: '' is a
signed feed's, another id that of who said it of a dossier which was merged. The view `enterprise_fact` shows them one by one."""

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

HISTORY = (
    "SELECT f.version, f.ordinal, f.name, f.kind, f.value, f.unit, f.period, f.source, f.source_kind, f.as_of,"
    " f.valid_until, f.recorded_by, f.recorded_for, f.recorded_at, f.moved_from, f.teller,"
    " w.withdrawn_by, w.withdrawn_at, w.reason AS withdrawn_why, CASE WHEN w.version IS NOT NULL THEN 'withdrawn'"
    " WHEN row_number() OVER (PARTITION BY f.name, f.period ORDER BY (w.version IS NOT NULL), f.as_of DESC,"
    " f.version DESC, f.ordinal DESC) = 1 THEN 'counts' ELSE 'superseded' END AS standing"
    " FROM enterprise_fact f LEFT JOIN enterprise_fact_withdrawal w"
    " ON (w.tenant, w.enterprise_id, w.version, w.ordinal) = (f.tenant, f.enterprise_id, f.version, f.ordinal)"
    " WHERE f.tenant = :tenant AND f.enterprise_id = :id"
)
"""Every record of one dossier with what became of it."""


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


def told_of(row: RowMapping) -> ToldFact:
    """The same with whose word it is."""
    fact = Fact.model_validate({name: row[name] for name in FACT_COLUMNS})
    record_id = f"{row['version']}-{row['ordinal']}"
    return ToldFact(fact, row["teller"], record_id, row["withdrawn_by"])


def tellings(recorded: Sequence[ToldFact], by: str) -> list[dict[str, Any]]:
    """Facts of one version, those that follow each other with the same source, dates and teller together; `by` records.

    What they say is written out: once, for the table and for the audit fact.
    """
    told = []
    first = 0
    for (said_by, teller), group in groupby(recorded, lambda each: (_SAID_BY(each.fact), each.teller)):
        facts = [each.fact for each in group]
        said = [(fact.name, fact.kind, fact.value, fact.unit, fact.period) for fact in facts]
        row = {**dict(zip(TOLD_COLUMNS, said_by, strict=True)), "first": first, "facts": Fragment(dumps(said))}
        told.append(row | {"teller": None if teller == by else teller})
        first += len(said)
    return told


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
