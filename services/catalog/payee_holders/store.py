"""The tables of holders, of who has named them, and of their accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, DateTime, MetaData, RowMapping, Table, Text, func, select

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.payee_holder_accounts import HolderStanding
from services.catalog.payee_accounts.store import ACCOUNT_FIELDS, account_columns
from services.catalog.payee_holders.domain import (
    HolderAccount,
    HolderAccountUnknown,
    HolderNamedAtOnce,
    PayeeHolderUnknown,
    RegisteredHolder,
    standing_of,
)
from services.catalog.payee_holders.identity import HolderIdentity

METADATA = MetaData()

PAYEE_HOLDER = Table(
    "payee_holder",
    METADATA,
    *aggregate_columns(),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("known_by", Text, nullable=False),
    Column("code_masked", Text, nullable=False),
    Column("identity_sealed", Text),
    Column("registered_by", Text, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
)

HOLDER_FIELDS = ("kind", "name", "known_by", "code_masked", "identity_sealed", "registered_by", "registered_at")

PAYEE_HOLDER_NAMING = Table(
    "payee_holder_naming",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("holder_id", Text, primary_key=True),
    Column("enterprise_id", Text, primary_key=True),
    Column("named_by", Text, nullable=False),
    Column("named_at", DateTime(timezone=True), nullable=False),
)

HOLDER_ACCOUNT = Table(
    "holder_account",
    METADATA,
    *aggregate_columns(),
    Column("holder_id", Text, nullable=False),
    Column("named_by", Text),
    *account_columns(),
)

OWN_DOSSIERS = (
    "WITH RECURSIVE own(id) AS (SELECT CAST(:enterprise AS text) UNION"
    " SELECT e.id FROM enterprise e JOIN own ON e.merged_into = own.id WHERE e.tenant = :tenant)"
)
"""The enterprise and every dossier that was merged into it: what they have named is its own."""

STANDING = (
    "SELECT coalesce(bool_or(state = 'confirmed'), false) AS confirmed,"
    " coalesce(bool_or(state = 'registered' AND withdrawn_by IS NULL AND account_version > paid.newest), false) AS account_waits"
    " FROM holder_account, (SELECT coalesce(max(account_version) FILTER (WHERE state = 'confirmed'), 0) AS newest"
    " FROM holder_account WHERE tenant = :tenant AND holder_id = :holder) AS paid"
    " WHERE tenant = :tenant AND holder_id = :holder"
)

OF_OWN_DOSSIERS = f"{OWN_DOSSIERS} SELECT 1 FROM own WHERE id = :dossier"
NAMED = (
    f"{OWN_DOSSIERS} SELECT 1 FROM payee_holder_naming n JOIN own ON own.id = n.enterprise_id"
    " WHERE n.tenant = :tenant AND n.holder_id = :holder"
)


class PayeeHolders(AggregateStore[RegisteredHolder]):
    """The holders of a place, each once."""

    table = PAYEE_HOLDER
    aggregate_type = "payee_holder"
    missing = PayeeHolderUnknown
    refusals = {"payee_holder_once": HolderNamedAtOnce}

    def known_by(self, identity: HolderIdentity) -> RegisteredHolder | None:
        """The holder with this code or id, if somebody has named it already."""
        found = self.where(self.table.c.known_by.in_([identity.known_by, *identity.also_known_by]))
        return found[0] if found else None

    def is_named_for(self, holder_id: str, enterprise_id: str) -> bool:
        """Whether the holder was named for this enterprise, or for a dossier that was merged into it."""
        asked = {"tenant": self._uow.tenant, "holder": holder_id, "enterprise": enterprise_id}
        return self._uow.execute(NAMED, asked).first() is not None

    def standing(self, holder_id: str) -> tuple[HolderStanding, bool]:
        """Whether money can reach the holder, and whether an account of it waits for the second person."""
        row = self._uow.execute(STANDING, {"tenant": self._uow.tenant, "holder": holder_id}).one()
        return standing_of(row.confirmed, row.account_waits), row.account_waits

    def save_many(self, aggregates: Iterable[RegisteredHolder]) -> None:
        saved = list(aggregates)
        super().save_many(saved)
        self.add_rows(
            PAYEE_HOLDER_NAMING,
            [
                {
                    "tenant": holder.tenant,
                    "holder_id": holder.id,
                    "enterprise_id": enterprise,
                    "named_by": self._uow.actor.id,
                    "named_at": self._uow.now,
                }
                for holder in saved
                for enterprise in holder.named_for
            ],
        )

    def sealed_besides(self, aggregate: RegisteredHolder) -> dict[str, Any]:
        return {"named_for": list(aggregate.named_for), "corrected_why": aggregate.corrected_why}

    def to_row(self, aggregate: RegisteredHolder) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in HOLDER_FIELDS}

    def from_row(self, row: RowMapping) -> RegisteredHolder:
        return RegisteredHolder(**dict(row))


class HolderAccounts(AggregateStore[HolderAccount]):
    """The accounts of holders, every registration a row of its own."""

    table = HOLDER_ACCOUNT
    aggregate_type = "holder_account"
    missing = HolderAccountUnknown

    def account_versions(self, holder_id: str) -> tuple[int, int]:
        """(highest account version of the holder, highest confirmed one), 0 for none.

        The caller holds the holder's row: that lock is what makes the next number the next number.
        """
        columns = self.table.c
        confirmed = func.max(columns.account_version).filter(columns.state == "confirmed")
        row = self._uow.execute(
            select(func.max(columns.account_version), confirmed).where(
                columns.tenant == self._uow.tenant, columns.holder_id == holder_id
            )
        ).one()
        newest, paid = tuple(row)
        return newest or 0, paid or 0

    def is_of(self, account: HolderAccount, enterprise_id: str) -> bool:
        """Whether this enterprise has named the account, itself or under a dossier that was merged into its own."""
        asked = {"tenant": self._uow.tenant, "dossier": account.named_by, "enterprise": enterprise_id}
        return self._uow.execute(OF_OWN_DOSSIERS, asked).first() is not None

    def to_row(self, aggregate: HolderAccount) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in ("holder_id", "named_by", *ACCOUNT_FIELDS)}

    def from_row(self, row: RowMapping) -> HolderAccount:
        return HolderAccount(**dict(row))
