"""The tables of enterprises, and how rows become aggregates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import AggregateStore, aggregate_columns
from contracts.rule import Fact
from services.catalog.enterprises.domain import (
    Enterprise,
    EnterpriseRegisteredAlready,
    EnterpriseUnknown,
)
from services.catalog.enterprises.payee_account import PayeeAccount, PayeeAccountUnknown

METADATA = MetaData()


ENTERPRISE = Table(
    "enterprise",
    METADATA,
    *aggregate_columns(),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("industry", Text),
    Column("contact_sealed", Text, nullable=False),
    Column("contact_masked", Text, nullable=False),
    Column("recorded", JSONB, nullable=False),
)

FACT_COLUMNS = ("name", "kind", "value", "unit", "period", "source", "as_of", "valid_until")

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
    Column("as_of", Date, nullable=False),
    Column("valid_until", Date),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

PAYEE_ACCOUNT = Table(
    "payee_account",
    METADATA,
    *aggregate_columns(),
    Column("enterprise_id", Text, nullable=False),
    Column("account_name", Text, nullable=False),
    Column("account_sealed", Text, nullable=False),
    Column("account_masked", Text, nullable=False),
    Column("bank_name", Text, nullable=False),
    Column("account_version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("registered_by", Text, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("confirmed_by", Text),
    Column("confirmed_at", DateTime(timezone=True)),
)


class Enterprises(AggregateStore[Enterprise]):
    """Enterprises' files. Facts go into a table of their own, which is only ever added to.

    Each version's row also keeps the facts that it added, so that the audit fact of that version seals them.
    """

    table = ENTERPRISE
    aggregate_type = "enterprise"
    missing = EnterpriseUnknown
    refusals = {"enterprise_uscc_once": EnterpriseRegisteredAlready}

    def to_row(self, aggregate: Enterprise) -> dict[str, Any]:
        return {
            "uscc": aggregate.uscc,
            "name": aggregate.name,
            "industry": aggregate.industry,
            "contact_sealed": aggregate.contact_sealed,
            "contact_masked": aggregate.contact_masked,
            "recorded": [fact.model_dump(mode="json") for fact in aggregate.recorded],
        }

    def from_row(self, row: RowMapping) -> Enterprise:
        # What an earlier version added is in the fact table; a loaded file has added nothing yet.
        return Enterprise(
            **self.frame_fields(row),
            uscc=row["uscc"],
            name=row["name"],
            industry=row["industry"],
            contact_sealed=row["contact_sealed"],
            contact_masked=row["contact_masked"],
        )

    def save_many(self, aggregates: Iterable[Enterprise]) -> None:
        saved = list(aggregates)
        super().save_many(saved)
        rows = [row for enterprise in saved for row in self._fact_rows(enterprise)]
        if rows:
            self._uow.execute(insert(ENTERPRISE_FACT), rows)

    def current_facts(self, enterprise_id: str) -> list[Fact]:
        """The newest fact of each name and period, by name and period."""
        rows = self._uow.execute(
            "SELECT name, kind, value, unit, period, source, as_of, valid_until FROM enterprise_fact_current"
            " WHERE tenant = :tenant AND enterprise_id = :id ORDER BY name, period NULLS FIRST",
            {"tenant": self._uow.tenant, "id": enterprise_id},
        )
        return [Fact.model_validate(dict(row)) for row in rows.mappings()]

    def _fact_rows(self, enterprise: Enterprise) -> list[dict[str, Any]]:
        return [
            {
                "tenant": enterprise.tenant,
                "enterprise_id": enterprise.id,
                "version": enterprise.version,
                "ordinal": ordinal,
                **{column: getattr(fact, column) for column in FACT_COLUMNS},
                "kind": fact.kind.value,
                "recorded_by": self._uow.actor.id,
                "recorded_at": self._uow.now,
            }
            for ordinal, fact in enumerate(enterprise.recorded)
        ]


class PayeeAccounts(AggregateStore[PayeeAccount]):
    """The accounts that firms have named, every registration a row of its own."""

    table = PAYEE_ACCOUNT
    aggregate_type = "payee_account"
    missing = PayeeAccountUnknown

    def account_versions(self, enterprise_id: str) -> tuple[int, int]:
        """(highest account version of the firm, highest confirmed one), 0 for none.

        The caller holds the enterprise's row: that lock is what makes the next number the next number.
        """
        columns = self.table.c
        confirmed = func.max(columns.account_version).filter(columns.state == "confirmed")
        row = self._uow.execute(
            select(func.max(columns.account_version), confirmed).where(
                columns.tenant == self._uow.tenant, columns.enterprise_id == enterprise_id
            )
        ).one()
        newest, paid = tuple(row)
        return newest or 0, paid or 0

    def to_row(self, aggregate: PayeeAccount) -> dict[str, Any]:
        return {
            "enterprise_id": aggregate.enterprise_id,
            "account_name": aggregate.account_name,
            "account_sealed": aggregate.account_sealed,
            "account_masked": aggregate.account_masked,
            "bank_name": aggregate.bank_name,
            "account_version": aggregate.account_version,
            "state": aggregate.state,
            "registered_by": aggregate.registered_by,
            "registered_at": aggregate.registered_at,
            "confirmed_by": aggregate.confirmed_by,
            "confirmed_at": aggregate.confirmed_at,
        }

    def from_row(self, row: RowMapping) -> PayeeAccount:
        return PayeeAccount(**dict(row))
