"""The broker of one local installation, from wherever this machine can have one."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import amqp
import orjson

from chassis.events.broker import connect
from chassis.events.topology import check_topology
from console.machine.quarters import open_home, quarters_for
from console.refusal import CommandRefusal
from console.servers.broker_docker import DockerNode
from console.servers.broker_node import USER, Broker, BrokerFault, NodeProcesses, PrivateNode, amqp_url, await_login
from console.servers.broker_programs import installed_programs, unpacked_programs
from console.servers.broker_topology import USERS, declare_topology, definitions, user_name
from console.servers.credentials import Credentials
from console.setup.debian import DebianFault

VHOST_NAME = re.compile(r"[A-Za-z0-9_.-]{1,80}")


@dataclass(frozen=True)
class AmqpAddress:
    """An AMQP URL, password and virtual host included."""

    url: str

    def at_vhost(self, name: str) -> AmqpAddress:
        """The same broker and user, another virtual host."""
        return AmqpAddress(urlsplit(self.url)._replace(path="/" + quote(name, safe="")).geturl())

    def as_user(self, user: str, password: str) -> AmqpAddress:
        """The same broker and virtual host, as somebody else."""
        parts = urlsplit(self.url)
        where = parts.netloc.rpartition("@")[2]
        return AmqpAddress(parts._replace(netloc=f"{user}:{password}@{where}").geturl())

    @property
    def vhost(self) -> str:
        return unquote(urlsplit(self.url).path.removeprefix("/")) or "/"


class RabbitMQ:
    """One private broker per `home`, or the one that AMQP_URL names.

    In this order: AMQP_URL; a private node of an installed rabbitmq-server; a private node of Debian's packages,
    unpacked; a Docker container. What was chosen first stays chosen for this home: the data are its data.
    """

    def __init__(
        self, home: Path, environ: Mapping[str, str] = os.environ, say: Callable[[str], None] = lambda text: None
    ) -> None:
        self._home = open_home(home)
        self._environ = environ
        self._say = say
        self._choice = self._home / "broker"
        self._why = ""

    def start(self) -> AmqpAddress:
        """Starts or adopts it, waits until a client can log in, and makes what the house needs there.

        Refuses with what to do when there is no way.
        """
        if self._given is not None:
            await_login(self._given, 15, running=lambda: True, log=None)
            _declare(self._given)
            return AmqpAddress(self._given)
        try:
            address = AmqpAddress(self._private().start())
            self._provision(address.vhost)
            return address
        except BrokerFault as fault:  # the container could not be made: the next start looks again
            self._choice.unlink(missing_ok=True)
            raise _no_broker(str(fault)) from fault

    def address(self) -> AmqpAddress:
        """Where it is, whether it runs or not, as its administrator. Raises NeverStarted when there has never been one."""
        return AmqpAddress(self._given or amqp_url(self._home))

    def identities(self, address: AmqpAddress) -> dict[str, str]:
        """The URL of every process at `address`, each as a user of its own: services, gateway, operator.

        A broker that AMQP_URL names is not ours to make users on: there all are who that URL says.
        """
        if self._given is not None:
            return dict.fromkeys(USERS, address.url)
        passwords = self._passwords()
        return {name: address.as_user(user_name(name), passwords[name]).url for name in USERS}

    def stop(self) -> None:
        """Ends our own node and its epmd, in order; does nothing to a broker that AMQP_URL names."""
        if self._standing is not None:
            self._standing.stop()

    def remove(self) -> None:
        """What lies outside `home` and its quarters: the container, if there is one."""
        if self._choice.exists() and self._choice.read_text().strip() == "docker":
            DockerNode(self._home).remove()

    def kill(self) -> None:
        """SIGKILL for the node: for fault tests."""
        if self._given is not None:
            raise _not_ours()
        if self._standing is not None:
            self._standing.kill()

    def running(self) -> bool:
        """Whether our private broker runs; a broker named by AMQP_URL is taken to."""
        if self._given is not None:
            return True
        return self._standing is not None and self._standing.running()

    def pid(self) -> int | None:
        """The process id of our private node, if it runs and is a process of this machine."""
        return self._standing.pid() if self._standing is not None else None

    def add_vhost(self, name: str) -> AmqpAddress:
        """A virtual host of its own with all that the house needs, for example for one test worker.

        Adding it twice is no fault. The address is the administrator's; `identities` has those of everybody else.
        """
        checked = _vhost(name)
        self._provision(checked)
        self._private().evaluate(
            f'rabbit_auth_backend_internal:set_permissions(<<"{USER}">>, <<"{checked}">>, '
            f'<<".*">>, <<".*">>, <<".*">>, <<"{USER}">>)'
        )
        return self.address().at_vhost(checked)

    def delete_vhost(self, name: str) -> None:
        """Removes the virtual host and all that is in it; one that is not there is no fault."""
        checked = _vhost(name)
        self._private().evaluate(
            f'case rabbit_vhost:exists(<<"{checked}">>) of '
            f'true -> rabbit_vhost:delete(<<"{checked}">>, <<"{USER}">>); false -> ok end'
        )

    def close_connections(self, address: str) -> None:
        """Closes, from the broker's side, whoever is connected to the virtual host of `address`: for fault tests.

        Others who share the broker are left alone.
        """
        name = _vhost(unquote(urlsplit(address).path.removeprefix("/")))
        self._private().evaluate(
            '[rabbit_networking:close_connection(Pid, "closed for a fault test") || '
            f'[{{pid, Pid}}, {{vhost, <<"{name}">>}}] <- rabbit_networking:connection_info_all([pid, vhost])]'
        )

    def _provision(self, vhost: str) -> None:
        """Users, rights, exchanges, queues and bindings, in one call to the node (0.15 s, later 0.05)."""
        text = base64.b64encode(orjson.dumps(definitions(vhost, self._passwords()))).decode()
        said = self._private().evaluate(f'rabbit_definitions:import_raw(base64:decode(<<"{text}">>))')
        if said != "ok":
            raise BrokerFault(f"definitions were not imported: {said[:500]}")

    def _passwords(self) -> dict[str, str]:
        credentials = Credentials(self._home)
        return {name: credentials.secret(f"rabbitmq:{name}") for name in USERS}

    @property
    def _given(self) -> str | None:
        return self._environ.get("AMQP_URL") or None

    @property
    def _standing(self) -> NodeProcesses | DockerNode | None:
        """Our own broker as far as it takes to look at it or end it: nothing is looked for, nor downloaded."""
        if self._given is not None or not self._choice.exists():
            return None
        docker = self._choice.read_text().strip() == "docker"
        return DockerNode(self._home) if docker else NodeProcesses(self._home)

    def _private(self) -> Broker:
        if self._given is not None:
            raise _not_ours()
        chosen = self._choice.read_text().strip() if self._choice.exists() else None
        for kind, make in (("installed", self._installed), ("unpacked", self._unpacked), ("docker", self._docker)):
            if chosen in (None, kind):
                node = make()
                if node is not None:
                    self._choice.write_text(f"{kind}\n", encoding="utf-8")
                    return node
        raise _no_broker(self._why)

    def _installed(self) -> Broker | None:
        quarters = quarters_for(self._home)
        programs = installed_programs(quarters, self._environ)
        return PrivateNode(self._home, quarters, programs) if programs else None

    def _unpacked(self) -> Broker | None:
        quarters = quarters_for(self._home)
        try:
            programs = unpacked_programs(quarters, self._environ, self._say)
        except DebianFault as fault:
            self._why = str(fault)
            return None
        return PrivateNode(self._home, quarters, programs) if programs else None

    def _docker(self) -> Broker | None:
        return DockerNode(self._home) if DockerNode.engine_answers() else None


def _declare(url: str) -> None:
    """All but users, as whoever the URL names; where that one may not, somebody else must have done it."""
    with connect(url) as connection:
        try:
            declare_topology(connection)
        except amqp.AccessRefused:
            with connect(url) as looking:
                check_topology(looking)


def _vhost(name: str) -> str:
    if not VHOST_NAME.fullmatch(name):
        raise BrokerFault(f"not a usable name for a virtual host: {name!r}")
    return name


def _not_ours() -> CommandRefusal:
    return CommandRefusal(
        "AMQP_URL 指定的消息服务不由本程序管理;请去掉 AMQP_URL 后再试。",
        "The broker named by AMQP_URL is not ours to manage; unset AMQP_URL for this.",
    )


def _no_broker(why: str) -> CommandRefusal:
    detail = f"({why})" if why else ""
    return CommandRefusal(
        f"本机没有可用的 RabbitMQ{detail}:请安装软件包 rabbitmq-server,或启动 Docker,或用 AMQP_URL 指定一个已有的。",
        f"No RabbitMQ can be had here{detail}: install the package rabbitmq-server, start Docker, or set AMQP_URL.",
    )
