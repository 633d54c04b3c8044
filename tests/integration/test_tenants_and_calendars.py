"""Tenants and calendars where they are owned: on the gateway's own database, by the frame's one way to write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.calendars import NATION, GetCalendar, ListCalendars, PublishCalendar
from contracts.identity import OnboardTenant, TenantSettings
from contracts.message import Command, Query
from contracts.rule.shares import Level
from contracts.tenants import ChangeTenant, GetTenant, GetTenantVersions, ListTenants
from gateway.identity.calendars import use_cases as calendars
from gateway.identity.calendars import views as calendar_views
from gateway.identity.tenants import use_cases as tenants
from gateway.identity.tenants import views as tenant_views

NOW = datetime(2026, 11, 29, 4, tzinfo=UTC)
HANDLERS: dict[type[Command], Any] = {
    OnboardTenant: tenants.onboard_tenant,
    ChangeTenant: tenants.change_tenant,
    PublishCalendar: calendars.publish_calendar,
}
VIEWS: dict[type[Query], Any] = {
    GetTenant: tenant_views.get_tenant,
    ListTenants: tenant_views.list_tenants,
    GetTenantVersions: tenant_views.get_tenant_versions,
    GetCalendar: calendar_views.get_calendar,
    ListCalendars: calendar_views.list_calendars,
}
HOLIDAYS_2027 = tuple(date(2027, month, day) for month, day in ((1, 1), (5, 1), (5, 3), (10, 1), (10, 2), (10, 3)))
WEEKDAYS_OFF = tuple(day for day in HOLIDAYS_2027 if day.weekday() < 5)


class Identity:
    """The gateway's own database as its routes use it."""

    def __init__(self, frame: Frame, dsns: Dsns) -> None:
        self.frame, self.dsns = frame, dsns

    def order(self, command: Command, tenant: str, *, name: str = "运维甲") -> dict[str, Any]:
        body = command.model_dump(mode="json")
        envelope = {
            "idempotency_key": new_id(),
            "tenant": tenant,
            "actor": {"id": "operator-1", "name": name, "roles": ["platform"]},
            "name": type(command).__name__,
            "body_hash": hashlib.sha256(repr(body).encode()).hexdigest(),
            "body": body,
        }
        return self.frame.run_command(type(command), HANDLERS[type(command)], envelope)

    def ask(self, query: Query, tenant: str = "platform") -> dict[str, Any]:
        envelope = {"tenant": tenant, "name": type(query).__name__, "body": query.model_dump(mode="json")}
        return self.frame.run_query(type(query), VIEWS[type(query)], envelope)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(statement).fetchall()

    def does(self, statement: str) -> None:
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            connection.execute(statement)

    def told(self) -> list[str]:
        """Every event but those of the duties that a tenant begins with."""
        told = [name for (name,) in self.rows("SELECT type FROM outbox ORDER BY position")]
        return [name for name in told if name != "DutyRegistered"]

    def onboards(self, id: str, parent: str | None, level: Level, prefix: str) -> dict[str, Any]:
        settings = TenantSettings(receipt_prefix=prefix)
        command = OnboardTenant(
            id=id, parent_id=parent, level=level, division_code=prefix, name=f"{id}地区", settings=settings
        )
        return self.order(command, id)

    def changes(self, id: str, version: int, **changes: Any) -> dict[str, Any]:
        """Change this of a tenant, and leave the rest as it is."""
        view = self.ask(GetTenant(id=id), id)["ok"]
        kept = {name: view[name] for name in ("id", "parent_id", "division_code", "name", "settings")}
        words = {**kept, "why": "机构改革", "expected_version": version, **changes}
        return self.order(ChangeTenant.model_validate(words), id)

    def publishes(self, **words: Any) -> dict[str, Any]:
        words = {"year": 2027, "document_number": "国办发明电〔2026〕5号", "why": "载入 2027 年安排", **words}
        command = PublishCalendar.model_validate(words)
        return self.order(command, command.tenant)


@pytest.fixture
def identity(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Identity:
    """Ganzhou with its county Xingguo."""
    dsns = service_database("gateway")
    identity = Identity(service_frame("gateway", dsns=dsns, clock=FixedClock(NOW)), dsns)
    assert "ok" in identity.onboards("ganzhou", None, Level.CITY, "GZ")
    assert "ok" in identity.onboards("xingguo", "ganzhou", Level.COUNTY, "XG")
    return identity


# -- tenants ----------------------------------------------------------------------------------------------


def test_a_change_is_kept_with_who_made_it_when_and_why(identity: Identity) -> None:
    view = identity.changes("xingguo", 1, name="兴国市", division_code="360785", division_code_since="2026-11-01")["ok"]
    assert (view["name"], view["version"], view["division_code"]) == ("兴国市", 2, "360785")
    assert identity.told() == ["TenantOnboarded", "TenantOnboarded", "TenantChanged"]
    page = identity.ask(GetTenantVersions(id="xingguo"), "xingguo")["ok"]
    assert [(each["version"], each["name"], each["why"]) for each in page["items"]] == [
        (2, "兴国市", "机构改革"),
        (1, "xingguo地区", ""),
    ]
    assert page["items"][0]["changed_by_name"] == "运维甲"
    codes = identity.ask(GetTenant(id="xingguo"), "xingguo")["ok"]["division_codes"]
    assert codes == [{"code": "XG", "since": None}, {"code": "360785", "since": "2026-11-01"}]


def test_versions_are_shown_a_page_at_a_time(identity: Identity) -> None:
    for version in range(1, 4):
        assert "ok" in identity.changes("xingguo", version, name=f"兴国{version}")
    first = identity.ask(GetTenantVersions(id="xingguo", limit=3), "xingguo")["ok"]
    rest = identity.ask(GetTenantVersions(id="xingguo", limit=3, cursor=first["next_cursor"]), "xingguo")["ok"]
    assert [each["version"] for each in (*first["items"], *rest["items"])] == [4, 3, 2, 1]
    assert rest["next_cursor"] is None


def test_the_list_shows_every_tenant_as_it_is_now_a_page_at_a_time(identity: Identity) -> None:
    identity.changes("ganzhou", 1, name="赣州市")
    page = identity.ask(ListTenants(limit=1))["ok"]
    more = identity.ask(ListTenants(limit=1, cursor=page["next_cursor"]))["ok"]
    assert [(each["id"], each["name"], each["version"]) for each in (*page["items"], *more["items"])] == [
        ("ganzhou", "赣州市", 2),
        ("xingguo", "xingguo地区", 1),
    ]
    assert more["next_cursor"] is None
    below = identity.ask(ListTenants(parent_id="ganzhou"))["ok"]["items"]
    assert [each["id"] for each in below] == ["xingguo"]


def test_whoever_does_not_run_the_platform_is_told_of_the_own_place_and_those_directly_below(
    identity: Identity,
) -> None:
    def listed(tenant: str, **asked: Any) -> list[str]:
        return [each["id"] for each in identity.ask(ListTenants(**asked), tenant)["ok"]["items"]]

    assert listed("ganzhou") == ["ganzhou", "xingguo"]
    assert listed("xingguo") == ["xingguo"]
    assert listed("xingguo", parent_id="ganzhou") == ["xingguo"]
    assert listed("nowhere") == []


@pytest.mark.parametrize(
    ("tenant", "changes", "code"),
    [
        ("ganzhou", {"parent_id": "xingguo"}, "parent_below"),
        ("xingguo", {"parent_id": "nowhere"}, "parent_unknown"),
        ("xingguo", {}, "tenant_unchanged"),
        ("xingguo", {"settings": {"receipt_prefix": "GZ"}}, "receipt_prefix_fixed"),
    ],
)
def test_what_may_not_be_is_refused_and_leaves_nothing(
    identity: Identity, tenant: str, changes: dict[str, Any], code: str
) -> None:
    before = identity.rows("SELECT * FROM onboarded_tenant ORDER BY id")
    assert identity.changes(tenant, 1, **changes)["refused"]["code"] == code
    assert identity.rows("SELECT * FROM onboarded_tenant ORDER BY id") == before
    assert identity.told() == ["TenantOnboarded", "TenantOnboarded"]


def test_whoever_read_an_older_version_changes_nothing(identity: Identity) -> None:
    assert "ok" in identity.changes("xingguo", 1, name="兴国市")
    assert identity.changes("xingguo", 1, name="兴国区")["refused"]["code"] == "stale_version"


def test_a_tenant_that_is_not_there_is_neither_shown_nor_changed(identity: Identity) -> None:
    assert identity.ask(GetTenant(id="nowhere"), "nowhere")["refused"]["code"] == "tenant_unknown"
    assert identity.ask(GetTenantVersions(id="nowhere"), "nowhere")["refused"]["code"] == "tenant_unknown"
    command = ChangeTenant(
        id="nowhere", division_code="XX", name="无此地", settings=TenantSettings(), why="测试", expected_version=1
    )
    assert identity.order(command, "nowhere")["refused"]["code"] == "tenant_unknown"


def test_two_tenants_cannot_be_put_under_one_another_at_once(identity: Identity) -> None:
    identity.onboards("zhanggong", "ganzhou", Level.COUNTY, "ZG")

    def put_under(pair: tuple[str, str]) -> dict[str, Any]:
        return identity.changes(pair[0], 1, parent_id=pair[1])

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(put_under, [("xingguo", "zhanggong"), ("zhanggong", "xingguo")]))
    assert sorted("ok" if "ok" in each else each["refused"]["code"] for each in answers) == ["ok", "parent_below"]


def test_a_tenant_that_the_former_version_onboarded_is_shown_and_changed_like_any(identity: Identity) -> None:
    identity.does("UPDATE onboarded_tenant SET division_codes = NULL, settings = settings - 'opening_time'")
    shown = identity.ask(GetTenant(id="xingguo"), "xingguo")["ok"]
    assert (shown["division_codes"], shown["settings"]["opening_time"]) == ([{"code": "XG", "since": None}], "08:30")
    assert "ok" in identity.changes("xingguo", 1, division_code="360785", division_code_since="2026-11-01")


# -- calendars --------------------------------------------------------------------------------------------


def test_a_year_is_loaded_said_and_seen(identity: Identity) -> None:
    assert identity.ask(GetCalendar(year=2027))["refused"]["code"] == "calendar_not_loaded"
    before = identity.ask(ListCalendars())["ok"]
    assert before["known_until"] == "2026-12-31"
    assert before["due"] == {"year": 2027, "urgency": "reminder", "since": "2026-11-15"}
    view = identity.publishes(rest_days=HOLIDAYS_2027)["ok"]
    assert (view["version"], view["nation_version"], view["working_day_count"]) == (1, 1, 261 - len(WEEKDAYS_OFF))
    assert view["rest_days"] == [str(day) for day in WEEKDAYS_OFF]
    assert identity.ask(GetCalendar(year=2027))["ok"] == view
    listed = identity.ask(ListCalendars())["ok"]
    assert [(each["year"], each["version"], each["document_number"]) for each in listed["years"]] == [
        (2025, 0, ""),
        (2026, 0, ""),
        (2027, 1, "国办发明电〔2026〕5号"),
    ]
    assert (listed["known_until"], listed["due"]) == ("2027-12-31", None)
    ((event, to, aggregate),) = identity.rows(
        "SELECT type, addressed_to, aggregate_id FROM outbox WHERE aggregate_type = 'calendar'"
    )
    assert (event, to, aggregate) == ("CalendarPublished", NATION, "nation-2027")
    assert identity.frame.calendars.of("xingguo").years == (2025, 2026, 2027)


def test_a_year_in_force_is_replaced_only_knowingly_and_only_by_something_else(identity: Identity) -> None:
    assert "ok" in identity.publishes(rest_days=HOLIDAYS_2027)
    other = (*HOLIDAYS_2027, date(2027, 2, 8))
    assert identity.publishes(rest_days=other)["refused"]["code"] == "calendar_in_force"
    assert identity.publishes(rest_days=HOLIDAYS_2027, replaces=1)["refused"]["code"] == "calendar_unchanged"
    assert identity.publishes(rest_days=other, replaces=1)["ok"]["version"] == 2
    assert identity.publishes(year=2026, rest_days=(), replaces=0)["refused"]["code"] == "statutory_holiday_worked"


def test_what_came_with_the_installation_can_be_corrected(identity: Identity) -> None:
    known = identity.ask(GetCalendar(year=2026))["ok"]
    assert (known["version"], known["why"], len(known["rest_days"])) == (0, "随系统预置", 19)
    rest = (*known["rest_days"], "2026-12-24")
    corrected = {"year": 2026, "rest_days": rest, "working_days": known["working_days"]}
    assert identity.publishes(**corrected)["refused"]["code"] == "calendar_in_force"
    view = identity.publishes(**corrected, replaces=0)["ok"]
    assert (view["version"], "2026-12-24" in view["rest_days"]) == (1, True)


def test_a_tenants_own_days_lie_over_the_nations_and_can_be_taken_back(identity: Identity) -> None:
    identity.publishes(rest_days=HOLIDAYS_2027)
    own = {"tenant": "xingguo", "rest_days": ["2027-03-10"], "working_days": ["2027-03-13"]}
    view = identity.publishes(**own)["ok"]
    assert (view["version"], view["nation_version"]) == (1, 1)
    assert [(each["day"], each["working"]) for each in view["own_days"]] == [
        ("2027-03-10", False),
        ("2027-03-13", True),
    ]
    assert "2027-03-10" in view["rest_days"]
    assert "2027-01-01" in view["rest_days"]
    assert view["working_days"] == ["2027-03-13"]
    assert "2027-03-10" not in identity.ask(GetCalendar(year=2027))["ok"]["rest_days"]
    assert "2027-03-10" not in identity.ask(GetCalendar(tenant="ganzhou", year=2027))["ok"]["rest_days"]
    assert identity.publishes(tenant="xingguo")["refused"]["code"] == "calendar_in_force"
    back = identity.publishes(tenant="xingguo", replaces=1)["ok"]
    assert (back["version"], back["own_days"]) == (2, [])


def test_a_tenant_that_is_not_there_has_no_calendar(identity: Identity) -> None:
    assert identity.publishes(tenant="nowhere", rest_days=["2027-03-10"])["refused"]["code"] == "tenant_unknown"
