"""The lines of bulks, as they were given; and which of them were decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict

import orjson

from chassis.write.uow import UnitOfWork
from services.review.bulk_decisions.domain import BulkLine

KEEP = """
INSERT INTO bulk_line (tenant, bulk_id, line, case_id, expected_version, said)
SELECT :tenant, :bulk, line, case_id, expected_version, said
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(line integer, case_id text, expected_version integer, said jsonb)
"""
OF_BULK = """
SELECT line, case_id, expected_version, said FROM bulk_line
WHERE tenant = :tenant AND bulk_id = :bulk AND line = ANY (CAST(:lines AS integer[])) ORDER BY line
"""
DECIDED = """
SELECT subject_id FROM operation_line
WHERE tenant = :tenant AND operation_id = :bulk AND outcome = 'accepted' AND subject_id IS NOT NULL ORDER BY line
"""


class BulkLines:
    """Insert-only: what a bulk was asked for stays as it was."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, tenant: str, bulk_id: str, lines: Sequence[BulkLine]) -> None:
        rows = orjson.dumps([asdict(each) for each in lines]).decode()
        self._uow.execute(KEEP, {"tenant": tenant, "bulk": bulk_id, "rows": rows})

    def of(self, tenant: str, bulk_id: str, numbers: Collection[int]) -> list[BulkLine]:
        asked = {"tenant": tenant, "bulk": bulk_id, "lines": sorted(numbers)}
        return [BulkLine(**row) for row in self._uow.execute(OF_BULK, asked).mappings()]

    def decided(self, tenant: str, bulk_id: str) -> list[str]:
        """The cases that this bulk has decided so far."""
        return list(self._uow.execute(DECIDED, {"tenant": tenant, "bulk": bulk_id}).scalars())
