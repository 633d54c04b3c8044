"""Findings as rows, what is looked over when a merge is heard, and what people see and say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, DateTime, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.award_findings import FoundAward
from contracts.intake import Claim
from services.review.register.finding import AwardFinding, AwardFindingUnknown

METADATA = MetaData()
AWARDS = TypeAdapter(tuple[FoundAward, ...])

AWARD_FINDING = Table(
    "award_finding",
    METADATA,
    *aggregate_columns(),
    Column("item_id", Text, nullable=False),
    Column("item_title", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("period", Text, nullable=False),
    Column("awards", JSONB, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("closed_by", Text),
    Column("closed_at", DateTime(timezone=True)),
    Column("conclusion", Text, nullable=False),
)
FRAME = frozenset(column.name for column in aggregate_columns())
OWN = tuple(str(column.name) for column in AWARD_FINDING.columns if column.name not in FRAME)

# Of an item the awards are all of its tenant, whoever filed where. What a claim comes to counts, with its later instalments
# and what is still ahead of them; its period is that of the first.
OF_CODES = """
WITH granted AS (
    SELECT a.tenant, a.item_id, a.uscc, (array_agg(a.case_id ORDER BY a.instalment, a.revision))[1] AS case_id,
        (array_agg(a.period ORDER BY a.instalment, a.revision))[1] AS period,
        CAST(sum(a.fen) AS bigint) AS amount_fen, min(a.recorded_at) AS reserved_at
    FROM award_part a
    WHERE a.uscc = ANY (CAST(:codes AS text[])) AND a.source = 'review' AND a.state = 'reserved' AND a.what <> 'record'
    GROUP BY a.tenant, a.item_id, a.claim, a.uscc)
SELECT g.tenant, g.item_id, g.period, g.case_id, g.uscc, g.amount_fen, g.reserved_at, c.claim
FROM granted g JOIN review_case c ON (c.tenant, c.id) = (g.tenant, g.case_id)
"""


def finding_of(row: RowMapping) -> AwardFinding:
    """The finding that a row of `award_finding` stands for."""
    return AwardFinding(**dict(row) | {"awards": AWARDS.validate_python(row["awards"])})


class AwardFindings(AggregateStore[AwardFinding]):
    """Findings of the item's tenant."""

    table = AWARD_FINDING
    aggregate_type = "award_finding"
    missing = AwardFindingUnknown

    def to_row(self, aggregate: AwardFinding) -> dict[str, Any]:
        row = {name: getattr(aggregate, name) for name in OWN}
        return row | {"awards": AWARDS.dump_python(aggregate.awards, mode="json")}

    def from_row(self, row: RowMapping) -> AwardFinding:
        return finding_of(row)

    def granted_twice(self, codes: Sequence[str]) -> list[AwardFinding]:
        """One finding for each item and period that these codes, which are one person's, were granted more than once."""
        places: dict[tuple[str, str], list[Any]] = {}
        for row in self._uow.execute(OF_CODES, {"codes": sorted(set(codes))}):
            places.setdefault((row.item_id, row.period), []).append(row)
        return [
            AwardFinding.open(
                rows[0].tenant, Claim.model_validate(rows[0].claim), period, map(_award, rows), self._uow.now
            )
            for (_, period), rows in sorted(places.items())
            if len(rows) > 1
        ]


def _award(row: Any) -> FoundAward:
    claim = Claim.model_validate(row.claim)
    return FoundAward(
        case_id=row.case_id,
        receipt=claim.receipt,
        uscc=row.uscc,
        enterprise_name=claim.enterprise_name,
        filed_in=claim.filed_in,
        amount_fen=row.amount_fen,
        granted_at=row.reserved_at,
    )
