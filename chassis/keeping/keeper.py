"""The loop that looks after the months: makes the next ones, archives and drops the old ones, says how large all is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Engine, text

from chassis.foundation.database import is_infrastructure_fault
from chassis.foundation.settings import Terms
from chassis.keeping import audit_archive, event_log
from chassis.keeping.months import Month, drop, make_ahead, month_after, months, old
from chassis.keeping.sizes import measure
from chassis.observability.health import Heartbeat
from chassis.observability.loops import run_until_stopped
from chassis.observability.metrics import MONTHS_OVERDUE
from chassis.observability.telemetry import get_logger
from chassis.time.clock import Clock

log = get_logger(__name__)

TURN_SECONDS = 3_600.0
AGAIN_SECONDS = 60.0
"""Where a table was not to be had at once."""

KEEPER_LOCK = 7203003

TRY = text("SELECT pg_try_advisory_lock(:k)")
LEAVE = text("SELECT pg_advisory_unlock(:k)")

Archive = Callable[[Engine, Month], int | None]


class Keeper:
    """One loop; of several replicas one takes a turn, by a lock of its session.

    `look` is an engine in autocommit: the lock is held between transactions.
    """

    def __init__(self, engine: Engine, look: Engine, clock: Clock, terms: Terms) -> None:
        self._engine = engine
        self._look = look
        self._clock = clock
        self._terms = terms
        self._stopped = threading.Event()
        self.heartbeat = Heartbeat("keeper", max_age=TURN_SECONDS + 600)

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        run_until_stopped(self._stopped.is_set, self.heartbeat, self._step)

    def _step(self) -> None:
        self._stopped.wait(TURN_SECONDS if self.turn() else AGAIN_SECONDS)

    def turn(self) -> bool:
        """One look at everything; False if something has to be tried again soon."""
        with self._alone() as alone:
            if not alone:
                return True
            well = self._tried("months ahead", lambda: make_ahead(self._engine, self._clock.now()))
            for whose, keep, archive in (
                ("outbox", self._terms.outbox, event_log.archive_next),
                ("inbox", self._terms.inbox, None),
                ("idempotency_record", self._terms.results, None),
                ("audit_fact", self._terms.audit, audit_archive.archive_next),
            ):
                well &= self._clear_out(whose, keep, archive)
            log_before = month_after(self._clock.now(), -self._terms.event_log)
            well &= self._tried("event log", lambda: event_log.clear(self._engine, log_before))
            well &= self._tried("sizes", lambda: measure(self._look))
        return well

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        with self._look.connect() as connection:
            held: bool = connection.execute(TRY, {"k": KEEPER_LOCK}).scalar_one()
            try:
                yield held
            finally:
                if held:
                    connection.execute(LEAVE, {"k": KEEPER_LOCK})

    def _clear_out(self, whose: str, keep: int, archive: Archive | None) -> bool:
        """Oldest first, and none before the one that must wait: archives have no holes."""
        overdue = old(months(self._engine, whose), self._clock.now(), keep)
        left = len(overdue)
        for month in overdue:
            if self._stopped.is_set() or not self._tried(month.part, partial(self._remove, month, archive)):
                break
            left -= 1
        MONTHS_OVERDUE.labels(whose).set(left)
        return left == 0

    def _remove(self, month: Month, archive: Archive | None) -> None:
        while archive is not None and not self._stopped.is_set():
            self.heartbeat.beat()
            moved = archive(self._engine, month)
            if moved is None:
                raise NotReady(month.part)
            if moved == 0:
                break
        if not self._stopped.is_set():
            drop(self._engine, month)
            log.info("a month is gone", table=month.whose, part=month.part)

    def _tried(self, what: str, act: Callable[[], object]) -> bool:
        try:
            act()
        except Exception as error:
            if isinstance(error, NotReady):
                log.warning("a month waits: not all of it is published or sealed", part=what)
            elif is_infrastructure_fault(error):
                log.info("the table is busy and is asked for again later", what=what, error=str(error)[:200])
            else:
                log.exception("months are not looked after", what=what)
            return False
        return True


class NotReady(Exception):
    """A row of the month has not been published, or not been sealed."""
