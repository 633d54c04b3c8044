"""Events as a handler sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from pydantic import ValidationError

from chassis.foundation.reasons import without_values
from contracts.envelope import EventEnvelope
from contracts.flow import EVENTS, FLOW, ORDER
from contracts.message import Event, TenantId
from contracts.refusal import Refused

E = TypeVar("E", bound=Event)
Cause = Literal["gap", "not_yet", "fault", "refused"]
AggregateKey = tuple[str, str, str]

SOURCES = {f"/zhida/{service}": service for service in ORDER}
SAID_BY = {(route.producer, event.aggregate) for event, route in FLOW.items()}
"""Who may say anything about which type of aggregate, whatever the event is called in a later version."""
LAST_SEQUENCE = 2**31 - 1
"""As far as the position table counts."""


class Undecodable(Exception):
    """The message is not an event of ours in any version that we know."""


@dataclass(slots=True)
class Received(Generic[E]):
    """One event in a batch. A handler says what came of it by staying silent (done) or calling a method.

    `not_yet`: something of another aggregate that it needs has not arrived; it is tried again soon.
    `refuse`: a rule says no; it is set aside for an operator. Either leaves its neighbours alone. A handler
    must have done nothing for an event that it sets aside. `attempts` counts earlier tries that ended in
    `waited_as`, the cause that it is parked for.
    """

    envelope: EventEnvelope
    data: E
    body: str
    attempts: int = 0
    parked: bool = False
    waited_as: Cause | None = None
    cause: Cause | None = None
    reason: str = ""

    @property
    def id(self) -> str:
        return self.envelope.id

    @property
    def tenant(self) -> TenantId:
        """Whom the event is addressed to: the tenant that the handler's new rows belong to."""
        return self.envelope.tenant

    @property
    def traceparent(self) -> str | None:
        """The trace that what follows from this event belongs to."""
        return self.envelope.traceparent

    @property
    def replayed(self) -> bool:
        """Whether it is history, told to us because we newly hear its aggregate type: nobody is to be sent a message."""
        return self.envelope.replayed

    @property
    def key(self) -> AggregateKey:
        return (self.envelope.origin, self.envelope.aggregatetype, self.envelope.subject)

    @property
    def receipt(self) -> str | None:
        """By what people know the claim that it is about, where it says."""
        claim = getattr(self.data, "claim", self.data)
        said = getattr(claim, "receipt", None)
        return said if isinstance(said, str) else None

    @property
    def name(self) -> str:
        return self.envelope.type.rsplit(".", 1)[-1]

    def not_yet(self, waits_for: str) -> None:
        self.cause, self.reason = "not_yet", f"等待前置数据：{waits_for}"

    def refuse(self, refusal: Refused) -> None:
        self.cause, self.reason = "refused", f"{refusal.code}: {refusal.message}"

    def park(self, cause: Cause, reason: str) -> None:
        self.cause, self.reason = cause, reason


def decode(body: bytes | str, *, wanted: frozenset[str], attempts: int = 0, parked: bool = False) -> Received[Event]:
    """Read one message. Data is parsed only for event names in `wanted`; others only advance the sequence.

    Raises Undecodable, with what is wrong.
    """
    try:
        envelope = EventEnvelope.model_validate_json(body)
        name = envelope.type.rsplit(".", 1)[-1]
        data = EVENTS[name].model_validate(envelope.data) if name in wanted else Event()
        _refuse_unkeepable(envelope)
    except (ValidationError, KeyError, UnicodeDecodeError) as error:
        raise Undecodable(without_values(error)) from error
    text = body.decode() if isinstance(body, bytes) else body
    return Received(envelope=envelope, data=data, body=text, attempts=attempts, parked=parked)


def _refuse_another_source(envelope: EventEnvelope) -> None:
    """An event counts only from the one service that says it."""
    source = SOURCES.get(envelope.source)
    if source is None:
        raise Undecodable(f"unknown source {envelope.source!r}")
    event = EVENTS.get(envelope.type.rsplit(".", 1)[-1])
    right = {(FLOW[event].producer, event.aggregate)} if event is not None else SAID_BY
    if (source, envelope.aggregatetype) not in right:
        says = f"{FLOW[event].producer} says it of {event.aggregate}" if event is not None else "nobody says it"
        raise Undecodable(f"{envelope.type} of {envelope.aggregatetype!r} came from {envelope.source}: {says}")


def _refuse_unkeepable(envelope: EventEnvelope) -> None:
    """What would fail in the middle of a batch, outside any handler, must not get there."""
    _refuse_another_source(envelope)
    if envelope.sequence > LAST_SEQUENCE:
        raise Undecodable(f"sequence {envelope.sequence} is beyond {LAST_SEQUENCE}")
    for name in ("type", "aggregatetype"):
        if not getattr(envelope, name):
            raise Undecodable(f"{name} is empty")
    for name in ("type", "aggregatetype", "traceparent"):
        if "\x00" in (getattr(envelope, name) or ""):
            raise Undecodable(f"{name} contains a NUL")
