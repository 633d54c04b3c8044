"""Which open cases a confirmed account concerns: by their applicant, and by the holders that they name."""

from __future__ import annotations

from collections.abc import Collection

from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from services.review.account_copies.domain import HolderKey
from services.review.cases.case import Case

KEEP_HOLDERS = """
INSERT INTO case_holder (tenant, holder_id, case_id)
SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:holders AS text[]), CAST(:cases AS text[])) ON CONFLICT DO NOTHING
"""

AWAITING = """
WITH RECURSIVE person AS (
    SELECT tenant, id FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS k(tenant, id)
    UNION SELECT m.tenant, m.absorbed_id FROM merged_enterprise m JOIN person p ON (m.tenant, m.surviving_id) = (p.tenant, p.id))
SELECT c.id FROM review_case c
WHERE c.tenant = ANY (CAST(:of AS text[])) AND c.enterprise_id = ANY (ARRAY(SELECT id FROM person))
    AND c.state IN ('received', 'accepted')
UNION
SELECT h.case_id FROM case_holder h
WHERE h.tenant = ANY (CAST(:of AS text[])) AND h.holder_id = ANY (ARRAY(SELECT id FROM person))
"""


class CaseHolders:
    """Holders that cases have named; only added to: a case that names another now finds that it need not do anything."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, cases: Collection[Case]) -> None:
        """Whose account is confirmed, these cases are looked for by."""
        rows = sorted({(case.tenant, each.holder_id, case.id) for case in cases for each in case.named_payees})
        if rows:
            tenants, holders, ids = zip(*rows, strict=True)
            self._uow.execute(KEEP_HOLDERS, {"tenants": list(tenants), "holders": list(holders), "cases": list(ids)})

    def awaiting(self, tenants: Collection[TenantId], holders: Collection[HolderKey]) -> list[str]:
        """Cases whose applicant or named holder one of these is, or has gone on in it by a merge. Those of applicants are open."""
        asked = {
            "of": sorted(set(tenants)),
            "tenants": [tenant for tenant, _ in holders],
            "ids": [id for _, id in holders],
        }
        return [row.id for row in self._uow.execute(AWAITING, asked)]
