"""Materials in the files of each tenant's enterprises, by the catalogue's events: what may be given with a claim."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.material_events import MaterialGone, MaterialKept
from contracts.message import Id, TenantId
from copies.merged_enterprises import OF_ENTERPRISE
from services.intake.catalog_copies.domain import MaterialCopy
from services.intake.catalog_copies.rows import write_rows

KEEP = """
INSERT INTO enterprise_material (tenant, id, enterprise_id, name, sha256, size, valid_from, valid_until)
SELECT tenant, id, enterprise_id, name, sha256, size, valid_from, valid_until
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, enterprise_id text, name text, sha256 text,
    size bigint, valid_from date, valid_until date)
ORDER BY tenant, id
ON CONFLICT DO NOTHING
"""

FORGET = """
UPDATE enterprise_material AS m SET gone = r.gone
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, gone text)
WHERE (m.tenant, m.id) = (r.tenant, r.id)
"""

OF_FILE = f"""
SELECT m.id, m.name, m.sha256, m.size, m.valid_from, m.valid_until, m.gone FROM enterprise_material m
WHERE m.tenant = :tenant AND m.id = ANY (CAST(:ids AS text[])) AND m.enterprise_id {OF_ENTERPRISE}
"""
"""What lies in the enterprise's own file, or in one that was merged into it."""


class MaterialCopies:
    """The materials as one unit of work sees them; each is as new as the last event that arrived."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, events: Sequence[Received[MaterialKept | MaterialGone]]) -> None:
        """A material is kept before it goes: its events arrive in their order."""
        kept = [(event.tenant, event.data) for event in events if isinstance(event.data, MaterialKept)]
        gone = [(event.tenant, event.data) for event in events if isinstance(event.data, MaterialGone)]
        write_rows(self._uow, KEEP, [_row(tenant, each) for tenant, each in kept])
        write_rows(
            self._uow, FORGET, [{"tenant": tenant, "id": each.material_id, "gone": each.why} for tenant, each in gone]
        )

    def of_enterprise(self, enterprise_id: Id, ids: Collection[Id]) -> dict[Id, MaterialCopy]:
        """Those of these materials that lie in this enterprise's file."""
        tenant = self._uow.tenant
        asked = {"tenant": tenant, "enterprise": enterprise_id, "ids": sorted(set(ids))}
        return {row.id: _copy(tenant, row) for row in self._uow.execute(OF_FILE, asked)}


def keep_materials(events: Sequence[Received[MaterialKept | MaterialGone]], uow: UnitOfWork) -> None:
    """A material can be given with a claim as soon as it has arrived, and no more once it has gone."""
    uow.of(MaterialCopies).keep(events)


def _row(tenant: TenantId, kept: MaterialKept) -> dict[str, Any]:
    said = kept.model_dump(
        mode="json", include={"enterprise_id", "name", "sha256", "size", "valid_from", "valid_until"}
    )
    return {"tenant": tenant, "id": kept.material_id, **said}


def _copy(tenant: TenantId, row: Any) -> MaterialCopy:
    return MaterialCopy(row.id, tenant, row.name, row.sha256, row.size, row.valid_from, row.valid_until, row.gone)
