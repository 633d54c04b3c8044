"""What is answered about people, their duties and mandates."""

from __future__ import annotations

from datetime import date

from sqlalchemy import FromClause, select, text, tuple_

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.people import (
    AppointmentPage,
    AppointmentView,
    CapacityList,
    CapacityView,
    GetPerson,
    ListAppointments,
    ListCapacities,
    ListMandates,
    ListPeople,
    MandatePage,
    MandateView,
    PersonPage,
    PersonView,
)
from gateway.identity.people.capacities import capacities
from gateway.identity.people.domain import MandateNotYours, PersonUnknown
from gateway.identity.people.store import PERSON, person_of

HELD = """
SELECT a.id, a.tenant, a.person_id, person_name, a.department_id, d.name AS department, a.duty_id, u.name AS duty,
    a.kind, a.since, a.until, a.stands_in_for, a.version
FROM appointment a
JOIN department d ON (d.tenant, d.id) = (a.tenant, a.department_id)
JOIN duty u ON (u.tenant, u.id) = (a.tenant, a.duty_id)
CROSS JOIN LATERAL (SELECT name AS person_name FROM person_known(a.person_id)) AS known
WHERE a.tenant = :tenant AND (CAST(:person AS text) IS NULL OR a.person_id = :person)
    AND (CAST(:department AS text) IS NULL OR a.department_id = :department)
    AND (CAST(:kind AS text) IS NULL OR a.kind = :kind)
    AND (:past OR a.until IS NULL OR a.until >= :today)
    AND (CAST(:after AS text) IS NULL OR a.id > :after)
ORDER BY a.id LIMIT :limit
"""

MANDATED = """
SELECT m.id, m.tenant, m.person_id, person_name, m.enterprise_id, m.enterprise_name, m.kind, m.scope, m.since, m.until,
    m.version
FROM mandate m CROSS JOIN LATERAL (SELECT name AS person_name FROM person_known(m.person_id)) AS known
WHERE m.tenant = :tenant AND (CAST(:person AS text) IS NULL OR m.person_id = :person)
    AND (CAST(:enterprise AS text) IS NULL OR m.enterprise_id = :enterprise)
    AND (:past OR m.until IS NULL OR m.until >= :today)
    AND (CAST(:after AS text) IS NULL OR m.id > :after)
ORDER BY m.id LIMIT :limit
"""


LAST_CHARACTER = "\U0010ffff"


def get_person(query: GetPerson, reader: Reader) -> PersonView:
    """Raises PersonUnknown. The reader is of tenant `platform`."""
    statement = select(PERSON).where(PERSON.c.tenant == reader.tenant, PERSON.c.id == query.person_id)
    row = reader.execute(statement).mappings().first()
    if row is None:
        raise PersonUnknown()
    return person_of(row).view()


def list_people(query: ListPeople, reader: Reader) -> PersonPage:
    """Raises CursorInvalid. The reader is of tenant `platform`."""
    people: FromClause = PERSON
    if query.name:
        # Under row security the server takes no index for LIKE. Those of a name are found first and put in order then
        # (OFFSET keeps the two apart): in the order of all names they would be looked for among everybody.
        beginning = PERSON.c.name.collate("C")
        called = (beginning >= query.name, beginning < f"{query.name}{LAST_CHARACTER}")
        people = select(PERSON).where(PERSON.c.tenant == reader.tenant, *called).offset(0).subquery()
    columns = people.c
    statement = select(people).where(columns.tenant == reader.tenant)
    statement = statement.order_by(columns.name, columns.id).limit(query.limit + 1)
    if (last := decode_cursor(query.cursor, str, str)) is not None:
        statement = statement.where(tuple_(columns.name, columns.id) > last)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return PersonPage(
        items=tuple(person_of(row).view() for row in rows),
        next_cursor=encode_cursor(rows[-1]["name"], rows[-1]["id"]) if more else None,
    )


def list_appointments(query: ListAppointments, reader: Reader) -> AppointmentPage:
    """Raises CursorInvalid."""
    asked = {"person": query.person_id, "department": query.department_id, "kind": query.kind, "past": query.past}
    found = reader.execute(text(HELD), asked | _paged(query.cursor, query.limit, reader)).mappings().all()
    rows, more = cut_page(found, query.limit)
    return AppointmentPage(
        items=tuple(AppointmentView(appointment_id=row["id"], **row) for row in rows),
        next_cursor=encode_cursor(rows[-1]["id"]) if more else None,
    )


def list_mandates(query: ListMandates, reader: Reader) -> MandatePage:
    """Who acts for an enterprise is for itself and for those who enter it. Raises MandateNotYours or CursorInvalid."""
    own = reader.actor.enterprise_id
    if own is not None and query.enterprise_id not in (None, own):
        raise MandateNotYours()
    asked = {"person": query.person_id, "enterprise": own or query.enterprise_id, "past": query.past}
    found = reader.execute(text(MANDATED), asked | _paged(query.cursor, query.limit, reader)).mappings().all()
    rows, more = cut_page(found, query.limit)
    return MandatePage(
        items=tuple(MandateView(mandate_id=row["id"], **row) for row in rows),
        next_cursor=encode_cursor(rows[-1]["id"]) if more else None,
    )


def _paged(cursor: str | None, limit: int, reader: Reader) -> dict[str, object]:
    last = decode_cursor(cursor, str)
    today: date = reader.now.astimezone(CHINA).date()
    return {
        "tenant": reader.tenant,
        "after": None if last is None else str(last[0]),
        "limit": limit + 1,
        "today": today,
    }


def list_capacities(query: ListCapacities, reader: Reader) -> CapacityList:
    """Raises PersonUnknown."""
    held = capacities(reader, query.person_id, reader.now.astimezone(CHINA).date())
    return CapacityList(
        items=tuple(
            CapacityView(
                key=each.key,
                tenant=each.tenant,
                label=each.label,
                department_id=each.actor.department_id,
                enterprise_id=each.actor.enterprise_id,
                duties=each.actor.duties,
            )
            for each in held
        )
    )
