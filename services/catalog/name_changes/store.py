"""The table of changes of names, and how rows become aggregates."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Column, Date, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns, own_row, proposal_columns
from services.catalog.name_changes.domain import NameChange, NameChangeProposedAlready, NameChangeUnknown

METADATA = MetaData()

ENTERPRISE_NAME_CHANGE = Table(
    "enterprise_name_change",
    METADATA,
    *aggregate_columns(),
    Column("enterprise_id", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("former_name", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("notice", Text, nullable=False),
    Column("notice_on", Date, nullable=False),
    Column("sha256", Text),
    *proposal_columns(),
)

CONFIRMED = (
    "SELECT former_name, effective_on FROM enterprise_name_change"
    " WHERE tenant = :tenant AND enterprise_id = :id AND state = 'confirmed' ORDER BY decided_at DESC"
)


class NameChanges(AggregateStore[NameChange]):
    """Changes of names of this place, and what became of them."""

    table = ENTERPRISE_NAME_CHANGE
    aggregate_type = "enterprise_name_change"
    missing = NameChangeUnknown
    refusals = {"enterprise_name_change_open_once": NameChangeProposedAlready}

    def former_names(self, enterprise_id: str) -> list[str]:
        """What the enterprise was called before, the newest first."""
        return [name for name, _ in self._confirmed(enterprise_id)]

    def latest(self, enterprise_id: str) -> date | None:
        """From which day the enterprise has had its present name, if it ever had another."""
        return next((day for _, day in self._confirmed(enterprise_id)), None)

    def _confirmed(self, enterprise_id: str) -> list[tuple[str, date]]:
        found = self._uow.execute(CONFIRMED, {"tenant": self._uow.tenant, "id": enterprise_id})
        return [(row.former_name, row.effective_on) for row in found]

    def to_row(self, aggregate: NameChange) -> dict[str, Any]:
        return own_row(self.table, aggregate)

    def from_row(self, row: RowMapping) -> NameChange:
        return NameChange(**dict(row))
