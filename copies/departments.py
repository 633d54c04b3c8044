"""Departments as the gateway registers them: who is called what on which day, what they are there for, how they are reached.

A service that keeps anything by department has a table `known_department` (tenant, id, names, functions, telephone,
address, closed_on, sequence), which a migration of its own makes. It is public, as the names of authorities are, and has
no row security: a county's items name the city's departments. It hears of departments by one line in its class:

    departments_changed = staticmethod(on(DepartmentRegistered, DepartmentChanged)(departments.keep_departments))
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import orjson
from sqlalchemy import CursorResult

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.departments import DepartmentChanged, DepartmentFunction, DepartmentRegistered
from contracts.duties import DutyKind
from contracts.message import Id, TenantId

FUNCTION_OF: Mapping[DutyKind, DepartmentFunction] = {
    "bureau_intake": "approval_bureau",
    "payment_maker": "approval_bureau",
    "payment_check": "approval_bureau",
    "finance": "finance",
    "finance_check": "finance",
    "discipline": "discipline",
    "audit": "audit",
}
"""By what a department is there for, where a duty is looked for whose department nobody has named."""

KEEP = """
INSERT INTO known_department (tenant, id, names, functions, telephone, address, closed_on, sequence)
SELECT tenant, id, names, ARRAY(SELECT jsonb_array_elements_text(functions)), telephone, address, closed_on, sequence
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, names jsonb, functions jsonb, telephone text,
    address text, closed_on date, sequence integer)
ORDER BY tenant, id
ON CONFLICT (tenant, id) DO UPDATE
SET names = EXCLUDED.names, functions = EXCLUDED.functions, telephone = EXCLUDED.telephone,
    address = EXCLUDED.address, closed_on = EXCLUDED.closed_on, sequence = EXCLUDED.sequence
WHERE known_department.sequence < EXCLUDED.sequence
"""

NAME = """coalesce((SELECT e.said ->> 'name' FROM jsonb_array_elements(d.names) WITH ORDINALITY AS e(said, place)
    WHERE CAST(e.said ->> 'since' AS date) <= :day ORDER BY e.place DESC LIMIT 1), d.names -> 0 ->> 'name')"""
"""What the department `d` is called on `:day`; before its first name began it has that one already."""

ACTS = "(d.closed_on IS NULL OR d.closed_on > :day)"
"""Whether it acts on `:day`."""

CALLED = f"{ACTS} AND d.names @> jsonb_build_array(jsonb_build_object('name', a.name)) AND {NAME} = a.name"
"""Whether `d` is called `a.name` on `:day`: those that were ever called so are found by the index of names."""

LEVELS = """up AS (
    SELECT DISTINCT a.tenant AS origin, a.tenant AS id, 0 AS depth FROM asked a
    UNION ALL SELECT up.origin, t.parent_id, up.depth + 1
    FROM up CROSS JOIN LATERAL (SELECT parent_id FROM tenant WHERE id = up.id LIMIT 1) t
    WHERE t.parent_id IS NOT NULL AND up.depth < 8)"""
"""Every tenant of `asked`, and the levels above it: each looked up, where a join would read the register of tenants."""

ASKED = "asked AS (SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:names AS text[])) AS a(tenant, name))"

NAMED = f"""
WITH RECURSIVE {ASKED}, {LEVELS}
SELECT DISTINCT ON (a.tenant, a.name) a.tenant, a.name, d.id
FROM asked a JOIN up ON up.origin = a.tenant JOIN known_department d ON d.tenant = up.id AND {CALLED}
ORDER BY a.tenant, a.name, up.depth, d.id
"""

SERVING = f"""
SELECT DISTINCT ON (d.tenant, f.function) d.tenant, f.function, d.id
FROM known_department d, unnest(d.functions) AS f(function)
WHERE d.tenant = ANY (CAST(:tenants AS text[])) AND {ACTS}
ORDER BY d.tenant, f.function, d.id
"""

ENTRIES = f"""
SELECT d.tenant, d.id, {NAME} AS name, d.functions, d.telephone
FROM known_department d
WHERE d.tenant = ANY (CAST(:tenants AS text[])) AND (d.id = ANY (CAST(:ids AS text[]))
    OR (d.functions && CAST(:functions AS text[]) AND {ACTS}))
ORDER BY d.tenant, d.id
"""


ACTING = f"""
SELECT d.tenant, d.id, {NAME} AS name, d.functions, d.telephone
FROM known_department d
WHERE d.tenant = ANY (CAST(:tenants AS text[])) AND d.id = ANY (CAST(:ids AS text[])) AND {ACTS}
ORDER BY d.tenant, d.id
"""


class Database(Protocol):
    """A unit of work or a reader."""

    def execute(self, sql: str, parameters: Any = None) -> CursorResult[Any]: ...


@dataclass(frozen=True, slots=True)
class KnownDepartment:
    """One department as it stands in the register on a day."""

    tenant: TenantId
    id: Id
    name: str
    functions: frozenset[DepartmentFunction]
    telephone: str | None = None


def keep_departments(
    events: Sequence[Received[DepartmentRegistered] | Received[DepartmentChanged]], uow: UnitOfWork
) -> None:
    """Each event says the department whole; what is older than what is known changes nothing."""
    rows = [
        {
            "tenant": event.tenant,
            "id": event.data.department_id,
            "names": [each.model_dump(mode="json") for each in event.data.names],
            "functions": sorted(event.data.functions),
            "telephone": event.data.telephone,
            "address": event.data.address,
            "closed_on": event.data.closed_on if isinstance(event.data, DepartmentChanged) else None,
            "sequence": event.envelope.sequence,
        }
        for event in events
    ]
    uow.execute(KEEP, {"rows": orjson.dumps(rows).decode()})


class KnownDepartments:
    """What is asked of the copy, each in one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def named(self, asked: Collection[tuple[TenantId, str]], day: date) -> dict[tuple[TenantId, str], Id]:
        """Who is called so on that day, for each (tenant, name): in the tenant itself, else in the nearest level above."""
        if not asked:
            return {}
        pairs = sorted(set(asked))
        wanted = {"tenants": [tenant for tenant, _ in pairs], "names": [name for _, name in pairs], "day": day}
        return {(row.tenant, row.name): row.id for row in self._database.execute(NAMED, wanted)}

    def serving(self, tenants: Collection[TenantId], day: date) -> dict[tuple[TenantId, DepartmentFunction], Id]:
        """Which department is there for what, in each of these tenants; of several the one registered first."""
        rows = self._database.execute(SERVING, {"tenants": sorted(set(tenants)), "day": day})
        return {(row.tenant, row.function): row.id for row in rows}

    def entries(
        self,
        tenants: Collection[TenantId],
        ids: Collection[Id],
        functions: Collection[DepartmentFunction],
        day: date,
    ) -> list[KnownDepartment]:
        """Those of `tenants` with one of these ids, closed or not, and those there for one of `functions`."""
        wanted = {"tenants": sorted(set(tenants)), "ids": sorted(set(ids)), "functions": sorted(set(functions))}
        return self._found(ENTRIES, {**wanted, "day": day})

    def acting(self, tenants: Collection[TenantId], ids: Collection[Id], day: date) -> list[KnownDepartment]:
        """Those of `tenants` with one of these ids that act on that day."""
        return self._found(ACTING, {"tenants": sorted(set(tenants)), "ids": sorted(set(ids)), "day": day})

    def _found(self, statement: str, wanted: Mapping[str, Any]) -> list[KnownDepartment]:
        rows = self._database.execute(statement, wanted)
        return [KnownDepartment(row.tenant, row.id, row.name, frozenset(row.functions), row.telephone) for row in rows]
