"""Who somebody is, for those who work with them: a decision has a name and not a number."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.message import SYSTEM
from contracts.people import AppointmentPage, ListAppointments
from contracts.refusal import Refused
from gateway.door import Door
from gateway.errors import Faulted
from gateway.identity.people.views import list_appointments

UNKNOWN = "本地区以外的人员"
"""Whoever holds and has held no duty here: the city's officer whose approval a county pays, say."""

AWAY = "暂时读不到姓名"


async def names_of(door: Door, person_ids: Iterable[str | None]) -> dict[str, str]:
    """Person id → name, of those who hold or have held a duty in the tenant."""
    found: dict[str, str] = {}
    for person_id in dict.fromkeys(person_ids):
        if person_id == SYSTEM.id:
            found[person_id] = SYSTEM.name
        elif person_id is not None:
            found[person_id] = await _name(door, person_id)
    return found


async def _name(door: Door, person_id: str) -> str:
    try:
        held: AppointmentPage = await door.found(
            ListAppointments(person_id=person_id, past=True, limit=1), list_appointments
        )
    except (Faulted, Refused):
        return AWAY
    return held.items[0].person_name if held.items else UNKNOWN
