"""Where the enterprises of a list are at home: in the item's own place, or in one of those below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager

from chassis.read.reader import Reader
from contracts.message import TenantId
from services.intake.nominations.list_lines import Home

ReaderOf = Callable[[Sequence[TenantId]], AbstractContextManager[Reader]]
"""A view of the database as these tenants see it."""

BELOW = """
WITH RECURSIVE down AS (SELECT id, 0 AS depth FROM tenant WHERE id = :id
    UNION ALL SELECT t.id, down.depth + 1 FROM tenant t JOIN down ON t.parent_id = down.id WHERE down.depth < 8)
SELECT id FROM down ORDER BY id
"""

# A file that was merged into another is none: its enterprise is found by the file that survives.
HOMES = """
SELECT e.tenant, e.id, e.uscc FROM enterprise e
WHERE e.tenant = ANY (CAST(:tenants AS text[])) AND e.uscc = ANY (CAST(:codes AS text[]))
    AND NOT EXISTS (SELECT FROM merged_enterprise m WHERE m.tenant = e.tenant AND m.absorbed_id = e.id)
ORDER BY e.uscc, e.tenant, e.id
"""


class Homes:
    """Finds them, so many codes at a time. Outside transactions: who has moved meanwhile is found out by its line."""

    def __init__(self, reader_of: ReaderOf) -> None:
        self._reader_of = reader_of

    def of(self, tenant: TenantId, codes: Collection[str]) -> Mapping[str, Sequence[Home]]:
        """The files of these enterprises in `tenant` and below it, by credit code."""
        with self._reader_of([tenant]) as reader:
            tenants = list(reader.execute(BELOW, {"id": tenant}).scalars()) or [tenant]
        found: defaultdict[str, list[Home]] = defaultdict(list)
        with self._reader_of(tenants) as reader:
            asked = {"tenants": tenants, "codes": sorted(set(codes))}
            for row in reader.execute(HOMES, asked):
                found[row.uscc].append(Home(row.tenant, row.id))
        return found
