"""The spool is ours alone, believes nothing that lies in it, and comes to an end."""

from __future__ import annotations

import gc
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.files import spool as spools
from chassis.files.objects import Objects
from chassis.files.spool import KEPT_SECONDS, LOCK, PREFIX, UNLOCKED_SECONDS, Spool
from chassis.files.workbooks import as_csv
from console.place import CHECKOUT
from tests.unit.chassis.test_workbooks_as_lines import a_workbook


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path)
    yield spool
    spool.close()


def kept(spool: Spool, name: str, content: str = "a,1\n") -> Path:
    with spool.working() as folder:
        (folder / "made").write_text(content)
        return spool.keep(folder / "made", name)


def test_nobody_else_may_enter_it_and_nobody_can_guess_its_name(spool: Spool) -> None:
    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept(spool, "a").stat().st_mode) == 0o600
    other = Spool(spool.folder.parent)
    assert other.folder != spool.folder
    other.close()


def test_a_file_that_was_planted_under_the_expected_name_is_not_believed(tmp_path: Path, spool: Spool) -> None:
    """Neither before anything was kept there nor afterwards, and nothing is written through a link."""
    path = spool._path("book.first.csv")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("not ours")
    workbook = a_workbook(tmp_path)
    path.write_text("planted,1\n")
    assert spool.found("book.first.csv") is None
    assert as_csv(workbook, spool, "book").read_text() == "a,1\nb,2\n"
    path.write_text("altered,1\n")
    assert as_csv(workbook, spool, "book").read_text() == "a,1\nb,2\n"
    path.unlink()
    path.symlink_to(elsewhere)
    assert as_csv(workbook, spool, "book").read_text() == "a,1\nb,2\n"
    assert elsewhere.read_text() == "not ours"


def test_what_was_kept_is_made_once(tmp_path: Path, spool: Spool) -> None:
    workbook = a_workbook(tmp_path)
    made = as_csv(workbook, spool, "book").stat().st_ino
    workbook.unlink()
    assert as_csv(workbook, spool, "book").stat().st_ino == made


def test_names_cannot_lead_out_of_it(spool: Spool) -> None:
    assert kept(spool, "../../outside").parent == spool.folder


def test_what_is_not_used_is_let_go_after_hours(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    old, used = kept(spool, "old"), kept(spool, "used")
    later = time.time() + KEPT_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert spool.found("used") == used
    kept(spool, "new")
    assert (old.exists(), used.exists()) == (False, True)


def test_too_many_bytes_let_the_oldest_go(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "KEPT_BYTES", 25)
    files = [kept(spool, name, "0123456789") for name in "abc"]
    assert [each.exists() for each in files] == [False, True, True]
    huge = kept(spool, "huge", "x" * 100)
    assert huge.exists(), "what has just been made is needed now"
    assert [each.exists() for each in files] == [False, False, False]


def test_it_goes_with_its_process(tmp_path: Path) -> None:
    code = (
        f"from pathlib import Path; from chassis.files.spool import Spool; print(Spool(Path({str(tmp_path)!r})).folder)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert PREFIX in done.stdout
    assert list(tmp_path.glob(f"{PREFIX}*")) == []


def test_whoever_was_killed_leaves_nothing_for_long_and_the_living_are_let_be(tmp_path: Path, spool: Spool) -> None:
    code = (
        "import os, signal; from pathlib import Path; from chassis.files.spool import Spool\n"
        f"spool = Spool(Path({str(tmp_path)!r})); (spool.folder / 'left').write_text('x')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False)
    (left,) = set(tmp_path.glob(f"{PREFIX}*")) - {spool.folder}
    assert (left / "left").exists()
    Spool(tmp_path).close()
    assert not left.exists()
    assert (spool.folder / LOCK).exists(), "a living one's"


def test_a_folder_that_is_being_made_and_what_is_not_ours_are_let_be(tmp_path: Path) -> None:
    young, old, theirs = (tmp_path / f"{PREFIX}{name}" for name in ("young", "old", "link"))
    young.mkdir()
    old.mkdir()
    theirs.symlink_to(young)
    long_ago = time.time() - UNLOCKED_SECONDS - 1
    os.utime(old, (long_ago, long_ago))
    spools.remove_left_overs(tmp_path)
    assert [each.exists() for each in (young, old, theirs)] == [True, False, True]
    shutil.rmtree(young)


def test_it_lives_as_long_as_the_process_and_not_as_the_store_that_it_was_asked_for(tmp_path: Path) -> None:
    table = as_csv(a_workbook(tmp_path), Objects.in_folder(tmp_path, spool_in=tmp_path / "spool").spool, "book")
    gc.collect()
    assert table.read_text() == "a,1\nb,2\n"
    again = Objects.in_folder(tmp_path, spool_in=tmp_path / "spool").spool
    assert again.found("book.first.csv") == table


def test_one_that_was_cleared_away_is_made_anew(tmp_path: Path) -> None:
    objects = Objects.in_folder(tmp_path / "objects", spool_in=tmp_path)
    shutil.rmtree(objects.spool.folder)
    assert as_csv(a_workbook(tmp_path), objects.spool, "book").read_text() == "a,1\nb,2\n"
