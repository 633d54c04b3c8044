"""Making the local system from a backup: all of it beside what stands, then put in its place at once.

Until the last step the standing system is only stopped: whatever fails before leaves its data as they were.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from chassis.events.broker import connect
from chassis.events.topology import queues
from console.backups import manifest
from console.backups.keys import keys_of, read_keys, unlike
from console.backups.manifest import Manifest
from console.backups.objects import lay_out, stored
from console.backups.programs import DumpPrograms, room_for
from console.backups.sorting_out import SortedOut, sort_out
from console.cluster.cluster import Cluster
from console.cluster.migrations import migrate
from console.cluster.roster import without_ours
from console.machine.quarters import quarters_for
from console.place import database_names
from console.progress import Progress
from console.refusal import CommandRefusal
from console.servers.credentials import Credentials
from console.servers.postgres import PostgresAdmin
from console.servers.provision import database_of, drop, dsns_of, make_database, provision

GROWS_BY = 8
"""How much larger a database is than its compressed dump, at most, with its indexes."""

ASIDE, FORMER = "restoring", "former"
"""Endings of databases that are being filled, and of those whose place they take."""


@dataclass(frozen=True)
class Restored:
    """The backup, and what had to be done that its databases agree with one another."""

    manifest: Manifest
    sorted_out: SortedOut
    objects: int


def checked(folder: Path) -> Manifest:
    """The manifest of a backup that is whole and that this version can restore. Refuses with everything that is wrong."""
    found = manifest.read(folder)
    problems = manifest.wrong(folder, found)
    if absent := sorted(set(database_names()) - found.databases.keys()):
        problems.append(f"缺少数据库 {'、'.join(absent)}")
    if problems:
        listed = "\n".join(f"- {each}" for each in problems[:20])
        more = f"\n- 另有 {len(problems) - 20} 处" if len(problems) > 20 else ""
        raise CommandRefusal(
            f"备份不完整,没有恢复任何内容:\n{listed}{more}", f"The backup is not whole ({len(problems)} problems)."
        )
    return found


def restore(
    folder: Path,
    home: Path,
    *,
    replace: bool,
    keys: Path | None,
    progress: Progress,
    environ: Mapping[str, str] = os.environ,
) -> Restored:
    """The system of the backup in `home`, stopped. Refuses a broken or foreign backup, missing keys, and a standing system
    unless it may be replaced; then nothing was changed."""
    with progress.step("核对备份"):
        found = checked(folder)
    cluster = Cluster(home, progress=progress, environ=environ)
    standing = _standing(cluster)
    if standing and not replace:
        raise CommandRefusal(
            f"这里已有一套系统({'、'.join(standing)});确要用备份取代它,请加 --replace。原有数据将被删除。",
            "A system stands here; say --replace to put the backup in its place. Its data will be removed.",
        )
    its_keys = _keys_of_the_backup(found, home, keys)
    room_for(home, found.objects_bytes)
    room_for(quarters_for(home).folder, GROWS_BY * sum(each.size for each in found.databases.values()))
    cluster.down()
    try:
        return _restored(cluster, folder, found, its_keys, progress, environ)
    except (CommandRefusal, psycopg.Error, OSError) as error:
        _clear_away(cluster.postgres.admin(), home)
        raise CommandRefusal(
            f"恢复没有完成{',原有的数据没有改动,可用 ./zhida up 照常启动' if standing else ''}:{error}",
            f"The restore was not completed{'; what stood here is as it was' if standing else ''}.",
        ) from error
    finally:
        cluster.down()


def _restored(
    cluster: Cluster,
    folder: Path,
    found: Manifest,
    its_keys: Mapping[str, str],
    progress: Progress,
    environ: Mapping[str, str],
) -> Restored:
    """All of it beside its place; then queues, databases, files and keys, one right after the other."""
    admin = cluster.postgres.start()
    _fill(cluster, admin, folder, found, progress, environ)
    with progress.step("理清在途的事"):
        done = sort_out({name: admin.dsn_of(aside(name)) for name in database_names()})
    objects = _files_beside(folder, cluster.home, progress)
    _empty_queues(cluster)
    _put_in_place(admin, cluster.home)
    Credentials(cluster.home).take_over(its_keys)
    return Restored(found, done, objects)


def aside(name: str) -> str:
    """Where a database is filled before it takes its place."""
    return f"{database_of(name)}_{ASIDE}"


def _former(name: str) -> str:
    return f"{database_of(name)}_{FORMER}"


def _standing(cluster: Cluster) -> list[str]:
    """What is here already that a restore would destroy, in words."""
    found = ["上传的文件"] if next(stored(cluster.home / "objects"), None) else []
    if not cluster.postgres.has_data():
        return found
    ran = cluster.postgres.process() is not None
    try:
        return ["数据库", *found] if _migrated(cluster.postgres.start()) else found
    finally:
        if not ran:
            cluster.postgres.stop()


def _migrated(admin: PostgresAdmin) -> bool:
    """Whether any service has tables here: what an interrupted restore has left beside is nobody's system."""
    with psycopg.connect(admin.dsn) as connection:
        made = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
    for database in {database_of(name) for name in database_names()} & made:
        with psycopg.connect(admin.dsn_of(database)) as connection:
            row = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        if row is not None and row[0]:
            return True
    return False


def _keys_of_the_backup(found: Manifest, home: Path, file: Path | None) -> dict[str, str]:
    """The keys that the backup's secrets are sealed with. Refuses where they are not to be had."""
    given = read_keys(file) if file is not None else keys_of(home)
    if lacking := unlike(found.keys, given):
        where = f"密钥文件 {file} 中的" if file is not None else "这里现有的"
        raise CommandRefusal(
            f"{where}密钥打不开这份备份(不符或缺少:{'、'.join(lacking)})。"
            "请用 --keys 指明做备份的系统的密钥文件;没有这些密钥,账户、电话等数据永远不可读。",
            "These keys are not those that the backup was sealed with; name the file of its keys by --keys.",
        )
    return {name: given[name] for name in found.keys}


def _fill(
    cluster: Cluster,
    admin: PostgresAdmin,
    folder: Path,
    found: Manifest,
    progress: Progress,
    environ: Mapping[str, str],
) -> None:
    """Every database beside its place, brought to the shape that this checkout expects."""
    programs = DumpPrograms(cluster.home, environ)
    names = database_names()
    for name in names:
        with progress.step(f"数据库 {name}"):
            provision(admin, name)
            make_database(admin, name, aside(name))
            programs.load(admin, aside(name), folder / found.databases[name].file)
    dsns = {name: dsns_of(admin, name).at_database(aside(name)) for name in names}
    migrate(admin, dsns, without_ours(environ), progress, even_if_current=True, called=aside)
    for name in names:
        with psycopg.connect(admin.dsn_of(aside(name)), autocommit=True) as connection:
            connection.execute("ANALYZE")  # plans are made by what the server knows of its tables, which is nothing yet


def _empty_queues(cluster: Cluster) -> None:
    """What still lies there is of later than the backup, or will be published again: the databases know what has to be said."""
    with connect(cluster.rabbitmq.start().url) as connection:
        channel = connection.channel()
        for queue in queues():
            channel.queue_purge(queue)


def _files_beside(folder: Path, home: Path, progress: Progress) -> int:
    beside = home / f"objects.{ASIDE}"
    shutil.rmtree(beside, ignore_errors=True)
    with progress.step("上传的文件"):
        return lay_out(folder, beside)


def _put_in_place(admin: PostgresAdmin, home: Path) -> None:
    """All databases change places in one transaction; then the files, whose names no database of another time would mistake."""
    names = database_names()
    for name in names:
        drop(admin, _former(name))  # of a restore that was ended right before its end
    with psycopg.connect(admin.dsn) as connection:
        for name in names:
            _rename(connection, database_of(name), _former(name))
            _rename(connection, aside(name), database_of(name))
    objects, beside, former = home / "objects", home / f"objects.{ASIDE}", home / f"objects.{FORMER}"
    shutil.rmtree(former, ignore_errors=True)
    if objects.exists():
        objects.rename(former)
    beside.rename(objects)
    shutil.rmtree(former, ignore_errors=True)
    for name in names:
        drop(admin, _former(name))


def _clear_away(admin: PostgresAdmin, home: Path) -> None:
    """What was half made beside what stands; the next restore clears away what cannot be now."""
    shutil.rmtree(home / f"objects.{ASIDE}", ignore_errors=True)
    with suppress(psycopg.Error):
        for name in database_names():
            drop(admin, aside(name))


def _rename(connection: psycopg.Connection, old: str, new: str) -> None:
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))
