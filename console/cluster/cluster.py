"""The local cluster: PostgreSQL, RabbitMQ, the bank and SMS stand-ins, the services and the gateway.

All state lies in the home folder, so that any command can see, stop or restart what another one started.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from console.cluster.claim import dismiss_launcher
from console.cluster.crew import Crew, MemberStatus
from console.cluster.migrations import migrate
from console.cluster.roster import GATEWAY_FIGURES, GATEWAY_PORT, members, process_names, without_ours
from console.cluster.standing import CARETAKER, caretaker_file, dismiss_caretaker
from console.machine.ports import LOOPBACK, Ports
from console.machine.quarters import leave_quarters, open_home
from console.place import GATEWAY, database_names, home_of
from console.progress import Progress, Silent
from console.refusal import CommandRefusal, NeverStarted
from console.servers.postgres import Postgres
from console.servers.provision import Dsns, dsns_of, provision
from console.servers.rabbitmq import AmqpAddress, RabbitMQ
from contracts.typed import is_digits

Result = TypeVar("Result")

DATABASE, BROKER = "postgres", "rabbitmq"
# What this program writes into a home. `down --wipe` removes these and nothing else: ZHIDA_HOME may have been
# pointed at a folder that holds other things too.
OURS = (
    "postgres",
    "rabbitmq",
    "programs",
    "logs",
    "run",
    "books",
    "objects",
    "broker",
    "ports.json",
    "ports.lock",
    "credentials.json",
    "credentials.lock",
    "demo-sign-ins.json",
)


class Cluster:
    """`Cluster().up()` from anywhere; `asked` names ports that a person insists on, by process name."""

    def __init__(
        self,
        home: Path | None = None,
        *,
        asked: Mapping[str, int] | None = None,
        progress: Progress | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.home = open_home(home or home_of(environ))
        self._asked = dict(asked) if asked is not None else _asked_by_environment(environ)
        self._progress = progress or Silent()
        self._environ = environ
        self.postgres = Postgres(self.home, environ)
        self.rabbitmq = RabbitMQ(self.home, environ, say=self._progress.note)

    @property
    def url(self) -> str | None:
        """Where the gateway is or was last; None before the first start."""
        port = Ports(self.home).known(GATEWAY)
        return f"http://{LOOPBACK}:{port}" if port else None

    @property
    def names(self) -> list[str]:
        """Everything that can be restarted, killed or asked for its log."""
        return [DATABASE, BROKER, *process_names()]

    def up(self, names: Sequence[str] = ()) -> list[str]:
        """Brings up database and broker, then `names` (default: all), and waits until they are ready.

        What runs already is left alone. Returns what was started. Refuses, naming it, for a port in use that was
        asked for, and with the end of the log for a process that does not come up.
        """
        wanted = list(names) or process_names()
        self._check(wanted, process_names())
        self._claim_ports()
        crew, started = self._started(wanted)
        with ThreadPoolExecutor(max(1, len(wanted))) as pool:
            list(pool.map(lambda name: self._await(crew, name), wanted))
        return started

    def ensure(self) -> list[str]:
        """Starts again whatever has died without being stopped, and says so; returns the names.

        Meant to be called again and again: it does not wait until the processes are ready, and one that dies
        meanwhile is found by the next call.
        """
        died = []
        if self.postgres.process() is None:
            self.postgres.start()
            died.append(DATABASE)
        if not self.rabbitmq.running():
            self.rabbitmq.start()
            died.append(BROKER)
        crew = self.crew()
        died += [name for name in crew.missing() if crew.start(name)]
        for name in died:
            self._progress.note(f"{name} 已退出,已重新启动")
        return died

    def status(self) -> list[MemberStatus]:
        """Database, broker and every process that was ever started here."""
        postgres = self.postgres.process()
        return [
            MemberStatus(DATABASE, "ready" if postgres else "stopped", postgres.pid if postgres else None, ""),
            MemberStatus(BROKER, "ready" if self.rabbitmq.running() else "stopped", self.rabbitmq.pid(), ""),
            *self._crew_so_far().status(),
            *self._caretaker_status(),
        ]

    def _caretaker_status(self) -> list[MemberStatus]:
        """Nobody, where `up` has posted none."""
        file = caretaker_file(self.home)
        if not file.path.exists():
            return []
        standing = file.running()
        return [MemberStatus(CARETAKER, "ready" if standing else "stopped", standing.pid if standing else None, "")]

    def crew(self) -> Crew:
        """The processes as they were last set up, with neither database nor broker touched.

        Raises NeverStarted before the first `up`.
        """
        admin = self.postgres.admin()
        dsns = {name: dsns_of(admin, name) for name in database_names()}
        return Crew(
            self.home, members(self.home, dsns, self.rabbitmq.identities(self.rabbitmq.address()), self._environ)
        )

    def kill(self, name: str) -> None:
        """SIGKILL, as a fault would."""
        self._check([name], self.names)
        special = {DATABASE: self.postgres.kill, BROKER: self.rabbitmq.kill}
        special.get(name, lambda: self.crew().kill(name))()

    def start(self, name: str, env: Mapping[str, str] | None = None) -> None:
        """Starts `name` unless it runs and waits until it is ready; `env` is added for this run only."""
        self._check([name], self.names)
        if name in (DATABASE, BROKER):
            (self.postgres if name == DATABASE else self.rabbitmq).start()
            return
        crew = self.crew()
        crew.start(name, env)
        crew.await_ready([name])

    def restart(self, name: str, env: Mapping[str, str] | None = None) -> None:
        """Stops `name` in order and starts it again."""
        self._check([name], self.names)
        special = {DATABASE: self.postgres.stop, BROKER: self.rabbitmq.stop}
        special.get(name, lambda: self.crew().stop(name))()
        self.start(name, env)

    def down(self, *, wipe: bool = False) -> None:
        """Ends the launcher that holds this home and whoever looks after it, the processes, then broker and database; `wipe` forgets all."""
        dismiss_launcher(self.home)
        dismiss_caretaker(self.home)
        with self._progress.step("停止各服务"):
            self._crew_so_far().stop_all()
        with self._progress.step("停止 RabbitMQ 与 PostgreSQL"), ThreadPoolExecutor(2) as pool:
            for stopped in [pool.submit(self.rabbitmq.stop), pool.submit(self.postgres.stop)]:
                stopped.result()
        if wipe:
            self._wipe()

    def log(self, name: str) -> Path:
        """The log of `name`, whether or not it exists yet."""
        self._check([name], [*self.names, CARETAKER])
        return self.home / "logs" / f"{name}.log"

    def migrate(self) -> list[str]:
        """Provisions and migrates every database, current or not; returns their names."""
        admin = self.postgres.start()
        dsns = {name: provision(admin, name) for name in database_names()}
        return migrate(admin, dsns, without_ours(self._environ), self._progress, even_if_current=True)

    def _crew_so_far(self) -> Crew:
        """Nobody, when the first `up` was ended before it had come to the processes."""
        try:
            return self.crew()
        except NeverStarted:
            return Crew(self.home, [])

    def _started(self, wanted: Sequence[str]) -> tuple[Crew, list[str]]:
        """Database, broker and processes are on their way; returns the processes, and the names of those started.

        Where the broker will be is known from its second start on. Then the processes start while it still does: they
        wait for it by themselves, and have much to import.
        """
        with ThreadPoolExecutor(1) as pool:
            broker = pool.submit(self._step, "RabbitMQ", self.rabbitmq.start)
            dsns = self._databases()
            expected = self._broker_expected_at()
            if expected is None:
                expected = broker.result()
            crew, started = self._set_off(wanted, dsns, expected)
            actual = broker.result()
            if actual != expected:
                for name in started:
                    crew.stop(name)
                crew, started = self._set_off(wanted, dsns, actual)
            return crew, started

    def _set_off(self, wanted: Sequence[str], dsns: dict[str, Dsns], broker: AmqpAddress) -> tuple[Crew, list[str]]:
        self._claim_ports()  # again: some seconds have passed, in which somebody may have taken one
        crew = Crew(self.home, members(self.home, dsns, self.rabbitmq.identities(broker), self._environ))
        return crew, [name for name in crew.names if name in wanted and crew.start(name)]

    def _broker_expected_at(self) -> AmqpAddress | None:
        """None before the first start."""
        try:
            return self.rabbitmq.address()
        except NeverStarted:
            return None

    def _databases(self) -> dict[str, Dsns]:
        admin = self._step("PostgreSQL", self.postgres.start)
        dsns = {name: provision(admin, name) for name in database_names()}
        migrate(admin, dsns, without_ours(self._environ), self._progress)
        return dsns

    def _await(self, crew: Crew, name: str) -> None:
        with self._progress.step(name):
            crew.await_ready([name])

    def _step(self, name: str, work: Callable[[], Result]) -> Result:
        with self._progress.step(name):
            return work()

    def _claim_ports(self) -> None:
        """Before anything starts, so that a port in use is a refusal and not a half-started cluster."""
        ports = Ports(self.home)
        alive = Crew.alive(self.home, process_names())
        for name in process_names():
            if name not in alive:
                preferred = GATEWAY_PORT if name == GATEWAY else None
                ports.claim(name, asked=self._asked.get(name), preferred=preferred)
                if name == GATEWAY:
                    ports.claim(GATEWAY_FIGURES)

    def _check(self, names: Sequence[str], known: Sequence[str]) -> None:
        for name in names:
            if name not in known:
                raise CommandRefusal(f"没有叫 {name} 的进程;有:{'、'.join(known)}。", f"No process is called {name}.")

    def _wipe(self) -> None:
        tests = self.home / "test"
        if tests.is_dir():
            Cluster(tests, environ=self._environ).down(wipe=True)
            shutil.rmtree(tests, ignore_errors=True)
        self.rabbitmq.remove()
        leave_quarters(self.home)
        for name in OURS:
            path = self.home / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if not any(self.home.iterdir()):
            self.home.rmdir()


def _asked_by_environment(environ: Mapping[str, str]) -> dict[str, int]:
    asked = environ.get("GATEWAY_PORT")
    if not asked:
        return {}
    if not is_digits(asked, 5) or not 0 < int(asked) < 65_536:
        raise CommandRefusal(f"GATEWAY_PORT={asked} 不是端口号。", f"GATEWAY_PORT={asked} is not a port number.")
    return {GATEWAY: int(asked)}
