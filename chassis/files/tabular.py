"""Tables that people send: CSV in UTF-8, GB18030 or UTF-16, and Excel, read line by line from any place on.

One line of the file is one record, so that a quotation mark that is never closed spoils its own line and no other;
within a cell there can be no line break. A workbook is turned into such a file first (`workbooks`), and so is UTF-16, in
which a line does not end with one byte (`in_lines`). What stands in a cell is for `contracts.written` to read.
"""

from __future__ import annotations

import codecs
import csv
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chassis.files.limits import LARGEST_FILE, MOST_COLUMNS, MOST_LINES, TOO_LARGE, TableTooLarge
from chassis.files.spool import Spool
from contracts.refusal import Invalid

PIECE = 1024 * 1024
LONGEST_LINE = 64 * 1024
"""Bytes of one record; a longer one is no table."""

ENCODINGS = ("utf-8", "gb18030")
WIDE_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
"""How Excel's "Unicode text" begins."""

AS_TEXT = re.compile(r'\A="([^"]*)"\Z')
"""How programs write a cell that Excel must take for a text: `="0012"`."""

TURN = 1000
"""Lines after which green threads have their turn: ten million empty ones take as long as ten million others."""


class EncodingUnknown(Invalid):
    """Neither UTF-8 nor GB18030, nor UTF-16 that says so at its beginning."""

    code = "table_encoding_unknown"
    sentence = "文件编码无法识别，请另存为 UTF-8 或 GB18030（GBK）编码的 CSV。"


class EncodingWithoutMark(Invalid):
    """Every other byte is empty, and the file does not say in which order: UTF-16 without its mark."""

    code = "table_encoding_without_mark"
    sentence = "文件像是 UTF-16 编码，但开头没有标记，请另存为 UTF-8 编码的 CSV。"


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `line` counts from 1 as an editor does, `end` is the byte after it.

    `fault` is a Chinese sentence if the line is no record; then `cells` is empty.
    """

    line: int
    end: int
    cells: list[str]
    fault: str | None = None


def wide_encoding_of(path: Path) -> str | None:
    """Which UTF-16 the file says that it is in; None if it says nothing of the kind."""
    with path.open("rb") as file:
        return WIDE_MARKS.get(file.read(2))


def in_lines(table: Path, spool: Spool, name: str) -> Path:
    """The table, where a line ends with one byte; one that is in UTF-16 as a copy in UTF-8 in the spool, made once per
    name. Raises EncodingUnknown for what only begins as UTF-16, and TableTooLarge."""
    encoding = wide_encoding_of(table)
    if encoding is None:
        return table
    name = f"{name}.narrow.csv"
    if (copy := spool.found(name)) is not None:
        return copy
    with spool.working() as folder:
        made = folder / "table.csv"
        _narrow(table, made, encoding)
        return spool.keep(made, name)


def _narrow(table: Path, made: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with table.open("rb") as file, made.open("xb") as written:
        file.seek(2)
        try:
            while piece := file.read(PIECE):
                written.write(decoder.decode(piece).encode())
                if written.tell() > LARGEST_FILE:
                    raise TableTooLarge(why=TOO_LARGE)
                time.sleep(0)
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            raise EncodingUnknown() from error


def encoding_of(path: Path) -> str:
    """Which encoding the whole file is in. Raises EncodingUnknown or EncodingWithoutMark."""
    if wide_encoding_of(path) is not None:
        raise EncodingUnknown()  # it is to be read by way of `in_lines`
    with path.open("rb") as file:
        head = file.read(LONGEST_LINE)
    if head.count(0) * 4 > len(head):
        raise EncodingWithoutMark()
    for name in ENCODINGS:
        if _decodes(path, name):
            return name
    raise EncodingUnknown()


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while piece := file.read(PIECE):
                decoder.decode(piece)
                time.sleep(0)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def line_count(path: Path) -> int:
    """How many lines the file has, empty ones included. Raises TableTooLarge."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            count += piece.count(b"\n")
            _refuse_beyond(count)
            last = piece[-1:]
            time.sleep(0)
    return count + (last != b"\n")


def rows(path: Path, encoding: str, *, after: tuple[int, int] = (0, 0)) -> Iterator[Row]:
    """Records that are not empty, after (line, byte). The delimiter is a comma, or a tab where the heading has more tabs
    than commas (some programs put a tab behind what must stay a text).

    Raises TableTooLarge.
    """
    heading = _heading(path)
    delimiter = "\t" if heading.count(b"\t") > heading.count(b",") else ","
    line, end = after
    with path.open("rb") as file:
        file.seek(end)
        while raw := file.readline(LONGEST_LINE + 1):
            line, end = line + 1, end + len(raw)
            _refuse_beyond(line)
            if line % TURN == 0:
                time.sleep(0)
            if len(raw) > LONGEST_LINE:
                end += _skip_line(file)
                yield Row(line, end, [], "该行过长，不是表格中的一行")
                continue
            text = raw.decode(encoding, errors="replace").lstrip("\ufeff").rstrip("\r\n")
            if not text.strip(f"{delimiter} \u3000"):
                continue
            if text.count('"') % 2:
                yield Row(line, end, [], "引号不成对（单元格内不能换行）")
                continue
            if "\x00" in text:
                yield Row(line, end, [], "含有无法保存的字符（NUL）")
                continue
            if text.count(delimiter) >= MOST_COLUMNS:
                yield Row(line, end, [], f"列数过多（超过 {MOST_COLUMNS} 列）")
                continue
            yield Row(line, end, _cells(text, delimiter))


def _refuse_beyond(lines: int) -> None:
    if lines > MOST_LINES:
        raise TableTooLarge(why=f"超过 {MOST_LINES // 10_000} 万行（空行也算），请删去空行或拆分后上传")


def _cells(text: str, delimiter: str) -> list[str]:
    if '"' not in text:
        return text.split(delimiter)
    return [AS_TEXT.sub(r"\1", cell) for cell in next(csv.reader((text,), delimiter=delimiter))]


def _heading(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline(LONGEST_LINE)


def _skip_line(file: object) -> int:
    skipped = 0
    while more := file.readline(LONGEST_LINE):  # type: ignore[attr-defined]
        skipped += len(more)
        time.sleep(0)
        if more.endswith(b"\n"):
            break
    return skipped
