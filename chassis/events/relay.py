"""Outbox → broker: what was committed is published, in order per aggregate, at least once.

All events of a batch are marked once all its messages are confirmed. What is published again after a crash may be
bundled otherwise than before: consumers know events, not messages.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence

from kombu import Connection
from sqlalchemy import Connection as Database
from sqlalchemy import Engine, text

from chassis.events.broker import ConfirmedPublisher, connect
from chassis.events.bundles import Waiting, bundled
from chassis.events.pace import Pace
from chassis.events.topology import check_topology
from chassis.foundation.broker_faults import CONNECTION_ERRORS
from chassis.foundation.crash import crash_point
from chassis.foundation.database import is_infrastructure_fault
from chassis.observability.health import Heartbeat
from chassis.observability.metrics import OUTBOX_OLDEST_SECONDS, OUTBOX_PENDING, RELAY_PUBLISHED
from chassis.observability.telemetry import get_logger
from chassis.write.outbox import PARTITIONS

log = get_logger(__name__)

BATCH = 400
"""Events a transaction. Twice or four times as many leave 14 and 22 % faster (10,300 a second); they would keep the
partitions, and what is sent again after a crash, for as much longer."""
GREETING_S = 1.0
"""Seconds between two looks whether the broker is still there, while there is nothing to publish."""
PARTITION_LOCKS = 7203100
"""First key of the advisory locks by which a relay owns partitions while it empties them."""

OWN = text("SELECT p FROM unnest(CAST(:partitions AS integer[])) AS p WHERE pg_try_advisory_xact_lock(:base, p)")
PENDING = text(
    "SELECT position, tenant, aggregate_type, aggregate_id, event_id, routing_key, body FROM outbox"
    " WHERE position = ANY (ARRAY("
    " SELECT next.position FROM unnest(CAST(:owned AS smallint[])) AS mine (partition) CROSS JOIN LATERAL ("
    " SELECT o.position FROM outbox o WHERE o.published_at IS NULL"
    " AND o.partition BETWEEN mine.partition AND mine.partition"
    " ORDER BY o.partition, o.position LIMIT :n) AS next ORDER BY next.position LIMIT :n"
    ")) ORDER BY position"
)
"""Partition by partition, each from the index of what is pending: asked for all at once, the server walks past every
event that has ever left to the first that has not (0.9 s a batch, once an import had left 340,000 behind). First which
they are, then what they say: each partition offers a whole batch, and of all that only one batch is read.

The order by partition, and the range that holds one partition where an equality would do, leave the server no other
index to walk: it took the primary key where its statistics were of a time when nothing had left yet."""
BY_INDEX = text("SET LOCAL enable_sort = off")
"""Nor may it fetch and sort all that is pending in a partition, as it would where statistics know of little."""
MARK = text("UPDATE outbox SET published_at = now() WHERE position = ANY (CAST(:positions AS bigint[]))")
ANYTHING = text("SELECT EXISTS (SELECT 1 FROM outbox WHERE published_at IS NULL)")
BACKLOG = text("SELECT count(*), extract(epoch FROM now() - min(created_at)) FROM outbox WHERE published_at IS NULL")


class Relay:
    """One loop. It is woken after each commit in its own process and polls besides.

    There is no NOTIFY: it serialises commits (docs/decisions/0003). `look`, an engine in autocommit,
    is what it asks between two commits whether there is anything at all.
    """

    def __init__(self, engine: Engine, amqp_url: str, *, poll: float = 0.2, look: Engine | None = None) -> None:
        self._engine = engine
        self._look = look or engine
        self._amqp_url = amqp_url
        self._poll = poll
        self._wake = threading.Event()
        self._stopping = False
        self._connection: Connection | None = None
        self._publisher: ConfirmedPublisher | None = None
        self._measured = self._greeted = 0.0
        self._pace = Pace()
        self.heartbeat = Heartbeat("relay", max_age=30)

    def wake(self) -> None:
        """Something was committed."""
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        """Until stopped. Broker and database may come and go; nothing is lost or reordered by it."""
        pause = 0.1
        while not self._stopping:
            self.heartbeat.beat()
            try:
                published = self.publish_pending()
                pause = 0.1
            except Exception as error:
                self._disconnect()
                if not isinstance(error, CONNECTION_ERRORS) and not is_infrastructure_fault(error):
                    log.exception("relay failed", error=str(error))
                else:
                    log.warning("relay waits for its infrastructure", error=str(error), pause=round(pause, 2))
                time.sleep(pause * random.uniform(0.8, 1.2))
                pause = min(pause * 2, 5.0)
                continue
            if published < BATCH:
                time.sleep(self._pace.left())
                self._wake.wait(self._poll)
                self._wake.clear()
        self._disconnect()

    def publish_pending(self) -> int:
        """Publish one batch of what this relay may own now; returns how many events left."""
        publisher = self._connected()
        rows = self._publish(publisher) if self._anything() else []
        if not rows and time.monotonic() - self._greeted >= GREETING_S:
            self._greeted = time.monotonic()
            publisher.heartbeat()
        self._measure()
        return len(rows)

    def _anything(self) -> bool:
        with self._look.connect() as connection:
            found: bool = connection.execute(ANYTHING).scalar_one()
        return found

    def _publish(self, publisher: ConfirmedPublisher) -> Sequence[Waiting]:
        with self._engine.begin() as connection:
            # Which partitions a relay tries first is chance, so that two relays share the work.
            order = random.sample(range(PARTITIONS), PARTITIONS)
            owned = list(connection.execute(OWN, {"partitions": order, "base": PARTITION_LOCKS}).scalars())
            rows = _pending(connection, owned) if owned else []
            if rows:
                self._pace.turn()
                publisher.publish(bundled(rows))
                crash_point("relay.published_before_mark")
                connection.execute(MARK, {"positions": [row.position for row in rows]})
                RELAY_PUBLISHED.inc(len(rows))
        if rows:
            self._pace.done()
        return rows

    def _connected(self) -> ConfirmedPublisher:
        if self._publisher is None:
            self._connection = connect(self._amqp_url)
            check_topology(self._connection)
            self._publisher = ConfirmedPublisher(self._connection)
        return self._publisher

    def _disconnect(self) -> None:
        connection, self._connection, self._publisher = self._connection, None, None
        if connection is not None:
            try:
                connection.release()
            except CONNECTION_ERRORS:
                log.info("the broker connection was already gone")

    def _measure(self) -> None:
        if time.monotonic() - self._measured < 5:
            return
        self._measured = time.monotonic()
        with self._look.connect() as connection:
            pending, oldest = connection.execute(BACKLOG).one()
        OUTBOX_PENDING.set(pending)
        OUTBOX_OLDEST_SECONDS.set(float(oldest or 0))


def _pending(connection: Database, owned: list[int]) -> list[Waiting]:
    """The next batch of these partitions, in the order of positions."""
    connection.execute(BY_INDEX)
    return [Waiting._make(row) for row in connection.execute(PENDING, {"owned": owned, "n": BATCH})]
