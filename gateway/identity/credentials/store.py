"""The tables of credentials, and of what finds them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Boolean, Column, DateTime, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.fact_sources import SpokenFor
from gateway.identity.credentials.domain import Credential, CredentialUnknown

metadata = MetaData()
SOURCES: TypeAdapter[tuple[SpokenFor, ...]] = TypeAdapter(tuple[SpokenFor, ...])

CREDENTIAL = Table(
    "credential",
    metadata,
    *aggregate_columns(),
    Column("actor_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("enterprise_id", Text),
    Column("department", Text),
    Column("department_id", Text),
    Column("of_person", Boolean, nullable=False),
    Column("unattended", Boolean, nullable=False),
    Column("sources", ARRAY(Text), nullable=False),
    Column("token_digest", Text, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    Column("former_ends_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)

FIELDS = tuple(
    str(column.name)
    for column in CREDENTIAL.c
    if column.name not in ("tenant", "id", "version", "sequence", "traceparent")
)

ADD_KEY = "INSERT INTO credential_key (token_digest, tenant, credential_id) VALUES (:digest, :tenant, :id)"
END_KEYS = """
UPDATE credential_key SET ends_at = least(ends_at, :at)
WHERE tenant = :tenant AND credential_id = :id AND token_digest <> :but
"""


class CredentialStore(AggregateStore[Credential]):
    table = CREDENTIAL
    aggregate_type = "credential"
    missing = CredentialUnknown

    def to_row(self, aggregate: Credential) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in FIELDS} | {
            "roles": list(aggregate.roles),
            "sources": list(aggregate.sources),
        }

    def from_row(self, row: RowMapping) -> Credential:
        return credential_of(row)

    def add_key(self, credential: Credential) -> None:
        """Let its newest token be found."""
        self._uow.execute(
            ADD_KEY, {"digest": credential.token_digest, "tenant": credential.tenant, "id": credential.id}
        )

    def end_former_keys(self, credential: Credential, at: datetime) -> None:
        """From `at` on no token but the newest is found."""
        self._uow.execute(
            END_KEYS,
            {"at": at, "tenant": credential.tenant, "id": credential.id, "but": credential.token_digest},
        )


def credential_of(row: RowMapping) -> Credential:
    fields = {name: row[name] for name in FIELDS} | {
        "roles": tuple(row["roles"]),
        "sources": SOURCES.validate_python(row["sources"]),
    }
    return Credential(**CredentialStore.frame_fields(row), **fields)
