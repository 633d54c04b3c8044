"""A small file that says it is endless is refused with what to do, and takes nobody else down."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import psutil
import pytest

from chassis.files import confinement, limits, workbooks
from chassis.files.spool import LOCK, Spool
from chassis.files.workbooks import ConversionFailed, WorkbookUnreadable, as_csv
from chassis.testing.waiting import eventually
from contracts.refusal import Invalid
from tests.unit.chassis.test_workbooks_as_lines import a_workbook, changed

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FAR = "请删去远处多余的单元格，或拆分后上传。"


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool")
    yield spool
    assert {file.name for file in spool.folder.iterdir()} - {LOCK} <= {path.name for path in kept(spool)}
    spool.close()


def kept(spool: Spool) -> list[Path]:
    return [spool._path(name) for name in spool._kept]


def refused(workbook: Path, spool: Spool, *, every_sheet: bool = False) -> str:
    with pytest.raises(Invalid) as refusal:
        as_csv(workbook, spool, workbook.name, every_sheet=every_sheet)
    assert kept(spool) == []
    return f"{refusal.value.code}: {refusal.value.message}"


def at(folder: Path, *places: str) -> Path:
    book = openpyxl.Workbook()
    for place in places:
        book["Sheet"][place] = "y"
    path = folder / "far.xlsx"
    book.save(path)
    return path


def with_sheet(folder: Path, rows: str, strings: str | None = None) -> Path:
    """A workbook whose one sheet, and whose shared strings, are written as they are given."""
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    path = changed(a_workbook(folder), lambda name, part: sheet.encode() if name.endswith("sheet1.xml") else part)
    if strings is not None:
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr("xl/sharedStrings.xml", strings)
    return path


# -- what is in the file -----------------------------------------------------------------------------------


def test_one_cell_in_the_farthest_corner_is_no_file_of_seventeen_gigabytes(tmp_path: Path, spool: Spool) -> None:
    path = at(tmp_path, "XFD1048576")
    assert path.stat().st_size < 6000
    begun = time.monotonic()
    assert (
        refused(path, spool)
        == f"table_too_large: 表格过大：“Sheet”表从左上角到最远的单元格有 1048576 行 16384 列，{FAR}"
    )
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    ("place", "fits"), [("ALL5", True), ("ALM5", False), ("AB1048576", True), ("AC1048576", False)]
)
def test_a_sheet_may_be_so_wide_and_so_long_and_no_more(
    tmp_path: Path, spool: Spool, place: str, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,000 columns; 30 million cells: 28 columns of 1,048,576 rows."""
    path = at(tmp_path, place)
    if fits and place.endswith("1048576"):
        table = as_csv(path, spool, "x")
        assert table.stat().st_size < limits.LARGEST_FILE
        with table.open("rb") as file:
            assert file.readline() == b"," * 27 + b"\n"
    elif fits:
        assert as_csv(path, spool, "x").read_text().splitlines()[4] == "," * 999 + "y"
    else:
        assert refused(path, spool).startswith("table_too_large: ")


def test_many_sheets_together_are_no_more_than_one_may_be(tmp_path: Path, spool: Spool) -> None:
    book = openpyxl.Workbook()
    for number in range(3):
        book.create_sheet(f"表{number}")["A900000"] = "x"
    book.save(tmp_path / "sheets.xlsx")
    assert refused(tmp_path / "sheets.xlsx", spool, every_sheet=True).startswith("table_too_large: 表格过大：“表2”")
    assert as_csv(tmp_path / "sheets.xlsx", spool, "first sheet alone").read_text() == ""


def test_one_long_text_that_many_cells_share_is_not_written_out_without_end(tmp_path: Path, spool: Spool) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 12_001))
    path = with_sheet(tmp_path, rows, f'<sst xmlns="{MAIN}"><si><t>{"长" * 10_000}</t></si></sst>')
    assert path.stat().st_size < 200_000
    assert refused(path, spool) == "table_too_large: 表格过大：内容过大，请拆分后上传。"


def test_entities_that_multiply_are_not_followed(tmp_path: Path, spool: Spool) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    strings = f'<!DOCTYPE sst [<!ENTITY l0 "ha">{laughs}]><sst xmlns="{MAIN}"><si><t>&l11;</t></si></sst>'
    path = with_sheet(tmp_path, '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings)
    begun = time.monotonic()
    with contextlib.suppress(WorkbookUnreadable):
        assert as_csv(path, spool, "x").stat().st_size < 1000
    assert time.monotonic() - begun < 20


def test_elements_nested_without_end_are_refused_or_read_and_end(tmp_path: Path, spool: Spool) -> None:
    path = with_sheet(tmp_path, "<x>" * 200_000 + "</x>" * 200_000)
    with contextlib.suppress(Invalid):
        assert as_csv(path, spool, "x").stat().st_size == 0


def test_more_parts_than_a_workbook_has_are_refused(tmp_path: Path, spool: Spool) -> None:
    path = a_workbook(tmp_path)
    with zipfile.ZipFile(path, "a") as parts:
        for number in range(limits.MOST_PARTS):
            parts.writestr(f"xl/media/{number}.txt", "")
    assert refused(path, spool) == "table_too_large: 表格过大：内容过大，请拆分后上传。"


@pytest.mark.parametrize(
    "twin", ["xl/worksheets/Sheet1.xml", "XL\\worksheets\\sheet1.XML", "/xl/worksheets/sheet1.xml"]
)
def test_two_parts_of_one_name_are_refused_since_each_reader_would_see_another_one(
    tmp_path: Path, spool: Spool, twin: str
) -> None:
    path = a_workbook(tmp_path)
    with zipfile.ZipFile(path, "a") as parts:
        parts.writestr(twin, f'<worksheet xmlns="{MAIN}"/>')
    assert refused(path, spool).startswith("workbook_unreadable: Excel 文件无法读取：文件中有同名的部分")


@pytest.mark.parametrize("name", ["xl/worksheets/table.dat", "xl/worksheets/SHEET1.XML"])
def test_an_error_in_a_cell_stays_one_wherever_the_sheet_lies(tmp_path: Path, spool: Spool, name: str) -> None:
    """It would become "nobody knows" in a part whose name does not end as the others do."""
    path = a_workbook(tmp_path, [["a", "#N/A"]])
    target = tmp_path / "renamed.xlsx"
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(target, "w") as written:
        for part in parts.namelist():
            content = parts.read(part).replace(b"worksheets/sheet1.xml", name.removeprefix("xl/").encode())
            written.writestr(name if part == "xl/worksheets/sheet1.xml" else part, content)
    assert as_csv(target, spool, "x").read_text() == "a,#N/A\n"


def test_names_that_climb_write_nothing_anywhere(tmp_path: Path, spool: Spool) -> None:
    path = a_workbook(tmp_path)
    with zipfile.ZipFile(path, "a") as parts:
        parts.writestr("../../../../tmp/outside.xml", f'<worksheet xmlns="{MAIN}"><c t="e"></c></worksheet>')
        parts.writestr("/etc/outside.xml", "<a/>")
        parts.writestr("xl/bomb.zip", b"PK\x03\x04" * 1000)
    before = set(tmp_path.iterdir())
    assert as_csv(path, spool, "x").read_text() == "a,1\nb,2\n"
    assert set(tmp_path.iterdir()) == before
    assert not Path("/tmp/outside.xml").exists()


# -- what the process may ------------------------------------------------------------------------------------


@pytest.fixture
def prying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Makes a "workbook" that tells the process what to do."""
    monkeypatch.setattr(workbooks, "CONVERTER", "tests.unit.chassis.prying_converter")

    def told(what: str) -> Path:
        path = tmp_path / f"{what}.xlsx"
        path.write_text(what)
        return path

    return told


def test_it_knows_nothing_of_ours_and_stands_alone(
    prying: Callable[[str], Path], spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIDA_DATA_KEY", "the key to everything")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    with open("/dev/null") as _ours:
        os.set_inheritable(_ours.fileno(), True)
        seen = json.loads(as_csv(prying("look around"), spool, "x").read_text())
    assert set(seen["environment"]) - {"LC_CTYPE"} == {"PATH", "LANG", "HOME", "TMPDIR"}
    assert seen["environment"]["TMPDIR"].startswith(str(spool.folder))
    assert seen["group"]
    assert seen["umask"] == 0o077
    assert seen["limits"] == [
        [most, most] for most in (limits.MEMORY, limits.LARGEST_FILE, limits.PROCESSOR_SECONDS, limits.OPEN_FILES, 0)
    ]
    assert len(seen["open"]) <= 4, "in, out, words, and the folder it looks at"


def test_what_it_writes_ends_with_the_largest_file_there_may_be(prying: Callable[[str], Path], spool: Spool) -> None:
    with pytest.raises(Invalid):
        as_csv(prying("write without end"), spool, "x")


def test_it_is_ended_when_its_processor_time_is_over(
    prying: Callable[[str], Path], spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def confined(*_: object) -> confinement.Ended:
        return confinement.Ended(-signal.SIGXCPU, "")

    monkeypatch.setattr(workbooks, "run_confined", confined)
    assert refused(prying("x"), spool) == "table_too_large: 表格过大：处理时间过长，请拆分后上传。"
    ended = subprocess.run(
        ["python", "-c", "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"],
        check=False,
    )
    assert confinement.Ended(ended.returncode, "").took_too_long, "the hard limit ends it by another signal"


def test_it_is_ended_when_the_time_on_the_clock_is_over(
    prying: Callable[[str], Path], spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confinement, "LONGEST_SECONDS", 0.5)
    assert refused(prying("sleep"), spool) == "table_too_large: 表格过大：处理时间过长，请拆分后上传。"


def test_whatever_it_started_ends_with_it(prying: Callable[[str], Path], spool: Spool) -> None:
    child = int(as_csv(prying("leave a child"), spool, "x").read_text())
    eventually(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_its_last_words_are_listened_to_and_no_more_of_them(prying: Callable[[str], Path], spool: Spool) -> None:
    assert len(refused(prying("talk"), spool)) < 1000


def test_a_full_disk_is_no_fault_of_the_workbook(tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "run_confined", lambda *_: confinement.Ended(workbooks.NO_ROOM, ""))
    with pytest.raises(ConversionFailed):
        as_csv(a_workbook(tmp_path), spool, "x")


def commands_of_children() -> list[str]:
    """What this process has started and what still runs; one that has just ended has no command any more."""
    found = []
    for each in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            found.append(" ".join(each.cmdline()))
    return found


def test_a_neighbour_goes_on_while_one_is_refused(
    tmp_path: Path, prying: Callable[[str], Path], spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confinement, "LONGEST_SECONDS", 5.0)
    endless = prying("sleep")
    said: list[str] = []
    waiting = threading.Thread(target=lambda: said.append(refused(endless, Spool(tmp_path / "other"))))
    waiting.start()
    eventually(lambda: any("prying_converter" in command for command in commands_of_children()))
    monkeypatch.setattr(workbooks, "CONVERTER", "chassis.files.spreadsheet")
    assert as_csv(a_workbook(tmp_path), spool, "quick").read_text() == "a,1\nb,2\n"
    assert said == [], "the other one was still running"
    waiting.join()
    assert said == ["table_too_large: 表格过大：处理时间过长，请拆分后上传。"]


def test_no_more_run_at_once_than_there_is_memory_for(
    prying: Callable[[str], Path], spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: list[int] = []
    most: list[int] = []

    def confined(*_: object) -> confinement.Ended:
        running.append(1)
        most.append(len(running))
        time.sleep(0.05)
        running.pop()
        return confinement.Ended(workbooks.UNREADABLE, "")

    monkeypatch.setattr(workbooks, "run_confined", confined)
    path = prying("x")
    threads = [threading.Thread(target=refused, args=(path, spool)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == limits.CONVERSIONS_AT_ONCE
