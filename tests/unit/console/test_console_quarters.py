"""Where servers live, and as whom."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from console import quarters
from console.quarters import Account, leave_quarters, open_home, quarters_for
from console.refusal import Refusal


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
    quarters._outside(home).symlink_to(trap)
    with pytest.raises(Refusal, match="占用"):
        quarters_for(home)


def test_a_room_is_closed_to_everybody_else(tmp_path: Path, own_account: Account, outside: Path) -> None:
    room = quarters_for(tmp_path / "home").room("rabbitmq")
    assert stat.S_IMODE(room.stat().st_mode) == 0o700
