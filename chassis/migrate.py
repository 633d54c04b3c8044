"""`python -m chassis.migrate SERVICE`: bring one database to the newest shape.

Two histories per database, each with one head: the frame's (`chassis/migrations`) and the service's own
(`services/SERVICE/migrations`, or `gateway/identity/migrations`). Run as the owner role, which bypasses row
security; the processes themselves never use it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

ROOT = Path(__file__).resolve().parent.parent


def histories(service: str) -> tuple[tuple[str, Path], ...]:
    """(version table, folder of migrations) in the order they run."""
    own = ROOT / "gateway" / "identity" if service == "gateway" else ROOT / "services" / service
    return (
        ("alembic_frame", ROOT / "chassis" / "migrations"),
        ("alembic_version", own / "migrations"),
    )


def migrate(service: str, owner_url: str) -> None:
    """Apply everything that is missing, each history in one transaction; safe to run twice or at once."""
    engine = create_engine(owner_url, connect_args={"connect_timeout": 10})
    try:
        for version_table, folder in histories(service):
            config = Config()
            config.set_main_option("script_location", str(folder))
            script = ScriptDirectory.from_config(config)
            with EnvironmentContext(
                config, script, fn=lambda rev, _context, script=script: script._upgrade_revs("head", rev)
            ) as environment, engine.connect() as connection:
                # Replicas may migrate at the same time: the second waits here and then finds nothing to do.
                connection.exec_driver_sql("SELECT pg_advisory_lock(7203001)")
                connection.commit()
                try:
                    environment.configure(connection=connection, version_table=version_table)
                    with environment.begin_transaction():
                        environment.run_migrations()
                    connection.commit()
                finally:
                    connection.exec_driver_sql("SELECT pg_advisory_unlock(7203001)")
                    connection.commit()
    finally:
        engine.dispose()


def main() -> int:
    if len(sys.argv) != 2:
        print("用法：python -m chassis.migrate SERVICE", file=sys.stderr)
        return 2
    url = os.environ.get("OWNER_DATABASE_URL")
    if not url:
        print("缺少环境变量 OWNER_DATABASE_URL (missing setting)", file=sys.stderr)
        return 2
    migrate(sys.argv[1], url)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
