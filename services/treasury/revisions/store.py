"""The newest approvals and recoveries as rows. They are locked after budget lines and disbursements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, RowMapping, Table, Text, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.aggregate import Aggregate
from contracts.intake import Claim
from contracts.review import CaseApproved
from services.treasury.places import Place
from services.treasury.revisions.domain import LatestApproval, Recovery

RECOVERY = Table(
    "recovery",
    MetaData(),
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("claim", JSONB, nullable=False),
    Column("instalment", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("payee_name", Text, nullable=False),
    Column("due_since", DateTime(timezone=True), nullable=False),
)

RECOVERY_FIELDS = tuple(str(column.name) for column in RECOVERY.c if column.name not in {*Aggregate.__slots__, "claim"})

OF_CASES = """
SELECT tenant, case_id, instalment, part, revision, amount_fen, approval FROM latest_approval
WHERE tenant = ANY (CAST(:tenants AS text[])) AND case_id = ANY (CAST(:cases AS text[]))
ORDER BY tenant, case_id, instalment, part FOR UPDATE
"""

KEEP = """
INSERT INTO latest_approval (tenant, case_id, instalment, part, revision, amount_fen, approval, heard_at)
SELECT tenant, case_id, instalment, part, revision, amount_fen, approval, CAST(:now AS timestamptz)
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, case_id text, instalment integer, part integer,
    revision integer, amount_fen bigint, approval jsonb)
ORDER BY tenant, case_id, instalment, part
ON CONFLICT (tenant, case_id, instalment, part) DO UPDATE
SET revision = EXCLUDED.revision, amount_fen = EXCLUDED.amount_fen, approval = EXCLUDED.approval,
    heard_at = EXCLUDED.heard_at
WHERE latest_approval.revision < EXCLUDED.revision
"""


class LatestApprovals:
    """The newest of each place that review has said. What was heard before 0.6 has none: its disbursements say it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def of_cases(self, case_ids: Collection[str]) -> dict[Place, LatestApproval]:
        """Locked, of this unit of work's tenants; refusals stand under the part `WHOLE_CASE`."""
        if not case_ids:
            return {}
        asked = {"tenants": list(self._uow.tenants), "cases": sorted(set(case_ids))}
        found = [
            LatestApproval(
                Place(row.tenant, row.case_id, row.instalment, row.part),
                row.revision,
                row.amount_fen,
                CaseApproved.model_validate(row.approval) if row.approval else None,
            )
            for row in self._uow.execute(OF_CASES, asked)
        ]
        return {each.place: each for each in found}

    def keep(self, heard: Iterable[LatestApproval]) -> None:
        """An older one never replaces a newer one."""
        rows = [
            {
                **each.place._asdict(),
                "revision": each.revision,
                "amount_fen": each.amount_fen,
                "approval": each.approval.model_dump(mode="json", exclude_defaults=True) if each.approval else None,
            }
            for each in heard
        ]
        if rows:
            self._uow.execute(KEEP, {"rows": orjson.dumps(rows).decode(), "now": self._uow.now})


class Recoveries(AggregateStore[Recovery]):
    """What has to come back."""

    table = RECOVERY
    aggregate_type = "recovery"

    def to_row(self, aggregate: Recovery) -> dict[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in RECOVERY_FIELDS},
            "claim": aggregate.claim.model_dump(mode="json"),
        }

    def from_row(self, row: RowMapping) -> Recovery:
        return recovery_of(row)

    def of_cases(self, case_ids: Collection[str]) -> list[Recovery]:
        """All that there have been of these cases, locked."""
        wanted = self.table.c.case_id == any_(literal(sorted(set(case_ids)), ARRAY(Text)))
        return self.where(wanted) if case_ids else []


def recovery_of(row: RowMapping) -> Recovery:
    """The aggregate that a row of `recovery` stands for."""
    return Recovery(
        **AggregateStore.frame_fields(row),
        **{name: row[name] for name in RECOVERY_FIELDS},
        claim=Claim.model_validate(row["claim"]),
    )
