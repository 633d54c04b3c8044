"""What everybody may read of outside figures."""

from __future__ import annotations

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.outside_figures import ListOutsideFigures, OutsideFigurePage
from services.catalog.outside_figures.store import outside_figure
from services.catalog.policies.views import LINEAGE

# Ids are sorted by time.
FIGURES = f"""{LINEAGE} SELECT f.* FROM outside_figure f
WHERE (CAST(:before AS text) IS NULL OR f.id < :before)
    AND (CAST(:tenant AS text) IS NULL OR f.tenant IN (SELECT id FROM lineage))
    AND (CAST(:name AS text) IS NULL OR f.name = :name)
    AND (CAST(:key AS text) IS NULL OR f.key = :key)
ORDER BY f.id DESC LIMIT :limit
"""


def list_outside_figures(query: ListOutsideFigures, reader: Reader) -> OutsideFigurePage:
    """One page, the newest entry first. Raises CursorInvalid."""
    after = decode_cursor(query.cursor, str)
    wanted = {
        "before": str(after[0]) if after else None,
        "tenant": query.tenant,
        "name": query.name,
        "key": query.key,
        "limit": query.limit + 1,
    }
    rows, more = cut_page(reader.execute(FIGURES, wanted).mappings().all(), query.limit)
    items = tuple(outside_figure(row).view() for row in rows)
    return OutsideFigurePage(items=items, next_cursor=encode_cursor(items[-1].figure_id) if more else None)
