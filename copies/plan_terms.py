"""What plans' words mean: a tenant says it once, and what the city has said counts in its counties.

A service that acts on plans has a table `known_plan_term` (tenant, use, term, meaning, sequence), public as plans are and
without row security, beside `known_department` (copies.departments), and hears of meanings by one line in its class:

    plan_terms_mapped = staticmethod(on(PlanTermMapped)(plan_terms.keep_plan_terms))
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import orjson
from pydantic import TypeAdapter

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.departments import PlanTermMapped, PlanTermMeaning
from contracts.message import Id, TenantId
from contracts.plan_terms import TermInPlan
from copies.departments import ASKED, CALLED, LEVELS, Database
from copies.function_words import BY_FUNCTION, FOUND_BY_FUNCTION

MEANING: TypeAdapter[PlanTermMeaning] = TypeAdapter(PlanTermMeaning)

KEEP = """
INSERT INTO known_plan_term (tenant, use, term, meaning, sequence)
SELECT tenant, use, term, meaning, sequence
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, use text, term text, meaning jsonb, sequence integer)
ORDER BY tenant, use, term
ON CONFLICT (tenant, use, term) DO UPDATE SET meaning = EXCLUDED.meaning, sequence = EXCLUDED.sequence
WHERE known_plan_term.sequence < EXCLUDED.sequence
"""

TERMS = """asked AS (
    SELECT CAST(:tenant AS text) AS tenant, a.* FROM unnest(CAST(:uses AS text[]), CAST(:terms AS text[])) AS a(use, name))"""

MEANINGS = f"""
WITH RECURSIVE {TERMS}, {LEVELS}
SELECT DISTINCT ON (a.use, a.name) a.use, a.name, k.meaning
FROM asked a JOIN up ON true JOIN known_plan_term k ON (k.tenant, k.use, k.term) = (up.id, a.use, a.name)
ORDER BY a.use, a.name, up.depth
"""

WITHOUT_MEANING = f"""NOT EXISTS (SELECT FROM up JOIN known_plan_term k ON k.tenant = up.id
        WHERE up.origin = a.tenant AND (k.use, k.term) = (a.use, a.name))
    AND NOT (a.use IN ('check', 'department') AND EXISTS (SELECT FROM up JOIN known_department d ON d.tenant = up.id
        WHERE up.origin = a.tenant AND {CALLED}))
    AND NOT (a.use = 'check' AND {FOUND_BY_FUNCTION})"""
"""Whether the words `a` (tenant, use, name) mean nothing on `:day`: for statements that have `LEVELS`."""

UNMAPPED = f"WITH RECURSIVE {TERMS}, {LEVELS} SELECT a.use, a.name FROM asked a WHERE {WITHOUT_MEANING}"

DEPARTMENTS = f"""
WITH RECURSIVE {ASKED}, {LEVELS},
found AS (
    SELECT a.tenant, a.name, up.depth, 0 AS rank, d.id
    FROM asked a JOIN up ON up.origin = a.tenant JOIN known_department d ON d.tenant = up.id AND {CALLED}
    UNION ALL SELECT a.tenant, a.name, up.depth, 1, k.meaning ->> 'department_id'
    FROM asked a JOIN up ON up.origin = a.tenant
    JOIN known_plan_term k ON (k.tenant, k.use, k.term) = (up.id, 'department', a.name))
SELECT DISTINCT ON (tenant, name) tenant, name, id FROM found ORDER BY tenant, name, depth, rank, id
"""

HOMES = f"""
WITH RECURSIVE {ASKED}, {LEVELS}
SELECT DISTINCT ON (a.tenant, a.name) a.tenant, a.name AS id, d.tenant AS home
FROM asked a JOIN up ON up.origin = a.tenant JOIN known_department d ON (d.tenant, d.id) = (up.id, a.name)
ORDER BY a.tenant, a.name, up.depth
"""

NAMES = """
SELECT e.said ->> 'name' AS name FROM known_department d, jsonb_array_elements(d.names) AS e(said)
WHERE (d.tenant, d.id) = (:tenant, :id)
UNION SELECT k.term FROM known_plan_term k
WHERE k.tenant = :tenant AND k.use = 'department' AND k.meaning ->> 'department_id' = :id
"""


def keep_plan_terms(events: Sequence[Received[PlanTermMapped]], uow: UnitOfWork) -> None:
    """The later meaning counts; what is older than what is known changes nothing."""
    rows = [
        {
            "tenant": event.tenant,
            "use": event.data.use,
            "term": event.data.term,
            "meaning": event.data.meaning.model_dump(mode="json"),
            "sequence": event.envelope.sequence,
        }
        for event in events
    ]
    uow.execute(KEEP, {"rows": orjson.dumps(rows).decode()})


class KnownPlanTerms:
    """What is asked of the copy, each in one statement.

    A tenant's own word goes before that of the level above it: a county may mean another duty than its city by the same
    words, and what it has not said itself it inherits.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def meanings(self, tenant: TenantId, terms: Collection[TermInPlan]) -> dict[TermInPlan, PlanTermMeaning]:
        """What these words mean in the tenant, as far as somebody has said so."""
        rows = self._database.execute(MEANINGS, {"tenant": tenant, **_listed(terms)}) if terms else ()
        return {TermInPlan(use=row.use, term=row.name): MEANING.validate_python(row.meaning) for row in rows}

    def unmapped(self, tenant: TenantId, terms: Sequence[TermInPlan], day: date) -> tuple[TermInPlan, ...]:
        """Those that mean nothing, in their order. A department and a check may also be called as a department is, and a
        check by what a department is there for."""
        if not terms:
            return ()
        rows = self._database.execute(UNMAPPED, {"tenant": tenant, "day": day, **_listed(terms)})
        found = {TermInPlan(use=row.use, term=row.name) for row in rows}
        return tuple(each for each in terms if each in found)

    def departments(self, asked: Collection[tuple[TenantId, str]], day: date) -> dict[tuple[TenantId, str], Id]:
        """Which department each (tenant, name) stands for on that day: the one that is called so, else the one that the
        words are said to mean; the tenant's own before that of the level above it."""
        if not asked:
            return {}
        rows = self._database.execute(DEPARTMENTS, {**_pairs(asked), "day": day})
        return {(row.tenant, row.name): row.id for row in rows}

    def by_function(
        self, asked: Collection[tuple[TenantId, str]], day: date
    ) -> dict[tuple[TenantId, str], tuple[TenantId, Id]]:
        """The department that each (tenant, words) means by what it is there for, with its tenant: the nearest one."""
        rows = self._database.execute(BY_FUNCTION, {**_pairs(asked), "day": day}) if asked else ()
        return {(row.tenant, row.name): (row.home, row.id) for row in rows}

    def homes(self, asked: Collection[tuple[TenantId, Id]]) -> dict[tuple[TenantId, Id], TenantId]:
        """Whose department each (tenant, department) is: the tenant's own, or that of a level above it."""
        rows = self._database.execute(HOMES, _pairs(asked)) if asked else ()
        return {(row.tenant, row.id): row.home for row in rows}

    def names_of(self, tenant: TenantId, department_id: Id) -> frozenset[str]:
        """Everything that the department was ever called, or is meant by: what was filed under a name remains its own."""
        rows = self._database.execute(NAMES, {"tenant": tenant, "id": department_id})
        return frozenset(row.name for row in rows)


def _pairs(asked: Collection[tuple[TenantId, str]]) -> dict[str, list[str]]:
    pairs = sorted(set(asked))
    return {"tenants": [tenant for tenant, _ in pairs], "names": [name for _, name in pairs]}


def _listed(terms: Collection[TermInPlan]) -> dict[str, list[str]]:
    return {"uses": [each.use for each in terms], "terms": [each.term for each in terms]}
