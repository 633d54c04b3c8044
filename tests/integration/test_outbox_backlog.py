"""A long backlog of events leaves as fast as a short one, whatever has left before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from frame_kit import psycopg_url
from sqlalchemy import text

from chassis.frame import Frame
from chassis.outbox import PARTITIONS
from chassis.relay import BATCH, PENDING
from console.provision import Dsns

EVENTS = (
    "INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence, type,"
    " routing_key, body, published_at)"
    f" SELECT 't', 't', n::text, n % {PARTITIONS}, 'enterprise', n::text, 1, 'E', 'e', repeat('x', 800),"
    " CASE WHEN n <= 20000 THEN now() END FROM generate_series(1, 40000) AS n"
)


def test_a_batch_is_found_without_walking_past_what_has_left(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]
) -> None:
    dsns = service_database("catalog")
    with psycopg.connect(psycopg_url(dsns.owner), autocommit=True) as owner:
        owner.execute(EVENTS)
        owner.execute("ANALYZE outbox")
    asked = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {PENDING.text}")
    with service_frame("catalog", dsns=dsns).frame_engine.connect() as connection:
        (answer,) = connection.execute(asked, {"owned": list(range(PARTITIONS)), "n": BATCH}).scalar_one()
    steps = list(_steps(answer["Plan"]))
    assert steps[0]["Actual Rows"] == BATCH
    assert sum(step.get("Rows Removed by Filter", 0) for step in steps) == 0
    assert max(step["Actual Rows"] for step in steps) <= PARTITIONS * BATCH


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _steps(part)
