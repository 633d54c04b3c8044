"""`amqps`: every client of the broker asks for a certificate of the right authority and of the right name."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import kombu
import pytest
from frame_kit import add_effects
from frame_review_kit import NotingProcess, calling
from tls_kit import Authority, tls_door

from chassis.edge.replies import Replies
from chassis.events.broker import connect, reachable
from chassis.foundation.broker_tls import CA_FILE
from chassis.foundation.settings import SettingMissing, Settings
from chassis.testing.waiting import eventually
from console.servers.broker_node import _log_in
from console.servers.provision import Dsns
from gateway.bus_connection import open_connection


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def secure(authority: Authority, amqp_url: str) -> Iterator[str]:
    """The worker's broker behind TLS, with a certificate for `localhost` alone."""
    plain = urlsplit(amqp_url)
    with tls_door(authority.context_for("localhost"), ("127.0.0.1", plain.port or 5672)) as port:
        login = plain.netloc.rpartition("@")[0]
        yield plain._replace(scheme="amqps", netloc=f"{login}@localhost:{port}").geturl()


def by_address(url: str) -> str:
    """The same broker under a name that its certificate does not have."""
    return url.replace("@localhost:", "@127.0.0.1:")


@pytest.fixture
def trusting(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CA_FILE, str(authority.file))


def frame_connects(url: str) -> None:
    with connect(url) as connection:
        connection.channel().close()


def health_looks(url: str) -> None:
    reachable(url)()


def console_logs_in(url: str) -> None:
    _log_in(url)


def answer_connects(url: str) -> None:
    replies = Replies(url, kombu.Exchange("nameko-rpc", type="topic"))
    replies._connected()
    replies.close()


CLIENTS: Mapping[str, Callable[[str], None]] = {
    "frame": frame_connects,
    "health": health_looks,
    "console": console_logs_in,
    "replies": answer_connects,
}


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("client", CLIENTS)
def test_a_broker_of_the_right_authority_and_name_is_spoken_to(client: str, secure: str) -> None:
    CLIENTS[client](secure)


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("client", CLIENTS)
def test_a_broker_of_another_name_is_refused(client: str, secure: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        CLIENTS[client](by_address(secure))


@pytest.mark.parametrize("client", CLIENTS)
def test_a_broker_of_an_unknown_authority_is_refused(client: str, secure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CA_FILE, raising=False)
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        CLIENTS[client](secure)


@pytest.mark.anyio
@pytest.mark.usefixtures("trusting")
async def test_the_gateway_speaks_to_the_right_broker_and_to_no_other(secure: str) -> None:
    connection = await open_connection(secure, lambda *_: None, lambda *_: None)
    assert connection.writable
    await connection.close()
    with pytest.raises(ConnectionError, match="IP address mismatch"):
        await open_connection(by_address(secure), lambda *_: None, lambda *_: None)


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


@pytest.mark.usefixtures("trusting")
def test_a_service_answers_calls_over_tls(
    secure: str, amqp_url: str, service_database: Callable[[str], Dsns], tmp_path: Path
) -> None:
    dsns = service_database("gateway")
    add_effects(dsns)
    process = NotingProcess(dsns, secure, tmp_path)
    try:
        with calling(amqp_url) as caller:
            process.start()
            number = caller.order("over TLS")
            assert eventually(lambda: caller.answers(number)) == [{"ok": {"text": "over TLS"}}]
    finally:
        process.end()


def test_an_authority_that_cannot_be_read_is_refused_at_start(tmp_path: Path) -> None:
    given = {
        "DATABASE_URL": "d",
        "FRAME_DATABASE_URL": "f",
        "AMQP_URL": "amqps://b",
        CA_FILE: str(tmp_path / "none.pem"),
    }
    with pytest.raises(SettingMissing, match="AMQP_CA_FILE"):
        Settings.from_env("notify", given)
