"""A county loads its enterprises from a table, over HTTP, and the catalogue dies on the way."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from system_kit import House, answered

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.door import DemoDoor
from console.demo.people import DemoPeople, Office
from console.policy.sample_city.enterprises import credit_code_of, draw, name_of

ENTERPRISES = draw(1300)
HEADING = ["统一社会信用代码", "企业名称", "行业", "联系手机", "revenue:2025:万元"]


def rows(tenant_number: int) -> list[list[str]]:
    return [
        [credit_code_of(ENTERPRISES, row), name_of(ENTERPRISES, row), "软件业", f"138{tenant_number:08d}", str(row + 1)]
        for row in range(1300)
    ]


def as_csv(lines: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADING, *lines])
    return text.getvalue().encode("gb18030")


def as_xlsx(lines: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for line in [HEADING, *lines]:
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class Bureau:
    """An approval bureau of a county of its own, at the door of the house."""

    def __init__(self, house: House) -> None:
        self.tenant = f"imports-{new_id()[-8:]}"
        self.client = house.client()
        by_platform = {"Authorization": f"Bearer {house.platform_token}"}
        county = {
            "id": self.tenant,
            "level": "county",
            "division_code": "360732",
            "name": "示例县",
            "settings": {"receipt_prefix": self.tenant[-8:].upper().replace("-", "X")},
        }
        self._post("/api/v1/tenants", by_platform, json=county)
        officer = Office(f"officer-{new_id()}", "科员", ("bureau",))
        with closing(DemoDoor(house.url)) as door:
            token = DemoPeople(door, house.platform_token, self.tenant).appoint(officer)
        self.signed_in = {"Authorization": f"Bearer {token}"}

    def _post(self, path: str, who: dict[str, str], **more: Any) -> httpx.Response:
        headers = {"Idempotency-Key": f"test/{new_id()}", **who, **more.pop("headers", {})}
        answer = answered(lambda: self.client.post(path, headers=headers, **more))
        assert answer.is_success, answer.text
        return answer

    def imports(self, content: bytes, kind: str, media_type: str) -> str:
        """Uploads the file and begins the import; → where to look how far it is."""
        sent = self._post("/api/v1/uploads", self.signed_in, content=content, headers={"Content-Type": media_type})
        order = {"format": kind, "sha256": sent.json()["sha256"], "source": "示例县统计局"}
        begun = self._post("/api/v1/enterprises/imports", self.signed_in, json=order)
        assert begun.status_code == 202
        return begun.headers["Location"]

    def looks(self, path: str, **more: Any) -> httpx.Response:
        return answered(lambda: self.client.get(path, headers=self.signed_in, **more))

    def ended(self, path: str) -> dict[str, Any]:
        def over() -> dict[str, Any] | None:
            answer = self.looks(path)
            return answer.json() if answer.is_success and answer.json()["state"] != "running" else None

        return eventually(over, within=120)


@pytest.fixture
def bureau(house: House) -> Iterator[Bureau]:
    found = Bureau(house)
    yield found
    found.client.close()


def test_a_county_loads_its_enterprises_and_gets_a_table_of_what_was_not_taken(bureau: Bureau) -> None:
    lines = rows(1)
    lines[3][0] = "not a code"
    place = bureau.imports(as_csv(lines), "csv", "text/csv")
    view = bureau.ended(place)
    assert (view["state"], view["total"], view["accepted"], view["refused"]) == ("finished", 1300, 1299, 1)
    table = bureau.looks(view["links"]["refused_csv"])
    assert table.headers["content-type"].startswith("text/csv")
    assert [cells[:4] for cells in csv.reader(io.StringIO(table.text.removeprefix("\ufeff")))][1:] == [
        ["5", "统一社会信用代码", "未接受", "uscc_invalid"]
    ]
    every = bureau.looks(view["links"]["lines"], params={"format": "csv"})
    assert len(every.text.splitlines()) == 1 + 1300
    page = bureau.looks(view["links"]["lines"], params={"limit": 2}).json()
    assert [line["line"] for line in page["lines"]] == [2, 3] and page["next_cursor"]


def test_a_catalogue_that_is_killed_between_two_chunks_goes_on_where_it_stopped(
    house: House, bureau: Bureau, tmp_path: Path
) -> None:
    armed = {
        "ZHIDA_CRASH_AT": "catalog.import_enterprises.chunk.before_commit",
        "ZHIDA_CRASH_ONCE": str(tmp_path / "died"),
    }
    house.restart({"catalog": armed})
    with house.looked_after():
        # It may die before the order is answered: then the order is given again, to the answer that is kept.
        place = bureau.imports(as_xlsx(rows(2)), "xlsx", "application/octet-stream")
        view = bureau.ended(place)
    assert (tmp_path / "died").exists()
    assert (view["state"], view["total"], view["accepted"]) == ("finished", 1300, 1300)
    count = "SELECT count(*) FROM {} WHERE tenant = %s"
    assert house.count("catalog", count.format("enterprise"), [bureau.tenant]) == 1300
    assert house.count("catalog", count.format("operation_line"), [bureau.tenant]) == 1300
    assert eventually(lambda: house.count("intake", count.format("enterprise"), [bureau.tenant]) == 1300, within=60)
