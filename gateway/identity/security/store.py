"""Writing security events: in the transaction of the act that succeeds, or in one of their own for what was refused."""

from __future__ import annotations

import orjson

from chassis.edge.frame import Frame
from chassis.write.unit import Unit
from gateway.identity.security.events import SecurityEvent

INSERT = (
    "INSERT INTO security_event (tenant, id, at, kind, outcome, actor_id, person_id, account_id, client_address,"
    " request_id, department_id, details) VALUES (:tenant, :id, :at, :kind, :outcome, :actor_id, :person_id, :account_id,"
    " :client_address, :request_id, :department_id, CAST(:details AS jsonb))"
)


class SecurityEvents:
    """The table, within one unit of work: only ever added to."""

    def __init__(self, uow: Unit) -> None:
        self._uow = uow

    def add(self, event: SecurityEvent) -> None:
        """The event's tenant must be among the unit's."""
        self._uow.execute(
            INSERT,
            {
                "tenant": event.tenant,
                "id": self._uow.new_id(),
                "at": self._uow.now,
                "kind": event.kind,
                "outcome": event.outcome,
                "actor_id": event.actor_id,
                "person_id": event.person_id,
                "account_id": event.account_id,
                "client_address": event.origin.client_address,
                "request_id": event.origin.request_id,
                "department_id": event.department_id,
                "details": orjson.dumps(event.safe_details()).decode(),
            },
        )


def record(uow: Unit, event: SecurityEvent) -> None:
    """Write the event with whatever else the unit of work does."""
    uow.of(SecurityEvents).add(event)


def record_apart(frame: Frame, event: SecurityEvent) -> None:
    """Write the event in a transaction of its own: what it tells of was refused and has left nothing. Blocks."""
    with frame.unit((event.tenant,), action="record_security_event") as uow:
        record(uow, event)
