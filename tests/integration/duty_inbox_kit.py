"""The inbox of authorities' people on a real database: the service without nameko and without loops."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import psycopg
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.events.received import Received
from chassis.foundation.ids import new_id
from chassis.time.clock import FixedClock
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.duties import DutyKind
from contracts.message import Actor, snake_case
from contracts.notify import (
    CountUnread,
    DutyMessageView,
    ListDutyMessages,
    ListMessages,
    MarkMessageRead,
    MarkRead,
)
from copies import departments, duties
from copies.duties import KnownDuties
from services.notify.messages import reading, use_cases, views
from services.notify.staff import use_cases as staff_use_cases
from services.notify.staff import views as staff_views

OFFICER = Actor(
    id="zhang",
    roles=frozenset({"department"}),
    department="市工业和信息化局",
    department_id="dep-1",
    duties=frozenset({"first_review"}),
)
COLLEAGUE = OFFICER.model_copy(update={"id": "li"})
LEADER = OFFICER.model_copy(update={"id": "wang", "duties": frozenset({"leader"})})
STRANGER = OFFICER.model_copy(update={"id": "zhao", "department": "市商务局", "department_id": "dep-2"})
CHECKER = Actor(
    id="qian", roles=frozenset({"bureau"}), department_id="bureau", duties=frozenset({"payment_check", "payment_maker"})
)
BOSS = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="ent-1")
AGENT = BOSS.model_copy(update={"id": "agent"})


def tell_both_sides(events: list[Received[Any]], uow: UnitOfWork) -> None:
    use_cases.tell_enterprises(events, uow)
    staff_use_cases.tell_duties(events, uow)


STAFF_EVENTS = frozenset({"CaseAccepted", "TaskAssigned", "DisbursementReady"})
SUBSCRIPTIONS = [
    Subscription("both sides", frozenset({"CaseReopened"}), tell_both_sides, use_cases.tenants_of_both),
    Subscription("duties asked", STAFF_EVENTS, staff_use_cases.tell_duties, staff_use_cases.asked_tenants),
    Subscription(
        "settled", frozenset({"DisbursementSettled"}), use_cases.tell_enterprises, use_cases.enterprises_tenant
    ),
    Subscription("departments", frozenset({"DepartmentRegistered", "DepartmentChanged"}), departments.keep_departments),
    Subscription("duties", frozenset({"DutyRegistered", "DutyRenamed"}), duties.keep_duties),
    Subscription("people", frozenset({"PersonRegistered", "PersonChanged"}), duties.keep_people),
    Subscription("appointments", frozenset({"DutyAssigned", "DutyEnded"}), duties.keep_appointments),
    Subscription("granted", frozenset({"MandateGranted"}), use_cases.tell_mandates_granted),
    Subscription("ended", frozenset({"MandateEnded"}), use_cases.tell_mandates_ended),
]


class Notify:
    """The service without nameko and without loops."""

    def __init__(self, frame: Frame, dsns: Dsns, clock: FixedClock) -> None:
        self.frame = frame
        self.dsns = dsns
        self.clock = clock
        self.inbox = Inbox("notify", SUBSCRIPTIONS, frame.event_unit, max_attempts=3)

    def hears(self, *events: Received[Any]) -> None:
        self.inbox.apply(events)

    def asked(self, question: Any, actor: Actor = OFFICER, tenant: str = "ganzhou") -> dict[str, Any]:
        answers: dict[type, Any] = {
            ListDutyMessages: staff_views.list_duty_messages,
            CountUnread: views.count_unread,
            ListMessages: views.list_messages,
        }
        envelope = {"tenant": tenant, **self._said(question, actor)}
        return self.frame.run_query(type(question), answers[type(question)], envelope)

    def ordered(self, order: Any, actor: Actor = OFFICER, tenant: str = "ganzhou") -> dict[str, Any]:
        handlers: dict[type, Any] = {
            MarkRead: staff_use_cases.mark_read,
            MarkMessageRead: reading.mark_message_read,
        }
        said = self._said(order, actor)
        body_hash = hashlib.sha256(repr(said["body"]).encode()).hexdigest()
        envelope = {"tenant": tenant, "idempotency_key": new_id(), "body_hash": body_hash, **said}
        return self.frame.run_command(type(order), handlers[type(order)], envelope)

    def inbox_of(self, actor: Actor = OFFICER, **page: Any) -> list[DutyMessageView]:
        found = self.asked(ListDutyMessages(**page), actor)["ok"]["items"]
        return [DutyMessageView.model_validate(each) for each in found]

    def unread(self, actor: Actor = OFFICER, tenant: str = "ganzhou", **of: Any) -> int:
        return int(self.asked(CountUnread(**of), actor, tenant)["ok"]["unread"])

    def holders(self, *asked: tuple[str, str | None, DutyKind], day: date) -> list[tuple[str, bool]]:
        with self.frame.event_unit(["ganzhou"], action="test") as uow:
            return [(each.person_name, each.stands_in) for each in uow.of(KnownDuties).holders(asked, day)]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database holds, seen by its owner."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(statement).fetchall()

    def _said(self, contract: Any, actor: Actor) -> dict[str, Any]:
        return {
            "actor": actor.model_dump(mode="json"),
            "name": snake_case(type(contract).__name__),
            "body": contract.model_dump(mode="json"),
        }
