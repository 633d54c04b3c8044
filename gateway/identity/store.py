"""Rows of tenants and credentials."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.identity import TenantSettings
from contracts.rule.shares import Level
from gateway.identity.domain import Credential, ReceiptPrefixTaken, Tenant, TenantExists

metadata = MetaData()

tenants = Table(
    "onboarded_tenant",
    metadata,
    *aggregate_columns(),
    Column("parent_id", Text),
    Column("level", Text, nullable=False),
    Column("division_code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("receipt_prefix", Text, nullable=False),
    Column("settings", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    Column("settings_version", Integer, nullable=False),
)

credentials = Table(
    "credential",
    metadata,
    *aggregate_columns(),
    Column("actor_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("enterprise_id", Text),
    Column("department", Text),
    Column("token_digest", Text, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
)


class TenantStore(AggregateStore[Tenant]):
    table = tenants
    aggregate_type = "tenant"
    refusals = {"onboarded_tenant_pkey": TenantExists, "onboarded_tenant_prefix_once": ReceiptPrefixTaken}

    def to_row(self, aggregate: Tenant) -> dict[str, Any]:
        return {
            "parent_id": aggregate.parent_id,
            "level": aggregate.level.value,
            "division_code": aggregate.division_code,
            "name": aggregate.name,
            "receipt_prefix": aggregate.settings.receipt_prefix,
            "settings": aggregate.settings.model_dump(mode="json"),
            "settings_version": aggregate.settings_version,
        }

    def from_row(self, row: RowMapping) -> Tenant:
        return Tenant(
            **self.frame_fields(row),
            parent_id=row["parent_id"],
            level=Level(row["level"]),
            division_code=row["division_code"],
            name=row["name"],
            settings=TenantSettings.model_validate(row["settings"]),
            settings_version=row["settings_version"],
        )


class CredentialStore(AggregateStore[Credential]):
    table = credentials
    aggregate_type = "credential"

    def to_row(self, aggregate: Credential) -> dict[str, Any]:
        return {
            "actor_id": aggregate.actor_id,
            "name": aggregate.name,
            "roles": list(aggregate.roles),
            "enterprise_id": aggregate.enterprise_id,
            "department": aggregate.department,
            "token_digest": aggregate.token_digest,
            "issued_at": aggregate.issued_at,
        }

    def from_row(self, row: RowMapping) -> Credential:
        return Credential(
            **self.frame_fields(row),
            actor_id=row["actor_id"],
            name=row["name"],
            roles=tuple(row["roles"]),
            enterprise_id=row["enterprise_id"],
            department=row["department"],
            token_digest=row["token_digest"],
            issued_at=row["issued_at"],
        )
