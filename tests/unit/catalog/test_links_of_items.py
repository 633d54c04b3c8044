"""Whether an address still answers: what is said of it, and where nobody looks."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from chassis.time.jobs import LEASE
from services.catalog.links.probe import LIMITS, LinkProbe, LinkState
from services.catalog.links.use_cases import AT_ONCE
from tests.outside_kit import answers, rude


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


@pytest.mark.parametrize("address", ["http://10.1.2.3/a", "http://localhost:5432/", "http://[::ffff:127.0.0.1]/"])
def test_addresses_inside_are_not_asked(address: str) -> None:
    assert LinkProbe().look(address) == LinkState("unknown", "不是公共网络的地址")


@pytest.mark.parametrize("address", ["https://nobody.invalid/", "http://", "ftp://a.cn/", "http://a b/", "网址"])
def test_an_address_that_leads_nowhere_is_not_certain_and_breaks_nothing(address: str) -> None:
    assert LinkProbe().look(address).state == "unknown"


def test_a_port_that_nobody_named_is_not_asked() -> None:
    with rude(answers(b"")) as server:
        named = {"LINK_NETWORKS": "127.0.0.0/8"}
        assert LinkProbe.from_env(named).look(f"{server.url}/a").state == "unknown"
        assert server.asked == []
        assert LinkProbe.from_env({**named, "LINK_PORTS": f"8080,{server.port}"}).look(f"{server.url}/a").state == "ok"
        assert len(server.asked) == 1


def test_a_redirection_into_our_own_network_is_an_answer_and_not_a_way() -> None:
    with rude(answers(b"secret")) as inside, rude(answers(b"", "302 Found", f"Location: {inside.url}/")) as outside:
        probe = LinkProbe.from_env({"LINK_NETWORKS": "127.0.0.0/8", "LINK_PORTS": f"{outside.port},{inside.port}"})
        assert probe.look(f"{outside.url}/a").state == "ok"
        assert inside.asked == []


def test_four_addresses_at_most_fit_under_one_lease() -> None:
    assert AT_ONCE * LIMITS.seconds < LEASE.total_seconds()


def failing(error: type[Exception]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise error("no")

    return answer


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_network_that_is_away_breaks_no_link(error: type[Exception]) -> None:
    probe = LinkProbe(transport=httpx.MockTransport(failing(error)))
    assert probe.look("https://www.example.cn/").state == "unknown"
