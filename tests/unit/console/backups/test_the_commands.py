"""`./zhida backup` and `./zhida restore` as somebody types them, where there is nothing to do or something is wrong."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from console.backups import backup, restore, taking
from console.backups.elsewhere import sort_out_elsewhere
from console.backups.manifest import NAME, Manifest
from console.backups.objects import Copied
from console.backups.taking import HALF_DONE, Backup, backups, take
from console.progress import Silent
from console.refusal import CommandRefusal


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZHIDA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_where_nothing_was_ever_started_there_is_nothing_to_back_up(home: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandRefusal, match="还没有启动过"):
        backup.main(["--to", str(tmp_path / "backups")])
    assert not (tmp_path / "backups").exists()


@pytest.mark.parametrize("keep", ["0", "-3"])
def test_a_backup_that_would_not_be_kept_is_refused(home: Path, keep: str) -> None:
    with pytest.raises(CommandRefusal, match="至少为 1"):
        backup.main(["--keep", keep])


def test_a_database_that_does_not_answer_leaves_no_half_a_backup(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "run").mkdir(parents=True)
    (home / "ports.json").write_text('{"postgres": 1}')
    (tmp_path / "backups" / f"zhida-old{HALF_DONE}").mkdir(parents=True)
    with pytest.raises(CommandRefusal, match="没有做备份"):
        take(home, tmp_path / "backups", keep=None, progress=Silent())
    assert [each.name for each in (tmp_path / "backups").iterdir()] == ["lock"]


def test_only_finished_backups_count(tmp_path: Path) -> None:
    for name in ("zhida-2", "zhida-1", f"zhida-3{HALF_DONE}", "somebody-elses"):
        (tmp_path / name).mkdir()
    for name in ("zhida-2", "zhida-1", "somebody-elses"):
        (tmp_path / name / NAME).touch()
    assert [each.name for each in backups(tmp_path)] == ["zhida-1", "zhida-2"]


def test_only_the_newest_are_kept(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def filled(_home: Path, _admin: object, folder: Path, *_: object) -> tuple[Manifest, Copied]:
        (folder / NAME).touch()
        return empty(folder.name), Copied()

    monkeypatch.setattr(taking, "_filled", filled)
    monkeypatch.setattr(taking, "DumpPrograms", lambda *_: None)
    monkeypatch.setattr(taking.Postgres, "admin", lambda _self: None)
    taken = [take(home, tmp_path / "backups", keep=2, progress=Silent()) for _ in range(4)]
    assert backups(tmp_path / "backups") == [each.folder for each in taken[-2:]]
    assert [each.removed for each in taken[:3]] == [(), (), (taken[0].folder,)]


def empty(name: str) -> Manifest:
    return Manifest(
        id=name,
        taken_at=datetime.now(UTC),
        same_instant=True,
        postgres=180000,
        databases={},
        objects=0,
        objects_bytes=0,
        objects_digest="",
        keys={},
    )


def test_what_is_wrong_with_files_is_told_and_is_an_exit_code(tmp_path: Path) -> None:
    def shown(copied: Copied) -> tuple[int, str]:
        said = io.StringIO()
        code = backup.show(
            Backup(tmp_path, empty("zhida-1"), copied), Console(file=said, width=200), keys_written=False
        )
        return code, said.getvalue()

    assert shown(Copied())[0] == 0
    assert "密钥不在备份里" in shown(Copied())[1]
    code, said = shown(Copied(damaged=["zhanggong/aa/rotten"], missing=["zhanggong/bb/gone"]))
    assert code == 1
    assert "zhanggong/aa/rotten" in said
    assert "zhanggong/bb/gone" in said


def test_a_restore_says_which_backups_there_are(home: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandRefusal, match="请指明备份"):
        restore.main([])
    with pytest.raises(CommandRefusal, match="不是备份"):
        restore.main([str(tmp_path)])
    (tmp_path / "zhida-1").mkdir()
    (tmp_path / "zhida-1" / NAME).touch()
    with pytest.raises(CommandRefusal, match="zhida-1"):
        restore.main([str(tmp_path)])


def test_sorting_out_elsewhere_names_the_settings_that_it_needs() -> None:
    with pytest.raises(CommandRefusal, match="ADMIN_DATABASE_URL、BROKER_ADMIN_URL"):
        sort_out_elsewhere({})
    with pytest.raises(CommandRefusal, match="数据库无法使用"):
        sort_out_elsewhere(
            {"ADMIN_DATABASE_URL": "postgresql://x:y@127.0.0.1:1/postgres", "BROKER_ADMIN_URL": "http://a/b"}
        )
