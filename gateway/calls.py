"""One request's calls to the services: after what the caller has just written, and again where a "no" may change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import Request

from chassis.observability.telemetry import current_traceparent
from contracts.message import Id, ServiceName
from gateway.bus import Bus
from gateway.own_writes import WrittenWire, carried_by, heard_by, own_writes_of
from gateway.patience import DoorPatience, Wire
from gateway.places import Urgency

PLACE = "patience"


class BusCall(NamedTuple):
    """What is asked of whom, and who is turned away first."""

    service: ServiceName
    method: str
    envelope: Mapping[str, Any]
    urgency: Urgency


class Calls:
    """`person` is whoever signed in, None on a public route."""

    def __init__(self, request: Request, person: Id | None) -> None:
        self._request = request
        self._person = person

    async def answered(self, call: BusCall, seconds: float) -> Wire:
        """What comes of it. Raises what the bus raises."""
        bus: Bus = self._request.app.state.bus

        async def send(after: Sequence[WrittenWire], left: float) -> Wire:
            payload = {**call.envelope, "after": [*after]} if after else dict(call.envelope)
            parent = current_traceparent()
            return await bus.call(
                call.service, call.method, payload, timeout=left, traceparent=parent, urgency=call.urgency
            )

        after = heard_by(call.service, self._written())
        wire, behind = await self._patience.answered(call.service, send, after, seconds)
        self.note_written(wire)
        carried = carried_by(self._request)
        if behind and carried is not None:
            carried.behind.add(call.service)
        return wire

    def note_written(self, wire: Wire) -> None:
        """Whoever gave the order has written what the answer says."""
        wrote = wire.get("wrote")
        if not wrote:
            return
        if self._person is not None:
            own_writes_of(self._request).note(self._person, wrote)
        carried = carried_by(self._request)
        if carried is not None:
            carried.wrote += wrote

    def _written(self) -> list[WrittenWire]:
        """What the caller has just written, through this process or another one."""
        carried = carried_by(self._request)
        own = [] if self._person is None else own_writes_of(self._request).of(self._person)
        return [*(carried.brought if carried else ()), *own]

    @property
    def _patience(self) -> DoorPatience:
        state = self._request.app.state
        if not hasattr(state, PLACE):
            setattr(state, PLACE, DoorPatience())
        found: DoorPatience = getattr(state, PLACE)
        return found
