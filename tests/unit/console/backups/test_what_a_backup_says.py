"""A backup that is not whole, is another system's or a later version's is refused with everything that is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chassis.foundation.migrate import histories
from console.backups import manifest
from console.backups.keys import fingerprints, read_keys, unlike, write_keys
from console.backups.manifest import DumpEntry, Manifest
from console.backups.objects import copy_objects, lay_out
from console.backups.restoring import checked
from console.place import database_names
from console.refusal import CommandRefusal
from console.servers.credentials import Credentials

CONTENTS = [b"a licence", b"a receipt", b"a photograph"]


def stored_in(store: Path, content: bytes, tenant: str = "zhanggong") -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"{tenant}/{sha256[:2]}/{sha256}"
    (store / path).parent.mkdir(parents=True, exist_ok=True)
    (store / path).write_bytes(content)
    return path


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """One as it is taken, but for the content of its dumps."""
    folder = tmp_path / "zhida-1"
    folder.mkdir()
    paths = {stored_in(tmp_path / "objects", content) for content in CONTENTS}
    copied = copy_objects(tmp_path / "objects", folder, None, paths)
    assert (copied.count, copied.missing, copied.damaged) == (3, [], [])
    return written(folder, objects=copied.count, objects_bytes=copied.size)


def written(folder: Path, **changes: Any) -> Path:
    databases = {}
    for name in database_names():
        (folder / f"{name}.dump").write_bytes(name.encode())
        heads = {table: head_of(versions) for table, versions in histories(name)}
        databases[name] = DumpEntry(
            file=f"{name}.dump", size=len(name), sha256=hashlib.sha256(name.encode()).hexdigest(), heads=heads
        )
    words: dict[str, Any] = {
        "id": folder.name,
        "taken_at": datetime.now(UTC),
        "same_instant": True,
        "postgres": 180000,
        "databases": databases,
        "objects": 0,
        "objects_bytes": 0,
        "objects_digest": manifest.digest_of(folder / manifest.LISTED),
        "keys": {},
    }
    Manifest(**words | changes).write(folder)
    return folder


def head_of(versions: Path) -> str:
    return max(manifest.known_revisions(versions))


def test_a_whole_backup_is_found_to_be_whole(backup: Path) -> None:
    assert checked(backup).objects == 3


def changed_manifest(folder: Path, **changes: Any) -> None:
    said = json.loads((folder / manifest.NAME).read_text())
    (folder / manifest.NAME).write_text(json.dumps(said | changes))


def dump_cut_short(folder: Path) -> None:
    (folder / "treasury.dump").write_bytes(b"tr")


def dump_gone(folder: Path) -> None:
    (folder / "review.dump").unlink()


def object_gone(folder: Path) -> None:
    next(each for each in (folder / manifest.OBJECTS).rglob("*") if each.is_file()).unlink()


def object_altered(folder: Path) -> None:
    next(each for each in (folder / manifest.OBJECTS).rglob("*") if each.is_file()).write_bytes(b"another")


def list_shortened(folder: Path) -> None:
    (folder / manifest.LISTED).write_text("")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda folder: (folder / manifest.NAME).unlink(), "没有做完"),
        (lambda folder: (folder / manifest.NAME).write_text("{"), "已损坏"),
        (lambda folder: changed_manifest(folder, objects=2), "被改动"),
        (lambda folder: changed_manifest(folder, system="another"), "不是直达的备份"),
        (lambda folder: changed_manifest(folder, format=9), "备份格式为 9"),
        (lambda folder: changed_manifest(folder, taken_at="yesterday"), "taken_at"),
        (dump_cut_short, "数据库 treasury 的 treasury.dump 与清单的大小或哈希不符"),
        (dump_gone, "数据库 review 的 review.dump 缺失"),
        (object_gone, "缺失"),
        (object_altered, "与清单的大小或哈希不符"),
        (list_shortened, "文件清单 objects.list 缺失或已改动"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused(backup: Path, harm: Callable[[Path], None], said: str) -> None:
    harm(backup)
    with pytest.raises(CommandRefusal, match=said):
        checked(backup)


def test_everything_that_is_wrong_is_said_at_once(backup: Path) -> None:
    dump_gone(backup)
    dump_cut_short(backup)
    object_gone(backup)
    with pytest.raises(CommandRefusal) as refused:
        checked(backup)
    assert refused.value.zh.count("\n- ") == 3


def test_a_backup_of_a_later_version_is_refused_and_one_of_an_earlier_is_not(backup: Path) -> None:
    found = manifest.read(backup)
    of_treasury = found.databases["treasury"]

    def at(head: str) -> Manifest:
        entry = of_treasury.model_copy(update={"heads": {**of_treasury.heads, "alembic_version": head}})
        return found.model_copy(update={"databases": {**found.databases, "treasury": entry}})

    assert manifest.wrong(backup, at("treasury_0001")) == []
    (said,) = manifest.wrong(backup, at("treasury_9999"))
    assert "由更新的版本生成" in said


def test_a_backup_without_one_of_the_databases_is_refused(backup: Path) -> None:
    found = manifest.read(backup)
    left = {name: entry for name, entry in found.databases.items() if name != "notify"}
    found.model_copy(update={"databases": left}).write(backup)
    with pytest.raises(CommandRefusal, match="缺少数据库 notify"):
        checked(backup)


# -- files ---------------------------------------------------------------------------------------------------


def test_files_come_back_as_they_were(backup: Path, tmp_path: Path) -> None:
    assert lay_out(backup, tmp_path / "again") == 3
    found = sorted(each.read_bytes() for each in (tmp_path / "again").rglob("*") if each.is_file())
    assert found == sorted(CONTENTS)


def test_what_the_last_backup_has_is_not_kept_twice(backup: Path, tmp_path: Path) -> None:
    fresh = stored_in(tmp_path / "objects", b"a new one")
    (second := tmp_path / "zhida-2").mkdir()
    assert copy_objects(tmp_path / "objects", second, backup, ()).count == 4
    links = {each.name: each.stat().st_nlink for each in (second / manifest.OBJECTS).rglob("*") if each.is_file()}
    assert links.pop(fresh.rpartition("/")[2]) == 1
    assert set(links.values()) == {2}


def test_a_damaged_file_is_named_and_taken_from_nowhere(tmp_path: Path) -> None:
    path = stored_in(tmp_path / "objects", b"a licence")
    (tmp_path / "objects" / path).write_bytes(b"rotten")
    (folder := tmp_path / "zhida-1").mkdir()
    copied = copy_objects(tmp_path / "objects", folder, None, {path, "zhanggong/aa/" + "a" * 64})
    assert (copied.count, copied.damaged, copied.missing) == (0, [path], ["zhanggong/aa/" + "a" * 64])
    assert not (folder / manifest.OBJECTS / path).exists()


def test_a_link_to_a_rotten_file_of_the_last_backup_is_not_made(backup: Path, tmp_path: Path) -> None:
    object_altered(backup)
    (second := tmp_path / "zhida-2").mkdir()
    assert copy_objects(tmp_path / "objects", second, backup, ()).count == 3


def test_what_is_only_coming_in_is_not_backed_up(tmp_path: Path) -> None:
    (tmp_path / "objects" / "incoming").mkdir(parents=True)
    (tmp_path / "objects" / "incoming" / "0123").write_bytes(b"half")
    (folder := tmp_path / "zhida-1").mkdir()
    assert copy_objects(tmp_path / "objects", folder, None, ()).count == 0


# -- keys ----------------------------------------------------------------------------------------------------


def test_keys_are_written_for_their_owner_alone_and_elsewhere_than_the_backups(tmp_path: Path) -> None:
    (home := tmp_path / "home").mkdir()
    keys = Credentials(home).keys("treasury")
    Credentials(home).secret("platform_token")
    write_keys(home, tmp_path / "keys.json", tmp_path / "backups")
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    kept = read_keys(tmp_path / "keys.json")
    assert set(kept.values()) == set(keys.values()), "keys, and no password or token"
    with pytest.raises(CommandRefusal, match="不会覆盖"):
        write_keys(home, tmp_path / "keys.json", tmp_path / "backups")
    with pytest.raises(CommandRefusal, match="分开存放"):
        write_keys(home, tmp_path / "backups" / "keys.json", tmp_path / "backups")


def test_other_keys_are_known_by_their_fingerprints(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        Credentials(tmp_path / name).keys("treasury")
        write_keys(tmp_path / name, tmp_path / f"{name}.json", tmp_path / "backups")
    mine, theirs = read_keys(tmp_path / "one.json"), read_keys(tmp_path / "other.json")
    assert unlike(fingerprints(mine), mine) == []
    assert unlike(fingerprints(mine), theirs) == sorted(mine)
    assert not any(key in json.dumps(fingerprints(mine)) for key in mine.values())


def test_what_holds_no_keys_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"keys": {}}')
    with pytest.raises(CommandRefusal, match="不是直达的密钥文件"):
        read_keys(tmp_path / "keys.json")
