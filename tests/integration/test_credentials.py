"""Tokens of machines and people on a real database: they end, rotate, are revoked, and open what is held."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import psycopg
import pytest
from frame_kit import psycopg_url
from register_kit import NOON, TODAY, Register

from chassis.edge.frame import Frame
from chassis.foundation.settings import SettingMissing
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.credentials import IssueCredential, RevokeCredential, RotateCredential
from contracts.departments import ChangeDepartment
from contracts.people import (
    EndAppointment,
    NameStandIn,
)
from contracts.security_events import ListSecurityEvents
from gateway.__main__ import platform_token_in
from gateway.app import create_app
from gateway.bus import Bus
from gateway.identity.credentials import use_cases as credentials
from gateway.identity.credentials.tokens import looks_like_one
from gateway.identity.credentials.use_cases import token_digest
from gateway.identity.departments import use_cases as departments
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


def test_a_machine_speaks_for_the_sources_of_its_credential_and_no_other_machine_has_any(
    register: Register, directory: Directory
) -> None:
    view = issued(register, "t", sources=["tax", "others"])
    assert view["sources"] == ["others", "tax"]
    found = directory.principal("t")
    assert found is not None
    assert found.actor.speaks_for == {"tax", "others"}
    issued(register, "bare")
    bare = directory.principal("bare")
    assert bare is not None
    assert bare.actor.speaks_for == frozenset()
    assert issued(register, "b", roles=["bank"], sources=["tax"]) == "sources_without_data"


def test_a_person_speaks_for_the_sources_of_department_and_duty(register: Register, directory: Directory) -> None:
    person, department = register.person("某丙"), register.department("县税务局", functions=["taxation"])
    register.appoints(person, department, "window")
    said: dict[str, Any] = {"actor_id": person, "roles": [], "department_id": department}
    assert issued(register, "t", sources=["tax"], **said) == "sources_of_person"
    issued(register, "t", **said)

    def speaks_for() -> frozenset[str]:
        found = Directory(register.frame, None).principal("t")
        assert found is not None
        return found.actor.speaks_for

    assert speaks_for() == {"tax", "window"}, "by what it is there for, while its entry says nothing"
    told = ((["statistics"], {"statistics", "window"}), (None, {"statistics", "window"}), ([], {"window"}))
    for version, (sources, meant) in enumerate(told, start=1):
        change = ChangeDepartment(
            department_id=department,
            department={"name": "县税务局", "functions": ["taxation"], "sources": sources},
            since=TODAY,
            reason="调整数据来源",
            expected_version=version,
        )
        register.does(change, departments.change_department, tenant="xingguo")
        assert speaks_for() == meant


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


def test_a_credential_for_a_department_that_is_not_there_is_refused(register: Register, directory: Directory) -> None:
    department = register.department("县大数据局")
    elsewhere = register.department("平台处", tenant="platform")
    assert issued(register, "a", department_id="nowhere") == "department_not_there"
    assert issued(register, "b", department="没有的局") == "department_not_there"
    assert issued(register, "c", department_id=elsewhere) == "department_not_there"
    assert issued(register, "d", department_id=department, department="没有的局") == "department_not_there"
    assert [directory.principal(token) for token in "abcd"] == [None] * 4
    issued(register, "e", department_id=department, department="县大数据局")
    assert directory.principal("e") is not None


class Catalogue:
    """A bus on which the catalogue knows one enterprise."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    async def call(self, _service: str, method: str, payload: dict[str, Any], **_: object) -> dict[str, Any]:
        self.asked.append((method, payload["tenant"]))
        if payload["body"]["enterprise_id"] == "enterprise-1":
            return {"ok": {**KNOWN, "tenant": payload["tenant"]}}
        reason = {"code": "enterprise_unknown", "message": "没有找到该企业。"}
        return {
            "refused": {"kind": "not_found", "code": reason["code"], "message": reason["message"], "reasons": [reason]}
        }


KNOWN = {
    "enterprise_id": "enterprise-1",
    "uscc": "91360732MA00000001",
    "name": "示例企业",
    "industry": "制造业",
    "contact_masked": "138****5678",
    "facts": [],
    "version": 1,
}


class AtTheDoor:
    """The application on this register's frame, called over HTTP with the installation's token."""

    TOKEN = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

    def __init__(self, frame: Frame) -> None:
        self.app = create_app(frame, Bus("amqp://nowhere"), self.TOKEN)
        self.bus = self.app.state.bus = Catalogue()

    def post(self, path: str, body: dict[str, Any], key: str, token: str = TOKEN) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
                return await client.post(f"/api/v1{path}", json=body, headers=headers)

        return asyncio.run(once())


MACHINE = {"tenant": "xingguo", "actor_id": "exchange", "name": "数据交换", "roles": ["partner"]}


def test_a_token_is_random_and_shown_once_and_a_repeat_is_told_so(
    register: Register, dsns: Dsns, directory: Directory
) -> None:
    door = AtTheDoor(register.frame)
    made = door.post("/credentials", MACHINE, "the-first-key")
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    token = made.json()["token"]
    assert directory.principal(token) is not None
    again = door.post("/credentials", MACHINE, "the-first-key")
    assert (again.status_code, again.json()["code"]) == (409, "already_issued")
    assert "token" not in again.json()
    another = door.post("/credentials", MACHINE, "another-key-of-the-same").json()["token"]
    assert another != token
    assert all(looks_like_one(each) for each in (token, another))
    # Neither the database nor the data key nor the order's key gives it.
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        kept = connection.execute(
            "SELECT tenant, key FROM idempotency_record WHERE name = 'IssueCredential'"
        ).fetchall()
        digests = [row[0] for row in connection.execute("SELECT token_digest FROM credential_key").fetchall()]
    for tenant, key in kept:
        derived = register.frame.cipher.hmac(str(key), purpose="credential", tenant=tenant).rpartition(":")[2]
        assert f"zd_{derived}" not in (token, another)
    assert sorted(digests) == sorted(map(token_digest, (token, another)))


def test_a_rotated_token_is_shown_once_as_well(register: Register) -> None:
    door = AtTheDoor(register.frame)
    credential = door.post("/credentials", MACHINE, "the-first-key").json()["credential_id"]
    path, body = f"/credentials/{credential}/rotate", {"tenant": "xingguo"}
    made = door.post(path, body, "rotating-it")
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    assert door.post(path, body, "rotating-it").json()["code"] == "already_issued"


def test_a_link_to_an_account_is_shown_once_as_well(register: Register) -> None:
    door = AtTheDoor(register.frame)
    body = {"person_id": register.person("某丙"), "login": "moubing"}
    made = door.post("/accounts", body, "the-first-key")
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    again = door.post("/accounts", body, "the-first-key")
    assert (again.status_code, again.json()["code"]) == (409, "already_issued")
    recover = f"/accounts/{made.json()['account_id']}/recover"
    link = door.post(recover, {"why": "本人到场"}, "recovering-it").json()["path"]
    assert link != made.json()["path"]
    assert door.post(recover, {"why": "本人到场"}, "recovering-it").json()["code"] == "already_issued"


def test_a_credential_for_an_enterprise_that_is_not_there_is_refused(register: Register) -> None:
    door = AtTheDoor(register.frame)
    machine = {**MACHINE, "roles": ["enterprise"]}
    refused = door.post("/credentials", {**machine, "enterprise_id": "enterprise-2"}, "the-first-key")
    assert (refused.status_code, refused.json()["code"]) == (422, "enterprise_not_there")
    made = door.post("/credentials", {**machine, "enterprise_id": "enterprise-1"}, "the-second-key")
    assert made.status_code == 201, made.text
    assert door.bus.asked == [("get_enterprise", "xingguo")] * 2


def test_nobody_learns_by_a_credential_which_enterprises_another_place_has(register: Register) -> None:
    person, department = register.person("某丁"), register.department("县政务局")
    register.onboards("yudu", "YD")
    register.appoints(person, department, "security_admin")
    issued(register, TOKEN_OF_THE_COUNTY, actor_id=person, roles=[], department_id=department)
    door = AtTheDoor(register.frame)
    body = {**MACHINE, "tenant": "yudu", "roles": ["enterprise"], "enterprise_id": "enterprise-1"}
    refused = door.post("/credentials", body, "the-first-key", TOKEN_OF_THE_COUNTY)
    assert (refused.status_code, refused.json()["code"]) == (403, "tenant_not_yours")
    assert door.bus.asked == []


TOKEN_OF_THE_COUNTY = f"zd_{'0123456789abcdef' * 4}"


@pytest.mark.parametrize(
    "token",
    [
        "change-me",
        "x" * 64,
        "0123456789abcdef",
        "my-secret-token-of-the-platform",
        "please-change-me-before-going-live",
    ],
)
def test_a_platform_token_that_somebody_may_guess_is_refused_at_start(token: str) -> None:
    with pytest.raises(SettingMissing, match="ZHIDA_PLATFORM_TOKEN"):
        platform_token_in({"ZHIDA_PLATFORM_TOKEN": token})


def test_a_drawn_platform_token_and_none_are_taken() -> None:
    assert platform_token_in({"ZHIDA_PLATFORM_TOKEN": AtTheDoor.TOKEN}) == AtTheDoor.TOKEN
    assert platform_token_in({"ZHIDA_PLATFORM_TOKEN": ""}) is None
    assert platform_token_in({}) is None


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
