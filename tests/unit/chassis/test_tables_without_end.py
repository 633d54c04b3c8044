"""A table that goes on without end is refused with what to do, and leaves others their turn meanwhile."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chassis.files import tabular
from chassis.files.limits import MOST_COLUMNS, MOST_LINES, TableTooLarge
from chassis.files.spool import Spool


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How often others had theirs."""
    given: list[float] = []
    monkeypatch.setattr(time, "sleep", given.append)
    return given


def a_table(folder: Path, content: bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content)
    return path


def test_ten_million_empty_lines_are_too_many(tmp_path: Path, turns: list[float]) -> None:
    path = a_table(tmp_path, b"a,b\n" + b"\n" * 10_000_000)
    with pytest.raises(TableTooLarge, match="超过 200 万行（空行也算），请删去空行或拆分后上传"):
        tabular.line_count(path)
    turns.clear()
    with pytest.raises(TableTooLarge):
        list(tabular.rows(path, "utf-8"))
    assert len(turns) > 1000, "others stood still while empty lines were skipped"


def test_as_many_lines_as_there_may_be_are_counted(tmp_path: Path) -> None:
    assert tabular.line_count(a_table(tmp_path, b"\n" * MOST_LINES)) == MOST_LINES
    with pytest.raises(TableTooLarge):
        tabular.line_count(a_table(tmp_path, b"\n" * (MOST_LINES + 1)))


def test_one_line_without_end_is_one_fault_and_leaves_turns(tmp_path: Path, turns: list[float]) -> None:
    path = a_table(tmp_path, b"a,b\n" + b"x" * 30_000_000 + b"\n1,2\n")
    rows = list(tabular.rows(path, "utf-8"))
    assert [(row.line, row.cells, row.fault) for row in rows] == [
        (1, ["a", "b"], None),
        (2, [], "该行过长，不是表格中的一行"),
        (3, ["1", "2"], None),
    ]
    assert len(turns) > 100


@pytest.mark.parametrize("sign", [",", "\t"])
def test_a_line_of_nothing_but_separators_is_no_row_of_cells(tmp_path: Path, sign: str) -> None:
    heading = sign.join(["a"] * MOST_COLUMNS)
    path = a_table(tmp_path, f"{heading}\n{heading}{sign}\n{'x' + sign * 60_000}\n".encode())
    first, second, third = tabular.rows(path, "utf-8")
    assert len(first.cells) == MOST_COLUMNS
    assert [(row.cells, row.fault) for row in (second, third)] == [([], "列数过多（超过 1000 列）")] * 2


def test_a_table_in_utf_16_is_read_as_a_copy_and_one_that_hides_it_is_named(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    try:
        for name in ("utf-16-le", "utf-16-be"):
            path = tmp_path / f"{name}.txt"
            path.write_bytes("\ufeff代码\t名称\r\n1\t甲\r\n".encode(name))
            copy = tabular.in_lines(path, spool, name)
            assert tabular.encoding_of(copy) == "utf-8"
            assert [row.cells for row in tabular.rows(copy, "utf-8")] == [["代码", "名称"], ["1", "甲"]]
            assert tabular.in_lines(path, spool, name) == copy, "made once"
            path.write_bytes("代码\t名称\r\n1\t2\r\n1\t2\r\n1\t2\r\n".encode(name))
            assert tabular.in_lines(path, spool, name) == path
            with pytest.raises(tabular.EncodingWithoutMark, match="UTF-16"):
                tabular.encoding_of(path)
        broken = a_table(tmp_path, "\ufeffab".encode("utf-16-le")[:-1])
        with pytest.raises(tabular.EncodingUnknown):
            tabular.in_lines(broken, spool, "broken")
    finally:
        spool.close()


def test_a_table_in_utf_16_that_would_be_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "LARGEST_FILE", 10)
    spool = Spool(tmp_path / "spool")
    try:
        with pytest.raises(TableTooLarge):
            tabular.in_lines(a_table(tmp_path, "\ufeff一二三四五".encode("utf-16-le")), spool, "large")
    finally:
        spool.close()


def test_what_programs_do_to_keep_a_code_a_text_is_taken_off_it(tmp_path: Path) -> None:
    path = a_table(tmp_path, '代码\t,名称\n="0012",甲\n0013\t,"a,b"\n'.encode())
    assert [[cell.strip() for cell in row.cells] for row in tabular.rows(path, "utf-8")] == [
        ["代码", "名称"],
        ["0012", "甲"],
        ["0013", "a,b"],
    ]
