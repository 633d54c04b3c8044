"""Tables that people send: CSV in UTF-8 or GB18030, and Excel, read line by line from any place on.

One line of the file is one record, so that a quotation mark that is never closed spoils its own line and no other;
within a cell there can be no line break. A workbook is turned into such a file first, by a process of its own:
reading one takes whole seconds, in which a green process would do nothing else.
"""

from __future__ import annotations

import codecs
import csv
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.refusal import Invalid

PIECE = 1024 * 1024
LONGEST_LINE = 64 * 1024
"""Bytes of one record; a longer one is no table."""

ENCODINGS = ("utf-8", "gb18030")
CONVERSION_SECONDS = 600.0
EVERY = "every"
REFUSED = 3
"""How the process that reads a workbook ends when its last words are for the sender."""

TOO_LARGE = "内容过大，请拆分后上传"

ROOT = Path(__file__).resolve().parents[2]


class EncodingUnknown(Invalid):
    """Neither UTF-8 nor GB18030."""

    code = "table_encoding_unknown"
    sentence = "文件编码无法识别，请另存为 UTF-8 或 GB18030（GBK）编码的 CSV。"


class WorkbookUnreadable(Invalid):
    """No Excel workbook (xlsx), or one that is too large for a table of enterprises or items."""

    code = "workbook_unreadable"
    sentence = "Excel 文件无法读取：{why}。"


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `line` counts from 1 as an editor does, `end` is the byte after it.

    `fault` is a Chinese sentence if the line is no record; then `cells` is empty.
    """

    line: int
    end: int
    cells: list[str]
    fault: str | None = None


def encoding_of(path: Path) -> str:
    """Which encoding the whole file is in. Raises EncodingUnknown."""
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
    """How many lines the file has, empty ones included."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            count += piece.count(b"\n")
            last = piece[-1:]
            time.sleep(0)
    return count + (last != b"\n")


def rows(path: Path, encoding: str, *, after: tuple[int, int] = (0, 0)) -> Iterator[Row]:
    """Records that are not empty, after (line, byte). The delimiter is a comma, or a tab where the heading has one."""
    delimiter = "\t" if b"\t" in _heading(path) else ","
    line, end = after
    with path.open("rb") as file:
        file.seek(end)
        while raw := file.readline(LONGEST_LINE + 1):
            line, end = line + 1, end + len(raw)
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
            yield Row(line, end, _cells(text, delimiter))


def _cells(text: str, delimiter: str) -> list[str]:
    if '"' not in text:
        return text.split(delimiter)
    return next(csv.reader((text,), delimiter=delimiter))


def _heading(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline(LONGEST_LINE)


def _skip_line(file: object) -> int:
    skipped = 0
    while more := file.readline(LONGEST_LINE):  # type: ignore[attr-defined]
        skipped += len(more)
        if more.endswith(b"\n"):
            break
    return skipped


def as_csv(workbook: Path, folder: Path, name: str, *, every_sheet: bool = False) -> Path:
    """The first sheet of a workbook as a CSV file in `folder`, whose lines are the sheet's rows; made once per name.
    With `every_sheet` all of them, each line beginning with the sheet's name and the row's number in it.

    Raises WorkbookUnreadable.
    """
    target = folder / f"{name}{f'.{EVERY}' if every_sheet else ''}.csv"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    half_made = folder / f"{name}.{uuid.uuid4().hex}"
    paths = [str(workbook.resolve()), str(half_made.resolve())]
    process = subprocess.Popen(
        [sys.executable, "-m", "chassis.files.spreadsheet", *paths, *([EVERY] if every_sheet else [])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        ends = time.monotonic() + CONVERSION_SECONDS
        while process.poll() is None and time.monotonic() < ends:
            time.sleep(0.05)
        if process.poll() is None:
            process.kill()
            raise WorkbookUnreadable(why="处理时间过长")
        if process.returncode != 0:
            assert process.stderr is not None
            said = process.stderr.read().decode(errors="replace").strip().splitlines()
            raise WorkbookUnreadable(why=_why(process.returncode, said))
        half_made.replace(target)
    finally:
        if process.stderr is not None:
            process.stderr.close()
        process.wait()
        half_made.unlink(missing_ok=True)
        named_workbook(half_made).unlink(missing_ok=True)
    return target


def named_workbook(target: Path) -> Path:
    """Where the process that reads a workbook into `target` has it under a name that says what it is."""
    return target.with_name(f"{target.name}.xlsx")


def _why(code: int, said: list[str]) -> str:
    if code == -signal.SIGABRT:  # there was no more memory to be had
        return TOO_LARGE
    return said[-1] if code == REFUSED and said else "文件已损坏或过大"
