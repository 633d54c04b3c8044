"""Changes of who may do what, written down for the auditor with what they change (安全日志：岗位变动)."""

from __future__ import annotations

from typing import Literal

from chassis.write.unit import Unit
from gateway.identity.people.domain import Appointment
from gateway.identity.security.events import Detail, Origin, SecurityEvent
from gateway.identity.security.store import record

DutyChange = Literal["appointed", "stand_in", "ended"]


def note_duty(uow: Unit, held: Appointment, change: DutyChange, origin: Origin) -> None:
    """Within the transaction of the change: one is not there without the other."""
    details: dict[str, Detail] = {
        "change": change,
        "duty": held.kind,
        "department_id": held.department_id,
        "since": held.since.isoformat(),
    }
    if held.until is not None:
        details["until"] = held.until.isoformat()
    record(
        uow,
        SecurityEvent(
            kind="duty_changed",
            tenant=held.tenant,
            actor_id=uow.actor.id,
            person_id=held.person_id,
            origin=origin,
            details=details,
        ),
    )
