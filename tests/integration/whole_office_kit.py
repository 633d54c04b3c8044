"""Catalog, intake, review and treasury as they are put together from their rooms, each on its own database, joined by a real broker.

Relays, consumers and sweepers run as loops; what is due is done when the test says so, so that nothing is decided by how quick a
machine is. One clock for all of them, which only the test moves.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import orjson
import psycopg
from frame_kit import psycopg_url
from key_kit import key_ring
from sqlalchemy import text

from chassis.edge.entrypoints import Port, _due_work, _subscriptions
from chassis.edge.frame import Frame
from chassis.edge.rooms import service_class
from chassis.events.inbox import Inbox
from chassis.events.reached import all_here
from chassis.files.objects import Objects
from chassis.foundation.ids import new_id
from chassis.foundation.settings import Settings
from chassis.tenancy.learning import calendar_subscription, tenant_subscription
from chassis.testing.fakes import received
from chassis.testing.waiting import eventually
from chassis.time.clock import FixedClock
from chassis.time.jobs import claim
from console.servers.provision import Dsns
from contracts.envelope import Written
from contracts.flow import FLOW, SERVICES, aggregates_heard_by
from contracts.message import SYSTEM, Actor, Command, Event, Query, ServiceName, snake_case

SAID = text(
    "SELECT position, tenant, aggregate_type, aggregate_id, sequence FROM outbox WHERE position > :seen ORDER BY position"
)
UNSENT = text("SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)")
DUE = text(
    "SELECT DISTINCT kind FROM job WHERE due_at <= :now AND stopped_at IS NULL"
    " AND (lease_until IS NULL OR lease_until < :now) ORDER BY kind"
)
OUTSIDE = frozenset({"item_links"})
"""Work that looks at addresses out there."""


STORES = frozenset({"paper_shelf", "case_shelf"})
"""Ports that are the object store, which is a folder here; nobody is out there at the others."""


class Refusal(Exception):
    """A command or question was refused; `codes` are all reasons, in their order."""

    def __init__(self, order: str, refused: Mapping[str, Any]) -> None:
        self.codes = tuple(each["code"] for each in refused["reasons"]) or (refused["code"],)
        self.refused = refused
        super().__init__(f"{order}: {[each['message'] for each in refused['reasons']] or refused['message']}")


class ServiceAtWork:
    """One service: its commands and questions as the gateway calls them, its events over the broker, its due work on demand."""

    def __init__(self, name: ServiceName, dsns: Dsns, amqp_url: str, clock: FixedClock) -> None:
        settings = Settings(
            service=name,
            database_url=dsns.app,
            frame_database_url=dsns.frame,
            amqp_url=amqp_url,
            cipher=key_ring(),
            roles=("relay", "events"),
            relay_poll=0.02,
        )
        self.name, self.clock = name, clock
        self.frame = Frame(settings, clock)
        made = service_class(name)
        self.service = made()
        for port in (name for name, _ in inspect.getmembers(made, lambda each: isinstance(each, Port))):
            setattr(self.service, port, Objects.from_env() if port in STORES else None)
        self.service.frame = self.frame
        self.subscriptions = _subscriptions(self.service)
        due = _due_work(self.service, self.frame)
        self._due = {each.kind: each for each in due if not each.standing and each.kind not in OUTSIDE}
        self._owner = psycopg.connect(psycopg_url(dsns.owner), autocommit=True)
        self._heard = {aggregate for _, aggregate in aggregates_heard_by(name)}
        self._seen = 0

    def start(self) -> None:
        self.frame.start(self.subscriptions, [], service=self.name)

    def hears(self, *events: Event, tenant: str) -> None:
        """What the gateway says, before the loops run."""
        learning = [tenant_subscription(), calendar_subscription()]
        inbox = Inbox(self.name, [*self.subscriptions, *learning], self.frame.event_unit, 3)
        inbox.apply([received(event, tenant=tenant) for event in events if self.name in FLOW[type(event)].consumers])

    def calls(self, order: Command | Query, tenant: str, actor: Actor = SYSTEM) -> Any:
        """What comes of it. Raises Refusal; a fault fails the test."""
        name = snake_case(type(order).__name__)
        body = order.model_dump(mode="json")
        envelope: dict[str, Any] = {
            "tenant": tenant,
            "actor": actor.model_dump(mode="json"),
            "name": name,
            "body": body,
        }
        if isinstance(order, Command):
            envelope |= {"idempotency_key": new_id(), "body_hash": hashlib.sha256(orjson.dumps(body)).hexdigest()}
        answer = getattr(self.service, name)(envelope)
        if "refused" in answer:
            raise Refusal(name, answer["refused"])
        assert "ok" in answer, (name, answer)
        return answer["ok"]

    def said_since(self) -> list[Written]:
        """How far the events go that were written since this was asked last."""
        with self.frame.look_engine.connect() as connection:
            rows = connection.execute(SAID, {"seen": self._seen}).all()
        if rows:
            self._seen = rows[-1].position
        last = {(row.tenant, row.aggregate_type, row.aggregate_id): row.sequence for row in rows}
        return [
            Written(producer=self.name, origin=tenant, aggregate=aggregate, id=id, sequence=sequence)
            for (tenant, aggregate, id), sequence in last.items()
        ]

    def has_heard(self, written: Sequence[Written]) -> bool:
        return all_here([each for each in written if each.aggregate in self._heard], self.frame.look_engine)

    def has_sent_all(self) -> bool:
        with self.frame.look_engine.connect() as connection:
            return not connection.execute(UNSENT).scalar_one()

    def does_what_is_due(self) -> int:
        """One look at each kind of work; a handler that fails fails the test. → How many jobs there were."""
        done = 0
        with self.frame.look_engine.connect() as connection:
            kinds = connection.execute(DUE, {"now": self.clock.now()}).scalars().all()
        for work in (self._due[kind] for kind in kinds if kind in self._due):
            jobs = claim(self.frame.frame_engine, work.kind, self.clock.now(), work.batch)
            if jobs:
                work.handle(jobs)
            done += len(jobs)
        return done

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database holds, seen by its owner."""
        return self._owner.execute(statement, values or None).fetchall()

    def stop(self) -> None:
        self._owner.close()
        self.frame.stop()


class Offices:
    """All four of them."""

    def __init__(self, services: Mapping[ServiceName, ServiceAtWork], clock: FixedClock) -> None:
        self.services, self.clock = services, clock
        self.catalog, self.intake, self.review, self.treasury = services.values()

    def hear(self, *events: Event, tenant: str) -> None:
        for service in self.services.values():
            service.hears(*events, tenant=tenant)

    def open(self) -> None:
        for service in self.services.values():
            service.start()

    def settle(self) -> None:
        """Everything that was said is heard and everything that is due is done, until there is nothing of either."""
        for _round in range(100):
            moved = False
            for producer in self.services.values():
                written = producer.said_since()
                if not written:
                    continue
                moved = True
                eventually(producer.has_sent_all, every=0.01)
                for hearer in self.services.values():
                    eventually(lambda hearer=hearer, written=written: hearer.has_heard(written), every=0.01)
            moved |= sum(each.does_what_is_due() for each in self.services.values()) > 0
            if not moved:
                return
        raise AssertionError("it does not come to rest")

    def at(self, now: datetime) -> None:
        """The clock is moved on to then, and what has come due meanwhile is done."""
        assert now >= self.clock.now(), "no clock goes back"
        self.clock.advance(now.astimezone(UTC) - self.clock.now())
        self.settle()


@contextmanager
def offices(databases: Mapping[ServiceName, Dsns], amqp_url: str, clock: FixedClock) -> Iterator[Offices]:
    names = cast("list[ServiceName]", [name for name in SERVICES if name in databases])
    services = {name: ServiceAtWork(name, databases[name], amqp_url, clock) for name in names}
    try:
        yield Offices(services, clock)
    finally:
        for service in services.values():
            service.stop()
