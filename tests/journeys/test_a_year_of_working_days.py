"""A deadline beyond the loaded years, over HTTP: first not yet known, then a date, then another; and each time why."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import httpx
import pytest
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import new_id, random_code
from chassis.testing.waiting import eventually
from chassis.time.clock import CHINA
from console.__main__ import main
from console.demo.actors import application_form
from console.demo.people import officer_of
from console.demo.preparation import Stage
from console.demo.scene import HERE, item_content
from console.operating.work import Piece, WorkDesk
from contracts.calendars import MissingCalendar

WORKED_A_YEAR = 250


@dataclass
class Desk:
    client: httpx.Client
    stage: Stage
    platform: str

    def send(
        self, method: str, way: str, body: Mapping[str, Any], *, by: str, version: int | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {by}", "Idempotency-Key": f"test/{new_id()}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.request(method, f"/api/v1{way}", json=body, headers=headers)

    def done(self, method: str, way: str, body: Mapping[str, Any], *, by: str, version: int | None = None) -> Any:
        answer = self.send(method, way, body, by=by, version=version)
        assert answer.is_success, answer.text
        return answer.json()

    def read(self, way: str, by: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {by}"} if by else {}
        answer = self.client.get(f"/api/v1{way}", headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    def published(self, limit: int) -> tuple[str, str]:
        """An item like the scene's with a review limit of so many working days; → its id, its officer's token."""
        content = copy.deepcopy(item_content(self.stage.scene.claims[0].item))
        content["code"] = f"T-YEAR-{random_code(6)}"
        content["rules"]["plan"]["review_limit"] = {"limit": limit, "unit": "working_days"}
        officer = self.stage.people.appoint(officer_of(content["rules"]["plan"]["department"]))
        # What the sample's guide says of its limit is another one's.
        order = {"content": content, "guide_confirmed": True}
        return str(self.done("POST", "/policies", order, by=officer)["item_id"]), officer

    def filed(self, item: str) -> dict[str, Any]:
        """The enterprise's application under the item, as soon as intake has heard of it; → the receipt."""
        (claim,) = self.stage.scene.claims
        body = {**application_form(self.stage, claim), "item_id": item}
        token = self.stage.enterprise_token(claim.enterprise)

        def taken() -> dict[str, Any] | None:
            answer = self.send("POST", "/applications", body, by=token)
            assert answer.status_code in (201, 422), answer.text
            receipt: dict[str, Any] = answer.json()
            return receipt if answer.status_code == 201 else None

        return eventually(taken, every=0.3)

    def case(self, item: str, officer: str) -> dict[str, Any] | None:
        found = self.read("/cases?state=accepted&limit=200", officer)["items"]
        return next((each for each in found if each["claim"]["item_id"] == item), None)

    def tracked(self, receipt: Mapping[str, Any]) -> Any:
        return self.read(f"/track/{receipt['receipt']}?code={receipt['query_code']}")

    def loaded(self) -> tuple[date, int]:
        """Until when deadlines can be computed, and the first year of which they cannot."""
        known_until = date.fromisoformat(self.read("/calendars")["known_until"])
        return known_until, known_until.year + 1


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    stage = house.prepare(small_scene("year", [INSTANT]))
    with house.client() as client:
        yield Desk(client, stage, house.platform_token)


def year_of(year: int, **more: Any) -> dict[str, Any]:
    """A year with nothing but its holidays of a fixed date off."""
    holidays = [date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))]
    return {
        "year": year,
        "rest_days": [str(day) for day in holidays],
        "document_number": f"国办发明电〔{year - 1}〕0号（示例）",
        "why": "示例：载入下一年",
        **more,
    }


def china_day(instant: str) -> date:
    return datetime.fromisoformat(instant).astimezone(CHINA).date()


def test_a_year_is_loaded_and_what_waited_for_it_gets_its_date_everywhere_and_says_why(
    house: House, desk: Desk
) -> None:
    known_until, year = desk.loaded()
    beyond = WORKED_A_YEAR * (known_until.year - datetime.now(CHINA).year + 1)
    item, officer = desk.published(beyond)
    receipt = desk.filed(item)
    case = eventually(lambda: desk.case(item, officer), every=0.3)
    assert (case["due_at"], case["awaits_year"]) == (None, year)
    seen = eventually(lambda: desk.tracked(receipt) if desk.tracked(receipt)["state"] == "accepted" else None)
    assert (seen["due_at"], seen["awaits_year"]) == (None, year)
    missing = desk.read("/calendars/missing", desk.platform)["items"]
    assert {"tenant": HERE, "year": year, "clock": "review"} in [
        {name: each[name] for name in ("tenant", "year", "clock")} for each in missing
    ]

    named_to_operators(house, year, receipt["receipt"])
    refused = desk.send("POST", "/calendars", year_of(year), by=officer)
    assert refused.status_code == 403
    view = desk.done("POST", "/calendars", year_of(year), by=desk.platform)
    assert (view["version"], desk.loaded()[0]) == (1, date(year, 12, 31))
    case = eventually(lambda: dated(desk, item, officer), every=0.3)
    assert case["awaits_year"] is None
    assert china_day(case["due_at"]).year == year
    (move,) = desk.read(f"/cases/{case['case_id']}/deadline-moves", officer)["items"]
    assert (move["was"], move["due_at"]) == (None, case["due_at"])
    assert f"全国 {year} 年工作日历第 1 版（国办发明电〔{year - 1}〕0号（示例））" in move["reason"]
    seen = eventually(lambda: desk.tracked(receipt) if desk.tracked(receipt)["due_at"] else None)
    assert (seen["due_at"], seen["awaits_year"]) == (case["due_at"], None)
    assert any(step["text"].startswith("审核时限确定为") and move["reason"] in step["text"] for step in seen["steps"])
    assert year not in [each["year"] for each in desk.read("/calendars/missing", desk.platform)["items"]]
    assert pieces(house, year) == []
    enterprise = desk.stage.enterprise_token(desk.stage.scene.claims[0].enterprise)
    told = eventually(lambda: [each for each in messages(desk, enterprise) if move["reason"] in each["text"]])
    assert len(told) == 1

    a_day_off(desk, item, officer, case)
    other_office_hours(desk, item, officer)
    house.must_hold()


def named_to_operators(house: House, year: int, receipt: str) -> None:
    """`verify` D says that it waits and holds; `work list` counts it, and `work show` names it."""
    said = [each.text for each in house.must_hold().notices]
    assert any(each.endswith(f"的审核时限待 {year} 年工作日历载入后确定") for each in said)
    (piece,) = pieces(house, year)
    assert piece.why.splitlines()[0].endswith("件的时限须待该年工作日安排公布后确定")
    assert f"办件 {receipt}" in piece.why


def pieces(house: House, year: int) -> list[Piece]:
    """What the work list has of the year, in this place's review."""
    desk = WorkDesk(house.addresses, house.amqp_url, "operator-on-duty")
    found = [each for each in desk.pieces("review", HERE) if isinstance(each.source, MissingCalendar)]
    return [each for each in found if f"/{year}/" in each.id]


def dated(desk: Desk, item: str, officer: str, *but: str) -> dict[str, Any] | None:
    """The case once it has a date, and another than these."""
    case = desk.case(item, officer)
    assert case is not None
    return case if case["due_at"] is not None and case["due_at"] not in but else None


def messages(desk: Desk, enterprise: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.read("/my/messages?limit=200", enterprise)["items"]
    return found


def a_day_off(desk: Desk, item: str, officer: str, case: Mapping[str, Any]) -> None:
    """The county does not work on the last day of the limit: the next working day is the last."""
    last = china_day(case["due_at"])
    before = desk.read(f"/calendars/{last.year}?tenant={HERE}")
    own = {
        "tenant": HERE,
        "year": last.year,
        "rest_days": [str(last), *(each["day"] for each in before["own_days"] if not each["working"])],
        "document_number": "章府办示例〔2027〕1号",
        "why": "示例：县区放假一天",
    }
    if before["version"]:
        own["replaces"] = before["version"]
    desk.done("POST", "/calendars", own, by=desk.platform)
    moved = eventually(lambda: dated(desk, item, officer, case["due_at"]), every=0.3)
    assert china_day(moved["due_at"]) > last
    *_, move = desk.read(f"/cases/{case['case_id']}/deadline-moves", officer)["items"]
    assert (move["was"], move["due_at"]) == (case["due_at"], moved["due_at"])
    assert f"本地区 {last.year} 年工作日历第" in move["reason"]
    assert str(last) not in desk.read(f"/calendars/{last.year}")["rest_days"], "the nation's stay as they were"


def other_office_hours(desk: Desk, item: str, officer: str) -> None:
    """The county closes half an hour later, and then as before: open deadlines follow both times."""
    first = dated(desk, item, officer)
    assert first is not None
    known = desk.read(f"/tenants/{HERE}", desk.platform)
    body = {name: known[name] for name in ("parent_id", "division_code", "name", "settings")}
    later = {**body, "settings": {**known["settings"], "closing_time": "18:00"}, "why": "示例：夏令时间"}
    assert desk.send("PUT", f"/tenants/{HERE}", later, by=desk.platform).status_code == 428
    changed = desk.done("PUT", f"/tenants/{HERE}", later, by=desk.platform, version=known["version"])
    moved = eventually(lambda: dated(desk, item, officer, first["due_at"]), every=0.3)
    due = datetime.fromisoformat(moved["due_at"]).astimezone(CHINA)
    assert (due.hour, due.minute, due.date()) == (18, 0, china_day(first["due_at"]))
    stale = desk.send("PUT", f"/tenants/{HERE}", later, by=desk.platform, version=known["version"])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    back = {**body, "why": "示例：恢复作息时间"}
    desk.done("PUT", f"/tenants/{HERE}", back, by=desk.platform, version=changed["version"])
    eventually(lambda: dated(desk, item, officer, moved["due_at"]), every=0.3)
    versions = desk.read(f"/tenants/{HERE}/versions", desk.platform)["items"]
    assert [each["why"] for each in versions[:2]] == ["示例：恢复作息时间", "示例：夏令时间"]


def test_the_command_line_lists_what_is_loaded_and_refuses_in_the_gateways_words(
    house: House, desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZHIDA_HOME", str(house.cluster.home))
    monkeypatch.delenv("AMQP_URL", raising=False)
    assert main(["calendar", "list"]) == 0
    assert f"时限可算至 {desk.loaded()[0]}" in capsys.readouterr().out
    assert main(["calendar", "show", "--year", "2026"]) == 0
    assert "全年工作日 248 天" in capsys.readouterr().out
    assert main(["calendar", "missing"]) == 0
    said = [
        "calendar",
        "load",
        "--year",
        "2026",
        "--from-package",
        "--document",
        "国办发明电〔2025〕7号",
        "--why",
        "再次载入",
    ]
    assert main(said) == 1
    assert "2026 年工作日历已载入" in capsys.readouterr().err
    assert main([*said, "--replaces", "0"]) == 1
    assert "没有变更" in capsys.readouterr().err
