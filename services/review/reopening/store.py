"""The rows of proposals to look again, and of decisions that were undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Column, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns, own_row, proposal_columns
from chassis.write.uow import UnitOfWork
from services.review.reopening.domain import Reopening, ReopeningAskedAlready, ReopeningNotFound

METADATA = MetaData()

REOPENING = Table(
    "review_reopening",
    METADATA,
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("steps", JSONB, nullable=False),
    *proposal_columns(),
)

KEEP_UNDONE = """
INSERT INTO undone_decision (tenant, case_id, version, state, decided_by, decided_at, note, undone_by, undone_at, reason)
SELECT tenant, case_id, version, state, decided_by, decided_at, note, undone_by, undone_at, reason
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, case_id text, version integer, state text,
    decided_by text, decided_at timestamptz, note text, undone_by text, undone_at timestamptz, reason text)
"""


class ReopeningProposals(AggregateStore[Reopening]):
    """Proposals to look again at cases of the tenant."""

    table = REOPENING
    aggregate_type = "reopening"
    missing = ReopeningNotFound
    refusals = {"reopening_asked_once": ReopeningAskedAlready}

    def to_row(self, aggregate: Reopening) -> dict[str, Any]:
        return own_row(self.table, aggregate) | {"steps": list(aggregate.steps)}

    def from_row(self, row: RowMapping) -> Reopening:
        return reopening_of(row)


def reopening_of(row: RowMapping) -> Reopening:
    """A row as an aggregate."""
    return Reopening(**{**row, "steps": tuple(row["steps"])})


@dataclass(frozen=True, slots=True)
class UndoneDecision:
    """A decision that was none in the end, of the case as `version` had it."""

    tenant: str
    case_id: str
    version: int
    state: str
    decided_by: str
    decided_at: datetime
    note: str
    undone_by: str
    undone_at: datetime
    reason: str


class UndoneDecisions:
    """What was undone, by whom and why: the service may add to it and change nothing."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, undone: Sequence[UndoneDecision]) -> None:
        rows = orjson.dumps([asdict(each) for each in undone]).decode()
        self._uow.execute(KEEP_UNDONE, {"rows": rows})
