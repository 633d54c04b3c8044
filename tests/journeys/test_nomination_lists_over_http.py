"""A department pushes a no-application list as a workbook, over HTTP: good lines become cases, bad ones come back in a sheet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import httpx
import openpyxl
import pytest
from scene_kit import INSTANT, NOMINATED, new_uscc, small_scene
from system_kit import House, answered

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.people import officer_of
from console.demo.preparation import Stage

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def stage(standing_house: House) -> Stage:
    """Three enterprises that are entitled, and one whose file says nothing of the item."""
    standing_house.stand_up()
    return standing_house.prepare(small_scene("lists", [NOMINATED, NOMINATED, NOMINATED, INSTANT]))


class Officer:
    """The officer of the item's department, at the door of the house."""

    def __init__(self, house: House, stage: Stage) -> None:
        self.client = house.client()
        self.stage = stage
        self.claims = [each for each in stage.scene.claims if each.route == "nomination"]
        self.item = self.claims[0].item
        token = stage.people.token(officer_of(stage.scene.department_of(self.item)))
        self.signed_in = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, **more: Any) -> httpx.Response:
        headers = {"Idempotency-Key": f"test/{new_id()}", **self.signed_in, **more.pop("headers", {})}
        answer = answered(lambda: self.client.post(path, headers=headers, **more))
        assert answer.is_success, answer.text
        return answer

    def looks(self, path: str, **more: Any) -> httpx.Response:
        return answered(lambda: self.client.get(path, headers=self.signed_in, **more))

    def pushes(self, lines: list[list[object]]) -> dict[str, Any]:
        """Upload the workbook and push it; → the work when it has ended."""
        sent = self.post("/api/v1/uploads", content=workbook(lines), headers={"Content-Type": XLSX})
        order = {"item_id": self.stage.items[self.item], "format": "xlsx", "sha256": sent.json()["sha256"]}
        begun = self.post("/api/v1/nominations/imports", json=order)
        assert begun.status_code == 202

        def over() -> dict[str, Any] | None:
            answer = self.looks(begun.headers["Location"])
            return answer.json() if answer.is_success and answer.json()["state"] != "running" else None

        return eventually(over, within=60)


@pytest.fixture
def officer(house: House, stage: Stage) -> Iterator[Officer]:
    made = Officer(house, stage)
    yield made
    made.client.close()


def workbook(lines: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for line in [["序号", "统一社会信用代码", "企业名称", "金额（万元）"], *lines]:
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_good_lines_become_cases_and_bad_ones_come_back_in_a_sheet_with_what_to_do(officer: Officer) -> None:
    stranger = new_uscc()
    (unfit,) = (each.enterprise for each in officer.stage.scene.claims if each.route != "nomination")
    lines: list[list[object]] = [
        [n, each.enterprise.uscc, each.enterprise.name, 5] for n, each in enumerate(officer.claims, 1)
    ]
    lines += [[4, stranger, None, 5], [5, "91360702XX", None, 5], [6, unfit.uscc, unfit.name, None]]
    lines += [[7, officer.claims[0].enterprise.uscc, None, 5]]
    view = officer.pushes(lines)
    assert (view["state"], view["total"], view["accepted"], view["refused"]) == ("finished", 7, 3, 4)

    sheet = officer.looks(view["links"]["lines"], params={"outcome": "refused", "format": "xlsx"})
    assert sheet.headers["content-type"] == XLSX
    heading, *rows = openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True)
    assert heading[:6] == ("行号", "列", "结果", "代码", "说明", "怎样处理")
    assert {(row[0], row[3]) for row in rows} >= {
        (5, "enterprise_unknown"),
        (6, "uscc_invalid"),
        (8, "duplicate_line"),
    }
    assert {row[0] for row in rows} == {5, 6, 7, 8}
    assert all(row[4] and row[5] for row in rows), "what is wrong and what to do"

    codes = {each.enterprise.uscc for each in officer.claims}

    def cases() -> list[dict[str, Any]] | None:
        params = {"limit": 200, "item_id": officer.stage.items[officer.item]}
        found = [
            each
            for each in officer.looks("/api/v1/cases", params=params).json()["items"]
            if each["claim"]["uscc"] in codes
        ]
        return found if len(found) == 3 else None

    assert {each["state"] for each in eventually(cases, within=60)} == {"approved"}

    again = officer.pushes(lines)
    assert (again["accepted"], again["unchanged"], again["refused"]) == (0, 3, 4)
    assert len(cases() or []) == 3, "registered once"
