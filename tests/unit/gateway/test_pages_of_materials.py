"""An enterprise puts materials in from a telephone, with script and without: photographs become one document, bad files are named."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from enterprise_pages_kit import answering, enterprise_visitor, ordered
from enterprise_records_kit import material
from files_kit import jpeg, pdf, png, whole_png
from portal_kit import CSRF, Bus, Visitor
from staff_kit import told

from chassis.files.objects import Objects
from chassis.testing.fakes import NOON
from contracts.uploads import UploadView

PAGE = "/my/materials"
SAID = {
    "csrf": CSRF,
    "_key": "0123456789abcdef",
    "kind": "contract",
    "name": "设备采购合同",
    "issuer": "示例设备公司",
    "valid_from": "2026-01-01",
    "valid_until": "",
}


@pytest.fixture(scope="module")
def firm() -> Visitor:
    return enterprise_visitor()


@pytest.fixture
def bus(firm: Visitor, tmp_path: Path) -> Bus:
    def recorded(said: dict[str, Any]) -> dict[str, Any]:
        return told(UploadView(upload_id="upload-1", tenant="zhanggong", uploaded_at=NOON, **said))

    found = answering(firm)
    firm.app.state.objects = Objects.in_folder(tmp_path)
    found.answers |= {
        "record_upload": recorded,
        "keep_material": told(material(9, "valid")),
        "withdraw_material": told(material(1, "withdrawn")),
    }
    return found


def sends(firm: Visitor, *files: tuple[str, bytes], **said: Any) -> httpx.Response:
    parts = [("_scans", (name, content, "application/octet-stream")) for name, content in files]
    headers = {"Accept": "text/html", "Origin": "http://door"}
    return firm.send("POST", PAGE, "owner", data={**SAID, **said}, files=parts, headers=headers)


def test_a_paper_is_kept_with_what_was_said_of_it_and_its_size(firm: Visitor, bus: Bus) -> None:
    sent = sends(firm, ("合同.pdf", pdf()))
    assert sent.headers["location"] == "/my/materials?done=material_kept"
    (order,) = ordered(bus, "keep_material")
    assert (order["sha256"], order["size"]) == (hashlib.sha256(pdf()).hexdigest(), len(pdf()))
    assert (order["enterprise_id"], order["kind"], order["valid_until"]) == ("ent-1", "contract", None)


def test_several_photographs_are_one_document(firm: Visitor, bus: Bus, tmp_path: Path) -> None:
    sent = sends(firm, ("1.png", whole_png()), ("2.png", whole_png(shade=9)))
    assert sent.status_code == 303, sent.text
    (order,) = ordered(bus, "keep_material")
    kept = tmp_path / "zhanggong" / order["sha256"][:2] / order["sha256"]
    assert kept.read_bytes().startswith(b"%PDF-")
    assert order["size"] == kept.stat().st_size
    assert [each["media_type"] for each in ordered(bus, "record_upload")] == [
        "image/png",
        "image/png",
        "application/pdf",
    ]


def test_what_has_come_in_parts_already_is_named_by_its_hash(firm: Visitor, bus: Bus, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(pdf()).hexdigest()
    kept = tmp_path / "zhanggong" / sha256[:2] / sha256
    kept.parent.mkdir(parents=True)
    kept.write_bytes(pdf())
    sent = firm.post(PAGE, {**SAID, "scans[]": f"{sha256} - 合同.pdf"}, "owner")
    assert sent.headers["location"] == "/my/materials?done=material_kept"
    assert ordered(bus, "keep_material")[0]["sha256"] == sha256


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "空.pdf"),
        ("bomb.png", png(50_000, 50_000), "50000×50000 像素"),
        ("两种.jpg", jpeg(80, 60) + pdf(), "夹带了其他内容"),
        ("照片.pdf", jpeg(80, 60), "内容却是 JPEG"),
        ("程序.exe", b"MZ\x90\x00", "不支持这种文件"),
        ("半份.pdf", pdf()[:-8], "不完整或已损坏"),
    ],
)
def test_a_bad_file_is_told_by_its_name_and_nothing_that_was_typed_is_lost(
    firm: Visitor, bus: Bus, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    sent = sends(firm, ("合同.pdf", pdf()), (name, content))
    assert sent.status_code == 422
    assert sentence in sent.text
    assert f"“{name}”" in sent.text
    assert 'value="设备采购合同"' in sent.text
    assert ordered(bus, "keep_material") == []
    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == [hashlib.sha256(pdf()).hexdigest()]


def test_a_paper_and_a_photograph_are_no_one_document(firm: Visitor, bus: Bus) -> None:
    sent = sends(firm, ("合同.pdf", pdf()), ("1.png", whole_png()))
    assert "PDF、OFD 请单独上传" in sent.text
    assert ordered(bus, "keep_material") == []


def test_without_a_file_nothing_is_kept(firm: Visitor, bus: Bus) -> None:
    assert "请选择材料的文件或照片" in firm.post(PAGE, SAID, "owner").text
    assert ordered(bus, "keep_material") == []


def test_one_that_runs_out_is_renewed_and_one_that_is_wrong_withdrawn(firm: Visitor, bus: Bus) -> None:
    page = firm.get(f"{PAGE}?renews=mat-1", "owner").text
    assert 'value="营业执照"' in page
    sends(firm, ("证书.pdf", pdf()), replaces="mat-1")
    assert ordered(bus, "keep_material")[0]["replaces"] == "mat-1"
    sent = firm.post(f"{PAGE}/mat-1/withdraw", {"reason": "传错文件"}, "owner")
    assert sent.headers["location"] == "/my/materials?done=material_withdrawn"


def test_whoever_only_looks_reads_and_changes_nothing(firm: Visitor, bus: Bus) -> None:
    page = firm.get(PAGE, "viewer").text
    assert 'name="issuer"' not in page
    assert f"{PAGE}/mat-1/file" in page
