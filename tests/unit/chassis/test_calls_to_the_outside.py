"""A call to somebody else's server ends in time, within its limits, and where it was meant to go."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.foundation.settings import SettingMissing
from chassis.outside.client import AnswerLost, Limits, NotAllowed, NothingSent, OutsideClient, OutsideFault, trusted
from chassis.outside.reach import Reach
from console.place import CHECKOUT
from tests.outside_kit import NEVER_DONE, answers, certified, endless_headers, half_open, rude

SHORT = Limits(seconds=0.6, connect_seconds=0.4, answer_bytes=100_000)
PATIENCE = 1.6
"""Seconds: the deadline and what a busy machine adds."""

LOCAL = Reach.from_env({"LINK_NETWORKS": "127.0.0.0/8"})


def to(url: str, limits: Limits = SHORT, **more: Any) -> OutsideClient:
    return OutsideClient(limits, base_url=url, **more)


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """The resolver answers with these, one after the other; → what it was asked."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in each], socket.SOCK_STREAM, 0, "", (each, port)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


# -- time and size -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("conduct", NEVER_DONE)
def test_a_call_ends_within_its_deadline_whatever_the_other_side_does(conduct: str) -> None:
    with rude(NEVER_DONE[conduct]) as server:
        begun = time.monotonic()
        with pytest.raises(AnswerLost):
            to(server.url).call("GET", "/")
        assert time.monotonic() - begun < PATIENCE


@pytest.mark.parametrize("conduct", NEVER_DONE)
def test_it_does_so_over_tls(conduct: str, tmp_path: Path) -> None:
    server_side, authority = certified(tmp_path, "127.0.0.1")
    with rude(NEVER_DONE[conduct], server_side) as server:
        begun = time.monotonic()
        with pytest.raises(AnswerLost):
            client = to(f"https://127.0.0.1:{server.port}", tls=trusted({"OUTSIDE_CA_FILE": str(authority)}))
            client.call("GET", "/")
        assert time.monotonic() - begun < PATIENCE


def test_a_handshake_that_never_ends_is_a_connection_that_was_not_made() -> None:
    with rude(half_open) as server:
        begun = time.monotonic()
        with pytest.raises(NothingSent):
            to(f"https://127.0.0.1:{server.port}").call("GET", "/")
        assert time.monotonic() - begun < PATIENCE


def test_a_tls_record_that_drips_ends_like_everything_else() -> None:
    """What stands on the socket is looked at byte by byte, not record by record."""

    def drip(server: Any, connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        while not server.closing.wait(0.05):
            connection.sendall(b"\x02")

    with rude(drip) as server:
        begun = time.monotonic()
        with pytest.raises(NothingSent):
            to(f"https://127.0.0.1:{server.port}").call("GET", "/")
        assert time.monotonic() - begun < PATIENCE


def test_a_server_that_takes_the_request_byte_by_byte_is_given_up() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.settimeout(10)
    over = threading.Event()

    def sip() -> None:
        connection, _ = listener.accept()
        while not over.wait(0.02):
            connection.recv(1024)
        connection.close()

    sipping = threading.Thread(target=sip)
    sipping.start()
    begun = time.monotonic()
    try:
        with pytest.raises(AnswerLost):
            to(f"http://127.0.0.1:{listener.getsockname()[1]}").call("POST", "/", content=b"x" * 20_000_000)
        assert time.monotonic() - begun < PATIENCE
    finally:
        over.set()
        sipping.join()
        listener.close()


def test_a_name_server_that_does_not_answer_is_waited_for_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    woken = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: woken.wait(20) and [])
    begun = time.monotonic()
    with pytest.raises(NothingSent):
        to("http://bank.example").call("GET", "/")
    assert time.monotonic() - begun < PATIENCE
    woken.set()


def test_headers_without_end_are_cut_off_by_their_size_before_the_time_is_over() -> None:
    with rude(endless_headers) as server:
        begun = time.monotonic()
        with pytest.raises(AnswerLost, match="RemoteProtocolError"):
            to(server.url, Limits(seconds=20.0)).call("GET", "/")
        assert time.monotonic() - begun < 5


def test_an_answer_may_have_as_many_bytes_as_were_allowed_and_not_one_more() -> None:
    with rude(answers(b"x" * 1000)) as server:
        assert len(to(server.url, Limits(5.0, answer_bytes=1000)).call("GET", "/").content) == 1000
        with pytest.raises(AnswerLost, match="longer than 999"):
            to(server.url, Limits(5.0, answer_bytes=999)).call("GET", "/")


def test_two_calls_may_share_one_deadline() -> None:
    with rude(half_open) as server:
        client = to(server.url)
        until, begun = client.deadline(), time.monotonic()
        for _ in range(2):
            with pytest.raises(OutsideFault):
                client.status("HEAD", "/", until=until)
        assert time.monotonic() - begun < PATIENCE


GREEN = """
import sys, time, eventlet
eventlet.monkey_patch()
from chassis.edge.runner import look_up_names_in_threads
look_up_names_in_threads()
from chassis.outside.client import Limits, OutsideClient, OutsideFault, trusted
url, authority = sys.argv[1:]
client = OutsideClient(Limits(0.6, 0.4), base_url=url, tls=trusted({"OUTSIDE_CA_FILE": authority}))
ticks = []
def tick():
    while True:
        ticks.append(time.monotonic())
        eventlet.sleep(0.01)
eventlet.spawn(tick)
eventlet.sleep(0.05)
begun = time.monotonic()
try:
    client.call("GET", "/")
except OutsideFault as error:
    print(type(error).__name__)
took = time.monotonic() - begun
assert took < 1.6, took
assert max(b - a for a, b in zip(ticks, ticks[1:])) < 0.3, "the others stood still meanwhile"
"""


@pytest.mark.parametrize("conduct", ["drip", "half-open", "endless"])
def test_it_does_so_in_a_green_process_while_others_go_on(conduct: str, tmp_path: Path) -> None:
    server_side, authority = certified(tmp_path, "127.0.0.1")
    with rude(NEVER_DONE[conduct], server_side) as server:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", GREEN, f"https://127.0.0.1:{server.port}", str(authority)],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.stdout.strip(), done.returncode) == ("AnswerLost", 0), done.stderr


# -- where it goes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fec0::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:a00:1::",
    ],
)
def test_nobody_inside_is_called(address: str) -> None:
    assert not Reach().allows(address, 443)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"])
def test_the_public_is_called_at_named_ports_alone(address: str) -> None:
    assert Reach().allows(address, 443)
    assert Reach().allows(address, 80)
    assert not Reach().allows(address, 5432)
    assert Reach.from_env({"LINK_PORTS": "8080"}).allows(address, 8080)


def test_the_operators_networks_are_called() -> None:
    reach = Reach.from_env({"LINK_NETWORKS": "10.0.0.0/8, fd00::/8"})
    assert reach.allows("10.9.9.9", 80)
    assert reach.allows("::ffff:10.9.9.9", 80)
    assert reach.allows("fd00::1", 443)
    assert not reach.allows("192.168.0.1", 80)


@pytest.mark.parametrize(
    "setting", [{"LINK_NETWORKS": "10.0.0.1/8"}, {"LINK_NETWORKS": "ours"}, {"LINK_PORTS": "http"}]
)
def test_a_setting_that_is_none_is_told_at_the_start(setting: dict[str, str]) -> None:
    with pytest.raises(SettingMissing, match="LINK_NETWORKS"):
        Reach.from_env(setting)


def test_a_name_is_looked_up_once_and_the_address_that_was_judged_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it is judged, ours when it is called."""
    with rude(answers(b"{}")) as server:
        asked = names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
        reach = Reach(ports=frozenset({server.port}))
        connected: list[Any] = []

        def connect(_self: socket.socket, address: Any) -> None:
            connected.append(address)
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "socket", type("Watched", (socket.socket,), {"connect": connect}))
        with pytest.raises(NothingSent):
            OutsideClient(SHORT, reach=reach).call("GET", f"http://rebinding.example:{server.port}/")
        assert (asked, connected) == (["rebinding.example"], [("93.184.216.34", server.port)])
        assert server.asked == []


def test_a_name_with_one_address_of_ours_is_not_called_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(NotAllowed):
        OutsideClient(SHORT, reach=Reach()).call("GET", "http://both.example/")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::ffff:7f00:1]"])
def test_other_ways_to_write_this_machine_lead_nowhere(host: str) -> None:
    with pytest.raises(NothingSent):
        OutsideClient(SHORT, reach=Reach()).call("GET", f"http://{host}/")


@pytest.mark.parametrize(
    "address",
    ["", "http://", "ftp://example.cn/", "file:///etc/passwd", "http://a..b/", "http://\x00/", "javascript:1"],
)
def test_what_is_no_web_address_is_not_called(address: str) -> None:
    with pytest.raises(NothingSent):
        OutsideClient(SHORT, reach=LOCAL).call("GET", address)


def test_a_redirection_is_an_answer_and_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    with rude(answers(b"{}")) as inside:
        moved = answers(b"", "302 Found", f"Location: {inside.url}/secret")
        with rude(moved) as server:
            reach = Reach(LOCAL.inside, frozenset({server.port}))
            assert OutsideClient(SHORT, reach=reach).call("GET", f"{server.url}/").status_code == 302
        assert inside.asked == []


def test_the_name_stays_the_name_for_the_other_side_and_for_its_certificate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server_side, authority = certified(tmp_path, "id.example")
    said: list[str | None] = []
    server_side.sni_callback = lambda _socket, name, _context: said.append(name)
    tls = trusted({"OUTSIDE_CA_FILE": str(authority)})
    with rude(answers(b"[1]"), server_side) as server:
        names(monkeypatch, ["127.0.0.1"])
        client = OutsideClient(SHORT, reach=Reach(LOCAL.inside, ports=None), tls=tls)
        assert client.call("GET", f"https://id.example:{server.port}/a").json() == [1]
        assert said == ["id.example"]
        assert f"\r\nHost: id.example:{server.port}\r\n".lower().encode() in server.asked[0].lower()
        with pytest.raises(NothingSent, match="CERTIFICATE_VERIFY_FAILED"):
            client.call("GET", f"https://other.example:{server.port}/a")
        with pytest.raises(NothingSent, match="CERTIFICATE_VERIFY_FAILED"):
            OutsideClient(SHORT, reach=Reach(LOCAL.inside, ports=None)).call(
                "GET", f"https://id.example:{server.port}/"
            )
        assert len(server.asked) == 1


def test_certificates_are_verified_with_the_name() -> None:
    assert (trusted({}).verify_mode, trusted({}).check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_certificates_is_told_at_the_start(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(SettingMissing, match="OUTSIDE_CA_FILE"):
        trusted({"OUTSIDE_CA_FILE": str(tmp_path / "ca.pem")})


def test_a_path_cannot_name_another_server() -> None:
    with pytest.raises(ValueError, match="slash"):
        to("http://bank.example").call("GET", "@evil.example/")
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(200)

    to("http://bank.example/v1/", transport=httpx.MockTransport(answer)).call("GET", "//evil.example/@x")
    assert asked == ["bank.example"]


def test_addresses_that_somebody_entered_are_never_called_without_a_reach() -> None:
    with pytest.raises(ValueError, match="reach"):
        OutsideClient(SHORT)


def test_no_proxy_of_the_environment_is_taken_and_nothing_of_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with rude(answers(b"{}", "200 OK", "Set-Cookie: a=b")) as server:
        client = to(server.url)
        for _ in range(2):
            assert client.call("GET", "/").status_code == 200
        assert all(b"cookie" not in each.lower() for each in server.asked)
        assert all(b"accept-encoding: identity" in each.lower() for each in server.asked)


def test_each_call_is_a_connection_of_its_own() -> None:
    """A kept one that the other side has closed looks exactly like a payment whose answer was lost."""
    from_ports: set[int] = set()

    def answer(server: Any, connection: socket.socket) -> None:
        from_ports.add(connection.getpeername()[1])
        answers(b"{}")(server, connection)
        server.closing.wait(5)

    with rude(answer) as server:
        client = to(server.url, Limits(5.0))
        for _ in range(3):
            client.call("GET", "/")
    assert len(from_ports) == 3


def test_an_answer_nested_without_end_is_no_answer() -> None:
    with rude(answers(b"[" * 50_000)) as server, pytest.raises(ValueError, match="depth limit"):
        to(server.url).call("GET", "/").json()


@pytest.mark.parametrize("fault", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_transport_of_a_test_fails_as_the_network_does(fault: Callable[[str], Exception]) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise fault("no")

    with pytest.raises(OutsideFault):
        to("http://bank", transport=httpx.MockTransport(answer)).call("GET", "/")
