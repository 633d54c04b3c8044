"""The database and the broker of one local installation, for real: started, adopted, killed, recovered, stopped.

They live in a home of their own, so that killing them harms no other test. As root, pytest's folder is closed to the
account that servers run as, so these tests also go the way of a private folder under /var/tmp.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import amqp
import kombu
import psutil
import psycopg
import pytest

from chassis.testing.waiting import eventually
from console.machine.ports import LOOPBACK, Ports
from console.machine.processes import Identity, PidFile
from console.machine.quarters import Account, leave_quarters, quarters_for
from console.servers.broker_node import BrokerFault
from console.servers.postgres import Postgres, PostgresAdmin
from console.servers.provision import clone, drop, provision
from console.servers.rabbitmq import RabbitMQ


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("installation") / "home"
    quarters_for(home)
    yield home
    Postgres(home).stop()
    RabbitMQ(home, private()).stop()
    leave_quarters(home)


def private() -> dict[str, str]:
    """The environment without a broker of somebody else's."""
    return {name: value for name, value in os.environ.items() if name != "AMQP_URL"}


@pytest.fixture
def postgres(home: Path) -> Postgres:
    return Postgres(home)


@pytest.fixture
def admin(postgres: Postgres) -> PostgresAdmin:
    return postgres.start()


@pytest.fixture
def rabbitmq(home: Path) -> RabbitMQ:
    broker = RabbitMQ(home, private())
    broker.start()
    return broker


def listening(pid: int) -> set[str]:
    return {
        connection.laddr.ip
        for connection in psutil.Process(pid).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }


def ask(dsn: str, question: str) -> object:
    with psycopg.connect(dsn.replace("+psycopg", ""), connect_timeout=5, autocommit=True) as connection:
        answer = connection.execute(question)
        row = answer.fetchone() if answer.description else None
        return row[0] if row else None


def kill_launcher_after(program: str, home: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs `program` (it knows `home`) as a launcher of its own that is killed as soon as it is done."""
    text = f"import os, signal, sys; from pathlib import Path; home = Path(sys.argv[1])\n{program}\n"
    return subprocess.run(
        [sys.executable, "-c", f"{text}os.kill(os.getpid(), signal.SIGKILL)", str(home)],
        env=private(),
        check=False,
        timeout=120,
    )


# The database


def test_the_database_serves_loopback_only_and_not_as_root(postgres: Postgres, admin: PostgresAdmin) -> None:
    server = postgres.process()
    assert server is not None
    assert listening(server.pid) == {LOOPBACK}
    assert psutil.Process(server.pid).uids().real == Account.for_servers().uid != 0


def test_the_database_asks_everybody_for_a_password(admin: PostgresAdmin) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://postgres:wrong@{admin.host}:{admin.port}/postgres")
    assert ask(admin.dsn, "SELECT rolpassword LIKE 'SCRAM-SHA-256%' FROM pg_authid WHERE rolname = 'postgres'")


def test_the_database_keeps_what_it_says_it_kept(admin: PostgresAdmin) -> None:
    assert ask(admin.dsn, "SHOW fsync") == "on"
    assert ask(admin.dsn, "SHOW server_encoding") == "UTF8"
    assert ask(admin.dsn, "SELECT datlocale FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"


def test_starting_the_database_twice_adopts_the_one_that_runs(postgres: Postgres, admin: PostgresAdmin) -> None:
    before = postgres.process()
    assert postgres.start() == admin
    assert postgres.process() == before


def test_what_was_committed_survives_kill_9_of_the_database(postgres: Postgres, admin: PostgresAdmin) -> None:
    ask(admin.dsn, "CREATE TABLE promise (fen bigint); INSERT INTO promise VALUES (20000000)")
    with psycopg.connect(admin.dsn) as lost:
        lost.execute("INSERT INTO promise VALUES (1)")
        postgres.kill()
        with pytest.raises(psycopg.OperationalError):
            lost.execute("SELECT 1")
    assert postgres.process() is None
    postgres.start()
    assert ask(admin.dsn, "SELECT sum(fen) FROM promise") == 20000000
    ask(admin.dsn, "DROP TABLE promise")


def test_backends_left_over_by_kill_9_do_not_keep_the_database_from_starting(
    postgres: Postgres, admin: PostgresAdmin
) -> None:
    with psycopg.connect(admin.dsn) as busy, ThreadPoolExecutor(1) as pool:
        sleeping = pool.submit(busy.execute, "SELECT pg_sleep(60)")
        backend = Identity.of(busy.info.backend_pid)
        assert backend is not None
        server = postgres.process()
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        eventually(lambda: not server.alive())
        postgres.start()
        assert not backend.alive()
        with pytest.raises(psycopg.OperationalError):
            sleeping.result()


def test_a_stale_pid_file_that_names_a_stranger_is_no_obstacle(
    postgres: Postgres, admin: PostgresAdmin, home: Path
) -> None:
    postgres.stop()
    quarters = quarters_for(home)
    stranger = subprocess.Popen(["sleep", "600"], **quarters.account.as_arguments())
    data = quarters.folder / "postgres" / "data"
    (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n1\n1\n\n\n\n")
    try:
        postgres.start()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_database_whose_pid_file_was_lost_is_found_again(
    postgres: Postgres, admin: PostgresAdmin, home: Path
) -> None:
    server = postgres.process()
    (home / "run" / "postgres.pid").unlink()
    assert postgres.process() == server
    assert postgres.start() == admin
    postgres.stop()
    assert postgres.process() is None


def test_the_database_survives_kill_9_of_its_launcher(postgres: Postgres, home: Path) -> None:
    postgres.stop()
    launcher = kill_launcher_after("from console.servers.postgres import Postgres; Postgres(home).start()", home)
    assert launcher.returncode == -signal.SIGKILL
    assert postgres.process() is not None
    assert ask(postgres.start().dsn, "SELECT 1") == 1


# Databases and roles


def test_a_service_gets_three_roles_that_may_do_only_their_own(admin: PostgresAdmin) -> None:
    dsns = provision(admin, "treasury")
    assert provision(admin, "treasury") == dsns
    rights = "SELECT rolsuper::text || rolbypassrls || rolcreatedb || rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert ask(dsns.app, rights) == ask(dsns.frame, rights) == "falsefalsefalsefalse"
    assert ask(dsns.owner, rights) == "falsetruefalsefalse"
    assert ask(dsns.owner, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") == (
        "treasury_owner"
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(dsns.app, "CREATE TABLE mine (id int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(dsns.app, "CREATE TEMP TABLE mine (id int)")


def test_no_service_gets_into_the_database_of_another(admin: PostgresAdmin) -> None:
    treasury, intake = provision(admin, "treasury"), provision(admin, "intake")
    for dsn in (treasury.app, treasury.frame, treasury.owner):
        for database in ("zhida_intake", "postgres", "template1"):
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                ask(
                    treasury.at_database(database).app
                    if dsn == treasury.app
                    else dsn.replace("zhida_treasury", database),
                    "SELECT 1",
                )
    assert ask(intake.app, "SELECT current_database()") == "zhida_intake"


def test_an_abandoned_call_holds_neither_a_row_nor_a_connection_for_long(admin: PostgresAdmin) -> None:
    dsns = provision(admin, "treasury")
    for role in (dsns.app, dsns.frame):
        for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert ask(role, f"SELECT setting::int BETWEEN 1 AND 60000 FROM pg_settings WHERE name = '{setting}'")
    assert ask(dsns.app, "SELECT setting::int > 0 FROM pg_settings WHERE name = 'client_connection_check_interval'")


def test_many_who_provision_at_once_do_not_collide(admin: PostgresAdmin) -> None:
    with ThreadPoolExecutor(6) as pool:
        dsns = set(pool.map(lambda _: provision(admin, "review"), range(6)))
    assert len(dsns) == 1


def test_a_clone_lets_in_the_same_roles_and_nobody_else(admin: PostgresAdmin) -> None:
    dsns = provision(admin, "treasury")
    ask(dsns.owner, "CREATE TABLE pool (fen bigint); INSERT INTO pool VALUES (7); GRANT SELECT ON pool TO treasury_app")
    clone(admin, "zhida_treasury", "treasury_copy")
    copy = dsns.at_database("treasury_copy")
    assert ask(copy.app, "SELECT fen FROM pool") == 7
    assert ask(copy.owner, "SELECT current_user") == "treasury_owner"
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        ask(provision(admin, "intake").at_database("treasury_copy").app, "SELECT 1")
    drop(admin, "treasury_copy")
    drop(admin, "treasury_copy")
    ask(dsns.owner, "DROP TABLE pool")


# The broker


def test_the_broker_serves_loopback_only_and_not_as_root(rabbitmq: RabbitMQ, home: Path) -> None:
    for name in ("rabbitmq", "epmd"):
        process = PidFile(home / "run" / f"{name}.pid").running()
        assert process is not None
        assert listening(process.pid) <= {LOOPBACK, "::1"}
        assert psutil.Process(process.pid).uids().real == Account.for_servers().uid


def test_the_broker_knows_no_guest(rabbitmq: RabbitMQ, home: Path) -> None:
    port = Ports(home).known("rabbitmq")
    with pytest.raises(amqp.exceptions.AccessRefused):
        kombu.Connection(f"amqp://guest:guest@{LOOPBACK}:{port}/zhida").connect()


def test_a_virtual_host_is_a_world_of_its_own_until_it_is_deleted(rabbitmq: RabbitMQ) -> None:
    first, second = rabbitmq.add_vhost("worker-1"), rabbitmq.add_vhost("worker-2")
    assert rabbitmq.add_vhost("worker-1") == first
    with kombu.Connection(first.url) as one, kombu.Connection(second.url) as two:
        one.SimpleQueue("letters").put("for worker 1")
        assert one.SimpleQueue("letters").qsize() == 1
        assert two.SimpleQueue("letters").qsize() == 0
    for name in ("worker-1", "worker-2", "worker-2"):
        rabbitmq.delete_vhost(name)
    gone = kombu.Connection(first.url)
    with pytest.raises(gone.connection_errors):
        gone.connect()


def test_the_connections_of_one_virtual_host_can_be_closed_from_the_brokers_side(rabbitmq: RabbitMQ) -> None:
    other = rabbitmq.add_vhost("somebody-else")
    with kombu.Connection(rabbitmq.address().url) as cut, kombu.Connection(other.url) as left_alone:
        cut.connect()
        left_alone.connect()
        rabbitmq.close_connections(rabbitmq.address().url)
        with pytest.raises(cut.connection_errors, match="closed for a fault test"):
            cut.drain_events(timeout=10)
        with pytest.raises(TimeoutError):
            left_alone.drain_events(timeout=0.5)
    rabbitmq.delete_vhost("somebody-else")


def test_a_durable_message_survives_kill_9_of_the_broker(rabbitmq: RabbitMQ, home: Path) -> None:
    node = PidFile(home / "run" / "rabbitmq.pid").running()
    queue = kombu.Queue("kept", durable=True, queue_arguments={"x-queue-type": "quorum"})
    options = {"confirm_publish": True}
    with kombu.Connection(rabbitmq.address().url, transport_options=options) as connection:
        queue.bind(connection.default_channel).declare()
        # RabbitMQ 3.10 writes the name of a new quorum queue to disk about a second after it says that it is there;
        # killed before that, it never finds the queue again.
        names = next(quarters_for(home).folder.glob("rabbitmq/mnesia/*/quorum/*/names.dets"))
        eventually(lambda: b"zhida_kept" in names.read_bytes())
        connection.Producer().publish("a promise", routing_key="kept", delivery_mode=2)
    rabbitmq.kill()
    assert not rabbitmq.running()
    assert node is not None
    assert not node.alive()
    address = rabbitmq.start()
    with kombu.Connection(address.url) as connection:
        message = eventually(lambda: queue.bind(connection.default_channel).get())
        assert message.payload == "a promise"
        message.ack()
        queue.bind(connection.default_channel).delete()


def test_starting_the_broker_twice_adopts_the_one_that_runs(rabbitmq: RabbitMQ, home: Path) -> None:
    before = PidFile(home / "run" / "rabbitmq.pid").running()
    assert rabbitmq.start() == rabbitmq.address()
    assert PidFile(home / "run" / "rabbitmq.pid").running() == before


def test_the_broker_survives_kill_9_of_its_launcher(rabbitmq: RabbitMQ, home: Path) -> None:
    rabbitmq.stop()
    launcher = kill_launcher_after("from console.servers.rabbitmq import RabbitMQ; RabbitMQ(home).start()", home)
    assert launcher.returncode == -signal.SIGKILL
    assert rabbitmq.running()
    assert rabbitmq.start() == rabbitmq.address()


def test_what_the_broker_refuses_is_said_in_its_own_words(rabbitmq: RabbitMQ) -> None:
    with pytest.raises(BrokerFault, match="badmatch"):
        rabbitmq._private().evaluate("1 = 2")


def test_stopping_the_broker_ends_its_name_server_too_and_no_other(
    rabbitmq: RabbitMQ, home: Path, test_home: Path
) -> None:
    ours = [PidFile(home / "run" / f"{name}.pid").running() for name in ("rabbitmq", "epmd")]
    # The suite's own: others on the machine may end by themselves while we look.
    other = PidFile(test_home / "run" / "epmd.pid").running()
    assert other is not None
    rabbitmq.stop()
    assert not any(process.alive() for process in ours if process)
    assert other.alive()
