"""What people see of the archive, and the package that they take away."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from portal_kit import Bus, Visitor
from staff_kit import NOON, appointments, claim, colleague, told

from chassis.files.objects import Objects
from console.contracts.program import unconnected_gateway
from contracts.archive import ArchivedClaim, ArchivedFile, ArchivedVoucher, ArchivePackage, ArchivePackages, ArchivePage
from gateway.archive_zip import LIST, MISSING

PEOPLE = {
    "officer": colleague("first_review"),
    "bureau": colleague("bureau_intake", where="章贡区行政审批局", id="bureau-1"),
    "auditor": colleague("audit", id="auditor-1"),
    "lay": colleague("lay_supervisor", id="lay-1"),
}
RECEIPT = "ZD-20260310-AAAA0001"
NOTICE = b"%PDF-1.7 notice"
VOUCHER = json.dumps({"amount_fen": 100})
PAGE = f"/department/archive/{RECEIPT}"


def hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file(kind: Any, name: str, sha256: str) -> ArchivedFile:
    return ArchivedFile(kind=kind, name=name, sha256=sha256, kept_by="zhanggong", at=NOON, size=3)


def package(number: int = 2) -> ArchivePackage:
    files = (
        file("notice", "批准通知书", hashed(NOTICE)),
        file("voucher", "到账凭证", hashed(VOUCHER.encode())),
        file("photograph", "现场勘查照片 1", "9" * 64),
    )
    return ArchivePackage(
        tenant="zhanggong",
        receipt=RECEIPT,
        case_id="case-1",
        number=number,
        stage="settlement" if number == 2 else "decision",
        enterprise_name="示例企业01",
        uscc="91360702DEM000014H",
        item_title="研发投入补助",
        department="区科技局",
        files=files[:number],
        frozen_at=NOON + timedelta(days=number),
        sha256=str(number) * 64,
        before="1" * 64 if number == 2 else None,
    ).model_copy(update={"files": files})


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    app = unconnected_gateway()
    folder: Path = tmp_path_factory.mktemp("objects")
    app.state.objects = Objects.in_folder(folder)
    app.state.objects.put("zhanggong", NOTICE)
    return Visitor(app, Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    listed = ArchivedClaim(
        receipt=RECEIPT,
        case_id="case-1",
        enterprise_name="示例企业01",
        item_title="研发投入补助",
        department="区科技局",
        stage="settlement",
        packages=2,
        files=3,
        frozen_at=NOON,
    )
    voucher = ArchivedVoucher(
        claim=claim(1), disbursement_id="d-1", amount_fen=100, settled=True, at=NOON, body=VOUCHER
    )
    gateway.bus.answers = {
        "list_archive": told(ArchivePage(items=(listed,))),
        "get_archive_packages": told(ArchivePackages(items=(package(), package(1)))),
        "get_archived_voucher": told(voucher),
        "list_appointments": appointments(),
    }
    return gateway


def test_the_list_leads_to_what_is_kept_of_a_claim(visitor: Visitor) -> None:
    page = visitor.get("/department/archive?about=示例", "officer").text
    assert (PAGE in page, "款项到账时" in page) == (True, True)
    packages = visitor.get(PAGE, "auditor").text
    for said in ("批准通知书", "2" * 64, "1" * 64, f"{PAGE}/package.zip"):
        assert said in packages
    assert visitor.get(PAGE, "lay").status_code == 403


def test_the_newest_package_is_one_file_with_all_that_can_be_had_and_says_what_is_missing(visitor: Visitor) -> None:
    answer = visitor.get(f"{PAGE}/package.zip", "bureau")
    assert answer.headers["content-disposition"] == f'attachment; filename="{RECEIPT}-2.zip"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        contents = {hashed(archive.read(name)) for name in names}
        listed = json.loads(archive.read(LIST))
        missing = archive.read(MISSING).decode()
    assert {hashed(NOTICE), hashed(VOUCHER.encode())} <= contents
    assert [each["name"] for each in listed["files"]] == ["批准通知书", "到账凭证", "现场勘查照片 1"]
    assert missing == f"{'9' * 64}  现场勘查照片 1\n"
    assert visitor.get(f"{PAGE}/package.zip", "bureau").content == answer.content, "the same package is the same bytes"
