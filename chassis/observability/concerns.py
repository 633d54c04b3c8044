"""Which claims a piece of work is about, by the receipt numbers that people hold.

An enterprise on the telephone knows its receipt number and nothing else: a search of logs or spans for it finds the work.
The frame learns it by itself, of every aggregate that is loaded or saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span

TOLD = 20
"""As many receipt numbers are named; of work on more, it is said how many they are."""

ONE, SEVERAL, COUNT = "zhida.receipt", "zhida.receipts", "zhida.receipts.count"
"""Attributes of spans."""

_about: ContextVar[dict[str, None] | None] = ContextVar("receipts", default=None)


@contextmanager
def concerning() -> Iterator[None]:
    """A piece of work, alone: what it is about is learned inside, and told on the span that runs outside."""
    span = trace.get_current_span()
    receipts: dict[str, None] = {}
    token = _about.set(receipts)
    try:
        yield
    finally:
        _about.reset(token)
        tell(span, list(receipts))


def concerns(*receipts: str | None) -> None:
    """The work is about these claims; outside any piece of work this is heard by nobody."""
    about = _about.get()
    if about is not None:
        about.update(dict.fromkeys(receipt for receipt in receipts if receipt))


def concerned() -> list[str]:
    """What the work has turned out to be about so far, in the order in which it did."""
    return list(_about.get() or ())


def tell(span: Span, receipts: list[str]) -> None:
    """One number as a text of its own, so that it can be searched for as it is; several as a list."""
    if len(receipts) == 1:
        span.set_attribute(ONE, receipts[0])
    elif receipts:
        span.set_attribute(SEVERAL, receipts[:TOLD])
        span.set_attribute(COUNT, len(receipts))


def in_a_log_line(receipts: list[str]) -> dict[str, object]:
    """The fields of a line of the log: `receipt`, or `receipts` with how many they are."""
    if len(receipts) == 1:
        return {"receipt": receipts[0]}
    return {"receipts": receipts[:TOLD], "receipts_count": len(receipts)} if receipts else {}


def receipts_in(answer: Mapping[str, Any]) -> Iterator[str | None]:
    """The claim that an answer is about: its own receipt number, or its claim's."""
    yield answer.get("receipt")
    yield (answer.get("claim") or {}).get("receipt")


def with_receipts(wire: dict[str, Any]) -> dict[str, Any]:
    """The door is told which claims its call was about, for its own log and trace; of an order given again the answer
    tells."""
    concerns(*receipts_in(wire.get("ok") or {}))
    receipts = concerned()
    return {**wire, "concerns": receipts[:TOLD]} if receipts else wire
