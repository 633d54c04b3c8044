"""Persons in law: enterprises that are known by several dossiers or codes, and are one to the award register.

A dossier is of the place that keeps it; a code (统一社会信用代码) is one person's everywhere. Two dossiers that were merged in
one county join their codes, and with them whatever was filed under either of them in another.

Locks, in this order and before any other row: the graph of merges, shared by all who decide, so that nobody decides while it
is looked over; then every code of every person that is decided about (`holding`). Whoever knows of a merge holds the codes of
both, so that it waits for those who do not know of it yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import orjson

from chassis.write.uow import UnitOfWork
from services.review.register.domain import RegisteredAward
from services.review.register.holding import Holding

GRAPH = 7204001
"""The lock of the graph of merges."""

SHARE_GRAPH = f"SELECT pg_advisory_xact_lock_shared({GRAPH})"
HOLD_GRAPH = f"SELECT pg_advisory_xact_lock({GRAPH})"

# Merges that were heard before codes were kept say nothing of them: whoever files tells what dossier has which code.
LEARN = """
INSERT INTO dossier_code (tenant, enterprise_id, uscc)
SELECT DISTINCT ON (k.tenant, k.id) k.tenant, k.id, k.uscc
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(tenant text, id text, uscc text)
WHERE CAST(:anyway AS boolean) OR EXISTS (SELECT FROM merged_enterprise m
    WHERE m.tenant = k.tenant AND k.id IN (m.absorbed_id, m.surviving_id))
ORDER BY k.tenant, k.id
ON CONFLICT DO NOTHING
"""

# A place of '' is a code's. From code to the dossiers that have it, from dossier to dossier by merges either way, and to
# their codes again, whatever the number of steps. The name of a person is the least of its merged dossiers.
PERSONS = """
WITH RECURSIVE asked AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(case_id text, tenant text, id text, uscc text)),
family AS (
    SELECT case_id, '' AS place, uscc AS id FROM asked
    UNION SELECT a.case_id, a.tenant, a.id FROM asked a WHERE EXISTS (SELECT FROM merged_enterprise m
        WHERE m.tenant = a.tenant AND a.id IN (m.absorbed_id, m.surviving_id))
    UNION SELECT f.case_id, next.place, next.id FROM family f CROSS JOIN LATERAL (
        SELECT d.tenant AS place, d.enterprise_id AS id FROM dossier_code d WHERE f.place = '' AND d.uscc = f.id
        UNION ALL SELECT '', d.uscc FROM dossier_code d WHERE (d.tenant, d.enterprise_id) = (f.place, f.id)
        UNION ALL SELECT m.tenant, m.surviving_id FROM merged_enterprise m WHERE (m.tenant, m.absorbed_id) = (f.place, f.id)
        UNION ALL SELECT m.tenant, m.absorbed_id FROM merged_enterprise m WHERE (m.tenant, m.surviving_id) = (f.place, f.id)
        ) AS next(place, id))
SELECT case_id, min(place || chr(31) || id) FILTER (WHERE place <> '') AS name,
    array_agg(id) FILTER (WHERE place = '') AS codes
FROM family GROUP BY case_id HAVING bool_or(place <> '')
"""

GRANTED = """
SELECT DISTINCT k.case_id
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(case_id text, item_id text, period text, uscc text)
JOIN award a ON (a.item_id, a.period, a.uscc) = (k.item_id, k.period, k.uscc)
WHERE a.case_id <> k.case_id
"""


class LegalPerson(NamedTuple):
    """A person in law that has to do with a merge: its name here, and every code that it is known by."""

    name: str
    codes: tuple[str, ...]


class Filer(NamedTuple):
    """Whoever a case is about, as it was filed: a dossier of a place, and a code."""

    case_id: str
    tenant: str
    id: str
    uscc: str


class Persons:
    """Who is one and the same, and what they have been granted under whatever code."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._held: dict[Filer, LegalPerson] = {}

    def granted_already(self, awards: Sequence[RegisteredAward]) -> frozenset[str]:
        """The ids of those cases whose person has the award under another of its codes, or gets it earlier in `awards`.

        Until the end of the transaction nobody else decides about these persons, nor is any merge looked back on.
        """
        if not awards:
            return frozenset()
        filers = [Filer(award.case_id, award.filed_in, award.enterprise_id, award.uscc) for award in awards]
        self.hold(filers)
        persons = self.of(filers)
        first: dict[tuple[str, str, str], str] = {}
        for award in awards:
            if award.case_id in persons:
                place = (persons[award.case_id].name, award.item_id, award.period)
                first.setdefault(place, award.case_id)
        return self._granted(awards, persons) | (persons.keys() - first.values())

    def hold(self, filers: Sequence[Filer], keys: Collection[str] = ()) -> Mapping[str, LegalPerson]:
        """Until the end of the transaction nobody else decides about these persons, nor about what these keys are of.

        → by case, whoever it is about; a person without a merge is called by its one code.
        """
        self._uow.execute(SHARE_GRAPH)
        self.learn(filers)
        persons, held = self.everybody(filers), set[str]()
        while new := ({code for person in persons.values() for code in person.codes} | set(keys)) - held:
            self._uow.of(Holding).take(new)
            held |= new
            # What those who held a person before have committed may have made it known by more codes.
            persons = self.everybody(filers)
        self._held |= {each: persons[each.case_id] for each in filers}
        return persons

    def everybody(self, filers: Sequence[Filer]) -> Mapping[str, LegalPerson]:
        """By case; also those who have nothing to do with a merge. Who is held already is who it was found to be then: a merge
        that is heard later looks back on what is decided now."""
        unknown = [each for each in filers if each not in self._held]
        merged = self.of(unknown) if unknown else {}
        return {
            each.case_id: self._held.get(each) or merged.get(each.case_id) or LegalPerson(each.uscc, (each.uscc,))
            for each in filers
        }

    def hold_graph(self) -> None:
        """Wait for all who are deciding, and let nobody decide until this transaction ends; it holds nothing else."""
        self._uow.execute(HOLD_GRAPH)

    def learn(self, filers: Sequence[Filer], *, anyway: bool = False) -> None:
        """Remember which code these dossiers have: those that have to do with a merge, or all of them."""
        self._held.clear()
        rows = [{"tenant": each.tenant, "id": each.id, "uscc": each.uscc} for each in filers]
        self._uow.execute(LEARN, {"rows": orjson.dumps(rows).decode(), "anyway": anyway})

    def of(self, filers: Sequence[Filer]) -> Mapping[str, LegalPerson]:
        """By case, in the order of `filers`; one that has nothing to do with a merge is not there."""
        rows = orjson.dumps([each._asdict() for each in filers]).decode()
        found = {
            row.case_id: LegalPerson(row.name, tuple(sorted(row.codes)))
            for row in self._uow.execute(PERSONS, {"rows": rows})
        }
        return {each.case_id: found[each.case_id] for each in filers if each.case_id in found}

    def _granted(self, awards: Sequence[RegisteredAward], persons: Mapping[str, LegalPerson]) -> frozenset[str]:
        rows = [
            {"case_id": award.case_id, "item_id": award.item_id, "period": award.period, "uscc": code}
            for award in awards
            if award.case_id in persons
            for code in persons[award.case_id].codes
        ]
        if not rows:
            return frozenset()
        return frozenset(self._uow.execute(GRANTED, {"rows": orjson.dumps(rows).decode()}).scalars())
