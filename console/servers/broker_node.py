"""A RabbitMQ node of our own: its name, ports, cookie, data and name server, all private and all on loopback."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import amqp
import amqp.exceptions

from chassis.foundation.broker_tls import kombu_tls
from console.machine.locks import locked
from console.machine.ports import LOOPBACK, Ports, answers
from console.machine.processes import PidFile, kill, spawn, tail, terminate
from console.machine.quarters import Quarters
from console.refusal import CommandRefusal, NeverStarted
from console.servers.broker_programs import BrokerPrograms
from console.servers.credentials import Credentials

USER = "zhida"
VHOST = "zhida"
NODE = "zhida@localhost"  # the machine's own name may not resolve; this one does, and only to loopback
START_LIMIT_S = 90.0
STOP_LIMIT_S = 30.0


class BrokerFault(RuntimeError):
    """The broker did not do what it was told; the message is its answer."""


class Broker(Protocol):
    """What a private broker can do, however it is run."""

    def start(self) -> str:
        """Starts or adopts it, waits until a client can log in, and returns the AMQP URL."""

    def stop(self) -> None: ...

    def kill(self) -> None: ...

    def running(self) -> bool: ...

    def pid(self) -> int | None:
        """The node's process on this machine, where it is one."""

    def evaluate(self, expression: str) -> str:
        """Runs one Erlang expression in the node; its result as text. Raises BrokerFault."""


class NodeProcesses:
    """The private node of `home` and its epmd as processes: to be looked at and ended, whatever has become of the
    programs that they were started from."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._node = PidFile(home / "run" / "rabbitmq.pid")
        self._epmd = PidFile(home / "run" / "epmd.pid")
        self._lock = home / "run" / "rabbitmq.lock"

    def stop(self) -> None:
        with locked(self._lock):
            for pid_file, limit_s in ((self._node, STOP_LIMIT_S), (self._epmd, 3.0)):
                running = pid_file.running()
                if running is not None:
                    terminate(running, limit_s=limit_s)

    def kill(self) -> None:
        with locked(self._lock):
            node = self._node.running()
            if node is not None:
                kill(node)

    def running(self) -> bool:
        return self._node.running() is not None

    def pid(self) -> int | None:
        node = self._node.running()
        return node.pid if node else None


class PrivateNode(NodeProcesses):
    """A node run from `programs` as the account of `quarters`; it and its epmd belong to nobody else."""

    def __init__(self, home: Path, quarters: Quarters, programs: BrokerPrograms) -> None:
        super().__init__(home)
        self._quarters = quarters
        self._programs = programs
        self._ports = Ports(home)
        self._credentials = Credentials(home)
        self._log = home / "logs" / "rabbitmq.log"

    def start(self) -> str:
        with locked(self._lock):
            if self._node.running() is None:
                for name in ("rabbitmq", "rabbitmq-distribution"):
                    self._ports.claim(name)
                self._start_epmd()
                self._furnish()
                spawn(
                    [self._programs.server],
                    pid_file=self._node,
                    log=self._log,
                    env=self._environment(),
                    cwd=self._room(),
                    account=self._quarters.account,
                )
            url = amqp_url(self._home)
            await_login(url, START_LIMIT_S, self.running, self._log)
        return url

    def evaluate(self, expression: str) -> str:
        """Through `erl_call` (milliseconds) where Erlang brings it, else `rabbitmqctl eval` (a second)."""
        call = self._programs.erlang("erl_call")
        if call is None:
            return self._run([str(self._programs.control), "-q", "-n", NODE, "eval", f"{expression}."])
        port = self._ports.known("rabbitmq-distribution")
        said = self._run([call, "-address", f"localhost:{port}", "-r", "-timeout", "20", "-e"], f"{expression}.\n")
        if not said.startswith("{ok, "):
            raise BrokerFault(said)
        return said.removeprefix("{ok, ").removesuffix("}")

    def _run(self, command: list[str], given: str = "") -> str:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=self._environment(),
            cwd=self._room(),
            **self._quarters.account.as_arguments(),
        )
        if done.returncode != 0:
            raise BrokerFault((done.stderr or done.stdout).strip())
        return done.stdout.strip()

    def _start_epmd(self) -> None:
        """Erlang's name server, started here so that its process is known: left to Erlang it would outlive us."""
        if self._epmd.running() is not None:
            return
        port = self._ports.claim("epmd")
        epmd = self._programs.erlang("epmd")
        if epmd is None:
            raise CommandRefusal("Erlang 不完整:找不到 epmd。", "This Erlang has no epmd.")
        spawn(
            [epmd, "-address", LOOPBACK, "-port", str(port)],
            pid_file=self._epmd,
            cwd=self._room(),
            log=self._home / "logs" / "epmd.log",
            env=self._environment(),
            account=self._quarters.account,
        )
        deadline = time.monotonic() + 10
        while not answers(port):
            if self._epmd.running() is None or time.monotonic() > deadline:
                raise CommandRefusal(f"epmd 没有启动:{tail(self._home / 'logs' / 'epmd.log')}", "epmd did not start.")
            time.sleep(0.02)

    def _room(self) -> Path:
        return self._quarters.room("rabbitmq")

    def _furnish(self) -> None:
        """Configuration and cookie. The user replaces `guest`, which is made only where no other user is named."""
        cookie = self._credentials.secret("erlang:cookie")
        self._write(".erlang.cookie", cookie, 0o400)
        self._write("enabled_plugins", "[].\n", 0o600)
        self._write(
            "rabbitmq.conf",
            "\n".join(
                [
                    f"listeners.tcp.default = {LOOPBACK}:{self._ports.known('rabbitmq')}",
                    f"default_user = {USER}",
                    f"default_pass = {self._credentials.secret('rabbitmq')}",
                    f"default_vhost = {VHOST}",
                    "disk_free_limit.absolute = 200MB",
                    "",
                ]
            ),
            0o600,
        )

    def _write(self, name: str, text: str, mode: int) -> None:
        file = self._room() / name
        file.unlink(missing_ok=True)
        file.touch(0o600)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        self._quarters.hand_over(file)

    def _environment(self) -> dict[str, str]:
        room = self._room()
        schedulers = min(2, os.cpu_count() or 1)
        loopback = "-kernel inet_dist_use_interface {127,0,0,1}"
        return {
            **self._programs.environment(),
            "HOME": str(room),  # where Erlang looks for the cookie
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(self._ports.known("epmd") or 0),
            "ERL_CRASH_DUMP_SECONDS": "0",
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_DIST_PORT": str(self._ports.known("rabbitmq-distribution") or 0),
            "RABBITMQ_MNESIA_BASE": str(room / "mnesia"),
            "RABBITMQ_LOG_BASE": str(room / "log"),
            "RABBITMQ_LOGS": "-",  # to standard output, which is our log file
            "RABBITMQ_CONFIG_FILE": str(room / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(room / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(room / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",  # never the system's own settings
            "RABBITMQ_SCHEDULER_BIND_TYPE": "u",  # bound schedulers fight with the other processes for a core
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"+S {schedulers}:{schedulers} +sbwt none {loopback}",
            "RABBITMQ_CTL_ERL_ARGS": loopback,
            # Makes the start script become the node, so that the process we know of is the node itself.
            "RUNNING_UNDER_SYSTEMD": "true",
        }


def amqp_url(home: Path) -> str:
    """The URL of the private broker of `home`. Raises NeverStarted when there has never been one."""
    port = Ports(home).known("rabbitmq")
    if port is None:
        raise NeverStarted("RabbitMQ 还没有启动过。", "RabbitMQ has not been started yet.")
    return f"amqp://{USER}:{Credentials(home).secret('rabbitmq')}@{LOOPBACK}:{port}/{VHOST}"


def await_login(url: str, limit_s: float, running: Callable[[], bool], log: Path | None) -> None:
    """Returns once a client can log in at `url`; refuses when the broker ends or time is up."""
    deadline = time.monotonic() + limit_s
    while True:
        try:
            _log_in(url)
            return
        except (OSError, amqp.exceptions.AMQPError) as error:
            if not running() or time.monotonic() > deadline:
                where = f";日志 {log}:\n{tail(log)}" if log else ""
                raise CommandRefusal(
                    f"RabbitMQ 没有启动成功({error}){where}", f"RabbitMQ did not come up: {error}"
                ) from error
            time.sleep(0.05)


def _log_in(url: str) -> None:
    """One try and no other: kombu would wait two seconds and try again by itself."""
    parts = urlsplit(url)
    port = parts.port or (5671 if parts.scheme == "amqps" else 5672)
    connection = amqp.Connection(
        f"{parts.hostname}:{port}",
        ssl=kombu_tls(url) or False,
        connect_timeout=3,
        virtual_host=unquote(parts.path[1:]) or "/",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
    )
    try:
        connection.connect()
        connection.close()
    finally:
        connection.collect()
