"""Where servers live, and as whom."""

from __future__ import annotations

import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from console.machine import quarters
from console.machine.quarters import Account, leave_quarters, open_home, quarters_for
from console.refusal import CommandRefusal


@pytest.fixture
def own_account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """Servers run as the tests' own account, so that these tests are the same for root and for anybody."""
    account = Account("tester", os.geteuid(), os.getegid(), demoted=False)
    monkeypatch.setattr(Account, "for_servers", classmethod(lambda cls: account))
    return account


def test_servers_never_run_as_root() -> None:
    assert Account.for_servers().uid != 0


def test_a_home_that_can_be_entered_is_the_quarters(tmp_path: Path, own_account: Account, outside: Path) -> None:
    home = tmp_path / "home"
    assert quarters_for(home).folder == home
    assert not any(outside.iterdir())


def test_a_home_that_cannot_be_entered_gets_a_private_folder_that_is_remembered(
    tmp_path: Path, own_account: Account, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Account, "can_enter", lambda self, folder: False)
    elsewhere = quarters_for(tmp_path / "home").folder
    assert elsewhere.parent == outside
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    monkeypatch.undo()
    monkeypatch.setattr(quarters, "OUTSIDE", outside)
    monkeypatch.setattr(Account, "for_servers", classmethod(lambda cls: own_account))
    assert quarters_for(tmp_path / "home").folder == elsewhere  # its data are there, whatever is possible now


def test_a_path_that_shell_scripts_do_not_quote_gets_a_private_folder(
    tmp_path: Path, own_account: Account, outside: Path
) -> None:
    assert quarters_for(tmp_path / "直达 项目").folder.parent == outside


def test_leaving_removes_the_private_folder(tmp_path: Path, own_account: Account, outside: Path) -> None:
    home = tmp_path / "with space"
    (quarters_for(home).room("postgres") / "data").touch()
    leave_quarters(home)
    assert not any(outside.iterdir())
    assert not (home / "quarters").exists()


def test_a_private_folder_that_somebody_else_prepared_is_refused(
    tmp_path: Path, own_account: Account, outside: Path
) -> None:
    home = open_home(tmp_path / "with space")
    trap = tmp_path / "trap"
    trap.mkdir()
    quarters_for(home).folder.rmdir()
    quarters._outside(home, 1).symlink_to(trap)
    with pytest.raises(CommandRefusal, match="占用"):
        quarters_for(home)


def test_what_a_deleted_home_at_the_same_path_has_left_is_left_alone(
    tmp_path: Path, own_account: Account, outside: Path
) -> None:
    home = tmp_path / "with space"
    left = quarters_for(home).room("postgres") / "data"
    left.touch()
    shutil.rmtree(home)
    again = quarters_for(home)
    assert again.folder != left.parent.parent
    assert left.exists()
    assert quarters_for(home) == again, "from now on it is that one"
    leave_quarters(home)
    assert [folder.name for folder in outside.iterdir()] == [left.parent.parent.name]


def test_a_copy_of_a_home_gets_a_folder_of_its_own(tmp_path: Path, own_account: Account, outside: Path) -> None:
    first = quarters_for(tmp_path / "with space").folder
    shutil.copytree(tmp_path / "with space", tmp_path / "a copy")
    copied = quarters_for(tmp_path / "a copy").folder
    assert copied != first
    assert quarters_for(tmp_path / "with space").folder == first
    assert quarters_for(tmp_path / "a copy").folder == copied


def test_all_who_ask_at_once_get_the_same_folder(tmp_path: Path, own_account: Account, outside: Path) -> None:
    home = open_home(tmp_path / "with space")

    def settles(_number: int) -> Path:
        settled = quarters_for(home)
        settled.room("postgres")
        return settled.folder

    with ThreadPoolExecutor(8) as many:
        found = set(many.map(settles, range(64)))
    assert len(found) == 1
    assert set(outside.iterdir()) == found


def test_a_room_is_closed_to_everybody_else(tmp_path: Path, own_account: Account, outside: Path) -> None:
    room = quarters_for(tmp_path / "home").room("rabbitmq")
    assert stat.S_IMODE(room.stat().st_mode) == 0o700
