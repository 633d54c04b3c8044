"""The embedded PostgreSQL server of one local installation, started, adopted and stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from console.machine.locks import locked
from console.machine.ports import LOOPBACK, Ports
from console.machine.processes import Identity, PidFile, kill, spawn, tail, terminate
from console.machine.quarters import Quarters, open_home, quarters_for
from console.refusal import CommandRefusal, NeverStarted
from console.servers.credentials import Credentials
from console.servers.postgres_programs import postgres_programs
from contracts.typed import is_digits

SUPERUSER = "postgres"
START_LIMIT_S = 60.0  # after a crash the server replays its log before it answers
STOP_LIMIT_S = 20.0

# Seven databases, each with a pool for its service and one for the frame's workers (relay, sweeper), as well as
# psql, verify and the tests. ZHIDA_PG_MAX_CONNECTIONS raises it when services are scaled out on one machine.
MAX_CONNECTIONS = 200

SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # every connection shows a password, also on this machine
    "password_encryption": "scram-sha-256",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "fsync": "on",  # what was answered with 2xx must survive kill -9 (FAULTS 4)
    "synchronous_commit": "on",
    "jit": "off",  # our statements are short: compiling them costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_lock_waits": "on",
    "log_min_duration_statement": "2s",
    # Dead peers: a client that vanished gives its locks back within half a minute.
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30s",
    # An eventlet timeout closes the socket and leaves the query running: look whether anyone still waits for it.
    "client_connection_check_interval": "2s",
    # The last net. The roles of services have tighter limits (console/servers/provision.py).
    "idle_in_transaction_session_timeout": "5min",
    "lock_timeout": "60s",
}


@dataclass(frozen=True)
class PostgresAdmin:
    """The way in for the superuser. `dsn` is a libpq URL of the database `postgres`; never given to a service."""

    host: str
    port: int
    dsn: str
    home: Path  # where the passwords of the roles are kept

    @classmethod
    def from_url(cls, url: str, home: Path) -> PostgresAdmin:
        """From a libpq or SQLAlchemy URL, such as ZHIDA_TEST_PG_ADMIN."""
        parts = urlsplit(url)
        plain = parts._replace(scheme="postgresql").geturl()
        return cls(parts.hostname or LOOPBACK, parts.port or 5432, plain, home)

    def dsn_of(self, database: str) -> str:
        return urlsplit(self.dsn)._replace(path=f"/{database}").geturl()


class Postgres:
    """The server whose data lie in `home`'s quarters. One object or many, in one process or many: one server."""

    def __init__(
        self, home: Path, environ: Mapping[str, str] = os.environ, *, settings: Mapping[str, str] = SETTINGS
    ) -> None:
        self._home = open_home(home)
        self._settings = settings
        self._environ = environ
        self._log = self._home / "logs" / "postgres.log"
        self._lock = self._home / "run" / "postgres.lock"
        self._started_as = PidFile(self._home / "run" / "postgres.pid")

    def start(self) -> PostgresAdmin:
        """Makes the data folder if need be, starts the server or adopts the one that runs, waits until it answers.

        Raises Refusal with the end of the server's log when it does not come up.
        """
        with locked(self._lock):
            if self._postmaster() is None:
                quarters = quarters_for(self._home)
                programs = postgres_programs(quarters, self._environ)
                self._ensure_data(quarters, programs)
                self._launch(quarters, programs)
            admin = self.admin()
            self._await_answer(admin)
        return admin

    def stop(self) -> None:
        """Ends it in order (clients are disconnected, a checkpoint is written); by force after a limit."""
        with locked(self._lock):
            postmaster = self._postmaster()
            if postmaster is not None:
                terminate(postmaster, limit_s=STOP_LIMIT_S, first=signal.SIGINT)
            self._end_orphans()

    def kill(self) -> None:
        """SIGKILL for the server and all its backends at once: for fault tests."""
        with locked(self._lock):
            postmaster = self._postmaster()
            if postmaster is not None:
                kill(postmaster)
            self._end_orphans(at_once=True)

    def has_data(self) -> bool:
        """Whether a server was ever made here."""
        return self._data().exists()

    def process(self) -> Identity | None:
        """The running postmaster, or None."""
        return self._postmaster()

    def admin(self) -> PostgresAdmin:
        """The way in, whether the server runs or not. Raises NeverStarted when there has never been one."""
        port = Ports(self._home).known("postgres")
        if port is None:
            raise NeverStarted("PostgreSQL 还没有启动过。", "PostgreSQL has not been started yet.")
        password = Credentials(self._home).secret(f"postgres:{SUPERUSER}")
        dsn = f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{port}/postgres"
        return PostgresAdmin(LOOPBACK, port, dsn, self._home)

    def _data(self) -> Path:
        return quarters_for(self._home).folder / "postgres" / "data"

    def _ensure_data(self, quarters: Quarters, programs: Path) -> None:
        data = self._data()
        room = quarters.room("postgres")
        if data.exists():
            return
        fresh = room / "data.new"  # an initdb that was interrupted leaves nothing that could be taken for data
        shutil.rmtree(fresh, ignore_errors=True)
        password_file = room / "password"
        password_file.unlink(missing_ok=True)
        password_file.touch(0o600)
        password_file.write_text(Credentials(self._home).secret(f"postgres:{SUPERUSER}"))
        quarters.hand_over(password_file)
        try:
            done = subprocess.run(
                [
                    str(programs / "initdb"),
                    f"--pgdata={fresh}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--locale-provider=builtin",
                    "--no-instructions",
                ],
                cwd=room,
                env=self._environment(),
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
                **quarters.account.as_arguments(),
            )
        finally:
            password_file.unlink()
        if done.returncode != 0:
            why = done.stderr.strip()
            raise CommandRefusal(f"PostgreSQL 初始化失败:{why}", f"initdb failed: {why}")
        fresh.rename(data)

    def _launch(self, quarters: Quarters, programs: Path) -> None:
        data = self._data()
        self._end_orphans()
        (data / "postmaster.pid").unlink(missing_ok=True)  # stale: no postmaster of this folder is alive
        port = Ports(self._home).claim("postgres")
        settings = {
            **self._settings,
            "port": str(port),
            "max_connections": self._environ.get("ZHIDA_PG_MAX_CONNECTIONS") or str(MAX_CONNECTIONS),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        spawn(
            [programs / "postgres", "-D", data, *options],
            pid_file=self._started_as,
            log=self._log,
            env=self._environment(),
            cwd=data.parent,
            account=quarters.account,
        )

    def _await_answer(self, admin: PostgresAdmin) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while True:
            try:
                psycopg.connect(admin.dsn, connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if self._started_as.running() is None or time.monotonic() > deadline:
                    raise CommandRefusal(
                        f"PostgreSQL 没有启动成功({error});日志 {self._log}:\n{tail(self._log)}",
                        f"PostgreSQL did not come up; its log is {self._log}.",
                    ) from error
                time.sleep(0.03)

    def _postmaster(self) -> Identity | None:
        """The live postmaster of our data folder, whoever started it.

        Ours by its own pid file; failing that (the file was lost), by the one PostgreSQL keeps in the data folder,
        believed only if that process works in this folder.
        """
        running = self._started_as.running()
        if running is not None:
            return running
        data = self._data()
        with suppress(FileNotFoundError, IndexError, ValueError):
            pid = int((data / "postmaster.pid").read_text().splitlines()[0])
            if _works_in(pid, data):
                return Identity.of(pid)
        return None

    def _end_orphans(self, *, at_once: bool = False) -> None:
        """Ends backends whose postmaster was killed; until they are gone a new server may not start."""
        data = self._data()
        for pid in _pids():
            orphan = Identity.of(pid) if _works_in(pid, data) else None
            if orphan is not None:
                terminate(orphan, limit_s=0 if at_once else 2, first=signal.SIGQUIT)

    def _environment(self) -> dict[str, str]:
        """Nothing of the launcher's own PG* variables: they would redirect the server's programs."""
        return {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if is_digits(entry.name))


def _works_in(pid: int, folder: Path) -> bool:
    """Whether `pid`'s working directory is `folder`, which is so for every process of a PostgreSQL server."""
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(folder)
    except OSError:
        return False
