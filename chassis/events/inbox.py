"""A batch of events and its effect, in one transaction: each event once, each aggregate in order.

Sequence per aggregate: at or below the last one seen → ignored; the next → applied; beyond → parked. What
is parked holds back only its own aggregate. A handler that fails is split by savepoints until the culprit
stands alone. Infrastructure faults leave this module as they came: nothing is parked or split for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from chassis.events.parking import park, release, unpark
from chassis.events.received import AggregateKey, Received
from chassis.foundation.crash import crash_point
from chassis.foundation.database import is_infrastructure_fault
from chassis.foundation.reasons import without_values
from chassis.observability.concerns import concerning
from chassis.observability.metrics import EVENTS_HANDLED
from chassis.observability.telemetry import get_logger
from chassis.write.uow import UnitOfWork
from contracts.flow import ORDER
from contracts.refusal import Refused, StaleVersion

log = get_logger(__name__)

Handler = Callable[[list[Received[Any]], UnitOfWork], None]

RACES = 3
"""How often a batch that loses a race is run again as it is, before it is looked into."""


class ConcurrentBatch(Exception):
    """Another replica advanced the same aggregates meanwhile: the batch starts over."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A handler and the event names that it takes.

    `tenants` says whose rows an event touches besides those of the tenants it is addressed to and comes
    from: a city's case that a county pays is told to an enterprise of that county.
    """

    name: str
    events: frozenset[str]
    handle: Handler
    tenants: Callable[[Received[Any]], Collection[str]] = lambda _event: ()


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Counts of what came of a batch; `released` says whether parked successors may run now."""

    applied: int
    ignored: int
    parked: int
    released: bool


class Inbox:
    """Applies batches for one service."""

    def __init__(
        self, service: str, subscriptions: Sequence[Subscription], unit: Callable[..., UnitOfWork], max_attempts: int
    ) -> None:
        self._service = service
        self._unit = unit
        self._max_attempts = max_attempts
        self._by_event: dict[str, Subscription] = {}
        for subscription in subscriptions:
            for name in subscription.events:
                if name in self._by_event:
                    raise ValueError(f"two handlers of {service} take {name}")
                self._by_event[name] = subscription
        self.wanted = frozenset(self._by_event)

    def apply(self, events: Sequence[Received[Any]]) -> BatchResult:
        """Handle decoded events. Raises infrastructure faults and ConcurrentBatch; both may simply be retried."""
        if not events:
            return BatchResult(0, 0, 0, released=False)
        with concerning():
            return self._applied(events)

    def _applied(self, events: Sequence[Received[Any]]) -> BatchResult:
        for _ in range(RACES):
            try:
                return self._attempt(events, careful=False)
            except Exception as error:
                if is_infrastructure_fault(error):
                    raise
                for event in events:
                    event.cause = None
                if not isinstance(error, ConcurrentBatch | StaleVersion):
                    break
        # Something is wrong with the data of one event: do it again, with savepoints to find which. A race that
        # is lost every time is no race: two events of the batch are in each other's way.
        return self._attempt(events, careful=True)

    def _attempt(self, events: Sequence[Received[Any]], *, careful: bool) -> BatchResult:
        tenants, lost = self._tenants(events)
        with self._unit(sorted(tenants), action=f"{self._service}.events") as uow:
            before = _positions(uow, {event.key for event in events})
            runnable, late, ignored = _sort_out(events, before)
            _set_apart(runnable, late, lost | (_imposters(uow, runnable) if careful else {}))
            done = self._run(uow, runnable, late, careful=careful)
            _remember(uow, done)
            unpark(uow, [*done, *(event for event in ignored if event.parked)])
            park(uow, late, service=self._service, max_attempts=self._max_attempts)
            released = release(uow, {event.key for event in done}) > 0
            crash_point(f"{self._service}.events.before_commit")
        crash_point(f"{self._service}.events.after_commit")
        self._count(done, ignored, late)
        return BatchResult(len(done), len(ignored), len(late), released)

    def _tenants(self, events: Sequence[Received[Any]]) -> tuple[set[str], dict[int, str]]:
        """Exactly whose rows this batch may see and write, and the events (by identity) that do not tell."""
        tenants: set[str] = set()
        lost: dict[int, str] = {}
        for event in events:
            tenants.update((event.envelope.tenant, event.envelope.origin))
            subscription = self._by_event.get(event.name)
            if subscription is not None:
                try:
                    tenants.update(subscription.tenants(event))
                except Exception as error:
                    log.exception("event does not tell whose it is", event_id=event.id, type=event.name)
                    lost[id(event)] = without_values(error)
        return tenants, lost

    def _run(
        self,
        uow: UnitOfWork,
        runnable: Mapping[AggregateKey, list[Received[Any]]],
        late: list[Received[Any]],
        *,
        careful: bool,
    ) -> list[Received[Any]]:
        """Call handlers wave by wave (the n-th event of every aggregate together); returns what was applied."""
        done: list[Received[Any]] = []
        blocked: set[AggregateKey] = set()
        for wave in range(max((len(each) for each in runnable.values()), default=0)):
            ready = []
            for key, line in runnable.items():
                if wave < len(line):
                    if key in blocked:
                        line[wave].park("gap", "同一对象的前一事件被搁置")
                        late.append(line[wave])
                    else:
                        ready.append(line[wave])
            for subscription, group in self._grouped(ready):
                if subscription is not None:
                    self._call(subscription, group, uow, careful=careful)
            for event in ready:
                if event.cause is None:
                    done.append(event)
                else:
                    blocked.add(event.key)
                    late.append(event)
        return done

    def _grouped(self, events: Sequence[Received[Any]]) -> list[tuple[Subscription | None, list[Received[Any]]]]:
        groups: dict[str, tuple[Subscription | None, list[Received[Any]]]] = {}
        # Upstream producers first: what they say is often what the others wait for.
        for event in sorted(events, key=lambda each: ORDER.index(each.envelope.source.removeprefix("/zhida/"))):
            subscription = self._by_event.get(event.name)
            name = subscription.name if subscription else ""
            groups.setdefault(name, (subscription, []))[1].append(event)
        return list(groups.values())

    def _call(self, subscription: Subscription, events: list[Received[Any]], uow: UnitOfWork, *, careful: bool) -> None:
        if not careful:
            subscription.handle(events, uow)
            return
        try:
            with uow.savepoint():
                subscription.handle(events, uow)
        except Exception as error:
            if is_infrastructure_fault(error):
                raise
            if len(events) > 1:
                middle = len(events) // 2
                for event in events:
                    event.cause = None
                self._call(subscription, events[:middle], uow, careful=True)
                self._call(subscription, events[middle:], uow, careful=True)
                return
            if isinstance(error, Refused) and not isinstance(error, StaleVersion):
                events[0].refuse(error)
            else:
                events[0].park("fault", without_values(error))
                log.exception(
                    "event parked after a fault",
                    event_id=events[0].id,
                    type=events[0].name,
                    receipt=events[0].receipt,
                )

    def _count(self, done: Sequence[Any], ignored: Sequence[Any], late: Sequence[Received[Any]]) -> None:
        EVENTS_HANDLED.labels(self._service, "applied").inc(len(done))
        EVENTS_HANDLED.labels(self._service, "duplicate").inc(len(ignored))
        for event in late:
            EVENTS_HANDLED.labels(self._service, f"parked_{event.cause}").inc()


def _positions(uow: UnitOfWork, keys: set[AggregateKey]) -> dict[AggregateKey, int]:
    ordered = sorted(keys)
    rows = uow.execute(
        text(
            "SELECT p.tenant, p.aggregate_type, p.aggregate_id, p.sequence FROM position p"
            " JOIN unnest(CAST(:tenants AS text[]), CAST(:types AS text[]), CAST(:ids AS text[])) AS k(tenant, t, i)"
            " ON (p.tenant, p.aggregate_type, p.aggregate_id) = (k.tenant, k.t, k.i)"
            " ORDER BY p.tenant, p.aggregate_type, p.aggregate_id FOR UPDATE OF p"
        ),
        {
            "tenants": [key[0] for key in ordered],
            "types": [key[1] for key in ordered],
            "ids": [key[2] for key in ordered],
        },
    )
    return {(row.tenant, row.aggregate_type, row.aggregate_id): row.sequence for row in rows}


def _sort_out(
    events: Sequence[Received[Any]], before: Mapping[AggregateKey, int]
) -> tuple[dict[AggregateKey, list[Received[Any]]], list[Received[Any]], list[Received[Any]]]:
    """→ (runnable by aggregate in sequence, those beyond a gap, those already seen)."""
    lines: dict[AggregateKey, list[Received[Any]]] = defaultdict(list)
    late: list[Received[Any]] = []
    ignored: list[Received[Any]] = []
    following: dict[AggregateKey, int] = {}
    for event in sorted(events, key=lambda each: each.envelope.sequence):
        expected = following.setdefault(event.key, before.get(event.key, 0) + 1)
        if event.envelope.sequence < expected:
            ignored.append(event)
        elif event.envelope.sequence == expected:
            lines[event.key].append(event)
            following[event.key] = expected + 1
        else:
            event.park("gap", f"等待序号 {expected}（本事件为 {event.envelope.sequence}）")
            late.append(event)
    return lines, late, ignored


def _imposters(uow: UnitOfWork, runnable: Mapping[AggregateKey, list[Received[Any]]]) -> dict[int, str]:
    """Events whose id another event has had, by identity: each would pass for a race that is lost for ever."""
    events = [event for line in runnable.values() for event in line]
    known = uow.execute(
        "SELECT event_id, tenant FROM inbox WHERE tenant = ANY (CAST(:tenants AS text[]))"
        " AND event_id = ANY (CAST(:ids AS text[]))",
        {"tenants": sorted({event.tenant for event in events}), "ids": [event.id for event in events]},
    )
    taken = {(row.event_id, row.tenant) for row in known}
    found = {}
    for event in events:
        if (event.id, event.tenant) in taken:
            found[id(event)] = "事件编号已属于另一事件"
        taken.add((event.id, event.tenant))
    return found


def _set_apart(
    runnable: Mapping[AggregateKey, list[Received[Any]]], late: list[Received[Any]], reasons: Mapping[int, str]
) -> None:
    """Park these events (by identity) before any handler sees them, and what is behind them."""
    for line in runnable.values():
        for place, event in enumerate(line):
            if id(event) in reasons:
                event.park("fault", reasons[id(event)])
                for successor in line[place + 1 :]:
                    successor.park("gap", "同一对象的前一事件被搁置")
                late += line[place:]
                del line[place:]
                break


def _remember(uow: UnitOfWork, done: Sequence[Received[Any]]) -> None:
    """Write inbox rows and new positions. Raises ConcurrentBatch if somebody else did so meanwhile.

    An event's id is unique within a month by an index, and looked up in the others that are still kept; that an event
    has its effect once, however late it comes again, is held by the position alone, which is never removed.
    """
    if not done:
        return
    written = uow.execute(
        "INSERT INTO inbox (tenant, event_id, type, handled_at)"
        " SELECT t, i, n, :at FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:names AS text[]))"
        " AS e(t, i, n) WHERE (SELECT true FROM inbox h WHERE h.tenant = e.t AND h.event_id = e.i LIMIT 1) IS NULL"
        " ON CONFLICT DO NOTHING",
        {
            "tenants": [event.tenant for event in done],
            "ids": [event.id for event in done],
            "names": [event.name for event in done],
            "at": uow.now,
        },
    )
    last = {event.key: event.envelope.sequence for event in done}
    keys = sorted(last)
    moved = uow.execute(
        "INSERT INTO position (tenant, aggregate_type, aggregate_id, sequence)"
        " SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:types AS text[]), CAST(:ids AS text[]),"
        " CAST(:sequences AS integer[]))"
        " ON CONFLICT (tenant, aggregate_type, aggregate_id) DO UPDATE SET sequence = EXCLUDED.sequence"
        " WHERE position.sequence < EXCLUDED.sequence",
        {
            "tenants": [key[0] for key in keys],
            "types": [key[1] for key in keys],
            "ids": [key[2] for key in keys],
            "sequences": [last[key] for key in keys],
        },
    )
    if written.rowcount != len(done) or moved.rowcount != len(keys):
        raise ConcurrentBatch()
