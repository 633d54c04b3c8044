"""Enterprises whose dossiers were merged: they had been several to the award register, and are one.

Each dossier has a code of its own, so the register's key does not find the earlier award. What has been granted under
the other dossiers of the enterprise is looked up; claims that are decided at once wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chassis.write.uow import UnitOfWork
from services.review.register.domain import RegisteredAward

SURVIVING = """
WITH RECURSIVE up AS (
    SELECT * FROM unnest(CAST(:cases AS text[]), CAST(:places AS text[]), CAST(:enterprises AS text[])) AS k(case_id, place, id)
    UNION SELECT up.case_id, up.place, f.surviving_id
    FROM up JOIN merged_enterprise f ON (f.tenant, f.absorbed_id) = (up.place, up.id))
SELECT case_id, id FROM up
WHERE NOT EXISTS (SELECT FROM merged_enterprise f WHERE (f.tenant, f.absorbed_id) = (up.place, up.id))
    AND EXISTS (SELECT FROM merged_enterprise f WHERE (f.tenant, f.surviving_id) = (up.place, up.id))
"""
"""The dossier in which each of these dossiers has ended, for those that have to do with a merge."""

HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(place, 7204)) FROM unnest(CAST(:places AS text[])) AS place"

# The awards of one item and period are the register's first key, and all of them are of the item's tenant. An award's
# row does not say in which dossier it was granted: its case does, so this one statement looks at the rows of `cases`.
GRANTED = """
WITH RECURSIVE dossiers AS (
    SELECT * FROM unnest(CAST(:cases AS text[]), CAST(:items AS text[]), CAST(:periods AS text[]),
        CAST(:places AS text[]), CAST(:survivors AS text[])) AS k(case_id, item_id, period, place, id)
    UNION SELECT dossiers.case_id, dossiers.item_id, dossiers.period, dossiers.place, f.absorbed_id
    FROM dossiers JOIN merged_enterprise f ON (f.tenant, f.surviving_id) = (dossiers.place, dossiers.id))
SELECT DISTINCT dossiers.case_id
FROM dossiers JOIN award a ON (a.item_id, a.period) = (dossiers.item_id, dossiers.period)
JOIN review_case c ON (c.tenant, c.id) = (a.tenant, a.case_id)
WHERE a.case_id <> dossiers.case_id AND c.claim ->> 'filed_in' = dossiers.place AND c.claim ->> 'enterprise_id' = dossiers.id
"""


class RegisterPlace(NamedTuple):
    """What an enterprise with several dossiers has once: in `filed_in`, under the dossier that survives."""

    filed_in: str
    surviving_id: str
    item_id: str
    period: str


class MergedEnterprises:
    """Awards of enterprises that have several dossiers."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def granted_already(self, awards: Sequence[RegisteredAward]) -> frozenset[str]:
        """The ids of those cases whose enterprise has the award under another of its dossiers, or gets it earlier in `awards`."""
        places = self._places(awards) if awards else {}
        if not places:
            return frozenset()
        self._uow.execute(HOLD, {"places": sorted("\x1f".join(place) for place in set(places.values()))})
        first: dict[RegisterPlace, str] = {}
        for case_id, place in places.items():
            first.setdefault(place, case_id)
        return self._granted(places) | (places.keys() - first.values())

    def _places(self, awards: Sequence[RegisteredAward]) -> Mapping[str, RegisterPlace]:
        """By case, in the order of `awards`; an enterprise with one dossier only is not there."""
        found = self._uow.execute(
            SURVIVING,
            {
                "cases": [award.case_id for award in awards],
                "places": [award.filed_in for award in awards],
                "enterprises": [award.enterprise_id for award in awards],
            },
        )
        surviving = {row.case_id: row.id for row in found}
        return {
            award.case_id: RegisterPlace(award.filed_in, surviving[award.case_id], award.item_id, award.period)
            for award in awards
            if award.case_id in surviving
        }

    def _granted(self, places: Mapping[str, RegisterPlace]) -> frozenset[str]:
        # A statement of its own: it must see what those who held the places before have committed.
        found = self._uow.execute(
            GRANTED,
            {
                "cases": list(places),
                "places": [place.filed_in for place in places.values()],
                "survivors": [place.surviving_id for place in places.values()],
                "items": [place.item_id for place in places.values()],
                "periods": [place.period for place in places.values()],
            },
        )
        return frozenset(found.scalars())
