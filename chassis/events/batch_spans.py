"""How batches appear in traces: one span for the batch, and one per event in the event's own trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from chassis.events.received import Received
from chassis.observability.concerns import ONE
from chassis.observability.telemetry import current_traceparent, exporting, start_span


@contextmanager
def batch_span(service: str, events: Sequence[Received[Any]]) -> Iterator[None]:
    """A span over the whole batch; each event's span lies in the trace of its submission, linked to the batch's."""
    with start_span(f"{service} batch", attributes={"zhida.events": len(events)}):
        yield
        if not exporting():
            return
        batch = current_traceparent()
        for event in events:
            if event.traceparent is not None:
                with start_span(
                    f"{service} {event.name}",
                    parent=event.traceparent,
                    links=(batch,) if batch else (),
                    attributes={
                        "zhida.tenant": event.tenant,
                        "zhida.subject": event.envelope.subject,
                        "zhida.outcome": event.cause or "applied",
                        **({ONE: event.receipt} if event.receipt else {}),
                    },
                ):
                    pass
