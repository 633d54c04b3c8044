"""The tables of people, appointments and mandates, and what is asked across tenants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.duties import Branch
from gateway.identity.people.domain import (
    Appointment,
    AppointmentUnknown,
    Mandate,
    MandateUnknown,
    Person,
    PersonIdTaken,
    PersonUnknown,
    ResidentIdTaken,
)

metadata = MetaData()

PERSON = Table(
    "person",
    metadata,
    *aggregate_columns(),
    Column("name", Text, nullable=False),
    Column("resident_digest", Text),
    Column("resident_sealed", Text),
    Column("mobile_sealed", Text),
    Column("mobile_masked", Text),
)

APPOINTMENT = Table(
    "appointment",
    metadata,
    *aggregate_columns(),
    Column("person_id", Text, nullable=False),
    Column("department_id", Text, nullable=False),
    Column("duty_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("stands_in_for", Text),
)

MANDATE = Table(
    "mandate",
    metadata,
    *aggregate_columns(),
    Column("person_id", Text, nullable=False),
    Column("enterprise_id", Text, nullable=False),
    Column("enterprise_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("scope", ARRAY(Text), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
)


class People(AggregateStore[Person]):
    table = PERSON
    aggregate_type = "person"
    missing = PersonUnknown
    refusals = {"person_pkey": PersonIdTaken, "person_resident_once": ResidentIdTaken}

    def to_row(self, aggregate: Person) -> dict[str, Any]:
        return {
            "name": aggregate.name,
            "resident_digest": aggregate.resident_digest,
            "resident_sealed": aggregate.resident_sealed,
            "mobile_sealed": aggregate.mobile_sealed,
            "mobile_masked": aggregate.mobile_masked,
        }

    def from_row(self, row: RowMapping) -> Person:
        return person_of(row)

    def by_resident_digests(self, digests: list[str]) -> Person | None:
        found = self.where(PERSON.c.resident_digest.in_(digests))
        return found[0] if found else None


def person_of(row: RowMapping) -> Person:
    return Person(
        **People.frame_fields(row),
        name=row["name"],
        resident_digest=row["resident_digest"],
        resident_sealed=row["resident_sealed"],
        mobile_sealed=row["mobile_sealed"],
        mobile_masked=row["mobile_masked"],
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What every tenant may know of a person: that there is one, the name, whether the resident id is known."""

    name: str
    identified: bool


class Appointments(AggregateStore[Appointment]):
    table = APPOINTMENT
    aggregate_type = "appointment"
    missing = AppointmentUnknown

    def to_row(self, aggregate: Appointment) -> dict[str, Any]:
        return {
            "person_id": aggregate.person_id,
            "department_id": aggregate.department_id,
            "duty_id": aggregate.duty_id,
            "kind": aggregate.kind,
            "since": aggregate.since,
            "until": aggregate.until,
            "stands_in_for": aggregate.stands_in_for,
        }

    def from_row(self, row: RowMapping) -> Appointment:
        return Appointment(
            **self.frame_fields(row),
            person_id=row["person_id"],
            department_id=row["department_id"],
            duty_id=row["duty_id"],
            kind=row["kind"],
            since=row["since"],
            until=row["until"],
            stands_in_for=row["stands_in_for"],
        )

    def known(self, person_id: str) -> Known | None:
        """The person, whose row belongs to no tenant that appoints."""
        row = self._uow.execute("SELECT * FROM person_known(:id)", {"id": person_id}).first()
        return None if row is None else Known(row.name, row.identified)

    def branches(self, person_id: str, since: date, until: date | None) -> frozenset[Branch]:
        """On which sides the person holds duties in any tenant on any of these days.

        Holds a lock on the person's duties to the end of the transaction: of two appointments at once the second sees
        the first.
        """
        self._uow.execute("SELECT pg_advisory_xact_lock(hashtextextended('duties of ' || :id, 0))", {"id": person_id})
        rows = self._uow.execute(
            "SELECT branch FROM branches_of(:id, :since, :until)", {"id": person_id, "since": since, "until": until}
        )
        return frozenset(row.branch for row in rows)

    def of_person(self, person_id: str) -> list[Appointment]:
        return self.where(APPOINTMENT.c.person_id == person_id)

    def standing_in_for(self, appointment_id: str) -> list[Appointment]:
        return self.where(APPOINTMENT.c.stands_in_for == appointment_id)

    def of_department(self, department_id: str) -> list[Appointment]:
        return self.where(APPOINTMENT.c.department_id == department_id)


class Mandates(AggregateStore[Mandate]):
    table = MANDATE
    aggregate_type = "mandate"
    missing = MandateUnknown

    def to_row(self, aggregate: Mandate) -> dict[str, Any]:
        return {
            "person_id": aggregate.person_id,
            "enterprise_id": aggregate.enterprise_id,
            "enterprise_name": aggregate.enterprise_name,
            "kind": aggregate.kind,
            "scope": sorted(aggregate.scope),
            "since": aggregate.since,
            "until": aggregate.until,
        }

    def from_row(self, row: RowMapping) -> Mandate:
        return Mandate(
            **self.frame_fields(row),
            person_id=row["person_id"],
            enterprise_id=row["enterprise_id"],
            enterprise_name=row["enterprise_name"],
            kind=row["kind"],
            scope=frozenset(row["scope"]),
            since=row["since"],
            until=row["until"],
        )

    def between(self, person_id: str, enterprise_id: str) -> list[Mandate]:
        return self.where(MANDATE.c.person_id == person_id, MANDATE.c.enterprise_id == enterprise_id)
