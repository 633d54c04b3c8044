"""The table of payee accounts, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    func,
    select,
)

from chassis.write.store import AggregateStore, aggregate_columns
from services.catalog.payee_accounts.domain import PayeeAccount, PayeeAccountUnknown

METADATA = MetaData()


def account_columns() -> list[Column[Any]]:
    """The columns that every table of named accounts has, besides those of an aggregate and whose they are."""
    return [
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
        Column("withdrawn_by", Text),
        Column("withdrawn_at", DateTime(timezone=True)),
        Column("withdrawn_why", Text),
    ]


ACCOUNT_FIELDS = tuple(str(column.name) for column in account_columns())

PAYEE_ACCOUNT = Table(
    "payee_account",
    METADATA,
    *aggregate_columns(),
    Column("enterprise_id", Text, nullable=False),
    *account_columns(),
)


class PayeeAccounts(AggregateStore[PayeeAccount]):
    """The accounts that enterprises have named, every registration a row of its own."""

    table = PAYEE_ACCOUNT
    aggregate_type = "payee_account"
    missing = PayeeAccountUnknown

    def account_versions(self, enterprise_id: str) -> tuple[int, int]:
        """(highest account version of the enterprise, highest confirmed one), 0 for none.

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
        return {name: getattr(aggregate, name) for name in ("enterprise_id", *ACCOUNT_FIELDS)}

    def from_row(self, row: RowMapping) -> PayeeAccount:
        return PayeeAccount(**dict(row))
