"""What is done about people, their duties and mandates: load, ask the domain, save."""

from __future__ import annotations

import re
from datetime import date

from stdnum.cn import ric

from chassis.foundation.secrecy import Cipher
from chassis.write.uow import UnitOfWork
from contracts.departments import CloseDepartment, DepartmentView
from contracts.identity import PLATFORM
from contracts.message import Id
from contracts.names import same_name
from contracts.people import (
    AppointmentView,
    AppointPerson,
    ChangePerson,
    EndAppointment,
    EndMandate,
    GrantMandate,
    IdentifyPerson,
    MandateView,
    NameStandIn,
    PersonView,
    RegisterPerson,
)
from contracts.typed import half_width
from gateway.identity.departments.store import Departments, Duties
from gateway.identity.departments.use_cases import acting_department, known_duty, today
from gateway.identity.people.domain import (
    AppointedAlready,
    Appointment,
    Mandate,
    MandateNotYours,
    MandateThereAlready,
    NotYourAppointment,
    Person,
    PersonUnknown,
    RepresentativeNotYours,
    ResidentIdTaken,
    ResidentIdWrong,
    holds_on,
    in_order,
    may_hold,
    meet,
)
from gateway.identity.people.noted import note_duty
from gateway.identity.people.store import Appointments, Known, Mandates, People
from gateway.identity.security.events import NOWHERE, Origin

SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")


def resident_digest(resident_id: str, cipher: Cipher) -> str:
    """The keyed digest that a person is known by. Raises ResidentIdWrong."""
    return cipher.hmac(checked_resident_id(resident_id), purpose="resident_id", tenant=PLATFORM)


def known_digests(resident_id: str, cipher: Cipher) -> list[str]:
    """The digests that this person may be kept under, by the key in use and those before it. Raises ResidentIdWrong."""
    return cipher.hmacs(checked_resident_id(resident_id), purpose="resident_id", tenant=PLATFORM)


def register_person(cmd: RegisterPerson, uow: UnitOfWork, cipher: Cipher) -> PersonView:
    """Enter a person, or answer with the one that is known already.

    Raises ResidentIdWrong; ResidentIdTaken where that one has another name or id; PersonIdTaken.
    """
    store = uow.of(People)
    digest = None if cmd.resident_id is None else resident_digest(cmd.resident_id, cipher)
    known = None if cmd.resident_id is None else store.by_resident_digests(known_digests(cmd.resident_id, cipher))
    if known is not None:
        if not same_name(known.name, cmd.name) or cmd.person_id not in (None, known.id):
            raise ResidentIdTaken(field="resident_id")
        return known.view()
    person = Person(id=cmd.person_id or uow.new_id(), tenant=PLATFORM, name=cmd.name)
    if cmd.resident_id is not None:
        person.resident_digest, person.resident_sealed = digest, _sealed(cmd.resident_id, cipher)
    _reach(person, cmd.mobile, cipher)
    person.say()
    store.save(person)
    return person.view()


def identify_person(cmd: IdentifyPerson, uow: UnitOfWork, cipher: Cipher) -> PersonView:
    """Raises PersonUnknown, StaleVersion, AlreadyIdentified, ResidentIdWrong, ResidentIdTaken."""
    store = uow.of(People)
    person = store.get(cmd.person_id, expected_version=cmd.expected_version)
    other = store.by_resident_digests(known_digests(cmd.resident_id, cipher))
    if other is not None and other.id != person.id:
        raise ResidentIdTaken(field="resident_id")
    person.identify(resident_digest(cmd.resident_id, cipher), _sealed(cmd.resident_id, cipher))
    store.save(person)
    return person.view()


def change_person(cmd: ChangePerson, uow: UnitOfWork, cipher: Cipher) -> PersonView:
    """Raises PersonUnknown, StaleVersion."""
    store = uow.of(People)
    person = store.get(cmd.person_id, expected_version=cmd.expected_version)
    person.name = cmd.name
    _reach(person, cmd.mobile, cipher)
    person.say()
    store.save(person)
    return person.view()


def appoint_person(cmd: AppointPerson, uow: UnitOfWork, origin: Origin = NOWHERE) -> AppointmentView:
    """Raises PersonUnknown, DepartmentUnknown, DepartmentClosed, DutyUnknown, PeriodEmpty, NotIdentified,
    DutiesMustDiffer, AppointedAlready."""
    acting_department(cmd.department_id, uow)
    duty = known_duty(cmd.duty_id, uow)
    made = Appointment(
        id=uow.new_id(),
        tenant=uow.tenant,
        person_id=cmd.person_id,
        department_id=cmd.department_id,
        duty_id=duty.id,
        kind=duty.kind,
        since=cmd.since,
        until=cmd.until,
    )
    note_duty(uow, made, "appointed", origin)
    return _begin(made, uow)


def name_stand_in(cmd: NameStandIn, uow: UnitOfWork, origin: Origin = NOWHERE) -> AppointmentView:
    """Raises AppointmentUnknown, NotYourAppointment, StandInForOneself, StandInOfStandIn, StandInTooLong, PeriodEmpty,
    PersonUnknown, NotIdentified, DutiesMustDiffer, AppointedAlready."""
    held = uow.of(Appointments).get(cmd.appointment_id)
    if uow.actor.id != held.person_id and "security_admin" not in uow.actor.duties:
        raise NotYourAppointment()
    made = held.stand_in(uow.new_id(), cmd.person_id, cmd.since, cmd.until)
    note_duty(uow, made, "stand_in", origin)
    return _begin(made, uow)


def end_appointment(cmd: EndAppointment, uow: UnitOfWork, origin: Origin = NOWHERE) -> AppointmentView:
    """Whoever stands in ends with it. Raises AppointmentUnknown, StaleVersion, MayOnlyEndSooner."""
    store = uow.of(Appointments)
    held = store.get(cmd.appointment_id, expected_version=cmd.expected_version)
    held.end(cmd.until, cmd.reason)
    ended = [held]
    for each in store.standing_in_for(held.id):
        if each.until is None or each.until > cmd.until:
            each.end(cmd.until, cmd.reason)
            ended.append(each)
    store.save_many(ended)
    for each in ended:
        note_duty(uow, each, "ended", origin)
    return _shown(held, _known(held.person_id, uow), uow)


def close_department(cmd: CloseDepartment, uow: UnitOfWork, origin: Origin = NOWHERE) -> DepartmentView:
    """What its people hold there ends with it. Raises DepartmentUnknown, StaleVersion, DepartmentClosed."""
    departments, appointments = uow.of(Departments), uow.of(Appointments)
    department = departments.get(cmd.department_id, expected_version=cmd.expected_version)
    department.close(cmd.closed_on)
    held = [
        each for each in appointments.of_department(department.id) if each.until is None or each.until > cmd.closed_on
    ]
    for each in held:
        each.end(cmd.closed_on, cmd.reason)
    departments.save(department)
    appointments.save_many(held)
    for each in held:
        note_duty(uow, each, "ended", origin)
    return department.view(today(uow))


def grant_mandate(cmd: GrantMandate, uow: UnitOfWork) -> MandateView:
    """Raises RepresentativeNotYours, PersonUnknown, PeriodEmpty, AgentNeedsAnEnd, MandateThereAlready."""
    if not _has_seen_papers(uow) and (cmd.kind != "agent" or not _represents(cmd.enterprise_id, uow)):
        raise RepresentativeNotYours(field="kind")
    store = uow.of(Mandates)
    person = _known(cmd.person_id, uow)
    in_order(cmd.since, cmd.until)
    if any(meet(each, cmd.since, cmd.until) for each in store.between(cmd.person_id, cmd.enterprise_id)):
        raise MandateThereAlready(field="since")
    mandate = Mandate(
        id=uow.new_id(),
        tenant=uow.tenant,
        person_id=cmd.person_id,
        enterprise_id=cmd.enterprise_id,
        enterprise_name=cmd.enterprise_name,
        kind=cmd.kind,
        scope=cmd.scope,
        since=cmd.since,
        until=cmd.until,
    )
    mandate.begin(person.name)
    store.save(mandate)
    return mandate_view(mandate, person.name)


def end_mandate(cmd: EndMandate, uow: UnitOfWork) -> MandateView:
    """Raises MandateUnknown, StaleVersion, MandateNotYours, MayOnlyEndSooner."""
    store = uow.of(Mandates)
    mandate = store.get(cmd.mandate_id, expected_version=cmd.expected_version)
    own = mandate.kind == "agent" and (mandate.person_id == uow.actor.id or _represents(mandate.enterprise_id, uow))
    if not _has_seen_papers(uow) and not own:
        raise MandateNotYours()
    mandate.end(cmd.until, cmd.reason)
    store.save(mandate)
    return mandate_view(mandate, _known(mandate.person_id, uow).name)


def _has_seen_papers(uow: UnitOfWork) -> bool:
    """Whether the actor is one of those who enter representatives."""
    actor = uow.actor
    return bool(actor.duties & {"window", "security_admin"} or actor.roles & {"window", "platform"})


def _represents(enterprise_id: Id, uow: UnitOfWork) -> bool:
    """Whether the actor is the enterprise's representative today."""
    held = uow.of(Mandates).between(uow.actor.id, enterprise_id)
    return any(each.kind == "legal_representative" and holds_on(each.since, each.until, today(uow)) for each in held)


def mandate_view(mandate: Mandate, person_name: str) -> MandateView:
    return MandateView(
        mandate_id=mandate.id,
        tenant=mandate.tenant,
        person_id=mandate.person_id,
        person_name=person_name,
        enterprise_id=mandate.enterprise_id,
        enterprise_name=mandate.enterprise_name,
        kind=mandate.kind,
        scope=mandate.scope,
        since=mandate.since,
        until=mandate.until,
        version=mandate.version,
    )


def _begin(made: Appointment, uow: UnitOfWork) -> AppointmentView:
    store = uow.of(Appointments)
    person = _known(made.person_id, uow)
    made.begin(person.name)
    branches = store.branches(made.person_id, made.since, made.until)
    duty = uow.of(Duties).get(made.duty_id)
    may_hold(made.kind, duty.name, identified=person.identified, branches=branches)
    place = (made.department_id, made.duty_id)
    for each in store.of_person(made.person_id):
        if (each.department_id, each.duty_id) == place and meet(each, made.since, made.until):
            raise AppointedAlready(field="since")
    store.save(made)
    return _shown(made, person, uow)


def _known(person_id: str, uow: UnitOfWork) -> Known:
    person = uow.of(Appointments).known(person_id)
    if person is None:
        raise PersonUnknown(field="person_id")
    return person


def _shown(held: Appointment, person: Known, uow: UnitOfWork) -> AppointmentView:
    department = uow.of(Departments).get(held.department_id)
    duty = uow.of(Duties).get(held.duty_id)
    return AppointmentView(
        appointment_id=held.id,
        tenant=held.tenant,
        person_id=held.person_id,
        person_name=person.name,
        department_id=held.department_id,
        department=department.view(today(uow)).name,
        duty_id=held.duty_id,
        duty=duty.view(today(uow)).name,
        kind=held.kind,
        since=held.since,
        until=held.until,
        stands_in_for=held.stands_in_for,
        version=held.version,
    )


def _reach(person: Person, mobile: str | None, cipher: Cipher) -> None:
    person.mobile_sealed = None if mobile is None else cipher.seal(mobile, purpose="contact", tenant=PLATFORM)
    person.mobile_masked = None if mobile is None else f"{mobile[:3]}****{mobile[-4:]}"


def _sealed(resident_id: str, cipher: Cipher) -> str:
    return cipher.seal(checked_resident_id(resident_id), purpose="resident_id", tenant=PLATFORM)


def checked_resident_id(resident_id: str) -> str:
    """The 18 characters of GB 11643 without blanks: region, date of birth, sequence, check digit. Raises ResidentIdWrong.

    Which counties there were in the year of birth is not asked: lists of them have gaps, people do not.
    """
    text = half_width("".join(resident_id.split())).upper()
    if not SHAPE.fullmatch(text) or ric.calc_check_digit(text) != text[-1]:
        raise ResidentIdWrong(field="resident_id")
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError as error:
        raise ResidentIdWrong(field="resident_id") from error
    return text
