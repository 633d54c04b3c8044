"""The bench of search measures what it says, on a small catalogue of its own."""

from __future__ import annotations

from collections.abc import Callable

from bench.search import _floor, _publish, _recalled, _searched
from bench.search_corpus import questions
from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns


def test_recall_and_time_are_measured_among_other_items(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]
) -> None:
    frame = service_frame("catalog", dsns=service_database("catalog"), clock=FixedClock(NOON))
    _publish(frame, 60)
    asked = list(questions(40))
    figures = _searched(frame, asked) | _floor(frame, [query.q for query in asked if query.q]) | _recalled(frame)
    assert figures["labelled_queries"] == 150
    assert figures["recall_at_5"] >= 0.9
    assert 0 < figures["floor_ms"] <= figures["floor_p99_ms"]
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]
