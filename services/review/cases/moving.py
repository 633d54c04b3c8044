"""Cases under which facts are moving: heard, and not taken up yet. Nothing is granted in between.

Whoever hears of facts marks the open cases that rest on them (`fact_changes`); the job that takes them up removes the mark in the
transaction in which the case is judged again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from chassis.write.uow import UnitOfWork
from contracts.message import TenantId

FACTS_MOVED = "facts_moved"
"""The job by which an open case takes up what was heard of its firm. Its subject is the case."""

INSTALMENT_DECIDED = "instalment_decided"
"""The job by which the later instalments of a claim learn that one of its cases was decided. Its subject is that case."""

MARKED = "SELECT case_id FROM moving_case WHERE case_tenant = ANY (:tenants) AND case_id = ANY (:ids)"
MARKS = "SELECT case_tenant, case_id, mark FROM moving_case WHERE case_id = ANY (:ids) ORDER BY case_tenant, case_id"
MARK = """
INSERT INTO moving_case (case_tenant, case_id, mark)
SELECT t, i, gen_random_uuid()::text FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS k(t, i) ORDER BY t, i
ON CONFLICT (case_tenant, case_id) DO UPDATE SET mark = EXCLUDED.mark
"""
UNMARK = """
DELETE FROM moving_case m USING unnest(CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:marks AS text[])) AS k(t, i, n)
WHERE (m.case_tenant, m.case_id, m.mark) = (k.t, k.i, k.n)
"""

Mark = tuple[TenantId, str, str]


class MovingCases:
    """The marks of cases, which stand outside row security: a case of a city waits for facts of a county's firm."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def among(self, case_ids: Collection[str]) -> frozenset[str]:
        """Those of these cases under which facts are moving."""
        if not case_ids:
            return frozenset()
        asked = {"tenants": list(self._uow.tenants), "ids": sorted(set(case_ids))}
        return frozenset(self._uow.execute(MARKED, asked).scalars())

    def marks(self, case_ids: Collection[str]) -> list[Mark]:
        """As they are now; what is heard later has another mark."""
        found = self._uow.execute(MARKS, {"ids": sorted(set(case_ids))})
        return [(row.case_tenant, row.case_id, row.mark) for row in found]

    def mark(self, cases: Collection[tuple[TenantId, str]]) -> None:
        """Nothing is granted of these before they have taken up what was heard."""
        if cases:
            tenants, ids = zip(*sorted(cases), strict=True)
            self._uow.execute(MARK, {"tenants": list(tenants), "ids": list(ids)})

    def unmark(self, marks: Iterable[Mark]) -> None:
        """What was heard with these marks has been taken up."""
        taken = list(marks)
        if taken:
            tenants, ids, words = (list(column) for column in zip(*taken, strict=True))
            self._uow.execute(UNMARK, {"tenants": tenants, "ids": ids, "marks": words})
