"""FAULTS 5: every connection to the broker is closed by force while a handler is in the middle of its
transaction."""

from __future__ import annotations

import psycopg
from scene_kit import INSTANT, NOMINATED, small_scene
from system_kit import House

from chassis.testing.waiting import eventually

DUPLICATES = 'zhida_events_handled_total{outcome="duplicate",service="treasury"}'


def in_mid_handler(house: House) -> bool:
    """Whether treasury's consumer waits inside its transaction for the table that the test has locked."""
    with psycopg.connect(house.cluster.postgres.admin().dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'treasury_app' AND wait_event_type = 'Lock'"
        ).fetchone()
    return row is not None and row[0] > 0


def test_connections_cut_in_mid_handler_deliver_twice_and_take_effect_once(house: House) -> None:
    before = house.metric("treasury", DUPLICATES)
    stage = house.prepare(small_scene("cut", [NOMINATED, INSTANT, INSTANT, INSTANT]))
    with house.playing(stage) as board:
        with house.database("treasury") as connection:
            connection.execute("LOCK TABLE position IN ACCESS EXCLUSIVE MODE")
            eventually(lambda: in_mid_handler(house))
            house.cluster.rabbitmq.close_connections(house.amqp_url)
        eventually(lambda: board.finished, within=90, every=0.2)
    assert house.metric("treasury", DUPLICATES) > before
    house.must_hold()
    enterprises = {claim.enterprise.uscc for claim in stage.scene.claims}
    with house.database("treasury") as connection:
        paid = connection.execute(
            "SELECT claim ->> 'uscc' FROM disbursement WHERE claim ->> 'uscc' = ANY (%s)", [list(enterprises)]
        ).fetchall()
    assert sorted(uscc for (uscc,) in paid) == sorted(enterprises)
