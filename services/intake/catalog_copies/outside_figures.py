"""Outside figures (外部参数) that items rest on: a copy of the catalogue's, of those that stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.outside_figures import OutsideFigureRecorded, OutsideFigureWithdrawn
from contracts.rule import ParameterValue
from services.intake.catalog_copies.rows import write_rows

KEEP = """
INSERT INTO outside_figure (tenant, id, name, figure, recorded_at)
SELECT tenant, id, name, figure, recorded_at
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS r(tenant text, id text, name text, figure jsonb, recorded_at timestamptz)
ON CONFLICT DO NOTHING
"""

FORGET = """
DELETE FROM outside_figure AS f USING jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text)
WHERE (f.tenant, f.id) = (r.tenant, r.id)
"""

# In the catalogue's order: of equal words the one that is nearer, and entered later, is last and counts.
STANDING = """
SELECT f.figure FROM outside_figure f
JOIN unnest(CAST(:lineage AS text[])) WITH ORDINALITY AS l(tenant, distance) ON l.tenant = f.tenant
WHERE f.name = ANY (CAST(:names AS text[])) ORDER BY l.distance DESC, f.recorded_at, f.id
"""


def keep_outside_figures(
    events: Sequence[Received[OutsideFigureRecorded | OutsideFigureWithdrawn]], uow: UnitOfWork
) -> None:
    """Applications rest on a figure as soon as it has arrived, and no more once its withdrawal has."""
    recorded = [event.data for event in events if isinstance(event.data, OutsideFigureRecorded)]
    withdrawn = [event.data for event in events if isinstance(event.data, OutsideFigureWithdrawn)]
    rows = [
        {
            "tenant": each.tenant,
            "id": each.figure_id,
            "name": each.figure.name,
            "figure": each.figure.model_dump(mode="json"),
            "recorded_at": each.recorded_at,
        }
        for each in recorded
    ]
    write_rows(uow, KEEP, rows)
    write_rows(uow, FORGET, [{"tenant": each.tenant, "id": each.figure_id} for each in withdrawn])


def figures_for(tenant: TenantId, names: Collection[str], uow: UnitOfWork) -> tuple[ParameterValue, ...]:
    """The standing figures of these names that the items of `tenant` rest on: its own and those of the levels above.

    Not those of the enterprise's own place: what a county enters changes nothing that the city promised.
    """
    if not names:
        return ()
    rows = uow.execute(STANDING, {"lineage": list(uow.registry.lineage(tenant)), "names": sorted(names)})
    return tuple(ParameterValue.model_validate(row.figure) for row in rows)
