"""A long backlog of events leaves as fast as a short one, whatever has left before and however many months are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from months_kit import divide, parts
from sqlalchemy import text

from chassis.edge.frame import Frame
from chassis.events.relay import BATCH, BY_INDEX, PENDING
from chassis.write.outbox import PARTITIONS
from console.servers.provision import Dsns

EVENTS = (
    "INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence, type,"
    " routing_key, body, created_at)"
    f" SELECT 't', 't', n::text, n %% {PARTITIONS}, 'enterprise', n::text, 1, 'E', 'e', repeat('x', 800),"
    " now() - n %% 3 * interval '1 month'"
    " FROM generate_series(CAST(%s AS integer), CAST(%s AS integer)) AS n"
)
LEAVE = "UPDATE outbox SET published_at = now() WHERE event_id::integer <= 20000"
TIMES = {
    "never": ((), ()),
    "before anything had left": (((1, 40000),), ("ANALYZE outbox", LEAVE)),
    "when half had left": (((1, 40000),), (LEAVE, "ANALYZE outbox")),
    "when all had left": (((1, 20000),), (LEAVE, "ANALYZE outbox")),
}
"""When the server took its statistics: what was there before, and what was done then."""


@pytest.mark.parametrize(("before", "then"), TIMES.values(), ids=TIMES)
def test_a_batch_is_found_without_walking_past_what_has_left_or_reading_all_that_waits(
    service_frame: Callable[..., Frame],
    service_database: Callable[[str], Dsns],
    before: tuple[tuple[int, int], ...],
    then: tuple[str, ...],
) -> None:
    dsns = service_database("catalog")
    divide(dsns, months=3)
    with psycopg.connect(psycopg_url(dsns.owner), autocommit=True) as owner:
        # Statistics come when the test says so.
        for part in (*parts(dsns, "outbox"), "outbox_default"):
            owner.execute(f"ALTER TABLE {part} SET (autovacuum_enabled = off)")  # type: ignore[arg-type]
        for span in before:
            owner.execute(EVENTS, span)
        for statement in then:
            owner.execute(statement)
        owner.execute(EVENTS, (max((last for _, last in before), default=0) + 1, 40000))
        owner.execute(LEAVE + " AND published_at IS NULL")
    asked = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {PENDING.text}")
    with service_frame("catalog", dsns=dsns).frame_engine.connect() as connection:
        connection.execute(BY_INDEX)
        (answer,) = connection.execute(asked, {"owned": list(range(PARTITIONS)), "n": BATCH}).scalar_one()
    steps = list(_steps(answer["Plan"]))
    assert steps[0]["Actual Rows"] == BATCH
    assert sum(step.get("Rows Removed by Filter", 0) for step in steps) == 0
    assert max(step["Actual Rows"] * step["Actual Loops"] for step in steps) <= PARTITIONS * BATCH


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _steps(part)
