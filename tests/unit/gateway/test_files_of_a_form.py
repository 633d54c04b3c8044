"""Photographs that come with the form of an inspection: kept, named by their hashes, and refused by their names."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_samples.steps import PHOTOGRAPH, PICTURE, inspections, officers
from portal_kit import CSRF, Bus, Visitor
from staff_kit import appointments, case, colleague, sheet, told

from chassis.files.objects import Objects
from chassis.testing.fakes import NOON
from console.contracts.program import unconnected_gateway
from contracts.uploads import UploadView
from gateway.limits import MAX_BODY
from gateway.portal.department.steps.inspection_pages import PHOTOGRAPHS_TAKEN

ADDRESS = "/department/cases/case-2/inspections"
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100_000
"""Larger than any form without files."""

INSPECTED = {
    "csrf": CSRF,
    "_key": "0123456789abcdef",
    "_version": "2",
    "passed": "true",
    "findings": "设备在用",
    "place": "厂区",
    "inspected_at": "2026-03-09T15:30",
    "with_officers[]": "officer-2",
}
Files = list[tuple[str, tuple[str, bytes, str]]]


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), {"reviewer": colleague("first_review")})


@pytest.fixture
def visitor(gateway: Visitor, tmp_path: Path) -> Visitor:
    def recorded(said: dict[str, Any]) -> dict[str, Any]:
        return told(UploadView(upload_id="upload-1", tenant="zhanggong", uploaded_at=NOON, **said))

    about = case(2, inspection_required=True)
    gateway.bus.asked.clear()
    gateway.app.state.objects = Objects.in_folder(tmp_path)
    gateway.bus.answers = {
        "get_case_sheet": told(sheet(about)),
        "list_inspections": told(inspections()),
        "list_inspection_officers": told(officers()),
        "list_appointments": appointments(),
        "record_upload": recorded,
        "record_inspection": told(about),
    }
    return gateway


def send(visitor: Visitor, files: Files, who: str | None = "reviewer", **said: Any) -> httpx.Response:
    headers = {"Accept": "text/html", "Origin": "http://door"}
    return visitor.send("POST", ADDRESS, who, data={**INSPECTED, **said}, files=files, headers=headers)


def photograph(content: bytes, name: str = "厂门.jpg", kind: str = "image/jpeg") -> tuple[str, tuple[str, bytes, str]]:
    return ("_photographs", (name, content, kind))


def ordered(visitor: Visitor, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for name, payload in visitor.bus.asked if name == method]


def test_photographs_are_kept_and_the_inspection_names_them_with_the_telephones_time(visitor: Visitor) -> None:
    times = ["2026-03-09T07:21:00.000Z", "2026-03-09T07:22:00.000Z"]
    sent = send(visitor, [photograph(JPEG), photograph(PICTURE, "车间.png", "image/png")], _taken=times)
    assert sent.headers["location"] == "/department/cases/case-2/inspection?done=inspected"
    (order,) = ordered(visitor, "record_inspection")
    assert [(each["sha256"], each["taken_at"]) for each in order["photographs"]] == [
        (hashlib.sha256(JPEG).hexdigest(), "2026-03-09T07:21:00Z"),
        (PHOTOGRAPH, "2026-03-09T07:22:00Z"),
    ]
    assert [each["file_name"] for each in ordered(visitor, "record_upload")] == ["厂门.jpg", "车间.png"]


def test_a_file_that_is_no_picture_is_refused_by_its_name_and_nothing_is_recorded(visitor: Visitor) -> None:
    sent = send(visitor, [photograph(JPEG), photograph("一份说明".encode(), "说明.jpg")])
    assert sent.status_code == 422
    assert "“说明.jpg”不是照片" in sent.text
    assert "设备在用</textarea>" in sent.text
    assert ordered(visitor, "record_inspection") == []
    kept = f'value="{hashlib.sha256(JPEG).hexdigest()} - 厂门.jpg" checked'
    assert kept in sent.text, "what was in order is not chosen twice"


def test_what_was_kept_before_is_sent_on_though_no_file_is_chosen_again(visitor: Visitor) -> None:
    send(visitor, [photograph(JPEG), photograph(b"", "空.jpg")])
    pairs = {**INSPECTED, "photographs[]": f"{_hash(JPEG)} - 厂门.jpg"}
    # As browsers send a field for files in which nobody has chosen any.
    parts = [f'form-data; name="{name}"\r\n\r\n{value}' for name, value in pairs.items()]
    parts.append('form-data; name="_photographs"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n')
    body = "".join(f"--edge\r\nContent-Disposition: {part}\r\n" for part in parts) + "--edge--\r\n"
    headers = {"Origin": "http://door", "Content-Type": "multipart/form-data; boundary=edge"}
    sent = visitor.send("POST", ADDRESS, "reviewer", content=body.encode(), headers=headers)
    assert sent.status_code == 303
    (order,) = ordered(visitor, "record_inspection")
    assert [each["sha256"] for each in order["photographs"]] == [_hash(JPEG)]


def test_a_hash_that_nobody_has_sent_is_no_photograph(visitor: Visitor) -> None:
    said = {**INSPECTED, "photographs[]": f"{'0' * 64} - 厂门.jpg"}
    sent = visitor.post(ADDRESS, said, "reviewer")
    assert (sent.status_code, "没有找到" in sent.text) == (422, True)
    assert ordered(visitor, "record_inspection") == []


def test_too_large_and_too_many_are_each_told(visitor: Visitor) -> None:
    large = photograph(JPEG + bytes(PHOTOGRAPHS_TAKEN.largest), "大.jpg")
    sent = send(visitor, [large, *(photograph(PICTURE, f"{n}.png") for n in range(PHOTOGRAPHS_TAKEN.most))])
    assert sent.status_code == 422
    assert "“大.jpg”超过 20 MB" in sent.text
    assert "“29.png”未上传：一次最多 30 个文件" in sent.text
    assert ordered(visitor, "record_inspection") == []


def test_nothing_is_kept_of_a_form_of_another_session(visitor: Visitor, tmp_path: Path) -> None:
    sent = send(visitor, [photograph(JPEG)], csrf="of-somebody-else")
    assert sent.status_code == 409
    assert "设备在用</textarea>" in sent.text
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_whoever_is_signed_out_keeps_what_was_written(visitor: Visitor, tmp_path: Path) -> None:
    sent = send(visitor, [photograph(JPEG)], who=None)
    assert sent.status_code == 401
    assert "设备在用</textarea>" in sent.text
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"no parts at all", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="passed"\r\n\r\ntrue', "multipart/form-data; boundary=x"),
        (b"--x--\r\n", "multipart/form-data"),
    ],
)
def test_half_a_form_is_none(visitor: Visitor, body: bytes, kind: str) -> None:
    headers = {"Accept": "text/html", "Origin": "http://door", "Content-Type": kind}
    assert visitor.send("POST", ADDRESS, "reviewer", content=body, headers=headers).status_code == 400
    assert ordered(visitor, "record_inspection") == []


def test_a_form_with_files_is_taken_where_a_form_has_some_and_nowhere_else(visitor: Visitor) -> None:
    headers = {"Accept": "text/html", "Origin": "http://door"}
    address = "/department/cases/case-2/figures"
    sent = visitor.send("POST", address, "reviewer", data=INSPECTED, files=[photograph(JPEG[:100])], headers=headers)
    assert sent.status_code == 415


def test_the_fields_of_a_form_with_files_are_no_longer_than_those_of_another(visitor: Visitor) -> None:
    assert send(visitor, [photograph(PICTURE)], findings="长" * MAX_BODY).status_code == 413


def test_a_photograph_is_shown_to_whoever_reads_the_case(visitor: Visitor) -> None:
    send(visitor, [photograph(PICTURE)])
    shown = visitor.get(f"/department/cases/case-2/photographs/{PHOTOGRAPH}", "reviewer")
    assert (shown.status_code, shown.headers["content-type"], shown.content) == (200, "image/png", PICTURE)
    assert visitor.get(f"/department/cases/case-2/photographs/{'0' * 64}", "reviewer").status_code == 404


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
