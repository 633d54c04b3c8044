"""Each request leaves one span of the gateway's in its caller's trace, called by its route."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.observability import telemetry
from console.contracts.program import unconnected_gateway

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    telemetry.export_spans("gateway", exporter)
    yield exporter
    telemetry.shutdown()


def answered(method: str, path: str) -> int:
    async def asked() -> int:
        transport = httpx.ASGITransport(unconnected_gateway())
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return (await client.request(method, path, headers={"traceparent": PARENT})).status_code

    return asyncio.run(asked())


def test_a_span_is_called_by_its_route_and_lies_in_the_callers_trace(exporter: InMemorySpanExporter) -> None:
    assert answered("POST", "/api/v1/applications") == 401
    telemetry.shutdown()
    (span,) = exporter.get_finished_spans()
    assert span.name == "POST /api/v1/applications"
    assert f"{span.context.trace_id:032x}" == PARENT[3:35]
    assert span.attributes["http.route"] == "/api/v1/applications"
    assert span.attributes["http.response.status_code"] == 401
