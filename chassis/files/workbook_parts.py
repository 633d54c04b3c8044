"""The parts of an Excel workbook before they are read: how large they are, whether they are whole, and what the
reader would lose of them.

calamine reads a cell with an error (#N/A) as if it were empty, and a sheet that breaks off as far as it goes. An empty
cell means that nobody knows, so an error must not become one. (Numbers are read as exactly as a double is: what has more
digits is told from a text by how it is written, `contracts.written.as_excel_shows`.)
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from chassis.files.limits import MOST_PARTS, TOO_LARGE, UNFOLDED

PIECE = 1024 * 1024
OVERLAP = 64
"""Bytes of a piece that are looked at again with the next one: what is looked for may lie across."""

OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an xls begins, and an xlsx with a password."""

ROOT = re.compile(rb"<((?:\w+:)?(?:worksheet|sst))[\s>/]")
MARKS_OF_ERRORS = (b't="e"', b"t='e'")

ERRORS = re.compile(rb"""(<(?:\w+:)?c\s[^<>]*?(?<=\s)t=)(["'])e\2""")


class NotReadable(Exception):
    """`why` is a Chinese sentence without a full stop."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TooMuch(Exception):
    """`why` is a Chinese sentence without a full stop."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def prepared(workbook: Path, name: Path) -> Path:
    """`name`, which ends in .xlsx, as a link to the workbook (objects have no such names) or as a copy of it, in which
    errors are texts.

    Raises NotReadable or TooMuch, and what zipfile raises.
    """
    with workbook.open("rb") as file:
        if file.read(len(OLD_OR_LOCKED)) == OLD_OR_LOCKED:
            raise NotReadable("这是旧版（xls）或加了密码的文件，请去掉密码，另存为 xlsx")
    with zipfile.ZipFile(workbook) as parts:
        if len(parts.infolist()) > MOST_PARTS or sum(part.file_size for part in parts.infolist()) > UNFOLDED:
            raise TooMuch(TOO_LARGE)
        # The reader tells neither case nor slashes apart: of two parts of one name it would read the other one.
        if len({part.replace("\\", "/").strip("/").lower() for part in parts.namelist()}) < len(parts.infolist()):
            raise NotReadable("文件中有同名的部分，请用 Excel 或 WPS 打开后另存为 xlsx")
        # Of whatever name: the sheets are where the workbook says that they are.
        lossy = [part for part in parts.namelist() if _loses(parts, part)]
        if lossy:
            _copy(parts, name, frozenset(lossy))
        else:
            name.symlink_to(workbook.resolve())
    return name


def _loses(parts: zipfile.ZipFile, part: str) -> bool:
    """Whether the reader would lose something of the part. Raises NotReadable if it breaks off."""
    found = False
    root: re.Match[bytes] | None = None
    before = b""
    with parts.open(part) as file:
        for piece in _pieces(file):
            window = before + piece
            if not before and (root := ROOT.search(window[:PIECE])) is None:
                return False
            found = found or any(mark in window for mark in MARKS_OF_ERRORS)
            before = window[-OVERLAP:]
    if root is not None and not before.rstrip().endswith((b"</" + root[1] + b">", b"/>")):
        raise NotReadable("文件不完整")
    return found


def _copy(parts: zipfile.ZipFile, name: Path, lossy: frozenset[str]) -> None:
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for part in parts.namelist():
            if part not in lossy and not part.lower().endswith((".xml", ".rels")):
                continue  # pictures and the like
            with parts.open(part) as file, copy.open(part, "w", force_zip64=True) as written:
                if part in lossy:
                    written.writelines(_as_texts(file))
                else:
                    shutil.copyfileobj(file, written)


def _as_texts(file: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in _pieces(file):
        rest += piece
        # Up to the last cell that begins in it, which may end in the next piece.
        cut = rest.rfind(b"<", 0, max(rest.rfind(b"<c "), rest.rfind(b":c ")) + 1)
        if cut > 0:
            yield _cells_as_texts(rest[:cut])
            rest = rest[cut:]
    yield _cells_as_texts(rest)


def _cells_as_texts(cells: bytes) -> bytes:
    return ERRORS.sub(rb"\1\2str\2", cells)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
