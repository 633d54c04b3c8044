"""RabbitMQ in a container, for machines that have a Docker engine and none of Debian's packages."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from console.machine.locks import locked
from console.machine.ports import LOOPBACK, Ports
from console.servers.broker_node import START_LIMIT_S, USER, VHOST, BrokerFault, amqp_url, await_login
from console.servers.credentials import Credentials

IMAGE = "rabbitmq:4"
INSIDE = 5672


class DockerNode:
    """One named container per home, reachable on loopback only."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._name = "zhida-rabbitmq-" + hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
        self._lock = home / "run" / "rabbitmq.lock"

    @staticmethod
    def engine_answers() -> bool:
        """Whether there is a Docker client with an engine behind it."""
        if shutil.which("docker") is None:
            return False
        try:
            done = subprocess.run(["docker", "info"], capture_output=True, timeout=20, check=False)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def start(self) -> str:
        with locked(self._lock):
            if not self.running():
                if self._exists():
                    _docker("start", self._name)
                else:
                    self._create()
            url = amqp_url(self._home)
            await_login(url, START_LIMIT_S, self.running, None)
        return url

    def stop(self) -> None:
        if self.running():
            _docker("stop", self._name)

    def kill(self) -> None:
        if self.running():
            _docker("kill", self._name)

    def remove(self) -> None:
        """The container and its data."""
        if self._exists():
            _docker("rm", "--force", "--volumes", self._name)

    def running(self) -> bool:
        return self._exists() and _docker("inspect", "-f", "{{.State.Running}}", self._name) == "true"

    def pid(self) -> int | None:
        return None  # it is a process of the engine's

    def evaluate(self, expression: str) -> str:
        return _docker("exec", self._name, "rabbitmqctl", "-q", "eval", f"{expression}.")

    def _exists(self) -> bool:
        return bool(_docker("ps", "--all", "--quiet", "--filter", f"name=^{self._name}$"))

    def _create(self) -> None:
        """The port is fixed for the container's life; the password travels in a file, not on a command line."""
        port = Ports(self._home).claim("rabbitmq")
        with tempfile.NamedTemporaryFile("w", dir=self._home) as settings:
            os.chmod(settings.name, 0o600)
            password = Credentials(self._home).secret("rabbitmq")
            settings.write(
                f"RABBITMQ_DEFAULT_USER={USER}\nRABBITMQ_DEFAULT_PASS={password}\nRABBITMQ_DEFAULT_VHOST={VHOST}\n"
            )
            settings.flush()
            _docker(
                "run",
                "--detach",
                "--name",
                self._name,
                "--hostname",
                "zhida",
                "--env-file",
                settings.name,
                "--publish",
                f"{LOOPBACK}:{port}:{INSIDE}",
                IMAGE,
            )


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise BrokerFault((done.stderr or done.stdout).strip())
    return done.stdout.strip()
