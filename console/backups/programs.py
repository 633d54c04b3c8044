"""PostgreSQL's own `pg_dump` and `pg_restore`, run against a server."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from console.machine.quarters import quarters_for
from console.refusal import CommandRefusal
from console.servers.postgres import PostgresAdmin
from console.servers.postgres_programs import postgres_programs


class DumpPrograms:
    """Those that the project brings; they come with the server that it runs."""

    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        self._folder = postgres_programs(quarters_for(home), environ)

    def dump(self, admin: PostgresAdmin, database: str, snapshot: str, file: Path) -> None:
        """All of `database` as `snapshot` sees it. Refuses with what the program said."""
        arguments = ["--format=custom", "--compress=gzip:1", "--no-sync", f"--snapshot={snapshot}", f"--file={file}"]
        self._run("pg_dump", admin, [*arguments, f"--dbname={database}"], f"数据库 {database} 备份失败")

    def load(self, admin: PostgresAdmin, database: str, file: Path) -> None:
        """Into `database`, which is empty, all or nothing. Refuses with what the program said."""
        arguments = ["--exit-on-error", "--single-transaction", f"--dbname={database}", str(file)]
        self._run("pg_restore", admin, arguments, f"数据库 {database} 恢复失败")

    def _run(self, program: str, admin: PostgresAdmin, arguments: list[str], failed: str) -> None:
        where = urlsplit(admin.dsn)
        server = [f"--host={admin.host}", f"--port={admin.port}", f"--username={unquote(where.username or '')}"]
        # The password in the environment: everybody on the machine sees a process's arguments.
        env = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "PGPASSWORD": unquote(where.password or "")}
        done = subprocess.run(
            [str(self._folder / program), "--no-password", *server, *arguments],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            why = done.stderr.strip()[-2000:]
            raise CommandRefusal(f"{failed}:{why}", f"{program} failed: {why}")


def room_for(folder: Path, needed: int) -> None:
    """Refuses where `needed` bytes do not fit below `folder`."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CommandRefusal(
            f"{folder} 所在磁盘只余 {free / 1e9:.1f} GB,约需 {needed / 1e9:.1f} GB。",
            f"{folder} has {free / 1e9:.1f} GB left; about {needed / 1e9:.1f} GB are needed.",
        )
