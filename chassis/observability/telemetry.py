"""Traces and logs, the same in every process.

Traces: W3C Trace Context over OpenTelemetry. With an endpoint, spans are exported in the background and
dropped when nobody takes them; without one, spans are contexts only (3 µs instead of 16), but their
ids are real: they are told to users and travel with messages. Every trace is sampled, whatever a caller's
flag says: a case must be found again.

Logs: one JSON object a line on stdout; the event is static text, what varies is in fields. Trace, tenant, service and
the receipt numbers that the work is about are added by themselves. What libraries say through `logging`, and what Python
warns of, takes the same form.
"""

from __future__ import annotations

import io
import logging
import os
import random
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from opentelemetry import context, trace
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
)
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.types import Processor

from chassis.observability.concerns import concerned, in_a_log_line
from contracts.refusal import Refused

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

EXPORT_SECONDS = 3.0
"""How long one export may take. It keeps no work waiting, only the spans behind it."""

QUEUED_SPANS = 8192
"""Spans that wait for the collector; beyond that the oldest are dropped."""

EXPORT_EVERY_MS = 1000

SAMPLED = TraceFlags(TraceFlags.SAMPLED)

Attributes = Mapping[str, str | bool | int | float]

_provider: TracerProvider | None = None
_tracer: trace.Tracer | None = None
"""Both are present while spans are exported."""


# -- traces -----------------------------------------------------------------------------------------------


def configure(service_name: str, endpoint: str | None) -> None:
    """Send this process's logs to stdout as JSON, and its spans to `endpoint` (OTLP over HTTP) if given.

    `endpoint` is the collector's base URL, as in OTEL_EXPORTER_OTLP_ENDPOINT. The level of logs is
    ZHIDA_LOG_LEVEL (default INFO). Call it after green threads are in place: it starts the exporting thread.
    """
    _configure_logs(service_name)
    if endpoint is not None:
        # Imported here: of no use to a process without a collector, and slow to import.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        url = f"{endpoint.rstrip('/').removesuffix('/v1/traces')}/v1/traces"
        export_spans(service_name, OTLPSpanExporter(endpoint=url, timeout=EXPORT_SECONDS))


def export_spans(service_name: str, exporter: SpanExporter) -> None:
    """Record spans from now on, and give them to `exporter` in the background, in batches."""
    # Imported here: of no use to a process without a collector.
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON

    global _provider, _tracer
    shutdown()
    resource = Resource.create({"service.name": service_name, "service.namespace": "zhida"})
    _provider = TracerProvider(resource=resource, sampler=ALWAYS_ON, shutdown_on_exit=False)
    _provider.add_span_processor(
        BatchSpanProcessor(exporter, max_queue_size=QUEUED_SPANS, schedule_delay_millis=EXPORT_EVERY_MS)
    )
    _tracer = _provider.get_tracer("zhida")


def shutdown(timeout: float = 4.0) -> None:
    """Send what is left, for at most `timeout` seconds: a collector that is away holds up no restart."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        closing = threading.Thread(target=provider.shutdown, name="telemetry-shutdown", daemon=True)
        closing.start()
        closing.join(timeout)


def exporting() -> bool:
    """Whether spans go anywhere: those that only mark a place for a reader may be left out otherwise."""
    return _provider is not None


def current_traceparent() -> str | None:
    """The running span as a W3C traceparent, or None outside any trace."""
    here = trace.get_current_span().get_span_context()
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-01" if here.is_valid else None


@contextmanager
def start_span(
    name: str,
    *,
    parent: str | None = None,
    links: Iterable[str | None] = (),
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Attributes | None = None,
) -> Iterator[Span]:
    """A span around a piece of work, in the trace of `parent` (a traceparent) if given, else the running one.

    A traceparent that cannot be read is as good as none. A refusal marks the span with its code; any other
    exception is recorded on it as an error; both go on to the caller.
    """
    if _tracer is None:
        span = _ids_only(parse_traceparent(parent) or trace.get_current_span().get_span_context())
    else:
        linked = [Link(each) for text in links if (each := parse_traceparent(text))]
        span = _tracer.start_span(name, _inside(parent), kind, attributes, links=linked)
    token = context.attach(trace.set_span_in_context(span))
    try:
        yield span
    except Refused as refusal:
        span.set_attribute("zhida.refusal", refusal.code)
        raise
    except Exception as error:
        span.record_exception(error)
        span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        context.detach(token)
        span.end()


@contextmanager
def continue_trace(traceparent: str | None) -> Iterator[None]:
    """Inside, spans belong to the trace of `traceparent`; without a readable one, nothing changes."""
    token = context.attach(_inside(traceparent))
    try:
        yield
    finally:
        context.detach(token)


def parse_traceparent(text: str | None) -> SpanContext | None:
    """The span that a W3C traceparent names; None if there is none, or it is not to be relied on."""
    if text is None or len(text) < 55 or text[2] + text[35] + text[52] != "---":
        return None
    version, trace_id, span_id = text[:2], text[3:35], text[36:52]
    if version == "ff" or (len(text) > 55 and (version == "00" or text[55] != "-")):
        return None
    if not _HEX.issuperset(version + trace_id + span_id + text[53:55]):
        return None
    found = SpanContext(int(trace_id, 16), int(span_id, 16), True, SAMPLED)
    return found if found.is_valid else None


_HEX = frozenset("0123456789abcdef")


def _inside(traceparent: str | None) -> context.Context:
    found = parse_traceparent(traceparent)
    return context.get_current() if found is None else trace.set_span_in_context(NonRecordingSpan(found))


def _ids_only(parent: SpanContext) -> Span:
    trace_id = parent.trace_id if parent.is_valid else random.getrandbits(128) or 1
    return NonRecordingSpan(SpanContext(trace_id, random.getrandbits(64) or 1, False, SAMPLED))


# -- logs -------------------------------------------------------------------------------------------------


def get_logger(name: str) -> Any:
    """A structlog logger: `log.info("disbursement sent", disbursement=id)`.

    The fields `event` (the text itself), `time`, `level` and `module` are taken.
    """
    return structlog.get_logger(module=name)


def bind(**fields: object) -> AbstractContextManager[None]:
    """Inside, every log line of this thread (or task) carries `fields`, e.g. tenant=…."""
    return bound_contextvars(**fields)


Fields = MutableMapping[str, Any]

CHATTY = ("pika", "kombu", "amqp", "urllib3", "eventlet")
"""Libraries whose everyday remarks are not ours to tell; their warnings are."""


def _configure_logs(service_name: str) -> None:
    level = logging.getLevelNamesMapping().get(os.environ.get("ZHIDA_LOG_LEVEL", "INFO").upper(), logging.INFO)

    def add_service(_logger: object, _method: str, fields: Fields) -> Fields:
        fields.setdefault("service", service_name)
        return fields

    complete: list[Processor] = [
        merge_contextvars,
        add_service,
        _add_trace,
        _add_receipts,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
        _as_json,
    ]
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    structlog.configure(
        processors=complete,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Stdout,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_FromLibraries(complete)]
    root.setLevel(level)
    logging.captureWarnings(True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _add_trace(_logger: object, _method: str, fields: Fields) -> Fields:
    here = trace.get_current_span().get_span_context()
    if here.is_valid:
        fields["trace_id"], fields["span_id"] = f"{here.trace_id:032x}", f"{here.span_id:016x}"
    return fields


def _add_receipts(_logger: object, _method: str, fields: Fields) -> Fields:
    """What a line says of itself stands: a batch is about many, a line in it perhaps about one."""
    if "receipt" not in fields:
        fields.update(in_a_log_line(concerned()))
    return fields


def _as_json(_logger: object, _method: str, fields: Fields) -> str:
    line = {"time": fields.pop("time"), "level": fields.pop("level"), "event": fields.pop("event"), **fields}
    try:
        return orjson.dumps(line, default=str).decode()
    except TypeError:
        # A field that JSON cannot say (half a surrogate pair, a huge number) costs neither line nor work.
        return orjson.dumps({key: _sayable(value) for key, value in line.items()}).decode()


def _sayable(value: object) -> str:
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else ascii(value)


class _Stdout:
    """Writes whole lines. One that cannot be written (disk full, reader gone) is lost: work goes on."""

    def __init__(self, *_: object) -> None:
        pass

    def msg(self, line: str) -> None:
        # AttributeError: a process started with its stdout closed has none at all.
        with suppress(OSError, ValueError, AttributeError):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    debug = info = warning = error = critical = msg


class _FromLibraries(logging.Handler):
    """Gives what is said through `logging` the same form."""

    def __init__(self, processors: list[Processor]) -> None:
        super().__init__()
        self._processors = processors
        self._out = _Stdout()
        self._exporter_silent_until = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("opentelemetry.") and not self._exporter_may_speak():
            return
        line: Any = {"event": record.getMessage(), "module": record.name}
        if record.exc_info:
            line["exc_info"] = record.exc_info
        for step in self._processors:
            line = step(None, record.levelname.lower(), line)
        self._out.msg(line)

    def _exporter_may_speak(self) -> bool:
        """Once a minute: a collector that is away says so with every batch."""
        now = time.monotonic()
        if now < self._exporter_silent_until:
            return False
        self._exporter_silent_until = now + 60
        return True
