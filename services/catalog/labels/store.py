"""Where label definitions are kept, and which of them hold for a place."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Column, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.read.reader import Reader
from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.labels import LabelRule
from services.catalog.labels.domain import LabelDefinedMeanwhile, LabelDefinition

METADATA = MetaData()

LABEL_RULE = Table(
    "label_rule",
    METADATA,
    *aggregate_columns(),
    Column("code", Text, nullable=False),
    Column("label_version", Integer, nullable=False),
    Column("department", Text),
    Column("content", JSONB, nullable=False),
    Column("defined_at", DateTime(timezone=True), nullable=False),
)

HOLDING = (
    "WITH RECURSIVE lineage AS (SELECT id, parent_id, 0 AS depth FROM tenant WHERE id = :tenant"
    " UNION ALL SELECT t.id, t.parent_id, l.depth + 1 FROM tenant t JOIN lineage l ON t.id = l.parent_id"
    " WHERE l.depth < 8)"
    " SELECT DISTINCT ON (r.code) r.* FROM label_rule r JOIN lineage l ON l.id = r.tenant ORDER BY r.code, l.depth"
)
"""The definitions of this place and of the levels above it; of one code the nearest."""


class LabelRules(AggregateStore[LabelDefinition]):
    """Definitions of labels. The table is public (no row security), so writing names the tenant itself."""

    table = LABEL_RULE
    public = True
    aggregate_type = "label_rule"
    refusals = {"label_rule_code_once": LabelDefinedMeanwhile}

    def by_code(self, code: str) -> LabelDefinition | None:
        """The unit of work's own tenant's label with this code, locked."""
        found = self.where(self.table.c.tenant == self._uow.tenant, self.table.c.code == code)
        return found[0] if found else None

    def to_row(self, aggregate: LabelDefinition) -> dict[str, Any]:
        return {
            "code": aggregate.code,
            "label_version": aggregate.label_version,
            "department": aggregate.department,
            "content": aggregate.content.model_dump(mode="json"),
            "defined_at": aggregate.defined_at,
        }

    def from_row(self, row: RowMapping) -> LabelDefinition:
        return _definition(row)


def holding(reader: Reader | UnitOfWork) -> list[LabelDefinition]:
    """The definitions of the reader's place and of the levels above; of one code the nearest."""
    return [_definition(row) for row in reader.execute(HOLDING, {"tenant": reader.tenant}).mappings()]


def _definition(row: RowMapping) -> LabelDefinition:
    return LabelDefinition(
        **AggregateStore.frame_fields(row),
        code=row["code"],
        label_version=row["label_version"],
        department=row["department"],
        content=_read(orjson.dumps(row["content"])),
        defined_at=row["defined_at"],
    )


@lru_cache(maxsize=256)
def _read(text: bytes) -> LabelRule:
    # Reading and checking a definition is dear, and the same few are read with every dossier.
    return LabelRule.model_validate_json(text)
