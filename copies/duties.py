"""Duties, people and who holds what: to tell them, and to check whose step it is.

A service that tells or checks people has the tables `known_duty` (tenant, id, kind, names, sequence), `known_person`
(tenant, id, name, mobile_sealed, identified, sequence) and `known_appointment` (tenant, id, person_id, person_name,
department_id, duty_id, kind, since, until, stands_in_for, sequence), all under row security, which a migration of its own
makes. People belong to the tenant `platform`, appointments to the tenant of the department. It hears of them by:

    duties_named = staticmethod(on(DutyRegistered, DutyRenamed)(duties.keep_duties))
    people_known = staticmethod(on(PersonRegistered, PersonChanged)(duties.keep_people))
    appointments_changed = staticmethod(on(DutyAssigned, DutyEnded)(duties.keep_appointments))
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import orjson

from chassis.events.received import Received
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.departments import DutyRegistered, DutyRenamed
from contracts.duties import DUTY_KINDS, DutyKind
from contracts.message import Id, TenantId
from contracts.people import DutyAssigned, DutyEnded, PersonChanged, PersonRegistered
from copies.departments import Database

# An aggregate's events arrive in their order, so what is told first is there before it is told of again.
KEEP_DUTIES = """
INSERT INTO known_duty (tenant, id, kind, names, sequence)
SELECT tenant, id, kind, names, sequence
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, kind text, names jsonb, sequence integer)
ORDER BY tenant, id
ON CONFLICT (tenant, id) DO UPDATE SET names = known_duty.names || EXCLUDED.names, sequence = EXCLUDED.sequence
WHERE known_duty.sequence < EXCLUDED.sequence
"""

KEEP_PEOPLE = """
INSERT INTO known_person (tenant, id, name, mobile_sealed, identified, sequence)
SELECT tenant, id, name, mobile_sealed, identified, sequence
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS r(tenant text, id text, name text, mobile_sealed text, identified boolean, sequence integer)
ORDER BY tenant, id
ON CONFLICT (tenant, id) DO UPDATE SET name = EXCLUDED.name, mobile_sealed = EXCLUDED.mobile_sealed,
    identified = EXCLUDED.identified, sequence = EXCLUDED.sequence
WHERE known_person.sequence < EXCLUDED.sequence
"""

KEEP_APPOINTMENTS = """
INSERT INTO known_appointment (tenant, id, person_id, person_name, department_id, duty_id, kind, since, until,
    stands_in_for, sequence)
SELECT tenant, id, person_id, person_name, department_id, duty_id, kind, since, until, stands_in_for, sequence
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, person_id text, person_name text,
    department_id text, duty_id text, kind text, since date, until date, stands_in_for text, sequence integer)
ORDER BY tenant, id
ON CONFLICT DO NOTHING
"""

END_APPOINTMENTS = """
UPDATE known_appointment k SET until = r.until, sequence = r.sequence
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, until date, sequence integer)
WHERE (k.tenant, k.id) = (r.tenant, r.id) AND k.sequence < r.sequence
"""

HOLDERS = """
SELECT k.tenant, k.department_id, k.kind, k.person_id, k.person_name, k.stands_in_for IS NOT NULL AS stands_in
FROM known_appointment k
JOIN unnest(CAST(:tenants AS text[]), CAST(:departments AS text[]), CAST(:kinds AS text[])) AS a(tenant, department_id, kind)
    ON (k.tenant, k.kind) = (a.tenant, a.kind) AND (a.department_id IS NULL OR k.department_id = a.department_id)
WHERE k.since <= :day AND (k.until IS NULL OR k.until >= :day)
ORDER BY k.tenant, k.department_id, k.kind, k.since, k.id
"""

REACH = """
SELECT id, name, mobile_sealed, identified FROM known_person
WHERE tenant = 'platform' AND id = ANY (CAST(:ids AS text[]))
"""

HELD_TODAY = """
SELECT k.kind, k.until, a.person_id AS absent_id, a.person_name AS absent_name
FROM known_appointment k LEFT JOIN known_appointment a ON (a.tenant, a.id) = (k.tenant, k.stands_in_for)
WHERE k.tenant = :tenant AND k.person_id = :person AND k.department_id = :department
    AND k.since <= :day AND (k.until IS NULL OR k.until >= :day)
ORDER BY k.since, k.id
"""

STAND_INS = """
SELECT a.person_id AS absent_id, a.person_name AS absent_name, k.kind, k.person_id, k.person_name, k.since, k.until
FROM known_appointment k JOIN known_appointment a ON (a.tenant, a.id) = (k.tenant, k.stands_in_for)
WHERE k.tenant = :tenant AND k.kind = ANY (CAST(:kinds AS text[])) AND k.department_id = :department
    AND k.since <= :day AND k.until >= :day AND (a.until IS NULL OR a.until >= :day)
ORDER BY absent_name, absent_id, k.since, k.id
"""

NAMES = """
SELECT DISTINCT ON (person_id) person_id, person_name FROM known_appointment
WHERE tenant = :tenant AND person_id = ANY (CAST(:ids AS text[])) ORDER BY person_id, since DESC
"""

HeldDuty = tuple[TenantId, Id | None, DutyKind]
"""A duty in a department; without the department, in the whole tenant."""


@dataclass(frozen=True, slots=True)
class DutyHolder:
    """Somebody who holds the duty on that day, or stands in for whoever does."""

    tenant: TenantId
    department_id: Id
    kind: DutyKind
    person_id: Id
    person_name: str
    stands_in: bool


@dataclass(frozen=True, slots=True)
class HeldToday:
    """A duty that somebody holds today: their own, or (`absent_id`) that of somebody who is away until `until`."""

    kind: DutyKind
    until: date | None
    absent_id: Id | None
    absent_name: str | None


@dataclass(frozen=True, slots=True)
class StandIn:
    """`person_id` holds a duty today for `absent_id`, who is away from `since` to `until`, both included."""

    absent_id: Id
    absent_name: str
    kind: DutyKind
    person_id: Id
    person_name: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """`mobile_sealed` is sealed for purpose `contact` and tenant `platform`."""

    id: Id
    name: str
    mobile_sealed: str | None
    identified: bool


def keep_duties(events: Sequence[Received[DutyRegistered] | Received[DutyRenamed]], uow: UnitOfWork) -> None:
    """A duty's names, each from its day on."""
    rows = []
    for event in events:
        data = event.data
        since = data.since if isinstance(data, DutyRenamed) else event.envelope.time.astimezone(CHINA).date()
        rows.append(
            {
                "tenant": event.tenant,
                "id": data.duty_id,
                "kind": data.kind,
                "names": [{"name": data.name, "since": since}],
                "sequence": event.envelope.sequence,
            }
        )
    uow.execute(KEEP_DUTIES, {"rows": orjson.dumps(rows).decode()})


def keep_people(events: Sequence[Received[PersonRegistered] | Received[PersonChanged]], uow: UnitOfWork) -> None:
    """Each event says the person whole; what is older than what is known changes nothing."""
    rows = [
        {
            "tenant": event.tenant,
            "id": event.data.person_id,
            "name": event.data.name,
            "mobile_sealed": event.data.mobile_sealed,
            "identified": event.data.identified,
            "sequence": event.envelope.sequence,
        }
        for event in events
    ]
    uow.execute(KEEP_PEOPLE, {"rows": orjson.dumps(rows).decode()})


def keep_appointments(events: Sequence[Received[DutyAssigned] | Received[DutyEnded]], uow: UnitOfWork) -> None:
    """Who holds what from when, and until when; what is told again changes nothing."""
    begun, ended = [], []
    for event in events:
        data, key = event.data, {"tenant": event.tenant, "id": event.data.appointment_id}
        if isinstance(data, DutyAssigned):
            told = data.model_dump(mode="json", exclude={"appointment_id"})
            begun.append({**told, **key, "sequence": event.envelope.sequence})
        else:
            ended.append({**key, "until": data.until, "sequence": event.envelope.sequence})
    if begun:
        uow.execute(KEEP_APPOINTMENTS, {"rows": orjson.dumps(begun).decode()})
    if ended:
        uow.execute(END_APPOINTMENTS, {"rows": orjson.dumps(ended).decode()})


class KnownDuties:
    """What is asked of the copy, each in one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holders(self, asked: Collection[HeldDuty], day: date) -> list[DutyHolder]:
        """Everybody who holds one of these duties on that day, stand-ins included."""
        if not asked:
            return []
        duties = list(dict.fromkeys(asked))
        wanted = {
            "tenants": [tenant for tenant, _, _ in duties],
            "departments": [department for _, department, _ in duties],
            "kinds": [kind for _, _, kind in duties],
        }
        rows = self._database.execute(HOLDERS, {**wanted, "day": day})
        return [DutyHolder(**row) for row in rows.mappings()]

    def held_today(self, tenant: TenantId, department_id: Id, person_id: Id, day: date) -> list[HeldToday]:
        """What this person holds in the department on that day, and for whom."""
        asked = {"tenant": tenant, "department": department_id, "person": person_id, "day": day}
        return [HeldToday(**row) for row in self._database.execute(HELD_TODAY, asked).mappings()]

    def stand_ins(self, tenant: TenantId, department_id: Id, day: date) -> list[StandIn]:
        """Who of the department is away on that day, duty by duty, and who stands in."""
        asked = {"tenant": tenant, "department": department_id, "day": day, "kinds": list(DUTY_KINDS)}
        return [StandIn(**row) for row in self._database.execute(STAND_INS, asked).mappings()]

    def names(self, tenant: TenantId, person_ids: Collection[Id]) -> dict[Id, str]:
        """What people who hold or have held a duty in the tenant are called."""
        asked = {"tenant": tenant, "ids": sorted(set(person_ids))}
        rows = self._database.execute(NAMES, asked) if person_ids else ()
        return {row.person_id: row.person_name for row in rows}

    def reach(self, person_ids: Collection[Id]) -> dict[Id, KnownPerson]:
        """How these people are reached. Only a unit of work for tenant `platform` sees them."""
        rows = self._database.execute(REACH, {"ids": sorted(set(person_ids))}) if person_ids else ()
        return {row.id: KnownPerson(row.id, row.name, row.mobile_sealed, row.identified) for row in rows}
