"""Whether an address still answers: what is said of it, and where nobody looks."""

from __future__ import annotations

import socket
from collections.abc import Callable

import httpx
import pytest

from services.catalog.links.probe import LinkProbe

HOSTS = {"www.example.cn": "93.184.216.34", "oa.gov.cn": "10.1.2.3", "localhost": "127.0.0.1"}


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, _port: None) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        if host not in HOSTS:
            raise socket.gaierror("unknown host")
        return [(0, 0, 0, "", (HOSTS[host], 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def answering(*statuses: int) -> tuple[httpx.MockTransport, list[str]]:
    """A transport that answers with these, one after the other, and what it was asked."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(statuses[len(asked) - 1])

    return httpx.MockTransport(answer), asked


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "ok"), (302, "ok"), (404, "broken"), (410, "broken"), (403, "unknown"), (503, "unknown")],
)
def test_only_whoever_says_so_is_gone(status: int, state: str) -> None:
    transport, asked = answering(status)
    assert LinkProbe(transport=transport).look("https://www.example.cn/a.html").state == state
    assert asked == ["HEAD"]


def test_whoever_knows_no_head_is_asked_for_the_page() -> None:
    transport, asked = answering(405, 404)
    assert LinkProbe(transport=transport).look("https://www.example.cn/a.html").state == "broken"
    assert asked == ["HEAD", "GET"]


@pytest.mark.parametrize("address", ["http://oa.gov.cn/a", "http://localhost:5432/", "https://nobody.example/"])
def test_addresses_inside_and_unknown_hosts_are_not_asked(address: str) -> None:
    transport, asked = answering()
    assert LinkProbe(transport=transport).look(address).state == "unknown"
    assert asked == []


def test_a_network_that_the_operator_names_is_asked() -> None:
    transport, asked = answering(200)
    probe = LinkProbe(LinkProbe.from_env({"LINK_NETWORKS": "10.0.0.0/8, 172.16.0.0/12"})._inside, transport)
    assert probe.look("http://oa.gov.cn/a").state == "ok"
    assert asked == ["HEAD"]


def failing(error: type[Exception]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise error("no")

    return answer


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_network_that_is_away_breaks_no_link(error: type[Exception]) -> None:
    probe = LinkProbe(transport=httpx.MockTransport(failing(error)))
    assert probe.look("https://www.example.cn/").state == "unknown"
