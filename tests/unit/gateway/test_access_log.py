"""Each request leaves one line in the log: what was asked by whom, what came of it; never what stood in it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from console.contracts.program import unconnected_gateway
from gateway.access_log import GONE, AnswerSeen, wanted


def lines_after(method: str, path: str) -> list[dict[str, Any]]:
    async def asked() -> None:
        transport = httpx.ASGITransport(unconnected_gateway())
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            await client.request(method, path, headers={"Authorization": "Bearer secret-token"}, content=b"{}")

    with capture_logs() as lines:
        asyncio.run(asked())
    return [dict(line) for line in lines if line["event"] == "request"]


def test_a_request_is_named_by_its_route_with_what_came_of_it() -> None:
    (line,) = lines_after("GET", "/api/v1/track/ZD2026A?code=abcdefgh")
    assert (line["method"], line["route"], line["module"]) == (
        "GET",
        "/api/v1/track/{receipt}",
        "gateway.access_log",
    )
    assert line["status"] >= 400
    assert line["ms"] > 0
    assert line["bytes"] > 0


@pytest.mark.parametrize("path", ["/api/v1/track/ZD2026A?code=abcdefgh", "/no/such/ZD2026A-abcdefgh"])
def test_neither_path_nor_query_nor_token_is_in_the_line(path: str) -> None:
    (line,) = lines_after("GET", path)
    assert not [
        value for value in map(str, line.values()) for secret in ("ZD2026A", "efgh", "secret") if secret in value
    ]


def test_an_address_without_a_route_has_a_line_without_one() -> None:
    (line,) = lines_after("GET", "/no/such/page")
    assert (line["route"], line["status"]) == (None, 404)


def test_probes_leave_no_line() -> None:
    assert lines_after("GET", "/healthz") == []


def test_who_was_gone_before_an_answer_began_is_noted_as_gone() -> None:
    with capture_logs() as lines:
        AnswerSeen().note({"method": "GET"})
    assert [line["status"] for line in lines] == [GONE]


@pytest.mark.parametrize(("value", "expected"), [("off", False), ("0", False), (" False ", False), ("on", True)])
def test_a_proxy_that_logs_already_makes_ours_unnecessary(value: str, expected: bool) -> None:
    assert wanted({"ZHIDA_ACCESS_LOG": value}) is expected
    assert wanted({})
