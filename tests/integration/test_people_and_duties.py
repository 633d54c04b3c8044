"""The registers of people, duties and credentials on a real database: one person, three administrators, tokens that end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from register_kit import NOON, TODAY, Register

from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from chassis.time.clock import FixedClock
from console.demo.people import made_up_resident_id
from console.servers.provision import Dsns
from contracts.departments import ChangeDepartment, CloseDepartment, ListDepartments
from contracts.people import (
    EndAppointment,
    GrantMandate,
    ListAppointments,
    NameStandIn,
    RegisterPerson,
)
from gateway.identity.departments import use_cases as departments
from gateway.identity.departments.views import list_departments
from gateway.identity.people import use_cases as people
from gateway.identity.people.views import list_appointments


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    return service_database("gateway")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def register(service_frame: Callable[..., Frame], dsns: Dsns, clock: FixedClock) -> Register:
    register = Register(service_frame("gateway", dsns=dsns, clock=clock))
    register.onboards("xingguo", "XG")
    return register


# -- one person ----------------------------------------------------------------------------------------------


def test_one_person_is_one_person_however_often_registered(register: Register) -> None:
    assert register.person("某甲") == register.person("某甲")


def test_a_resident_id_is_not_given_to_somebody_with_another_name(register: Register) -> None:
    register.person("某甲")
    command = RegisterPerson(name="某乙", resident_id=made_up_resident_id("某甲"))
    handle = partial(people.register_person, cipher=register.frame.cipher)
    assert register.does(command, handle, tenant="platform") == "resident_id_taken"


def test_a_resident_id_stands_nowhere_in_the_database_as_it_is(register: Register, dsns: Dsns) -> None:
    register.person("某甲")
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        tables = ("person", "outbox", "audit_fact", "idempotency_record")
        kept = [str(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in tables]  # type: ignore[arg-type]
    assert not any(made_up_resident_id("某甲") in text for text in kept)


def test_the_same_person_registered_twenty_times_at_once_is_one(register: Register, dsns: Dsns) -> None:
    handle = partial(people.register_person, cipher=register.frame.cipher)
    command = RegisterPerson(name="某甲", resident_id=made_up_resident_id("某甲"))
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _n: register.does(command, handle, tenant="platform"), range(20)))
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (1,)
    ids = {answer["person_id"] for answer in answers if isinstance(answer, dict)}
    refused = {answer for answer in answers if isinstance(answer, str)}
    assert len(ids) == 1
    assert refused <= {"resident_id_taken"}


# -- duties ---------------------------------------------------------------------------------------------------


def test_a_duty_is_held_from_its_first_day_to_its_last(register: Register) -> None:
    person, department = register.person("某甲"), register.department("县工信局")
    register.appoints(person, department, "first_review", since=TODAY, until=TODAY + timedelta(days=2))
    held = [register.duties(person, TODAY + timedelta(days=days)) for days in (-1, 0, 2, 3)]
    assert held == [{}, {department: {"first_review"}}, {department: {"first_review"}}, {}]


def test_duties_of_several_departments_are_held_apart(register: Register) -> None:
    person = register.person("某甲")
    one, other = register.department("县工信局"), register.department("县科技局")
    register.appoints(person, one, "first_review")
    register.appoints(person, one, "policy_author")
    register.appoints(person, other, "leader")
    assert register.duties(person) == {one: {"first_review", "policy_author"}, other: {"leader"}}


def test_who_is_not_identified_is_given_no_deciding_duty(register: Register) -> None:
    person, department = register.person("某甲", identified=False), register.department("县工信局")
    assert register.appoints(person, department, "first_review") == "person_not_identified"
    assert register.appoints(person, department, "policy_author")["kind"] == "policy_author"


@pytest.mark.parametrize("admin", ["system_admin", "security_admin", "audit_admin"])
@pytest.mark.parametrize("other", ["leader", "system_admin", "security_admin", "audit_admin"])
def test_an_administrator_holds_nothing_else(register: Register, admin: str, other: str) -> None:
    register.onboards("zhanggong", "ZG")
    person, department = register.person("某甲"), register.department("平台办")
    elsewhere = register.department("区平台办", "zhanggong")
    register.appoints(person, department, admin)
    answer = register.appoints(person, elsewhere, other, tenant="zhanggong")
    assert answer == "duties_must_differ" if other != admin else answer["kind"] == admin


def test_an_administrator_may_take_up_another_duty_once_the_first_has_ended(register: Register) -> None:
    person, department = register.person("某甲"), register.department("平台办")
    register.appoints(person, department, "system_admin", until=TODAY)
    assert register.appoints(person, department, "leader", since=TODAY) == "duties_must_differ"
    assert register.appoints(person, department, "leader", since=TODAY + timedelta(days=1))["kind"] == "leader"


def test_of_two_sides_given_at_once_one_is_refused(register: Register) -> None:
    for turn in range(5):
        person, department = register.person(f"某{turn}"), register.department(f"部门{turn}")
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(partial(register.appoints, person, department), ("security_admin", "audit_admin")))
        assert sorted(isinstance(each, str) for each in answers) == [False, True]
        assert "duties_must_differ" in answers


def test_the_same_duty_is_not_given_twice_for_the_same_days(register: Register) -> None:
    person, department = register.person("某甲"), register.department("县工信局")
    register.appoints(person, department, "leader", until=TODAY)
    assert register.appoints(person, department, "leader") == "appointed_already"
    assert register.appoints(person, department, "leader", since=TODAY + timedelta(days=1))["kind"] == "leader"


def test_who_stands_in_holds_the_duty_and_loses_it_with_the_holder(register: Register) -> None:
    holder, stand_in, department = register.person("某甲"), register.person("某乙"), register.department("县工信局")
    held = register.appoints(holder, department, "leader")
    command = NameStandIn(
        appointment_id=held["appointment_id"],
        person_id=stand_in,
        since=TODAY,
        until=TODAY + timedelta(days=9),
        reason="出差",
    )
    assert register.does(command, people.name_stand_in, tenant="xingguo", by="neighbour", duties=[]) == (
        "not_your_appointment"
    )
    register.does(command, people.name_stand_in, tenant="xingguo", by=holder, duties=["leader"])
    assert register.duties(stand_in) == {department: {"leader"}}
    end = EndAppointment(
        appointment_id=held["appointment_id"], until=TODAY, reason="调离", expected_version=held["version"]
    )
    register.does(end, people.end_appointment, tenant="xingguo")
    assert register.duties(stand_in, TODAY + timedelta(days=1)) == {}


def test_a_department_that_is_closed_takes_its_duties_along(register: Register) -> None:
    person, department = register.person("某甲"), register.department("县工信局")
    register.appoints(person, department, "leader")
    command = CloseDepartment(department_id=department, closed_on=TODAY, reason="机构改革", expected_version=1)
    register.does(command, people.close_department, tenant="xingguo")
    assert register.duties(person) == {}
    assert register.appoints(register.person("某乙"), department, "leader") == "department_closed"
    assert register.asks(ListDepartments(), list_departments, tenant="xingguo")["items"] == []


def test_a_department_is_called_what_it_is_called_that_day(register: Register, clock: FixedClock) -> None:
    department = register.department("县工信局")
    tomorrow = TODAY + timedelta(days=1)
    command = ChangeDepartment(
        department_id=department,
        department={"name": "县工业和信息化局"},
        since=tomorrow,
        reason="更名",
        expected_version=1,
    )
    assert register.does(command, departments.change_department, tenant="xingguo")["name"] == "县工信局"
    clock.advance(timedelta(days=1))
    shown = register.asks(ListDepartments(), list_departments, tenant="xingguo")["items"]
    assert [each["name"] for each in shown] == ["县工业和信息化局"]


def test_appointments_are_listed_with_names(register: Register) -> None:
    person, department = register.person("某甲"), register.department("县工信局")
    register.appoints(person, department, "leader")
    (shown,) = register.asks(ListAppointments(person_id=person), list_appointments, tenant="xingguo")["items"]
    assert (shown["person_name"], shown["department"], shown["duty"]) == ("某甲", "县工信局", "分管领导")


# -- mandates -------------------------------------------------------------------------------------------------


def mandate(person: str, **said: Any) -> GrantMandate:
    fields = {
        "person_id": person,
        "enterprise_id": "enterprise-1",
        "enterprise_name": "兴国示例有限公司",
        "kind": "agent",
        "scope": ["view"],
        "since": TODAY,
        "until": TODAY,
    }
    return GrantMandate(**(fields | said))


def test_a_representative_names_an_agent_and_no_representative(register: Register) -> None:
    boss, clerk = register.person("法人"), register.person("经办")
    representative = mandate(boss, kind="legal_representative", until=None)
    register.does(representative, people.grant_mandate, tenant="xingguo")
    by_boss = {"tenant": "xingguo", "by": boss, "duties": []}

    def granted(command: GrantMandate) -> Any:
        envelope = {
            "idempotency_key": new_id(),
            "tenant": "xingguo",
            "actor": {"id": boss, "roles": ["enterprise"], "enterprise_id": "enterprise-1"},
            "name": "GrantMandate",
            "body_hash": "x",
            "body": command.model_dump(mode="json"),
        }
        wire = register.frame.run_command(GrantMandate, people.grant_mandate, envelope)
        return wire.get("ok") or wire["refused"]["code"]

    assert by_boss["by"] == boss
    assert granted(mandate(clerk, kind="legal_representative")) == "representative_not_yours"
    assert granted(mandate(clerk, enterprise_id="enterprise-2")) == "representative_not_yours"
    assert granted(mandate(clerk))["scope"] == ["view"]
    assert register.duties(clerk) == {"enterprise-1": {"enterprise_view"}}
    assert register.duties(clerk, TODAY + timedelta(days=1)) == {}
