"""Where the books of one installation are, and how they are opened: read only, as the roles that may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from sqlalchemy import Connection, Engine, text

from chassis.foundation.database import connect_engine
from chassis.foundation.keyring import KeyRing
from chassis.foundation.secrecy import Cipher
from console.cluster.cluster import Cluster
from console.machine.ports import LOOPBACK, Ports
from console.place import GATEWAY, database_names
from console.refusal import CommandRefusal
from console.servers.credentials import Credentials
from console.servers.provision import Dsns, dsns_of

STATEMENT_TIMEOUT_MS = 15 * 60_000
"""A million payments are added up in seconds; ten years of them in minutes."""


@dataclass(frozen=True)
class Addresses:
    """The databases by name (services and gateway), the bank's address, and what opens sealed accounts."""

    databases: Mapping[str, Dsns]
    bank_url: str
    cipher: Cipher

    @classmethod
    def of(cls, cluster: Cluster) -> Addresses:
        """Those of a local cluster. Refuses where none was ever started."""
        admin = cluster.postgres.admin()
        bank = Ports(cluster.home).known("bank")
        if bank is None:
            raise CommandRefusal("系统还没有启动过，请先运行 ./zhida up。", "Nothing was started yet; run ./zhida up.")
        return cls(
            databases={name: dsns_of(admin, name) for name in database_names()},
            bank_url=f"http://{LOOPBACK}:{bank}",
            cipher=KeyRing.from_env("treasury", Credentials(cluster.home).keys("treasury")),
        )


class OpenBooks:
    """The databases, opened.

    `app` engines are bound by row security, `frame` engines see the frame's tables only.
    """

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self.names = tuple(addresses.databases)
        self._engines: dict[tuple[str, str], Engine] = {}

    def __enter__(self) -> OpenBooks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for engine in self._engines.values():
            engine.dispose()

    def frame(self, name: str) -> Engine:
        """The frame's role on database `name`."""
        return self._engine(name, "frame")

    @contextmanager
    def snapshot(self, name: str, tenants: Sequence[str]) -> Iterator[Connection]:
        """One consistent view of `name`'s own tables: the rows of exactly these tenants, as the service's
        role."""
        with self._engine(name, "app").connect() as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            connection.execute(
                text("SELECT set_config('zhida.tenants', :tenants, true)"), {"tenants": ",".join(tenants)}
            )
            yield connection

    def tenants(self) -> tuple[str, ...]:
        """Everybody who has been onboarded, as the gateway knows them."""
        with self.frame(GATEWAY).connect() as connection:
            return tuple(connection.execute(text("SELECT id FROM tenant ORDER BY id")).scalars())

    def _engine(self, name: str, role: str) -> Engine:
        if (name, role) not in self._engines:
            url = getattr(self.addresses.databases[name], role)
            self._engines[name, role] = connect_engine(
                url,
                size=4,
                name=f"zhida-verify-{name}",
                statement_timeout_ms=STATEMENT_TIMEOUT_MS,
                plans="for the values",
            )
        return self._engines[name, role]
