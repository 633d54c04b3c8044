"""How large a house is, and which case is whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.time.clock import CHINA

NOW = datetime(2026, 11, 23, 12, tzinfo=CHINA)
BIG = "t1"
"""The tenant with six cases of ten."""

OPEN = 60
"""Cases that wait to be decided, beyond those that are: as many in every house."""

UNPAID = 120
"""Payments under way, of the last cases decided: as many in every house."""

ENTERPRISE = "e0000000000"
"""An enterprise of BIG with six cases, which are among the first."""
OFFICE, OTHER_OFFICE, EMPTY_OFFICE = "d1", "d2", "d3"
"""Departments of each tenant: one with nine enterprises of ten, one with the others, one that has never had a case."""


@dataclass(frozen=True, slots=True)
class Size:
    """`cases` have been decided, `open` wait to be."""

    cases: int
    tenants: int
    open: int = OPEN

    def parameters(self) -> dict[str, Any]:
        return {"cases": self.cases, "tenants": self.tenants, "open": self.open, "unpaid": UNPAID, "now": NOW}


TENANTS = "(SELECT 't' || i AS tenant, i FROM generate_series(1, %(tenants)s) AS i) AS place"
CASES = """(
    SELECT n, at, tenant, 'c' || lpad(n::text, 10, '0') AS id, 'e' || lpad(e::text, 10, '0') AS enterprise_id,
        'R' || upper(tenant) || '-' || lpad(n::text, 10, '0') AS receipt, '9136' || lpad(e::text, 14, '0') AS uscc,
        '企业' || e AS enterprise_name, CASE WHEN e %% 10 = 3 THEN 'd2' ELSE 'd1' END AS department_id,
        CASE WHEN e %% 10 = 3 THEN '科技局' ELSE '工信局' END AS department,
        'i' || (CASE WHEN n %% 60 / 10 = 0 THEN 2 ELSE 1 END) AS item_id,
        CASE WHEN n > %(cases)s THEN 'accepted' WHEN n %% 50 IN (11, 13) THEN 'rejected' ELSE 'approved' END AS state
    FROM (
        SELECT n, n / 60 * 10 + n %% 10 AS e,
            %(now)s - (%(cases)s + %(open)s - n) * (interval '700 days' / (%(cases)s + %(open)s)) AS at,
            CASE WHEN n %% 10 < 6 THEN 't1' ELSE 't' || 2 + (n / 60 * 4 + n %% 10 - 6) %% (%(tenants)s - 1) END AS tenant
        FROM generate_series(0, %(cases)s + %(open)s) AS n) AS numbered) AS filed"""
"""Every case: an enterprise has six; the last are still open."""

CLAIM = """(%(claim)s::jsonb || jsonb_build_object('application_id', id, 'receipt', receipt, 'tenant', tenant,
    'filed_in', tenant, 'enterprise_id', enterprise_id, 'enterprise_name', enterprise_name, 'uscc', uscc,
    'item_id', item_id, 'department', department, 'department_id', department_id))"""
