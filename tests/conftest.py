"""What integration tests stand on: a real PostgreSQL and RabbitMQ, given by `./zhida test`.

Each test gets databases cloned from a migrated template, and each worker a virtual host of its own, so that
the suite may run in parallel.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from chassis.edge.frame import Frame
from chassis.foundation import row_security
from chassis.foundation.ids import new_id
from chassis.foundation.migrate import histories, migrate
from chassis.foundation.settings import Settings
from chassis.time.clock import Clock
from console.servers.broker_node import BrokerFault
from console.servers.postgres import PostgresAdmin
from console.servers.provision import Dsns, clone, drop, provision
from console.servers.rabbitmq import RabbitMQ

sys.path.insert(0, str(Path(__file__).parent))  # the kits that several folders share lie beside this file

from key_kit import key_ring

if TYPE_CHECKING:
    from system_kit import House

# How long one example takes says something of what else two busy cores do, and nothing of the rule that it tries.
settings.register_profile("zhida", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zhida")

# A fault is logged as it is in production, without drawing every variable of every frame: that takes seconds a fault.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


AT_HOME = ("journeys/", "faults/", "browser/house/", "attack/house/")
"""The folders whose tests use the standing house."""


def at_home(test: str) -> bool:
    """Whether the test, by its file or node id below `tests`, may use the standing house."""
    return test.removeprefix("tests/").startswith(AT_HOME)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What uses the standing house comes first, since it takes longest."""
    for item in items:
        if "standing_house" in getattr(item, "fixturenames", ()) and not at_home(item.nodeid):
            raise pytest.UsageError(f"{item.nodeid} uses the standing house: it belongs below {' or '.join(AT_HOME)}")
    items.sort(key=lambda item: not at_home(item.nodeid))


class WholeFiles(LoadScopeScheduling):
    """A file's tests run one after the other on one worker: they share what they start. So do all that use the
    standing house, which is started once.

    Nobody else has to: who kills a server or cuts its connections has one of its own, or a virtual host. Not by
    xdist's groups: it writes them into a test's node id, which pytest 9 does not let it change.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "house" if at_home(nodeid) else nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles:
    return WholeFiles(config, log)


def needed(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run the tests with `./zhida test`, which starts PostgreSQL and RabbitMQ")
    return value


@pytest.fixture(scope="session")
def test_home() -> Path:
    return Path(needed("ZHIDA_TEST_HOME"))


@pytest.fixture(scope="session")
def pg_admin(test_home: Path) -> PostgresAdmin:
    return PostgresAdmin.from_url(needed("ZHIDA_TEST_PG_ADMIN"), test_home)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One worker at a time makes templates and clones."""
    with (home / "templates.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def template_of(admin: PostgresAdmin, home: Path, service: str) -> tuple[str, Dsns]:
    """The migrated template of a service's database, made once per state of its migrations."""
    dsns = provision(admin, service)
    digest = hashlib.sha256(Path(row_security.__file__).read_bytes())
    for source in (file for _table, folder in histories(service) for file in sorted(folder.rglob("*.py"))):
        digest.update(source.read_bytes())
    name = f"tpl_{service}_{digest.hexdigest()[:10]}"
    with psycopg.connect(admin.dsn, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if not known:
        half_made = f"{name}_new"
        drop(admin, half_made)
        clone(admin, f"zhida_{service}", half_made)
        migrate(service, dsns.at_database(half_made).owner)
        with psycopg.connect(admin.dsn, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {half_made} RENAME TO {name}")
    return name, dsns


@pytest.fixture
def service_database(pg_admin: PostgresAdmin, test_home: Path) -> Iterator[Callable[[str], Dsns]]:
    """`service_database("intake")` → the three URLs of a fresh, migrated database of that service."""
    made: list[str] = []

    def make(service: str) -> Dsns:
        with alone(test_home):
            template, dsns = template_of(pg_admin, test_home, service)
            name = f"t_{service}_{new_id().replace('-', '')[:20]}"
            clone(pg_admin, template, name)
        made.append(name)
        return dsns.at_database(name)

    yield make
    for name in made:
        drop(pg_admin, name)


@pytest.fixture
def empty_database(pg_admin: PostgresAdmin, test_home: Path) -> Iterator[Callable[[str], Dsns]]:
    """`empty_database("intake")` → the three URLs of a new database of that service, into which nothing was migrated."""
    made: list[str] = []

    def make(service: str) -> Dsns:
        name = f"t_{service}_{new_id().replace('-', '')[:20]}"
        with alone(test_home):
            dsns = provision(pg_admin, service)
            clone(pg_admin, f"zhida_{service}", name)
        made.append(name)
        return dsns.at_database(name)

    yield make
    for name in made:
        drop(pg_admin, name)


@pytest.fixture
def service_frame(service_database: Callable[[str], Dsns]) -> Iterator[Callable[..., Frame]]:
    """`service_frame("intake", clock=…)` → a Frame on a fresh database, without loops; connections are closed."""
    frames: list[Frame] = []

    def make(
        service: str, *, clock: Clock | None = None, amqp_url: str = "amqp://nowhere", dsns: Dsns | None = None
    ) -> Frame:
        urls = dsns or service_database(service)
        frame = Frame(
            Settings(
                service=service,
                database_url=urls.app,
                frame_database_url=urls.frame,
                amqp_url=amqp_url,
                cipher=key_ring(),
            ),
            clock,
        )
        frames.append(frame)
        return frame

    yield make
    for frame in frames:
        frame.stop()


@pytest.fixture(scope="session")
def rabbitmq(test_home: Path) -> RabbitMQ:
    """The test home's broker; it is running already."""
    return RabbitMQ(test_home)


@pytest.fixture(scope="session")
def amqp_url(rabbitmq: RabbitMQ) -> Iterator[str]:
    """The broker, in a virtual host of this worker's own."""
    needed("ZHIDA_TEST_AMQP_URL")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"test-{worker}-{new_id()[-8:]}"
    yield rabbitmq.add_vhost(name).url
    with suppress(BrokerFault):  # another worker may be killing the broker just now; it goes with all it has
        rabbitmq.delete_vhost(name)


@pytest.fixture(scope="session")
def standing_house(test_home: Path) -> Iterator[House]:
    """The whole system as real processes, for the journeys and faults of this session."""
    from system_kit import running_house

    with running_house(test_home) as house:
        yield house


@pytest.fixture
def house(standing_house: House) -> House:
    """The same with everything running, whatever the test before did to it."""
    standing_house.stand_up()
    return standing_house
