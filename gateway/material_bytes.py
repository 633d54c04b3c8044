"""What a material's file is, judged by its bytes alone and before anything decodes it. Pure.

Taken are what offices read and archive: PDF, OFD, and photographs in JPEG or PNG. A photograph is walked through as it is written, part by
part: how many pixels it unfolds to stands at its beginning, and whatever lies behind its end is nobody's photograph.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from contracts.refusal import Invalid

MIB = 1024 * 1024
LARGEST = 20 * MIB
"""Bytes of one file."""

MOST_PIXELS = 120_000_000
LONGEST_SIDE = 30_000
"""Of a photograph, once it is unfolded: telephones take up to 108 million."""

MOST_PARTS = 20_000
"""Of which a photograph may be made; the largest that a telephone writes has some hundreds."""

OFD_UNFOLDED, OFD_ENTRIES = 200 * MIB, 2_000
"""What an OFD may unfold to."""

TAIL = 2_048
HEAD = 1_024
"""Where readers of PDF look for its end, and for its beginning."""


class Kind(NamedTuple):
    """A kind of file that is taken: its type, what people call it, and how its name may end."""

    media_type: str
    name: str
    endings: tuple[str, ...]


PDF = Kind("application/pdf", "PDF", ("pdf",))
JPEG = Kind("image/jpeg", "JPEG", ("jpg", "jpeg", "jfif"))
PNG = Kind("image/png", "PNG", ("png",))
OFD = Kind("application/ofd", "OFD", ("ofd",))
KINDS = (PDF, JPEG, PNG, OFD)
KINDS_SAID = "PDF、OFD，或 JPEG、PNG 照片"
ACCEPT = ",".join((*(each.media_type for each in KINDS), ".ofd"))


class MaterialFileRefused(Invalid):
    """A file that is not taken as a material; nothing of it is kept."""

    code = "material_file_refused"
    sentence = "这个文件不能作为材料，请按提示重新选择。"


class MaterialFileEmpty(MaterialFileRefused):
    code = "material_file_empty"
    sentence = "文件是空的（0 字节），请重新选择。"


class MaterialFileTooLarge(MaterialFileRefused):
    code = "material_file_too_large"
    sentence = "文件超过 {limit} MB，请压缩或拆分后重新上传。"


class MaterialFileTypeRefused(MaterialFileRefused):
    code = "material_file_type_refused"
    sentence = "不支持这种文件，请上传 " + KINDS_SAID + "；苹果手机的 HEIC 照片请先转为 JPEG。"


class MaterialFileEndingWrong(MaterialFileRefused):
    """Its name says something else than its bytes."""

    code = "material_file_ending_wrong"
    sentence = "文件名以“.{ending}”结尾，内容却是 {found}，请核对后重新选择。"


class MaterialFileBroken(MaterialFileRefused):
    code = "material_file_broken"
    sentence = "{found} 文件不完整或已损坏，请重新拍摄、扫描或导出后上传。"


class MaterialFileTwoInOne(MaterialFileRefused):
    """One file that is two kinds of file, by who reads it."""

    code = "material_file_two_in_one"
    sentence = "{found} 文件里还夹带了其他内容，请用扫描或截图重新生成后上传。"


class MaterialPictureTooLarge(MaterialFileRefused):
    """So many pixels that showing it would be an attack."""

    code = "material_picture_too_large"
    sentence = "照片有 {width}×{height} 像素，超过上限（1.2 亿像素，每边 30000），请缩小后上传。"


@dataclass(frozen=True, slots=True)
class MeasuredPhotograph:
    """What is known of a photograph without decoding it; `end` is the byte after it."""

    width: int
    height: int
    end: int


def judge(content: bytes, file_name: str | None) -> Kind:
    """What it is. Raises MaterialFileRefused: one of the reasons above."""
    if not content:
        raise MaterialFileEmpty()
    if len(content) > LARGEST:
        raise MaterialFileTooLarge(limit=LARGEST // MIB)
    kind = _kind_of(content)
    _name_must_fit(kind, file_name)
    if _ends_as_archive(content) is (kind is not OFD):
        raise MaterialFileTwoInOne(found=kind.name)
    if MARKUP.search(content[:HEAD]) or (kind is not PDF and b"%PDF-" in content[:HEAD]):
        raise MaterialFileTwoInOne(found=kind.name)
    if kind in (JPEG, PNG):
        _judge_picture(content, kind)
    elif kind is PDF and b"%%EOF" not in content[-TAIL:]:
        raise MaterialFileBroken(found=kind.name)
    return kind


MARKUP = re.compile(rb"(?i:<(?:html|script|!doctype|svg|\?php|iframe))")
HIDDEN = re.compile(rb"(?i:%PDF-|PK\x03\x04|<(?:html|script|\?php)|\x7fELF|MZ\x90\x00)")
"""What nobody's camera writes behind a photograph. (Some write a preview or a short film there.)"""


def _kind_of(content: bytes) -> Kind:
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"PK\x03\x04") and _is_ofd(content):
        return OFD
    raise MaterialFileTypeRefused()


def _name_must_fit(kind: Kind, file_name: str | None) -> None:
    ending = (file_name or "").rpartition(".")[2].strip().lower() if "." in (file_name or "") else ""
    if ending and ending not in kind.endings:
        raise MaterialFileEndingWrong(ending=ending[:10], found=kind.name)


def _ends_as_archive(content: bytes) -> bool:
    """Whether whoever unpacks archives would take it for one: they read from the end."""
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - 22 - 65_535))
    if at < 0 or at + 22 > len(content):
        return False
    return at + 22 + int.from_bytes(content[at + 20 : at + 22], "little") == len(content)


def _is_ofd(content: bytes) -> bool:
    """Raises MaterialFileBroken for one that cannot be read, or unfolds to too much."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return False
    if "OFD.xml" not in {each.filename for each in entries}:
        return False
    if len(entries) > OFD_ENTRIES or sum(each.file_size for each in entries) > OFD_UNFOLDED:
        raise MaterialFileBroken(found=OFD.name)
    return True


def _judge_picture(content: bytes, kind: Kind) -> None:
    picture = _png(content) if kind is PNG else _jpeg(content)
    if picture is None or not picture.width or not picture.height:
        raise MaterialFileBroken(found=kind.name)
    if picture.width * picture.height > MOST_PIXELS or max(picture.width, picture.height) > LONGEST_SIDE:
        raise MaterialPictureTooLarge(width=picture.width, height=picture.height)
    rest = content[picture.end :]
    if HIDDEN.search(rest) or (kind is PNG and rest.strip(b"\x00\r\n")):
        raise MaterialFileTwoInOne(found=kind.name)


def _png(content: bytes) -> MeasuredPhotograph | None:
    at, width, height = 8, 0, 0
    for _part in range(MOST_PARTS):
        if at + 12 > len(content):
            return None
        size, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if at == 8:
            if name != b"IHDR" or size != 13:
                return None
            width, height = (int.from_bytes(content[place : place + 4], "big") for place in (at + 8, at + 12))
        at += 12 + size
        if name == b"IEND":
            return MeasuredPhotograph(width, height, at) if at <= len(content) else None
    return None


SCANNED = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""Where the next part of a JPEG begins behind what is scanned."""

FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def _jpeg(content: bytes) -> MeasuredPhotograph | None:
    width = height = 0
    for mark, at, size in _parts_of_jpeg(content):
        if mark == 0xD9:
            return MeasuredPhotograph(width, height, at) if width else None
        if mark in FRAMES and size >= 8:
            height, width = (int.from_bytes(content[place : place + 2], "big") for place in (at + 3, at + 5))
            if width * height > MOST_PIXELS:
                return MeasuredPhotograph(width, height, at)
    return None


def _parts_of_jpeg(content: bytes) -> Iterator[tuple[int, int, int]]:
    """(mark, where its content begins, how long that is) of each part; of the last one where the photograph ends."""
    at = 2
    for _part in range(MOST_PARTS):
        if at + 2 > len(content) or content[at] != 0xFF:
            return
        mark = content[at + 1]
        if mark == 0xFF:
            at += 1
            continue
        if mark == 0xD9:
            yield mark, at + 2, 0
            return
        if mark in ALONE:
            at += 2
            continue
        size = int.from_bytes(content[at + 2 : at + 4], "big")
        if size < 2 or at + 2 + size > len(content):
            return
        yield mark, at + 2, size
        at += 2 + size
        if mark == 0xDA:
            found = SCANNED.search(content, at)
            if found is None:
                return
            at = found.start()
