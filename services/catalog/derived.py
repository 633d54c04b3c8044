"""What the catalogue derives from its own rows, made anew whenever its migrations have changed something."""

from __future__ import annotations

from sqlalchemy import Connection, text

from contracts.names import looks
from services.catalog.search_index.rebuild import rebuild as rebuild_index

BATCH = 5_000

UNSEEN = (
    "SELECT tenant, id, name FROM enterprise WHERE name_looks IS NULL AND (tenant, id) > (:tenant, :id)"
    " ORDER BY tenant, id LIMIT :batch"
)
FILL = (
    "UPDATE enterprise e SET name_looks = k.looks"
    " FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:looks AS text[])) AS k(tenant, id, looks)"
    " WHERE (e.tenant, e.id) = (k.tenant, k.id)"
)


def rebuild(connection: Connection) -> int:
    """Index every item on offer anew, and say of enterprises what their names look like; returns how many items."""
    fill_looks(connection)
    return rebuild_index(connection)


def fill_looks(connection: Connection) -> None:
    """For the enterprises of which nobody has said it: a version before this one wrote them."""
    tenant = id = ""
    while rows := connection.execute(text(UNSEEN), {"tenant": tenant, "id": id, "batch": BATCH}).all():
        tenant, id = rows[-1].tenant, rows[-1].id
        connection.execute(
            text(FILL),
            {
                "tenants": [row.tenant for row in rows],
                "ids": [row.id for row in rows],
                "looks": [looks(row.name) for row in rows],
            },
        )
