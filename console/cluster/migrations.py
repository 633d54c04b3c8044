"""Bringing the databases of one installation to the shape that this checkout expects."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from psycopg import sql

from console.machine.processes import tail
from console.place import CHECKOUT
from console.progress import Progress
from console.refusal import CommandRefusal
from console.servers.postgres import PostgresAdmin
from console.servers.provision import Dsns, database_of

AT_ONCE = 2  # each is mostly start-up work of one core


def migrate(
    admin: PostgresAdmin,
    dsns: Mapping[str, Dsns],
    environ: Mapping[str, str],
    progress: Progress,
    *,
    even_if_current: bool = False,
    called: Callable[[str], str] = database_of,
) -> list[str]:
    """Migrates the databases that need it, at most two at a time; returns their names. `called`: what a service's is called.

    Which source a database was migrated with is written on the database itself, as its comment: an unchanged
    checkout starts without asking each database for its version, which would cost a process each.
    """
    current = {} if even_if_current else _written(admin)
    sources = {name: _digest(name) for name in dsns}  # before they are used: they may be edited meanwhile
    due = [name for name in dsns if current.get(name) != sources[name]]

    def one(name: str) -> None:
        with progress.step(f"数据库 {name}"):
            _run(admin.home, name, dsns[name], environ)
        _write(admin, called(name), sources[name])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, due))
    return due


def _run(home: Path, name: str, dsns: Dsns, environ: Mapping[str, str]) -> None:
    log = home / "logs" / f"migrate-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "chassis.foundation.migrate", name],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            env={**environ, **dsns.environment(), "OWNER_DATABASE_URL": dsns.owner},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise CommandRefusal(f"数据库 {name} 升级失败;日志 {log}:\n{tail(log)}", f"Migrating {name} failed; see {log}.")


def _digest(name: str) -> str:
    """Of all source that a migration may read: its own package, the chassis and the contracts."""
    own = CHECKOUT / "services" / name
    packages: Iterable[Path] = (own if own.is_dir() else CHECKOUT / name, CHECKOUT / "chassis", CHECKOUT / "contracts")
    digest = hashlib.sha256()
    for package in packages:
        for file in sorted(package.rglob("*.py")):
            digest.update(str(file.relative_to(CHECKOUT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _written(admin: PostgresAdmin) -> dict[str, str]:
    with psycopg.connect(admin.dsn) as connection:
        rows = connection.execute(
            "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname LIKE 'zhida\\_%'"
        ).fetchall()
    return {name.removeprefix("zhida_"): comment for name, comment in rows}


def _write(admin: PostgresAdmin, database: str, source: str) -> None:
    with psycopg.connect(admin.dsn, autocommit=True) as connection:
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(database), sql.Literal(source))
        )
