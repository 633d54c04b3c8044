"""The tables of consents and of looks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, DateTime, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from services.catalog.consents.domain import Consent, ConsentUnknown, Disclosure, LookUnknown

METADATA = MetaData()

CONSENT = Table(
    "consent",
    METADATA,
    *aggregate_columns(),
    Column("enterprise_id", Text, nullable=False),
    Column("grantee", Text, nullable=False),
    Column("grantee_name", Text, nullable=False),
    Column("labels", JSONB, nullable=False),
    Column("purposes", JSONB, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False),
    Column("revoked_by", Text),
    Column("revoked_at", DateTime(timezone=True)),
)

DISCLOSURE = Table(
    "disclosure",
    METADATA,
    *aggregate_columns(),
    Column("enterprise_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("consent_id", Text),
    Column("seen_by", Text, nullable=False),
    Column("seen_by_name", Text, nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("refused", Text),
)


def own_columns(table: Table) -> tuple[str, ...]:
    """The columns that are the aggregate's own fields, by name."""
    frame = {column.name for column in aggregate_columns()}
    return tuple(str(column.name) for column in table.columns if column.name not in frame)


class Consents(AggregateStore[Consent]):
    """What enterprises have allowed."""

    table = CONSENT
    aggregate_type = "consent"
    missing = ConsentUnknown

    def given_to(self, grantee: str, enterprise_id: str) -> list[Consent]:
        """The consents of an enterprise to a bank, locked: none is revoked while somebody looks."""
        columns = self.table.c
        return self.where(
            columns.tenant == self._uow.tenant,
            columns.enterprise_id == enterprise_id,
            columns.grantee == grantee,
        )

    def to_row(self, aggregate: Consent) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in own_columns(CONSENT)}

    def from_row(self, row: RowMapping) -> Consent:
        return consent_of(row)


class Disclosures(AggregateStore[Disclosure]):
    """Every look there ever was, the refused ones too; rows are added and never changed."""

    table = DISCLOSURE
    aggregate_type = "disclosure"
    missing = LookUnknown

    def to_row(self, aggregate: Disclosure) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in own_columns(DISCLOSURE)}

    def from_row(self, row: RowMapping) -> Disclosure:
        return Disclosure(**dict(row))


def consent_of(row: RowMapping) -> Consent:
    return Consent(**{**row, "labels": tuple(row["labels"]), "purposes": tuple(row["purposes"])})
