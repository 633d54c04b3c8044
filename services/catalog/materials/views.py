"""An enterprise's materials, and those of a place that run out soon."""

from __future__ import annotations

from datetime import date, timedelta

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.materials import (
    ListExpiringMaterials,
    ListMaterials,
    MaterialList,
    MaterialPage,
)
from services.catalog.enterprises.known import refuse_unknown
from services.catalog.materials.domain import KeptMaterial


def list_materials(query: ListMaterials, reader: Reader) -> MaterialList:
    """All materials of an enterprise, the newest first. Raises EnterpriseNotYours or EnterpriseUnknown."""
    refuse_unknown(reader, query.enterprise_id)
    today = reader.now.astimezone(CHINA).date()
    rows = reader.execute(
        "SELECT * FROM material WHERE tenant = :tenant AND enterprise_id = :id ORDER BY material.id DESC",
        {"tenant": reader.tenant, "id": query.enterprise_id},
    )
    return MaterialList(items=tuple(KeptMaterial(**dict(row)).view(today) for row in rows.mappings()))


def list_expiring_materials(query: ListExpiringMaterials, reader: Reader) -> MaterialPage:
    """What of this place's enterprises runs out within so many days, the soonest first. Raises CursorInvalid."""
    today = reader.now.astimezone(CHINA).date()
    after = decode_cursor(query.cursor, date, str)
    found = reader.execute(
        "SELECT * FROM material WHERE tenant = :tenant AND replaced_by IS NULL AND withdrawn_by IS NULL"
        " AND valid_until BETWEEN :today AND :last"
        " AND (CAST(:day AS date) IS NULL OR (valid_until, id) > (CAST(:day AS date), :id))"
        " ORDER BY valid_until, id LIMIT :limit",
        {
            "tenant": reader.tenant,
            "today": today,
            "last": today + timedelta(days=query.within_days),
            "day": after[0] if after else None,
            "id": after[1] if after else None,
            "limit": query.limit + 1,
        },
    )
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = tuple(KeptMaterial(**dict(row)).view(today) for row in rows)
    cursor = encode_cursor(items[-1].valid_until, items[-1].ref.material_id) if more else None
    return MaterialPage(items=items, next_cursor=cursor)
