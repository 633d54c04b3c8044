"""A county on board in one command, on a real database: all of it or nothing, once however often it is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from fastapi import Request
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.departments import ListDepartments, ListDuties
from contracts.onboarding import GetOnboardingChecklist, OnboardCounty, OnboardedCounty, OnboardingChecklist
from gateway.door import Door, TenantNotKnown
from gateway.identity.departments.views import list_departments, list_duties
from gateway.identity.onboarding.use_cases import onboard_county
from gateway.identity.onboarding.views import get_onboarding_checklist
from gateway.identity.tenants.known import TenantsInMind

NOON = datetime(2026, 11, 30, 4, tzinfo=UTC)
DEPARTMENTS = (
    {"name": "兴国县行政审批局", "functions": ["approval_bureau"]},
    {"name": "兴国县财政局", "functions": ["finance"]},
    {"name": "兴国县工业和信息化局"},
)


def county(**said: Any) -> OnboardCounty:
    fields = {
        "id": "xingguo",
        "level": "county",
        "division_code": "360732",
        "name": "兴国县",
        "settings": {"receipt_prefix": "XG"},
        "departments": DEPARTMENTS,
    }
    return OnboardCounty.model_validate(fields | said)


class Platform:
    """The gateway on its own database, told by the system administrator."""

    def __init__(self, frame: Frame, dsns: Dsns) -> None:
        self.frame = frame
        self.dsns = dsns

    def onboards(self, command: OnboardCounty, *, key: str | None = None) -> dict[str, Any]:
        """{"ok": …} or {"refused": …}."""
        envelope = {
            "idempotency_key": key or new_id(),
            "tenant": command.id,
            "actor": {"id": "admin", "roles": ["platform"], "duties": ["system_admin"]},
            "name": "OnboardCounty",
            "body_hash": command.model_dump_json(),
            "body": command.model_dump(mode="json"),
        }
        return self.frame.run_command(OnboardCounty, onboard_county, envelope)

    def asks(self, query: Any, view: Callable[..., Any], tenant: str = "xingguo") -> dict[str, Any]:
        envelope = {"tenant": tenant, "name": type(query).__name__, "body": query.model_dump(mode="json")}
        return self.frame.run_query(type(query), view, envelope)

    def count(self, sql: str) -> int:
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            # The owner sees rows by tenant as well.
            connection.execute("SELECT set_config('zhida.tenants', 'xingguo,zhanggong', false)")
            row = connection.execute(sql).fetchone()  # type: ignore[call-overload]
        assert row is not None
        return int(row[0])

    def events(self, type: str) -> int:
        return self.count(f"SELECT count(*) FROM outbox WHERE type = '{type}'")


@pytest.fixture
def platform(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Platform:
    dsns = service_database("gateway")
    return Platform(service_frame("gateway", dsns=dsns, clock=FixedClock(NOON)), dsns)


def codes(wire: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each["code"], each["field"]) for each in wire["refused"]["reasons"]]


def test_a_county_is_on_board_with_its_departments_and_a_duty_of_each_kind(platform: Platform) -> None:
    done = OnboardedCounty.model_validate(platform.onboards(county())["ok"])
    assert [each.name for each in done.departments] == [each["name"] for each in DEPARTMENTS]
    assert done.tenant.settings.receipt_prefix == "XG"
    shown = platform.asks(ListDepartments(), list_departments)["ok"]["items"]
    assert {each["name"]: each["functions"] for each in shown} == {
        "兴国县行政审批局": ["approval_bureau"],
        "兴国县财政局": ["finance"],
        "兴国县工业和信息化局": ["policy"],
    }
    assert len(platform.asks(ListDuties(), list_duties)["ok"]["items"]) == 18
    assert (platform.events("TenantOnboarded"), platform.events("DepartmentRegistered")) == (1, 3)


def test_said_again_with_the_same_key_it_changes_nothing_and_is_answered_the_same(platform: Platform) -> None:
    first = platform.onboards(county(), key="the-same-key")
    assert platform.onboards(county(), key="the-same-key") == first
    assert platform.events("DepartmentRegistered") == 3
    assert codes(platform.onboards(county(), key="another-key")) == [("tenant_exists", "id")]


def test_departments_named_twice_are_refused_with_their_places_and_nothing_is_there(platform: Platform) -> None:
    departments = (*DEPARTMENTS, {"name": "兴国县财政局"}, {"name": "兴国县行政审批局"})
    refused = platform.onboards(county(departments=departments))
    assert codes(refused) == [
        ("department_named_twice", "departments.3.name"),
        ("department_named_twice", "departments.4.name"),
    ]
    assert "第 2 个和第 4 个" in refused["refused"]["reasons"][0]["message"]
    for table in ("onboarded_tenant", "department", "duty", "outbox"):
        assert platform.count(f"SELECT count(*) FROM {table}") == 0


def test_all_that_is_wrong_is_said_at_once(platform: Platform) -> None:
    platform.onboards(county())
    refused = platform.onboards(
        county(
            parent_id="nowhere",
            settings={"receipt_prefix": "XG", "opening_time": "18:00"},
            division_code_since=date(2027, 1, 1),
            departments=(DEPARTMENTS[0], DEPARTMENTS[0]),
        )
    )
    assert codes(refused) == [
        ("closes_before_opening", "settings.closing_time"),
        ("division_code_not_yet_in_force", "division_code_since"),
        ("tenant_exists", "id"),
        ("parent_unknown", "parent_id"),
        ("department_named_twice", "departments.1.name"),
    ]
    other = platform.onboards(county(id="zhanggong", departments=()))
    assert codes(other) == [("receipt_prefix_taken", "settings.receipt_prefix")]


def test_of_two_counties_with_one_prefix_at_once_one_comes_on_board(platform: Platform) -> None:
    with ThreadPoolExecutor(2) as pool:
        wires = list(pool.map(platform.onboards, (county(), county(id="zhanggong"))))
    assert sorted("ok" in wire for wire in wires) == [False, True]
    assert platform.count("SELECT count(*) FROM onboarded_tenant") == 1
    assert platform.count("SELECT count(*) FROM department") == 3


def test_the_checklist_says_what_is_there_and_what_is_not(platform: Platform) -> None:
    platform.onboards(county(departments=DEPARTMENTS[:2]))
    answered = platform.asks(GetOnboardingChecklist(), get_onboarding_checklist)["ok"]
    checklist = OnboardingChecklist.model_validate(answered)
    there = {(each.subject, each.what): (each.there, each.needed) for each in checklist.lines}
    assert there["department", "approval_bureau"] == (True, True)
    assert there["department", "policy"] == (False, True)
    assert there["department", "discipline"] == (False, False)
    assert there["duty", "payment_maker"] == (False, True)
    assert there["window", "window"] == (False, True)
    assert there["calendar", "2026"] == (True, True)
    assert there["calendar", "2027"] == (False, True)
    assert there["site", "organiser"] == (False, False)


def test_nobody_is_told_of_a_place_that_is_not_there(platform: Platform) -> None:
    refused = platform.asks(GetOnboardingChecklist(), get_onboarding_checklist, tenant="nowhere")
    assert refused["refused"]["code"] == "tenant_unknown"


def test_a_place_is_known_at_the_door_as_soon_as_it_is_on_board(platform: Platform) -> None:
    in_mind = TenantsInMind(platform.frame)
    state = SimpleNamespace(directory=SimpleNamespace(tenants=in_mind))
    door = Door(cast("Request", SimpleNamespace(app=SimpleNamespace(state=state))))

    def called(name: str) -> str:
        return asyncio.run(door.place_called(name, field="tenant"))

    with pytest.raises(TenantNotKnown):
        called("xingguo")
    assert in_mind.remembered() is not None, "others have been asked about a moment ago"
    platform.onboards(county())
    assert (called("xingguo"), called("360732")) == ("xingguo", "xingguo")
