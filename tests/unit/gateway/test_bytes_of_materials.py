"""A material's file is what its bytes say: bombs, broken and double files are refused before anything decodes them."""

from __future__ import annotations

import struct
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.material_bytes import JPEG, LARGEST, OFD, PDF, PNG, MaterialFileRefused, judge
from tests.files_kit import jpeg, ofd, pdf, png


def refused(content: bytes, name: str | None = None) -> str:
    with pytest.raises(MaterialFileRefused) as raised:
        judge(content, name)
    assert raised.value.message.endswith("。")
    return raised.value.code


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (pdf(), "合同.pdf", PDF),
        (pdf(), None, PDF),
        (jpeg(4000, 3000), "IMG_0001.JPG", JPEG),
        (jpeg(4000, 3000) + b"\x00\x00\x00\x20ftypmp42 a short film", "IMG_0002.jpg", JPEG),
        (png(3000, 2000), "扫描.png", PNG),
        (ofd(), "发票.ofd", OFD),
        (pdf(), "没有后缀", PDF),
    ],
)
def test_what_offices_read_is_taken(content: bytes, name: str | None, kind: object) -> None:
    assert judge(content, name) is kind


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.pdf", "material_file_empty"),
        (pdf() + b" " * LARGEST, "大.pdf", "material_file_too_large"),
        (jpeg(800, 600), "照片.pdf", "material_file_ending_wrong"),
        (pdf(), "合同.exe", "material_file_ending_wrong"),
        (b"MZ\x90\x00 a program", "a.pdf", "material_file_type_refused"),
        (b"\x00\x00\x00\x18ftypheic", "IMG.heic", "material_file_type_refused"),
        (b"<html><script>alert(1)</script>", "a.png", "material_file_type_refused"),
        (pdf()[:-7], "合同.pdf", "material_file_broken"),
        (png(800, 600)[:-8], "a.png", "material_file_broken"),
        (jpeg(800, 600)[:-2], "a.jpg", "material_file_broken"),
        (png(50_000, 50_000), "a.png", "material_picture_too_large"),
        (jpeg(60_000, 60_000), "a.jpg", "material_picture_too_large"),
        (png(31_000, 10), "a.png", "material_picture_too_large"),
    ],
)
def test_what_is_wrong_is_said_by_its_own_code(content: bytes, name: str, code: str) -> None:
    assert refused(content, name) == code


def test_a_file_that_is_two_kinds_of_file_is_neither() -> None:
    archive = ofd()
    for content in (
        pdf() + archive,
        jpeg(800, 600) + archive,
        png(800, 600) + archive,
        png(800, 600) + b"<script>alert(1)</script>",
        jpeg(800, 600, comment=b"<script>alert(1)</script>"),
        jpeg(800, 600, comment=b"%PDF-1.7"),
        jpeg(800, 600) + pdf(),
        b"%PDF-1.7\n<html>" + pdf()[8:],
    ):
        assert refused(content) == "material_file_two_in_one"


def test_an_archive_is_no_ofd_and_one_that_unfolds_without_end_is_broken() -> None:
    with BytesIO() as made:
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
        assert refused(made.getvalue()) == "material_file_type_refused"
    with BytesIO() as made:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("OFD.xml", "<ofd/>")
            archive.writestr("bomb", bytes(201 * 1024 * 1024))
        assert refused(made.getvalue()) == "material_file_broken"


def test_a_photograph_of_endless_parts_is_given_up() -> None:
    endless = b"\xff\xd8" + b"\xff\xfe\x00\x02" * 100_000 + b"\xff\xd9"
    assert refused(endless) == "material_file_broken"
    chunks = struct.pack(">I", 0) + b"tEXt" + struct.pack(">I", zlib.crc32(b"tEXt"))
    assert refused(png(8, 8)[:33] + chunks * 30_000) == "material_file_broken"


@given(st.binary(max_size=400), st.sampled_from([pdf(), jpeg(20, 20), png(20, 20), ofd()]), st.integers(0, 400))
def test_whatever_comes_is_judged_or_refused_and_never_a_fault(noise: bytes, good: bytes, at: int) -> None:
    for content in (noise, good[:at] + noise + good[at:], good[:at], noise + good):
        with suppress(MaterialFileRefused):
            judge(content, None)
