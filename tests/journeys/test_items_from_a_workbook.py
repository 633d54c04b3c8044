"""The way a county starts: a workbook of items over HTTP, one of them broken, to published items that anybody finds."""

from __future__ import annotations

import io
from typing import Any

import httpx
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import new_id, random_code
from chassis.testing.waiting import eventually
from console.demo.people import officer_of
from console.policy.items import sample_item, workbook
from contracts.item import PolicyItemContent
from services.catalog.workbooks.writing import workbook_rows

SAMPLES = ("SC-010", "JX-005", "NM-002", "ZJ-006", "GD-009")
DEPARTMENT = "章贡区工信局"
ISSUED = {"kind": "issued_document", "text": "文件已由区政府印发"}


def county_items(mark: str) -> list[PolicyItemContent]:
    """The samples as this county's own."""
    items = []
    for code in SAMPLES:
        item = sample_item(code)
        plan = item.rules.plan.model_copy(update={"department": DEPARTMENT})
        rules = item.rules.model_copy(update={"plan": plan})
        items.append(item.model_copy(update={"code": f"{mark}-{code}", "title": f"{item.title}{mark}", "rules": rules}))
    return items


def bytes_of(items: list[PolicyItemContent], *, broken: str | None = None) -> bytes:
    rows = workbook_rows(items)
    if broken is not None:
        heading, *lines = rows["金额"]
        for line in lines:
            if line[heading.index("事项编码")] == broken:
                line[heading.index("标准")] = "若干"
    file = io.BytesIO()
    workbook(rows).save(file)
    return file.getvalue()


class Officer:
    """An officer of the department at the gateway."""

    def __init__(self, client: httpx.Client, token: str) -> None:
        self._client = client
        self._token = token

    def call(self, method: str, way: str, *, version: int | None = None, **content: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": f"test/{new_id()}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = self._client.request(method, f"/api/v1{way}", headers=headers, **content)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def imports(self, workbook: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The operation when it has ended, and what became of each line."""
        sha256 = self.call("POST", "/uploads?file_name=items.xlsx", content=workbook)["sha256"]
        begun = self.call("POST", "/authoring/item-imports", json={"sha256": sha256})
        way = f"/operations/catalog/{begun['operation_id']}"
        ended = eventually(
            lambda: (found := self.call("GET", way))["state"] != "running" and found, within=40, every=0.3
        )
        return ended, self.call("GET", f"{way}/lines")["lines"]


def test_a_county_starts_from_a_workbook(house: House) -> None:
    stage = house.prepare(small_scene("workbook", [INSTANT]))
    mark = f"WB{random_code(5)}"
    items = county_items(mark)
    broken = items[0].code
    with house.client() as client:
        officer = Officer(client, stage.people.appoint(officer_of(DEPARTMENT)))
        ended, lines = officer.imports(bytes_of(items, broken=broken))
        assert (ended["state"], ended["accepted"], ended["refused"]) == ("finished", 4, 1), (ended, lines)
        (refused,) = [line for line in lines if line["outcome"] == "refused"]
        assert (refused["code"], refused["line"]) == ("number_unreadable", 2)
        assert refused["column"] == "金额表第2行“标准”（I2）"

        ended, lines = officer.imports(bytes_of(items))
        assert (ended["accepted"], ended["unchanged"], ended["refused"]) == (1, 4, 0), lines

        drafts = [
            each
            for each in officer.call("GET", "/authoring/drafts?stage=draft&limit=200")["drafts"]
            if mark in each["code"]
        ]
        assert {each["code"] for each in drafts} == {item.code for item in items}
        for draft in drafts:
            body = {"reason": "首次录入", "ground": ISSUED}
            officer.call("POST", f"/authoring/drafts/{draft['draft_id']}/publish", version=draft["version"], json=body)

        def found() -> set[str]:
            answer = client.get("/api/v1/policies/search", params={"q": mark, "limit": 50})
            assert answer.status_code == 200, answer.text
            return {each["code"] for each in answer.json()["items"]}

        eventually(lambda: found() >= {item.code for item in items}, every=0.3)
