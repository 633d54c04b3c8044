"""Who may do what, and who looks at personal data in full, is noted for the auditor by one table."""

from __future__ import annotations

import asyncio
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.testing.fakes import FakeUnit
from contracts import credentials, people
from contracts.consents import DisclosureView, RevealContact
from contracts.enterprise_lookup import FindEnterprise
from contracts.message import Actor, Command, Model
from contracts.people import EndAppointment
from contracts.refusal import Forbidden, NotFound
from gateway import security_notes
from gateway.access import Only
from gateway.door import Door
from gateway.identity.security.events import NOWHERE, Origin, SecurityEvent
from gateway.identity.security.store import SecurityEvents
from gateway.identity.views import Principal
from gateway.places import Urgency
from gateway.security_notes import NOTED, PermissionRefusals, noted

OF_PEOPLE_THEMSELVES = {"RegisterPerson", "IdentifyPerson", "ChangePerson"}
"""They change who somebody is, and nothing of what they may do."""


class MemoryEvents:
    def __init__(self) -> None:
        self.added: list[SecurityEvent] = []
        self.unit: Any = None

    def add(self, event: SecurityEvent) -> None:
        self.added.append(event)


class Appointed(Model):
    appointment_id: str = "a-1"
    person_id: str = "p-1"
    kind: str = "payment_maker"
    until: date | None = date(2026, 12, 31)
    person_name: str = "张三"


def test_every_command_about_duties_mandates_and_credentials_is_in_the_table() -> None:
    commands = {
        each
        for module in (people, credentials)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Command) and each.__module__ == module.__name__
    }
    assert {each.__name__ for each in commands - set(NOTED)} == OF_PEOPLE_THEMSELVES


def test_a_change_of_duties_leaves_its_event_with_itself() -> None:
    events = MemoryEvents()
    unit = FakeUnit("zhanggong", stores={SecurityEvents: events}, actor=Actor(id="admin"))
    command = EndAppointment(appointment_id="a-1", until=date(2026, 12, 31), reason="调离", expected_version=1)
    handle: Any = lambda _command, _uow: Appointed()  # noqa: E731
    noted(command, handle, Origin(client_address="198.51.100.1"))(command, unit)  # type: ignore[arg-type]
    (event,) = events.added
    assert (event.kind, event.tenant, event.actor_id, event.person_id) == ("duty_changed", "zhanggong", "admin", "p-1")
    assert event.details == {
        "command": "end_appointment",
        "appointment_id": "a-1",
        "kind": "payment_maker",
        "until": "2026-12-31",
    }
    assert event.origin.client_address == "198.51.100.1"


def test_a_change_that_was_refused_leaves_none() -> None:
    events = MemoryEvents()
    unit = FakeUnit("zhanggong", stores={SecurityEvents: events})
    command = EndAppointment(appointment_id="a-1", until=date(2026, 12, 31), reason="调离", expected_version=1)

    def refuses(_command: EndAppointment, _uow: object) -> Model:
        raise NotFound()

    with pytest.raises(NotFound):
        noted(command, refuses, NOWHERE)(command, unit)  # type: ignore[arg-type]
    assert events.added == []


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[SecurityEvent]:
    events: list[SecurityEvent] = []
    monkeypatch.setattr(security_notes, "record_apart", lambda _frame, event: events.append(event))
    return events


CLERK = Principal("zhanggong", Actor(id="clerk", roles=frozenset({"window"})))


def request_of(app: Any) -> Any:
    scope = {"type": "http", "method": "POST", "route": SimpleNamespace(path="/looks"), "headers": [], "state": {}}
    return SimpleNamespace(
        app=app, scope=scope, method="POST", headers={"idempotency-key": "12345678"}, state=SimpleNamespace()
    )


@pytest.mark.parametrize(("answer", "notes"), [({"ok": {"version": 1}}, 1), ({"refused": {}}, 0)])
def test_a_look_at_a_telephone_number_is_noted_before_it_is_shown(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], notes: int
) -> None:
    events = recorded(monkeypatch)

    class Bus:
        async def call(self, *_: object, **__: object) -> dict[str, Any]:
            return answer

    app = SimpleNamespace(state=SimpleNamespace(bus=Bus(), frame=None))
    look = RevealContact(enterprise_id="e-1", reason="通知补正材料")
    door = Door(request_of(app), CLERK)
    asyncio.run(door._call(None, look, door.envelope(look), 5, Urgency.ORDER))
    assert len(events) == notes
    for event in events:
        assert (event.kind, event.actor_id, event.tenant) == ("masked_data_seen", "clerk", "zhanggong")
        assert event.details == {"command": "reveal_contact", "enterprise_id": "e-1"}
    assert issubclass(DisclosureView, Model)


@pytest.mark.parametrize(("answer", "notes"), [({"ok": {"enterprise_id": "e-1"}}, 1), ({"refused": {}}, 0)])
def test_whoever_asks_whose_a_credit_code_is_is_noted_before_they_are_told(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], notes: int
) -> None:
    events = recorded(monkeypatch)

    class Bus:
        async def call(self, *_: object, **__: object) -> dict[str, Any]:
            return answer

    app = SimpleNamespace(state=SimpleNamespace(bus=Bus(), frame=None))
    door = Door(request_of(app), CLERK)
    asyncio.run(door.reply_to(FindEnterprise(uscc="91360702DEM000014H")))
    assert [(event.kind, event.actor_id, event.details) for event in events] == [
        ("enterprise_looked_up", "clerk", {"command": "find_enterprise", "uscc": "91360702DEM000014H"})
    ] * notes


def test_whom_a_guard_refuses_is_noted_when_they_have_been_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    events = recorded(monkeypatch)

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        assert events == []
        with pytest.raises(Forbidden):
            Only("finance").admit(SimpleNamespace(scope=scope), CLERK)  # type: ignore[arg-type]

    scope = request_of(None).scope
    asyncio.run(PermissionRefusals(app, None)(scope, None, None))  # type: ignore[arg-type]
    (event,) = events
    assert (event.kind, event.outcome, event.person_id) == ("permission_refused", "refused", "clerk")
    assert event.details == {"route": "POST /looks"}
