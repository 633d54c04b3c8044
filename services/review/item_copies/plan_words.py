"""Which words of published plans mean nothing in the item's tenant yet: its cases wait for them, and skip no step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from contracts.plan_terms import TermInPlan
from copies.departments import LEVELS, Database
from copies.plan_terms import WITHOUT_MEANING
from services.review.item_copies.store import ItemVersion

UNMAPPED = f"""
WITH RECURSIVE asked AS (
    SELECT v.item_id, v.item_version, v.tenant, t.use, t.name
    FROM item_version v
    JOIN unnest(CAST(:items AS text[]), CAST(:versions AS integer[])) AS k(i, n) ON (v.item_id, v.item_version) = (k.i, k.n),
    LATERAL (
        SELECT 'approver' AS use, jsonb_array_elements_text(v.approvers) AS name
        UNION SELECT 'check', jsonb_array_elements_text(v.checks)) t),
{LEVELS}
SELECT a.item_id, a.item_version, a.use, a.name FROM asked a WHERE {WITHOUT_MEANING} ORDER BY a.use, a.name
"""

Unmapped = Mapping[ItemVersion, tuple[TermInPlan, ...]]


class PlanWords:
    """Approvers and checks of the versions that have arrived."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unmapped(self, versions: Collection[ItemVersion], day: date) -> Unmapped:
        """By version, those that mean nothing on that day, in one statement; a version whose words all do is not there."""
        if not versions:
            return {}
        wanted = sorted(set(versions))
        asked = {"items": [item for item, _ in wanted], "versions": [version for _, version in wanted], "day": day}
        found: defaultdict[ItemVersion, list[TermInPlan]] = defaultdict(list)
        for row in self._database.execute(UNMAPPED, asked):
            found[row.item_id, row.item_version].append(TermInPlan(use=row.use, term=row.name))
        return {version: tuple(terms) for version, terms in found.items()}
