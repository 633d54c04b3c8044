"""Tokens of machines and people on a real database: they end, rotate, are revoked, and open what is held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from register_kit import NOON, TODAY, Register

from chassis.edge.frame import Frame
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.credentials import IssueCredential, RevokeCredential, RotateCredential
from contracts.people import (
    EndAppointment,
    NameStandIn,
)
from contracts.security_events import ListSecurityEvents
from gateway.identity.credentials import use_cases as credentials
from gateway.identity.people import use_cases as people
from gateway.identity.security.views import list_security_events
from gateway.identity.views import CACHE_SECONDS, Directory


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


# -- credentials ----------------------------------------------------------------------------------------------


def issued(register: Register, token: str, **said: Any) -> Any:
    fields = {"tenant": "xingguo", "actor_id": "exchange", "name": "数据交换", "roles": ["partner"]}
    command = IssueCredential(**(fields | said))
    return register.does(command, partial(credentials.issue_credential, token=token), tenant=command.tenant)


@pytest.fixture
def directory(register: Register) -> Directory:
    return Directory(register.frame, None)


def test_a_machine_is_given_no_duty_of_a_person(register: Register) -> None:
    assert issued(register, "t", roles=["bureau"]) == "person_needed"
    assert issued(register, "t", roles=["partner", "finance"]) == "person_needed"


def test_only_a_persons_token_that_was_given_out_so_does_without_a_second_factor(
    register: Register, directory: Directory
) -> None:
    person, department = register.person("某乙"), register.department("审批局")
    register.appoints(person, department, "payment_check")
    said: dict[str, Any] = {"actor_id": person, "roles": [], "department_id": department}
    issued(register, "plain", **said)
    issued(register, "unattended", unattended=True, **said)
    issued(register, "machine", unattended=True)
    found = {token: directory.principal(token) for token in ("plain", "unattended", "machine")}
    assert {token: each.unattended for token, each in found.items() if each} == {
        "plain": False,
        "unattended": True,
        "machine": False,
    }


def test_a_persons_token_opens_what_the_person_holds_at_that_moment(register: Register, directory: Directory) -> None:
    person, department = register.person("某甲"), register.department("县工信局")
    assert issued(register, "t", actor_id=person, roles=[], department_id=department) == "nothing_held"
    held = register.appoints(person, department, "leader")
    issued(register, "t", actor_id=person, roles=[], department_id=department)
    principal = directory.principal("t")
    assert principal is not None
    assert (principal.actor.id, principal.actor.duties) == (person, {"leader"})
    assert (principal.actor.roles, principal.actor.department) == ({"department"}, "县工信局")
    end = EndAppointment(
        appointment_id=held["appointment_id"],
        until=TODAY - timedelta(days=1),
        reason="任命有误",
        expected_version=held["version"],
    )
    register.does(end, people.end_appointment, tenant="xingguo")
    assert directory.principal("t") is None


def test_a_token_ends(register: Register, directory: Directory, clock: FixedClock) -> None:
    issued(register, "t", days=1)
    clock.advance(timedelta(days=1) - timedelta(seconds=1))
    assert directory.principal("t") is not None
    clock.advance(timedelta(seconds=1))
    assert directory.principal("t") is None


def test_after_a_rotation_both_tokens_are_good_for_a_while(
    register: Register, directory: Directory, clock: FixedClock
) -> None:
    credential = issued(register, "old")["credential_id"]
    rotate = RotateCredential(credential_id=credential, overlap_hours=1)
    register.does(rotate, partial(credentials.rotate_credential, token="new"), tenant="xingguo")
    again = register.does(rotate, partial(credentials.rotate_credential, token="newer"), tenant="xingguo")
    assert again == "rotation_running"
    assert directory.principal("old") is not None
    assert directory.principal("new") is not None
    clock.advance(timedelta(hours=1))
    assert directory.principal("old") is None
    assert directory.principal("new") is not None


def test_a_revoked_credential_opens_nothing(register: Register, directory: Directory) -> None:
    credential = issued(register, "old")["credential_id"]
    rotate = RotateCredential(credential_id=credential)
    register.does(rotate, partial(credentials.rotate_credential, token="new"), tenant="xingguo")
    revoke = RevokeCredential(credential_id=credential, reason="疑似泄露")
    register.does(revoke, credentials.revoke_credential, tenant="xingguo")
    assert [directory.principal(token) for token in ("old", "new")] == [None, None]
    assert CACHE_SECONDS <= 5, "every gateway knows within seconds"


# -- what the auditor reads of it -------------------------------------------------------------------------------


def test_every_change_of_duties_and_credentials_is_a_security_event(register: Register) -> None:
    holder, stand_in, department = register.person("某甲"), register.person("某乙"), register.department("县工信局")
    held = register.appoints(holder, department, "leader")
    away = NameStandIn(
        appointment_id=held["appointment_id"],
        person_id=stand_in,
        since=TODAY,
        until=TODAY + timedelta(days=9),
        reason="出差",
    )
    register.does(away, people.name_stand_in, tenant="xingguo", by="security-1")
    end = EndAppointment(
        appointment_id=held["appointment_id"], until=TODAY, reason="调离", expected_version=held["version"]
    )
    register.does(end, people.end_appointment, tenant="xingguo", by="security-1")
    credential = issued(register, "t")["credential_id"]
    revoke = RevokeCredential(credential_id=credential, reason="疑似泄露")
    register.does(revoke, credentials.revoke_credential, tenant="xingguo", by="security-1")

    told = register.asks(ListSecurityEvents(), list_security_events, tenant="xingguo")["items"]
    said = sorted((each["kind"], each["details"].get("change", ""), each["person_id"] or "") for each in told)
    assert said == sorted(
        [
            ("duty_changed", "appointed", holder),
            ("duty_changed", "stand_in", stand_in),
            ("duty_changed", "ended", holder),
            ("duty_changed", "ended", stand_in),
            ("credential_issued", "", ""),
            ("credential_revoked", "", ""),
        ]
    )


def test_an_appointment_that_is_refused_leaves_no_event(register: Register) -> None:
    person, department = register.person("某甲", identified=False), register.department("县工信局")
    assert register.appoints(person, department, "leader") == "person_not_identified"
    assert register.asks(ListSecurityEvents(), list_security_events, tenant="xingguo")["items"] == []
