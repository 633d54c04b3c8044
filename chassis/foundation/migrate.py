"""`python -m chassis.foundation.migrate SERVICE`: bring one database to the newest shape.

Two histories per database, each with one head: the frame's (`chassis/migrations`) and the service's own
(`services/SERVICE/migrations`, or `gateway/identity/migrations`). Migrations are frozen: they import nothing of
today's code. What is derived from other rows by today's code (a search index) is made anew after them, in their
transaction, by `rebuild(connection)` of `services/SERVICE/derived.py`, where there is one. Policies of row security are
restated after both (chassis/foundation/row_security.py). Run as the owner role, which bypasses row security; the processes
themselves never use it.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import OperationalError

from chassis.foundation import row_security

ROOT = Path(__file__).resolve().parents[2]

TABLE_LOCK_MS = 2_000
PAUSE = 1.0
"""Seconds between two turns, for those who waited behind the last one."""

PATIENCE = 300.0


def histories(service: str) -> tuple[tuple[str, Path], ...]:
    """(version table, folder of migrations) in the order they run."""
    own = ROOT / "gateway" / "identity" if service == "gateway" else ROOT / "services" / service
    return (
        ("alembic_frame", ROOT / "chassis" / "migrations"),
        ("alembic_version", own / "migrations"),
    )


def migrate(service: str, owner_url: str) -> None:
    """Apply everything that is missing, each history in one transaction; safe to run twice or at once.

    Under load it waits for its tables in short turns: whoever comes after a migration that waits for a table has to
    wait behind it. Raises LockNotAvailable's OperationalError when that was in vain for PATIENCE seconds.
    """
    engine = create_engine(owner_url, connect_args={"connect_timeout": 10})
    parts: list[Callable[[Connection], None]] = [
        partial(
            _apply_missing,
            version_table=version_table,
            folder=folder,
            then=_rebuild_of(service) if version_table == "alembic_version" else None,
        )
        for version_table, folder in histories(service)
    ]
    try:
        for part in (*parts, row_security.restate):
            give_up_at = time.monotonic() + PATIENCE
            while not _done_in_turn(engine, part, last=time.monotonic() >= give_up_at):
                time.sleep(PAUSE)
    finally:
        engine.dispose()


def _rebuild_of(service: str) -> Callable[[Connection], object] | None:
    """The service's own way to make anew what it derives from other rows."""
    if not (ROOT / "services" / service / "derived.py").exists():
        return None
    rebuild: Callable[[Connection], object] = importlib.import_module(f"services.{service}.derived").rebuild
    return rebuild


def _done_in_turn(engine: Engine, part: Callable[[Connection], None], *, last: bool) -> bool:
    """One try, in a transaction; False if a table was not to be had in time, unless it was the `last`."""
    with engine.connect() as connection:
        # Replicas may migrate at the same time: the second waits here and then finds nothing to do.
        connection.exec_driver_sql("SET lock_timeout = 0")
        connection.exec_driver_sql("SELECT pg_advisory_lock(7203001)")
        connection.exec_driver_sql(f"SET lock_timeout = {TABLE_LOCK_MS}")
        connection.commit()
        try:
            part(connection)
            connection.commit()
        except OperationalError as error:
            connection.rollback()
            if last or not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                raise
            print(f"迁移等待数据表空闲：{error.orig} (waiting for a table)", file=sys.stderr)
            return False
        finally:
            connection.exec_driver_sql("SELECT pg_advisory_unlock(7203001)")
            connection.commit()
    return True


def _apply_missing(
    connection: Connection, *, version_table: str, folder: Path, then: Callable[[Connection], object] | None
) -> None:
    steps: list[Any] = []

    def missing(revision: Any, _context: Any) -> list[Any]:
        steps[:] = script._upgrade_revs("head", revision)
        return steps

    config = Config()
    config.set_main_option("script_location", str(folder))
    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, script, fn=missing) as environment:
        environment.configure(connection=connection, version_table=version_table)
        with environment.begin_transaction():
            environment.run_migrations()
            if steps and then is not None:
                then(connection)


def main() -> int:
    if len(sys.argv) != 2:
        print("用法：python -m chassis.foundation.migrate SERVICE", file=sys.stderr)
        return 2
    url = os.environ.get("OWNER_DATABASE_URL")
    if not url:
        print("缺少环境变量 OWNER_DATABASE_URL (missing setting)", file=sys.stderr)
        return 2
    migrate(sys.argv[1], url)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
