"""The tables of enterprises, and how rows become aggregates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    MetaData,
    RowMapping,
    Table,
    Text,
    insert,
)

from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.fact_records import FactRecord
from contracts.names import looks
from contracts.rule import Fact
from services.catalog.enterprises.counting import ToldFact
from services.catalog.enterprises.domain import (
    Enterprise,
    EnterpriseRegisteredAlready,
    EnterpriseUnknown,
)
from services.catalog.enterprises.fact_records import (
    ENTERPRISE_FACT_WITHDRAWAL,
    ENTERPRISE_TELLING,
    FACT_COLUMNS,
    HISTORY,
    fact_record,
    tellings,
    told_of,
    withdrawal_rows,
)

METADATA = MetaData()


ENTERPRISE = Table(
    "enterprise",
    METADATA,
    *aggregate_columns(),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_looks", Text),
    Column("industry", Text),
    Column("contact_name", Text),
    Column("contact_sealed", Text, nullable=False),
    Column("contact_masked", Text, nullable=False),
    Column("contact_changed_at", DateTime(timezone=True)),
    Column("merged_into", Text),
    Column("merged_at", DateTime(timezone=True)),
)


IDS_OF_CREDIT_CODES = (
    "SELECT e.id FROM unnest(CAST(:codes AS text[])) AS code CROSS JOIN LATERAL (SELECT id FROM enterprise"
    " WHERE tenant = :tenant AND uscc BETWEEN code AND code ORDER BY uscc LIMIT 1) AS e"
)
"""Code by code from their index: asked for together they might as well be most of the table, as far as a planner knows
that has no statistics, and each chunk of an import read the whole city (docs/performance.md). The first code from this one to
this one: with `=`, any index that begins with the tenant seems as good; in this order only the right one has them."""


class Enterprises(AggregateStore[Enterprise]):
    """Enterprises' dossiers. Facts go into a table of their own, which is only ever added to; the audit fact of each
    version seals what it added and took back.
    """

    table = ENTERPRISE
    aggregate_type = "enterprise"
    missing = EnterpriseUnknown
    refusals = {"enterprise_uscc_once": EnterpriseRegisteredAlready}

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow)
        self._tellings: dict[str, list[dict[str, Any]]] = {}
        """What the dossiers that are being saved have recorded, by id."""

    def to_row(self, aggregate: Enterprise) -> dict[str, Any]:
        return {
            "uscc": aggregate.uscc,
            "name": aggregate.name,
            "name_looks": looks(aggregate.name),
            "industry": aggregate.industry,
            "contact_name": aggregate.contact_name,
            "contact_sealed": aggregate.contact_sealed,
            "contact_masked": aggregate.contact_masked,
            "contact_changed_at": aggregate.contact_changed_at,
            "merged_into": aggregate.merged_into,
            "merged_at": aggregate.merged_at,
        }

    def sealed_besides(self, aggregate: Enterprise) -> dict[str, Any]:
        return {
            "recorded": self._tellings[aggregate.id],
            "withdrawn": [record.model_dump(mode="json") for record in aggregate.withdrawn],
        }

    def from_row(self, row: RowMapping) -> Enterprise:
        # What an earlier version added is in the fact table; a loaded dossier has added nothing yet.
        return Enterprise(
            **self.frame_fields(row),
            uscc=row["uscc"],
            name=row["name"],
            industry=row["industry"],
            contact_name=row["contact_name"],
            contact_sealed=row["contact_sealed"],
            contact_masked=row["contact_masked"],
            contact_changed_at=row["contact_changed_at"],
            merged_into=row["merged_into"],
            merged_at=row["merged_at"],
        )

    def save_many(self, aggregates: Iterable[Enterprise]) -> None:
        saved = list(aggregates)
        self._tellings = {each.id: tellings(each.recorded, self._uow.actor.id) for each in saved}
        super().save_many(saved)
        self.add_rows(ENTERPRISE_TELLING, [row for enterprise in saved for row in self._told(enterprise)])
        taken_back = [row for enterprise in saved for row in withdrawal_rows(enterprise)]
        if taken_back:
            self._uow.execute(insert(ENTERPRISE_FACT_WITHDRAWAL), taken_back)

    def _told(self, enterprise: Enterprise) -> Iterator[dict[str, Any]]:
        """What this version adds, as rows."""
        by = self._uow.actor
        for telling in self._tellings[enterprise.id]:
            yield {
                **telling,
                "tenant": enterprise.tenant,
                "enterprise_id": enterprise.id,
                "version": enterprise.version,
                "recorded_by": by.id,
                "recorded_at": self._uow.now,
                "recorded_for": by.department,
                "moved_from": enterprise.moved_from,
            }

    def by_uscc(self, uscc: str) -> Enterprise | None:
        """The unit of work's own tenant's enterprise with this code; of a merged dossier the one that survives it."""
        found = self.where(self.table.c.tenant == self._uow.tenant, self.table.c.uscc == uscc)
        while found and found[0].merged_into is not None:
            found = [self.get(found[0].merged_into)]
        return found[0] if found else None

    def of_credit_codes(self, codes: Collection[str]) -> list[Enterprise]:
        """The dossiers with these credit codes, locked in key order."""
        found = self._uow.execute(IDS_OF_CREDIT_CODES, {"tenant": self._uow.tenant, "codes": sorted(set(codes))})
        return list(self.get_many([id for (id,) in found]).values())

    def current_facts(self, enterprise_id: str) -> list[Fact]:
        """The newest fact of each name and period, by name and period."""
        rows = self._uow.execute(
            f"SELECT {', '.join(FACT_COLUMNS)} FROM enterprise_fact_current"
            " WHERE tenant = :tenant AND enterprise_id = :id ORDER BY name, period NULLS FIRST",
            {"tenant": self._uow.tenant, "id": enterprise_id},
        )
        return [Fact.model_validate(dict(row)) for row in rows.mappings()]

    def fact_history(self, enterprise_id: str, records: Collection[str]) -> list[FactRecord]:
        """All records of the facts that `records` are about, of each fact the newest first."""
        rows = self._uow.execute(
            f"SELECT * FROM ({HISTORY}) AS h WHERE (name, coalesce(period, '')) IN (SELECT name, coalesce(period, '')"
            " FROM enterprise_fact WHERE tenant = :tenant AND enterprise_id = :id"
            " AND version || '-' || ordinal = ANY (:records))"
            " ORDER BY name, period, as_of DESC, version DESC, ordinal DESC",
            {"tenant": self._uow.tenant, "id": enterprise_id, "records": sorted(set(records))},
        )
        return [fact_record(row) for row in rows.mappings()]

    def told(self, enterprise_id: str) -> list[ToldFact]:
        """Every record of the dossier, superseded and withdrawn ones included, in the order of their telling."""
        rows = self._uow.execute(
            f"SELECT * FROM ({HISTORY}) AS h ORDER BY version, ordinal",
            {"tenant": self._uow.tenant, "id": enterprise_id},
        )
        return [told_of(row) for row in rows.mappings()]
