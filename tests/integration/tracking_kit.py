"""Oversight on a real database: the service without nameko and without loops."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.events.inbox import BatchResult, Inbox, Subscription
from chassis.events.parking import claim_due
from chassis.events.received import Received
from console.servers.provision import Dsns
from contracts.message import SYSTEM, Actor, Model
from contracts.oversight import TrackCase, TrackingView, TrackOwnCases
from copies.departments import keep_departments
from services.oversight import use_cases, views
from services.oversight.sentences import SENTENCES
from tests.unit.oversight.case_story import QUERY_CODE

EVENTS = frozenset(event.__name__ for event in SENTENCES)


class Oversight:
    """The service without nameko and without loops."""

    def __init__(self, frame: Frame, dsns: Dsns) -> None:
        self.frame = frame
        self.dsns = dsns
        follow = Subscription("follow", EVENTS, partial(use_cases.follow, cipher=frame.cipher), use_cases.tenants_of)
        register = Subscription(
            "departments", frozenset({"DepartmentRegistered", "DepartmentChanged"}), keep_departments
        )
        self.inbox = Inbox("oversight", [follow, register], frame.event_unit, max_attempts=3)

    def hears(self, *events: Received[Any]) -> BatchResult:
        return self.inbox.apply(events)

    def asked(self, question: Any, answer: Callable[..., Model], tenant: str | None, actor: Actor) -> dict[str, Any]:
        envelope = {
            "tenant": tenant,
            "actor": actor.model_dump(mode="json"),
            "name": type(question).__name__,
            "body": question.model_dump(mode="json"),
        }
        return self.frame.run_query(type(question), answer, envelope)

    def tracked(
        self, receipt: str = "GZ-20260310-AAAA0001", code: str = QUERY_CODE, *, tenant: str | None = "ganzhou"
    ) -> dict[str, Any]:
        """What the public tracking page is told."""
        answer = partial(views.track_case, cipher=self.frame.cipher)
        return self.asked(TrackCase(receipt=receipt, query_code=code), answer, tenant, SYSTEM)

    def view(self, **more: Any) -> TrackingView:
        return TrackingView.model_validate(self.tracked(**more)["ok"])

    def own_cases(self, *, tenant: str, actor: Actor, **page: Any) -> dict[str, Any]:
        return self.asked(TrackOwnCases(enterprise_id="ent-1", **page), views.track_own_cases, tenant, actor)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database holds, seen by its owner."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(statement).fetchall()


def parked_events(oversight: Oversight) -> list[Received[Any]]:
    """Everything that is parked, whenever it would be tried again."""
    with psycopg.connect(psycopg_url(oversight.dsns.owner)) as connection:
        connection.execute("UPDATE parked SET next_attempt_at = now() - interval '1 second'")
    return claim_due(oversight.frame.frame_engine, oversight.frame.clock.now(), 100, oversight.inbox.wanted)
