"""Logs and traces name the receipt numbers that work was about: whoever calls knows nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.observability import telemetry
from chassis.observability.concerns import TOLD, concerned, concerning, concerns, in_a_log_line


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    telemetry.export_spans("review", exporter)
    yield exporter
    telemetry.shutdown()


def attributes(exporter: InMemorySpanExporter, *receipts: str | None) -> dict[str, object]:
    with telemetry.start_span("decide"), concerning():
        concerns(*receipts)
    telemetry.shutdown()
    (span,) = exporter.get_finished_spans()
    return dict(span.attributes or {})


def test_a_span_names_the_one_receipt_that_its_work_was_about(exporter: InMemorySpanExporter) -> None:
    assert attributes(exporter, "ZD1", "ZD1", None) == {"zhida.receipt": "ZD1"}


def test_a_span_over_many_names_the_first_and_says_how_many_they_are(exporter: InMemorySpanExporter) -> None:
    many = [f"ZD{n}" for n in range(TOLD + 5)]
    told = attributes(exporter, *many)
    assert told == {"zhida.receipts": tuple(many[:TOLD]), "zhida.receipts.count": TOLD + 5}


def test_a_span_whose_work_fails_names_the_receipt_all_the_same(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ZeroDivisionError), telemetry.start_span("decide"), concerning():
        concerns("ZD1")
        raise ZeroDivisionError
    telemetry.shutdown()
    assert [dict(span.attributes or {})["zhida.receipt"] for span in exporter.get_finished_spans()] == ["ZD1"]


def test_a_piece_of_work_inside_another_knows_its_own_alone() -> None:
    with concerning():
        concerns("ZD1")
        with concerning():
            concerns("ZD2")
            assert concerned() == ["ZD2"]
        assert concerned() == ["ZD1"]
    concerns("ZD3")
    assert concerned() == []


def test_a_line_of_the_log_names_one_or_several() -> None:
    assert in_a_log_line([]) == {}
    assert in_a_log_line(["ZD1"]) == {"receipt": "ZD1"}
    assert in_a_log_line(["ZD1", "ZD2"]) == {"receipts": ["ZD1", "ZD2"], "receipts_count": 2}
