"""What this service knows of the tenants: taken from events, the same in every service."""

from __future__ import annotations

from typing import Any

from chassis.write.unit import Unit
from contracts.identity import TenantChanged, TenantOnboarded, TenantSettings
from contracts.message import TenantId
from contracts.refusal import NotFound
from contracts.rule.shares import Level
from contracts.status_labels import LEVEL

LEARN = """
    INSERT INTO tenant (id, parent_id, level, division_code, name, settings, settings_version)
    VALUES (:id, :parent_id, :level, :division_code, :name, CAST(:settings AS jsonb), :version)
    ON CONFLICT (id) DO UPDATE SET parent_id = EXCLUDED.parent_id, level = EXCLUDED.level,
        division_code = EXCLUDED.division_code, name = EXCLUDED.name, settings = EXCLUDED.settings,
        settings_version = EXCLUDED.settings_version,
        hours_version = CASE WHEN coalesce(tenant.settings->>'opening_time', '08:30') = :opening
            AND tenant.settings->>'closing_time' = :closing THEN tenant.hours_version ELSE EXCLUDED.settings_version END
        WHERE tenant.settings_version < EXCLUDED.settings_version
    RETURNING hours_version = settings_version AND settings_version > 1
"""
"""Settings that were written before offices had an opening time mean the usual one."""


class TenantUnknown(NotFound):
    """No tenant with this id has been onboarded here (yet)."""

    code = "tenant_unknown"
    sentence = "地区 {tenant} 尚未开通。"
    rests_on = ("tenant",)


class Tenants:
    """The registry of tenants as one unit of work sees it. The table is public: it has no row security."""

    def __init__(self, uow: Unit) -> None:
        self._uow = uow
        self._known: dict[TenantId, Any] = {}

    def settings(self, tenant: TenantId) -> TenantSettings:
        """The tenant's settings. Raises TenantUnknown."""
        return TenantSettings.model_validate(self._row(tenant).settings)

    def name(self, tenant: TenantId) -> str:
        return str(self._row(tenant).name)

    def payer(self, level: Level, tenant: TenantId) -> TenantId:
        """Who pays for `level` where `tenant` is at home: it or the first above it of that level.

        Raises TenantUnknown where that level has not been onboarded.
        """
        for each in self.lineage(tenant):
            if self._row(each).level == level.value:
                return each
        raise TenantUnknown(tenant=f"{tenant}（{LEVEL[level].staff_zh}）")

    def lineage(self, tenant: TenantId) -> tuple[TenantId, ...]:
        """The tenant itself, then its parent, and so on up: whose published things it may use."""
        rows = self._uow.execute(
            "WITH RECURSIVE up AS (SELECT t.*, 0 AS depth FROM tenant t WHERE id = :id"
            " UNION ALL SELECT t.*, up.depth + 1 FROM tenant t JOIN up ON t.id = up.parent_id"
            " WHERE up.depth < 8) SELECT id, name, level, settings FROM up ORDER BY depth",
            {"id": tenant},
        ).all()
        self._known.update((row.id, row) for row in rows)
        return tuple(row.id for row in rows)

    def everybody(self) -> tuple[TenantId, ...]:
        """Every tenant that has been onboarded here."""
        return tuple(self._uow.execute("SELECT id FROM tenant ORDER BY id").scalars())

    def learn(self, event: TenantOnboarded | TenantChanged) -> bool:
        """Keep what the event says; an older version never replaces a newer one.

        Returns whether the office hours are others than before, so that open deadlines must follow.
        """
        self._known.pop(event.id, None)
        learned = self._uow.execute(
            LEARN,
            {
                "id": event.id,
                "parent_id": event.parent_id,
                "level": event.level.value,
                "division_code": event.division_code,
                "name": event.name,
                "settings": event.settings.model_dump_json(),
                "opening": event.settings.opening_time,
                "closing": event.settings.closing_time,
                "version": event.settings_version,
            },
        ).scalar()
        if learned:
            self._uow.forget_calendars()
        return bool(learned)

    def _row(self, tenant: TenantId) -> Any:
        if tenant not in self._known:
            row = self._uow.execute(
                "SELECT id, name, level, settings FROM tenant WHERE id = :id", {"id": tenant}
            ).first()
            if row is None:
                raise TenantUnknown(tenant=tenant)
            self._known[tenant] = row
        return self._known[tenant]
