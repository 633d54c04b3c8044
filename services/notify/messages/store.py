"""Notify's tables: messages, and how enterprises are reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Column, DateTime, Integer, MetaData, RowMapping, Table, Text, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.intake import Claim
from contracts.message import TenantId
from services.notify.messages.domain import Message

METADATA = MetaData()

MESSAGE = Table(
    "message",
    METADATA,
    *aggregate_columns(),
    Column("enterprise_id", Text, nullable=False),
    Column("claim", JSONB(none_as_null=True)),
    Column("channel", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("mobile_sealed", Text),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("delivered_at", DateTime(timezone=True)),
)


class Messages(AggregateStore[Message]):
    """Messages, each in its enterprise's own tenant."""

    table = MESSAGE
    aggregate_type = "message"

    def read_many(self, ids: Collection[str]) -> dict[str, Message]:
        """Those that exist, by id, unlocked: to look at and not to change."""
        found = self.where(self.table.c.id == any_(literal(sorted(set(ids)), ARRAY(Text))), lock=False)
        return {message.id: message for message in found}

    def to_row(self, aggregate: Message) -> dict[str, Any]:
        return {
            "enterprise_id": aggregate.enterprise_id,
            "claim": aggregate.claim.model_dump(mode="json") if aggregate.claim is not None else None,
            "channel": aggregate.channel,
            "template": aggregate.template,
            "text": aggregate.text,
            "mobile_sealed": aggregate.mobile_sealed,
            "state": aggregate.state,
            "attempts": aggregate.attempts,
            "reason": aggregate.reason,
            "created_at": aggregate.created_at,
            "delivered_at": aggregate.delivered_at,
        }

    def from_row(self, row: RowMapping) -> Message:
        return Message(
            **self.frame_fields(row),
            enterprise_id=row["enterprise_id"],
            claim=Claim.model_validate(row["claim"]) if row["claim"] is not None else None,
            channel=row["channel"],
            template=row["template"],
            text=row["text"],
            mobile_sealed=row["mobile_sealed"],
            state=row["state"],
            attempts=row["attempts"],
            reason=row["reason"],
            created_at=row["created_at"],
            delivered_at=row["delivered_at"],
        )


class Recipient(NamedTuple):
    """Which enterprise of which tenant."""

    tenant: TenantId
    enterprise_id: str


class Contacts:
    """Enterprises' mobile numbers, as they came: sealed by catalog for purpose `contact`."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, contacts: Iterable[tuple[Recipient, str]]) -> None:
        """Remember each enterprise's sealed number, in one statement; what is known already stays as it is."""
        self._write(contacts, "NOTHING")

    def replace(self, contacts: Iterable[tuple[Recipient, str]]) -> None:
        """Use these sealed numbers from now on."""
        self._write(contacts, "UPDATE SET mobile_sealed = EXCLUDED.mobile_sealed")

    def _write(self, contacts: Iterable[tuple[Recipient, str]], known_already: str) -> None:
        known = dict(contacts)
        self._uow.execute(
            "INSERT INTO contact (tenant, enterprise_id, mobile_sealed) SELECT t, e, m"
            " FROM unnest(CAST(:tenants AS text[]), CAST(:enterprises AS text[]), CAST(:sealed AS text[])) AS c(t, e, m)"
            f" ORDER BY t, e ON CONFLICT (tenant, enterprise_id) DO {known_already}",
            {
                "tenants": [enterprise.tenant for enterprise in known],
                "enterprises": [enterprise.enterprise_id for enterprise in known],
                "sealed": list(known.values()),
            },
        )

    def sealed(self, enterprises: Collection[Recipient]) -> Mapping[Recipient, str]:
        """The sealed numbers of those enterprises whose number has arrived, in one statement."""
        wanted = sorted(set(enterprises))
        rows = self._uow.execute(
            "SELECT c.tenant, c.enterprise_id, c.mobile_sealed FROM contact c"
            " JOIN unnest(CAST(:tenants AS text[]), CAST(:enterprises AS text[])) AS k(t, e)"
            " ON (c.tenant, c.enterprise_id) = (k.t, k.e)",
            {
                "tenants": [enterprise.tenant for enterprise in wanted],
                "enterprises": [enterprise.enterprise_id for enterprise in wanted],
            },
        )
        return {Recipient(row.tenant, row.enterprise_id): row.mobile_sealed for row in rows}
