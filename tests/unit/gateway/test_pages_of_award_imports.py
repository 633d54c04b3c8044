"""A table of earlier awards is sent from a page, and what could not be taken is read there and taken home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from page_samples.award_imports import PEOPLE, RUNNING, WRONG, run
from portal_kit import CSRF, Bus, Visitor
from staff_kit import colleague, told

from chassis.files.objects import Objects
from chassis.testing.fakes import NOON
from console.contracts.program import unconnected_gateway
from contracts.uploads import UploadView

NEW = "/department/awards/import"
TABLE = "统一社会信用代码,事项编码\r\n91360702DEM000014H,NM-001\r\n".encode("gb18030")


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    def recorded(said: dict[str, Any]) -> dict[str, Any]:
        return told(UploadView(upload_id="upload-1", tenant="zhanggong", uploaded_at=NOON, **said))

    people = {**PEOPLE, "reviewer": colleague("first_review")}
    made = Visitor(unconnected_gateway(), Bus({"record_upload": recorded, "import_awards": told(run())}), people)
    made.app.state.objects = Objects.in_folder(tmp_path)
    return made


def send(visitor: Visitor, content: bytes, name: str) -> httpx.Response:
    said = {"csrf": CSRF, "_key": "0123456789abcdef"}
    headers = {"Accept": "text/html", "Origin": "http://door"}
    files = {"_table": (name, content, "application/octet-stream")}
    return visitor.send("POST", NEW, "awards_leader", data=said, files=files, headers=headers)


def imported(visitor: Visitor) -> list[dict[str, Any]]:
    return [payload["body"] for name, payload in visitor.bus.asked if name == "import_awards"]


def test_a_table_is_imported_and_the_page_tells_what_became_of_it(visitor: Visitor) -> None:
    sent = send(visitor, TABLE, "历次奖补.csv")
    assert sent.headers["location"] == "/department/awards/imports/operation-1?done=import_begun"
    (order,) = imported(visitor)
    assert (order["format"], order["file_name"]) == ("csv", "历次奖补.csv")


def test_a_workbook_is_told_by_its_own_bytes(visitor: Visitor) -> None:
    send(visitor, b"PK\x03\x04 [Content_Types].xml and more", "历次奖补.csv")
    assert [order["format"] for order in imported(visitor)] == ["xlsx"]


def test_what_is_no_table_is_refused_by_its_name(visitor: Visitor) -> None:
    sent = send(visitor, b"%PDF-1.7", "通知.pdf")
    assert (sent.status_code, "“通知.pdf”不是可以导入的表格" in sent.text) == (422, True)
    assert imported(visitor) == []


def test_who_has_chosen_nothing_is_asked_for_a_table(visitor: Visitor) -> None:
    sent = visitor.post(NEW, {}, "awards_leader")
    assert (sent.status_code, "请选择要导入的表格" in sent.text) == (422, True)


def test_every_line_that_was_not_taken_stands_there_with_all_its_reasons(visitor: Visitor) -> None:
    visitor.bus.answers |= {"get_operation": told(run()), "list_operation_lines": told(WRONG)}
    page = visitor.get("/department/awards/imports/operation-1", "awards_leader").text
    assert page.count("第 4 行") == 1
    assert all(each.message in page for each in WRONG.lines)
    assert "/desk/operations/review/operation-1/lines.csv?outcome=refused" in page


def test_the_reasons_are_taken_home_as_a_table(visitor: Visitor) -> None:
    visitor.bus.answers["list_operation_lines"] = told(WRONG.model_copy(update={"next_cursor": None}))
    got = visitor.get("/desk/operations/review/operation-1/lines.csv?outcome=refused", "awards_leader")
    assert got.headers["content-disposition"].startswith("attachment")
    assert [line.split(",")[0] for line in got.text.splitlines()[1:]] == ["4", "4", "17"]


def test_while_it_runs_one_may_look_again(visitor: Visitor) -> None:
    visitor.bus.answers |= RUNNING
    page = visitor.get("/department/awards/imports/operation-2", "awards_leader").text
    assert "查看最新进度" in page
    assert "全部载入" not in page


def test_who_may_not_import_is_not_offered_it(visitor: Visitor) -> None:
    assert visitor.get(NEW, "reviewer").status_code == 403
