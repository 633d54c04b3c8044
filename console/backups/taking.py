"""Taking a backup of the local system while it works: seven databases of one instant, then the files that they name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from chassis.foundation.migrate import histories
from console.backups import manifest
from console.backups.keys import fingerprints, keys_of
from console.backups.manifest import DumpEntry, Manifest
from console.backups.objects import Copied, copy_objects
from console.backups.points import Points, agreeing
from console.backups.programs import DumpPrograms
from console.machine.locks import locked
from console.place import GATEWAY, database_names
from console.progress import Progress
from console.refusal import CommandRefusal
from console.servers.postgres import Postgres, PostgresAdmin
from console.servers.provision import database_of

AT_ONCE = 2
"""Databases that are written side by side: the system goes on working beside it."""

HALF_DONE = ".half-done"


@dataclass(frozen=True)
class Backup:
    """What was taken: where it lies, its manifest, what is wrong with uploaded files, and which older ones had to go."""

    folder: Path
    manifest: Manifest
    copied: Copied
    removed: tuple[Path, ...] = ()


def take(
    home: Path, to: Path, *, keep: int | None, progress: Progress, environ: Mapping[str, str] = os.environ
) -> Backup:
    """A new backup in `to`; afterwards only the newest `keep` stay, if a number is given. One at a time per folder.

    Refuses where nothing was ever started, where the database does not answer, and where a program fails: then what was half
    done is taken away.
    """
    admin = Postgres(home, environ).admin()
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(to / "lock"):
        for left in to.glob(f"*{HALF_DONE}"):
            shutil.rmtree(left)
        at = datetime.now(UTC)
        name = manifest.fresh_id(at)
        folder = to / f"{name}{HALF_DONE}"
        folder.mkdir(mode=0o700)
        try:
            taken, copied = _filled(home, admin, folder, name, at, backups(to), DumpPrograms(home, environ), progress)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise CommandRefusal(f"备份无法写入 {to}:{error}", f"{to} cannot be written: {error}") from error
            raise
        done = folder.rename(to / name)
        removed = tuple(backups(to)[:-keep]) if keep else ()
        for each in removed:
            shutil.rmtree(each)
    return Backup(done, taken, copied, removed)


def backups(to: Path) -> list[Path]:
    """The finished backups of a folder, the oldest first."""
    return sorted(each for each in to.glob("zhida-*") if (each / manifest.NAME).is_file())


def _filled(
    home: Path,
    admin: PostgresAdmin,
    folder: Path,
    name: str,
    at: datetime,
    former: list[Path],
    programs: DumpPrograms,
    progress: Progress,
) -> tuple[Manifest, Copied]:
    """Databases first: what they name was in the store by then, for a file comes before the order that names it."""
    names = database_names()
    try:
        with agreeing({each: admin.dsn_of(database_of(each)) for each in names}) as points:
            databases = _dumped(admin, folder, points, programs, progress)
            uploads = _uploads(points.readers[GATEWAY])
            same_instant = points.same_instant
            version = points.readers[GATEWAY].info.server_version
    except psycopg.Error as error:
        raise CommandRefusal(
            f"数据库无法读取,没有做备份:{error}", f"The database cannot be read; no backup was taken: {error}"
        ) from error
    with progress.step("上传的文件"):
        copied = copy_objects(home / "objects", folder, former[-1] if former else None, uploads)
    taken = Manifest(
        id=name,
        taken_at=at,
        same_instant=same_instant,
        postgres=version,
        databases=databases,
        objects=copied.count,
        objects_bytes=copied.size,
        objects_digest=manifest.digest_of(folder / manifest.LISTED),
        keys=fingerprints(keys_of(home)),
    )
    taken.write(folder)
    return taken, copied


def _dumped(
    admin: PostgresAdmin, folder: Path, points: Points, programs: DumpPrograms, progress: Progress
) -> dict[str, DumpEntry]:
    def one(name: str) -> DumpEntry:
        file = folder / f"{name}.dump"
        with progress.step(f"数据库 {name}"):
            programs.dump(admin, database_of(name), points.snapshots[name], file)
            return DumpEntry(
                file=file.name,
                size=file.stat().st_size,
                sha256=manifest.digest_of(file),
                heads=_heads(points.readers[name], name),
            )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(points.snapshots, pool.map(one, points.snapshots), strict=True))


def _heads(reader: psycopg.Connection[Any], name: str) -> dict[str, str]:
    """Up to where the database was migrated, by version table."""
    return {
        table: str(row[0])
        for table, _ in histories(name)
        if (row := reader.execute(f"SELECT version_num FROM {table}").fetchone()) is not None
    }


def _uploads(gateway: psycopg.Connection[Any]) -> set[str]:
    """Where the store keeps every file that was ever accepted."""
    rows = gateway.execute("SELECT DISTINCT tenant, sha256 FROM upload")
    return {f"{tenant}/{sha256[:2]}/{sha256}" for tenant, sha256 in rows}
