"""What is stuck in a service, as it is told and redriven over the bus: to the platform all, to a county its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.events import stuck_work as stuck
from chassis.foundation.ids import new_id
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.stuck_work import GetStuckWork, ListStuckWork, RedriveStuckWork

PARKED = """
INSERT INTO parked (tenant, event_id, origin, aggregate_type, aggregate_id, sequence, type, body, cause, state, error,
    attempts, parked_at, next_attempt_at)
VALUES (%(tenant)s, %(id)s, %(tenant)s, 'case', 'case-1', 2, 'CaseApproved', '{"data": "审核通过"}', 'refused', 'dead',
    'payer_mismatch', 7, %(at)s, %(at)s)
"""
JOB = """
INSERT INTO job (tenant, kind, subject, due_at, attempts, error)
VALUES (%(tenant)s, 'send_disbursement', %(id)s, %(at)s, 3, 'connection refused')
"""
QUARANTINED = """
INSERT INTO quarantine (id, queue, body, properties, error, quarantined_at)
VALUES ('q-1', 'zhida.treasury.events', '{broken', '{}', 'not JSON', %(at)s)
"""


class Treasury:
    """A service's database with stuck work in it, asked as the bus would."""

    def __init__(self, frame: Frame, dsns: Dsns) -> None:
        self.frame, self.dsns = frame, dsns

    def has(self, *statements: str, tenant: str = "xingguo", id: str = "one", hours: int = 2) -> None:
        values = {"tenant": tenant, "id": id, "at": NOON - timedelta(hours=hours)}
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            connection.execute("SELECT set_config('zhida.tenants', %(tenant)s, false)", values)
            for each in statements:
                connection.execute(each, values)  # type: ignore[call-overload]

    def told(self, tenant: str, query: ListStuckWork | GetStuckWork) -> dict[str, Any]:
        view = stuck.list_stuck_work if isinstance(query, ListStuckWork) else stuck.get_stuck_work
        handle: Any = partial(view, engine=self.frame.frame_engine, service="treasury")
        envelope = {"tenant": tenant, "name": type(query).__name__, "body": query.model_dump(mode="json")}
        return self.frame.run_query(type(query), handle, envelope)

    def listed(self, tenant: str, **said: Any) -> list[tuple[str, str, str | None]]:
        answer = self.told(tenant, ListStuckWork(**said))["ok"]
        return [(each["kind"], each["id"], each["tenant"]) for each in answer["items"]]

    def redriven(self, tenant: str, kind: Any, id: str, *, key: str | None = None) -> dict[str, Any]:
        command = RedriveStuckWork(kind=kind, id=id)
        handle = partial(
            stuck.redrive_stuck_work,
            engine=self.frame.frame_engine,
            amqp_url=self.frame.settings.amqp_url,
            service="treasury",
        )
        envelope = {
            "idempotency_key": key or new_id(),
            "tenant": tenant,
            "actor": {"id": "admin-1", "duties": ["system_admin"]},
            "name": "RedriveStuckWork",
            "body_hash": "x",
            "body": command.model_dump(mode="json"),
        }
        return self.frame.run_command(RedriveStuckWork, handle, envelope)

    def rows(self, sql: str, tenant: str = "xingguo") -> list[tuple[Any, ...]]:
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            connection.execute("SELECT set_config('zhida.tenants', %s, false)", [tenant])
            return connection.execute(sql).fetchall()  # type: ignore[call-overload]


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns = service_database("treasury")
    return Treasury(service_frame("treasury", dsns=dsns, clock=FixedClock(NOON)), dsns)


def test_the_platform_sees_all_of_it_the_oldest_first_and_a_county_its_own(treasury: Treasury) -> None:
    treasury.has(JOB, hours=1)
    treasury.has(PARKED, tenant="zhanggong", hours=3)
    treasury.has(QUARANTINED, hours=2)
    timer, event = ("timer", "send_disbursement/one", "xingguo"), ("event", "one", "zhanggong")
    assert treasury.listed("platform") == [event, ("unreadable", "q-1", None), timer]
    assert treasury.listed("xingguo") == [timer]
    assert treasury.listed("zhanggong") == [event]
    assert treasury.listed("ganzhou") == []


def test_a_list_is_cut_and_says_how_much_there_is(treasury: Treasury) -> None:
    for number in range(5):
        treasury.has(JOB, id=f"payment-{number}", hours=number + 1)
    answer = treasury.told("platform", ListStuckWork(limit=2))["ok"]
    assert [each["subject"] for each in answer["items"]] == ["payment-4", "payment-3"]
    assert answer["total"] == 5


def test_what_is_not_late_and_has_not_failed_is_not_stuck(treasury: Treasury) -> None:
    treasury.has(JOB.replace("3, 'connection refused'", "0, NULL"), hours=0)
    assert treasury.listed("platform") == []


def test_a_piece_is_read_with_its_error_and_since_when(treasury: Treasury) -> None:
    treasury.has(PARKED)
    treasury.has(QUARANTINED)
    read = treasury.told("platform", GetStuckWork(kind="event", id="one"))["ok"]
    assert (read["piece"]["error"], read["piece"]["attempts"], read["piece"]["stopped"]) == ("payer_mismatch", 7, True)
    assert read["piece"]["subject"] == "case/case-1 第 2 条"
    assert "审核通过" in read["body"]
    assert treasury.told("platform", GetStuckWork(kind="unreadable", id="q-1"))["ok"]["body"] == "{broken"


@pytest.mark.parametrize(("tenant", "kind", "id"), [("ganzhou", "event", "one"), ("xingguo", "unreadable", "q-1")])
def test_what_is_anothers_is_neither_read_nor_redriven(treasury: Treasury, tenant: str, kind: Any, id: str) -> None:
    treasury.has(PARKED)
    treasury.has(QUARANTINED)
    assert treasury.told(tenant, GetStuckWork(kind=kind, id=id))["refused"]["code"] == "not_stuck"
    assert treasury.redriven(tenant, kind, id)["refused"]["code"] == "not_stuck"


def test_an_event_is_tried_again_at_once_and_it_is_journalled_who_did_it(treasury: Treasury) -> None:
    treasury.has(PARKED)
    going = treasury.redriven("xingguo", "event", "one", key="the-same-key")["ok"]
    assert (going["stopped"], going["attempts"]) == (False, 0)
    assert treasury.redriven("xingguo", "event", "one", key="the-same-key")["ok"] == going
    assert treasury.rows("SELECT state, attempts, next_attempt_at FROM parked") == [("waiting", 0, NOON)]
    assert treasury.rows("SELECT action, actor, aggregate_id FROM audit_fact") == [
        ("redrive_stuck_work", "admin-1", "one")
    ]


def test_a_timer_is_due_again_at_once(treasury: Treasury) -> None:
    treasury.has(JOB)
    assert treasury.redriven("xingguo", "timer", "send_disbursement/one")["ok"]["what"] == "send_disbursement"
    assert treasury.rows("SELECT due_at, attempts, error FROM job") == [(NOON, 0, None)]
    assert treasury.listed("xingguo") == []
    assert treasury.redriven("xingguo", "timer", "send_disbursement/two")["refused"]["code"] == "not_stuck"
