"""Rows of tenants, and of what each change has left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.tenancy.registry import TenantUnknown
from chassis.write.store import AggregateStore, aggregate_columns
from contracts.identity import DatedDivisionCode, TenantSettings
from contracts.rule.shares import Level
from gateway.identity.tenants.domain import ReceiptPrefixTaken, Tenant, TenantExists

METADATA = MetaData()

ONBOARDED_TENANT = Table(
    "onboarded_tenant",
    METADATA,
    *aggregate_columns(),
    Column("parent_id", Text),
    Column("level", Text, nullable=False),
    Column("division_code", Text, nullable=False),
    Column("division_codes", JSONB),
    Column("name", Text, nullable=False),
    Column("receipt_prefix", Text, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("settings_version", Integer, nullable=False),
)

TENANT_VERSION = Table(
    "tenant_version",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("parent_id", Text),
    Column("division_code", Text, nullable=False),
    Column("division_code_since", Date),
    Column("name", Text, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("why", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_by_name", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)


class TenantStore(AggregateStore[Tenant]):
    """Tenants, each its own; every version is kept beside the present one."""

    table = ONBOARDED_TENANT
    aggregate_type = "tenant"
    missing = TenantUnknown
    refusals = {"onboarded_tenant_pkey": TenantExists, "onboarded_tenant_prefix_once": ReceiptPrefixTaken}

    def to_row(self, aggregate: Tenant) -> dict[str, Any]:
        return {
            "parent_id": aggregate.parent_id,
            "level": aggregate.level.value,
            "division_code": aggregate.division_codes[-1].code,
            "division_codes": [each.model_dump(mode="json") for each in aggregate.division_codes],
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
            division_codes=division_codes(row),
            name=row["name"],
            settings=TenantSettings.model_validate(row["settings"]),
            settings_version=row["settings_version"],
        )

    def sealed_besides(self, aggregate: Tenant) -> dict[str, Any]:
        return {"why": aggregate.why}

    def save_many(self, aggregates: Iterable[Tenant]) -> None:
        saved = list(aggregates)
        super().save_many(saved)
        self.add_rows(TENANT_VERSION, [self._version_of(tenant) for tenant in saved])

    def _version_of(self, tenant: Tenant) -> dict[str, Any]:
        by, code = self._uow.actor, tenant.division_codes[-1]
        return {
            "tenant": tenant.id,
            "version": tenant.version,
            "parent_id": tenant.parent_id,
            "division_code": code.code,
            "division_code_since": code.since,
            "name": tenant.name,
            "settings": tenant.settings.model_dump(mode="json"),
            "why": tenant.why,
            "changed_by": by.id,
            "changed_by_name": by.name,
            "changed_at": self._uow.now,
        }


def division_codes(row: RowMapping) -> tuple[DatedDivisionCode, ...]:
    """Every code so far. A tenant that the former version has onboarded has one, of which no day is known."""
    kept = row["division_codes"] or [{"code": row["division_code"]}]
    return tuple(DatedDivisionCode.model_validate(each) for each in kept)
