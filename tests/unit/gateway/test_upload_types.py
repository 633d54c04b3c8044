"""What a file is, its own bytes say; what they leave open, its sender says."""

from __future__ import annotations

import io

import openpyxl
import pytest

from gateway.uploads import XLSX, UploadTypeMismatch, UploadTypeRefused, media_type


def a_workbook() -> bytes:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("head", "declared", "found"),
    [
        (a_workbook(), "", XLSX),
        (a_workbook(), "application/octet-stream", XLSX),
        ("代码,名称".encode("gb18030"), "text/csv; charset=gb18030", "text/csv"),
        ("代码,名称".encode(), "application/vnd.ms-excel", "text/csv"),
        ("\ufeffcode,name".encode("utf-16-le"), "text/plain", "text/plain"),
        ("\ufeffcode,name".encode("utf-16-be"), "", "text/csv"),
        (b"%PDF-1.7", "application/pdf", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png", "image/png"),
    ],
)
def test_a_type_is_told(head: bytes, declared: str, found: str) -> None:
    assert media_type(head[:8192], declared) == found


@pytest.mark.parametrize(
    "head", [b"PK\x03\x04 some other archive", b"\x7fELF\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00"]
)
def test_other_files_are_refused(head: bytes) -> None:
    with pytest.raises(UploadTypeRefused):
        media_type(head, "application/octet-stream")


def test_a_picture_that_is_called_a_table_is_refused() -> None:
    with pytest.raises(UploadTypeMismatch):
        media_type(b"\xff\xd8\xff\xe0", "text/csv")
