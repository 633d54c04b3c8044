"""Spans: one trace across messages and processes, and never in the way of work."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from chassis.observability import telemetry
from chassis.observability.telemetry import continue_trace, current_traceparent, parse_traceparent, start_span
from contracts.refusal import NotFound

ROOT = Path(__file__).parents[3]
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE = PARENT[3:35]


class Recording:
    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        telemetry.export_spans("treasury", self._exporter)

    def spans(self) -> dict[str, ReadableSpan]:
        telemetry.shutdown()
        return {span.name: span for span in self._exporter.get_finished_spans()}


@pytest.fixture
def recording() -> Iterator[Recording]:
    yield Recording()
    telemetry.shutdown()


@pytest.fixture(params=["recorded", "ids only"])
def either(request: pytest.FixtureRequest) -> Iterator[None]:
    """With an exporter and without one: ids have to be right both ways."""
    if request.param == "recorded":
        telemetry.export_spans("treasury", InMemorySpanExporter())
    yield
    telemetry.shutdown()


@pytest.mark.usefixtures("either")
class TestIds:
    def test_there_is_no_trace_outside_a_span(self) -> None:
        assert current_traceparent() is None

    def test_a_span_without_a_parent_begins_a_trace_of_its_own(self) -> None:
        with start_span("one"):
            one = current_traceparent()
        with start_span("two"):
            two = current_traceparent()
        assert parse_traceparent(one) is not None
        assert one[3:35] != two[3:35]

    def test_a_span_inside_another_belongs_to_its_trace(self) -> None:
        with start_span("outer"):
            outer = current_traceparent()
            with start_span("inner"):
                inner = current_traceparent()
            assert current_traceparent() == outer
        assert inner[3:35] == outer[3:35]
        assert inner[36:52] != outer[36:52]

    def test_a_span_with_a_parent_joins_its_trace_and_leaves_the_running_one(self) -> None:
        with start_span("batch"):
            batch = current_traceparent()
            with start_span("event", parent=PARENT, links=(batch,)):
                assert current_traceparent()[3:35] == TRACE
            assert current_traceparent() == batch

    def test_a_trace_is_continued_from_a_message(self) -> None:
        with continue_trace(PARENT):
            assert current_traceparent() == PARENT
            with start_span("command"):
                assert current_traceparent()[3:35] == TRACE
        assert current_traceparent() is None

    def test_a_message_without_a_trace_changes_nothing(self) -> None:
        with start_span("outer"):
            outer = current_traceparent()
            with continue_trace(None):
                assert current_traceparent() == outer
            with continue_trace("nonsense"):
                assert current_traceparent() == outer

    def test_a_caller_s_wish_not_to_be_sampled_is_not_followed(self) -> None:
        with start_span("command", parent=PARENT[:-1] + "0"):
            assert current_traceparent()[3:35] == TRACE
            assert current_traceparent()[-2:] == "01"

    def test_an_exception_leaves_no_span_behind(self) -> None:
        with pytest.raises(ZeroDivisionError), start_span("command"):
            raise ZeroDivisionError
        assert current_traceparent() is None

    def test_threads_do_not_share_a_trace(self) -> None:
        seen: list[str | None] = []
        with start_span("here"):
            thread = threading.Thread(target=lambda: seen.append(current_traceparent()))
            thread.start()
            thread.join()
        assert seen == [None]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "nonsense",
        PARENT[:-1],
        PARENT.upper(),
        PARENT + "0",
        PARENT + "-more",
        "ff" + PARENT[2:],
        "00-" + "0" * 32 + PARENT[35:],
        PARENT[:36] + "0" * 16 + "-01",
        PARENT.replace("-", "_"),
        PARENT[:52] + "-é1",
        PARENT[:3] + "+" + PARENT[4:],
    ],
)
def test_a_traceparent_that_cannot_be_relied_on_is_as_good_as_none(text: str | None) -> None:
    assert parse_traceparent(text) is None
    with start_span("command", parent=text):
        assert current_traceparent()[3:35] != TRACE


def test_a_later_version_of_traceparent_is_read_as_far_as_it_is_known() -> None:
    found = parse_traceparent("01" + PARENT[2:] + "-more")
    assert found is not None
    assert (found.trace_id, found.span_id) == (int(TRACE, 16), int(PARENT[36:52], 16))


@given(st.text())
def test_no_text_whatever_makes_a_traceparent_fail(text: str) -> None:
    parse_traceparent(text)
    parse_traceparent(PARENT[: len(text)] + text + PARENT[2 * len(text) :])


def test_a_recorded_span_knows_its_parent_links_kind_attributes_and_service(recording: Recording) -> None:
    link = PARENT.replace("4bf9", "5bf9")
    with start_span(
        "pay",
        parent=PARENT,
        links=(link, None),
        kind=SpanKind.CONSUMER,
        attributes={"zhida.tenant": "zhanggong"},
    ):
        pass
    span = recording.spans()["pay"]
    assert span.parent.span_id == int(PARENT[36:52], 16)
    assert [f"{each.context.trace_id:032x}" for each in span.links] == [link[3:35]]
    assert span.kind is SpanKind.CONSUMER
    assert dict(span.attributes) == {"zhida.tenant": "zhanggong"}
    assert span.resource.attributes["service.name"] == "treasury"


def test_an_exception_is_recorded_on_its_span_and_goes_on(recording: Recording) -> None:
    with pytest.raises(ZeroDivisionError), start_span("pay"):
        raise ZeroDivisionError("by zero")
    span = recording.spans()["pay"]
    assert span.status.status_code is StatusCode.ERROR
    assert [event.attributes["exception.type"] for event in span.events] == ["ZeroDivisionError"]


def test_a_refusal_is_named_on_its_span_and_is_no_error(recording: Recording) -> None:
    with pytest.raises(NotFound), start_span("pay"):
        raise NotFound
    span = recording.spans()["pay"]
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["zhida.refusal"] == "not_found"
    assert not span.events


class Stuck(SpanExporter):
    """A collector that takes a batch and never returns."""

    def __init__(self) -> None:
        self.release = threading.Event()

    def export(self, spans: Any) -> SpanExportResult:
        self.release.wait(60)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self.release.set()


@pytest.mark.filterwarnings("ignore")
def test_a_collector_that_hangs_costs_spans_and_neither_work_nor_memory() -> None:
    stuck = Stuck()
    telemetry.export_spans("treasury", stuck)
    before = time.monotonic()
    for _ in range(telemetry.QUEUED_SPANS + 2000):
        with start_span("pay"):
            pass
    worked = time.monotonic() - before
    telemetry.shutdown(timeout=0.2)
    stopped = time.monotonic() - before - worked
    stuck.release.set()
    assert worked < 10, "ten thousand spans take well under a second; a hanging export would take a minute"
    assert stopped < 5


class Collector:
    """A real OTLP receiver: what spans arrived, over HTTP."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str, str]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = ExportTraceServiceRequest()
                request.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
                collector.take(self.path, request)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, path: str, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            names = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append((f"{path} {names['service.name']}", span.name, span.trace_id.hex()))


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()


WORK = f"""
import time
from chassis.observability import telemetry
telemetry.configure("treasury", ENDPOINT)
before = time.monotonic()
with telemetry.start_span("pay", parent="{PARENT}"):
    pass
assert time.monotonic() - before < 0.5, "work waited for the collector"
before = time.monotonic()
telemetry.shutdown(timeout=1.0)
print("shutdown", time.monotonic() - before < 1.5)
"""
GREEN = "import warnings; warnings.simplefilter('ignore')\nimport eventlet; eventlet.monkey_patch()\n"


def run(script: str, endpoint: str) -> str:
    code = script.replace("ENDPOINT", repr(endpoint))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("threads", ["", GREEN], ids=["plain threads", "green threads"])
@pytest.mark.parametrize("path", ["", "/", "/v1/traces"])
def test_spans_reach_a_real_collector(collector: Collector, threads: str, path: str) -> None:
    assert "shutdown True" in run(threads + WORK, collector.url + path)
    assert collector.spans == [("/v1/traces treasury", "pay", TRACE)]


@pytest.mark.parametrize("threads", ["", GREEN], ids=["plain threads", "green threads"])
def test_a_collector_that_is_away_or_silent_holds_up_neither_work_nor_the_end(threads: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert "shutdown True" in run(threads + WORK, f"http://127.0.0.1:{port}")
    assert "shutdown True" in run(threads + WORK, f"http://127.0.0.1:{port}")


INTERLEAVED = """
import threading, time
from chassis.observability import telemetry
telemetry.configure("treasury", None)
kept = []

def work(name):
    with telemetry.bind(tenant=name), telemetry.start_span(name):
        before = telemetry.current_traceparent()
        time.sleep(0.02)
        telemetry.get_logger("w").info(name)
        kept.append(before == telemetry.current_traceparent())

threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(5)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(kept == [True] * 5, telemetry.current_traceparent())
"""


def test_green_threads_that_take_turns_keep_their_traces_and_tenants_apart() -> None:
    *lines, verdict = run(GREEN + INTERLEAVED, "").splitlines()
    assert verdict == "True None"
    said = [json.loads(line) for line in lines]
    assert sorted(line["event"] for line in said) == ["t0", "t1", "t2", "t3", "t4"]
    assert all(line["tenant"] == line["event"] for line in said)
    assert len({line["trace_id"] for line in said}) == 5
