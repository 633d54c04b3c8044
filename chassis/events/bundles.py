"""Several events in one message: CloudEvents batches (content type `application/cloudevents-batch+json`).

A message costs the broker, the relay and the consumer far more than the event in it. What waits together under one
routing key travels together; what comes alone is sent alone, as a single CloudEvent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from chassis.events.broker import BUNDLE_TYPE, Outgoing
from chassis.events.received import Undecodable

MOST_EVENTS = 64
MOST_BYTES = 64 * 1024
"""Of the events' bodies together. An event that is larger by itself goes alone."""


class Waiting(NamedTuple):
    """An event that waits for the relay; `position` is its place in the outbox."""

    position: int
    tenant: str
    aggregate_type: str
    aggregate_id: str
    event_id: str
    routing_key: str
    body: str


@dataclass(slots=True)
class _Bundle:
    index: int
    routing_key: str
    ids: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    size: int = 0

    def takes(self, size: int) -> bool:
        return len(self.ids) < MOST_EVENTS and self.size + size <= MOST_BYTES

    def add(self, event_id: str, body: bytes) -> None:
        self.ids.append(event_id)
        self.bodies.append(body)
        self.size += len(body)

    def message(self) -> Outgoing:
        if len(self.ids) == 1:
            return Outgoing(self.routing_key, self.bodies[0], self.ids[0])
        body = b"[" + b",".join(self.bodies) + b"]"
        return Outgoing(self.routing_key, body, f"{self.ids[0]}..{self.ids[-1]}", BUNDLE_TYPE)


def bundled(events: Iterable[Waiting]) -> list[Outgoing]:
    """The messages that carry `events`, to be published in this order.

    Each aggregate's events keep the order that they are given in. Those of different aggregates may change places, as
    they may between two relays.
    """
    bundles: list[_Bundle] = []
    gathering: dict[str, _Bundle] = {}
    last: dict[tuple[str, str, str], int] = {}
    for event in events:
        aggregate = (event.tenant, event.aggregate_type, event.aggregate_id)
        body = event.body.encode()
        bundle = gathering.get(event.routing_key)
        # Never into a message that leaves before the one with an earlier event of the same aggregate.
        if bundle is None or bundle.index < last.get(aggregate, 0) or not bundle.takes(len(body)):
            bundle = gathering[event.routing_key] = _Bundle(len(bundles), event.routing_key)
            bundles.append(bundle)
        bundle.add(event.event_id, body)
        last[aggregate] = bundle.index
    return [bundle.message() for bundle in bundles]


def is_bundle(content_type: object) -> bool:
    """Whether a message of this content type (parameters aside) is a batch of events."""
    return isinstance(content_type, str) and content_type.partition(";")[0].strip().lower() == BUNDLE_TYPE


_SPACE = re.compile(r"[ \t\n\r]*")
_ELEMENT = json.JSONDecoder(parse_int=str, parse_float=str)
"""Finds where an element ends. What it makes of it is thrown away: numbers need not fit any type."""


def taken_apart(body: bytes) -> list[bytes]:
    """The events of a batch, each as it is written there, byte by byte.

    Cut, not parsed and written anew: what is parked or quarantined is sent again later, and no number in it may have
    become another one by then. Raises Undecodable if `body` is no JSON array.
    """
    # Bytes that are no UTF-8 are the fault of the element that they are in.
    text = body.decode(errors="surrogateescape")
    try:
        spans = _spans(text)
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"not a JSON array of events: {str(error)[:200]}") from error
    return [text[start:end].encode(errors="surrogateescape") for start, end in spans]


def _spans(text: str) -> list[tuple[int, int]]:
    """Where each element begins and ends. Raises ValueError."""
    spans: list[tuple[int, int]] = []
    at = _after_space(text, 0)
    if text[at : at + 1] != "[":
        raise ValueError("it does not begin with [")
    at = _after_space(text, at + 1)
    closed = text[at : at + 1] == "]"
    while not closed:
        start = at
        _, end = _ELEMENT.raw_decode(text, start)
        spans.append((start, end))
        at = _after_space(text, end)
        if text[at : at + 1] not in (",", "]"):
            raise ValueError(f"neither , nor ] at {at}")
        closed = text[at] == "]"
        if not closed:
            at = _after_space(text, at + 1)
    if _after_space(text, at + 1) != len(text):
        raise ValueError(f"something follows the array at {at + 1}")
    return spans


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
