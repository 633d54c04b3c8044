"""What the database counts and sums by itself is made from what lies there when it is upgraded, and goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url, up_to
from key_kit import key_ring
from review_database import Review

from bench.grown.house import fill
from bench.grown.size import Size
from chassis.edge.frame import Frame
from chassis.foundation.migrate import migrate
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.review import CountCases, RejectCase
from tests.integration.test_treasury_balances import KEPT, KEPT_PAID, PAID, SUMS
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import OFFICER, application

KEY = "tenant, department, department_id, item_id, state"
CASES = f"SELECT {KEY}, count(*) FROM review_case GROUP BY {KEY}"
COUNTS = f"""
    SELECT {KEY}, sum(cases)::bigint FROM (
        SELECT {KEY}, cases FROM case_count UNION ALL SELECT {KEY}, cases FROM case_count_change) AS kept
    GROUP BY {KEY} HAVING sum(cases) <> 0
"""


def found(dsns: Dsns, statement: str) -> set[tuple[Any, ...]]:
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        return set(owner.execute(statement.encode()).fetchall())


def test_an_upgrade_sums_what_has_been_posted_and_paid(empty_database: Callable[[str], Dsns]) -> None:
    dsns = empty_database("treasury")
    up_to("treasury", "treasury_0004", dsns)
    fill("treasury", dsns, Size(600, 5), key_ring())
    migrate("treasury", dsns.owner)
    assert found(dsns, KEPT) == found(dsns, SUMS) != set()
    assert found(dsns, KEPT_PAID) == found(dsns, PAID) != set()


def test_an_upgrade_counts_the_cases_that_there_are(empty_database: Callable[[str], Dsns]) -> None:
    dsns = empty_database("review")
    up_to("review", "review_0007", dsns)
    fill("review", dsns, Size(600, 5), key_ring(), without=("renamed_enterprise",))
    migrate("review", dsns.owner)
    assert found(dsns, COUNTS) == found(dsns, CASES) != set()


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns).prepared()


def opens(review: Review, *cases: str) -> None:
    review.hears(
        *(application(application_id=case, receipt=f"ZD-{case}", uscc=case, enterprise_id=case) for case in cases)
    )


def test_cases_are_counted_as_they_come_and_are_decided_and_put_together_now_and_then(review: Review) -> None:
    opens(review, "case-1", "case-2", "case-3")
    ((case, version),) = review.rows("SELECT id, version FROM review_case WHERE uscc = 'case-1'")
    reject = RejectCase(
        other_grounds=OWN_GROUNDS,
        case_id=case,
        expected_version=version,
        reason="不符合申报条件",
        cites=("办法第三条",),
    )
    assert "ok" in review.ordered(reject)
    assert found(review.dsns, COUNTS) == found(review.dsns, CASES)
    before = review.asked(CountCases())["ok"]
    assert (before["states"], before["items"][0]["count"]) == ({"accepted": 2, "rejected": 1}, 3)
    review.does("SELECT put_case_counts_together('zhanggong')")
    assert review.rows("SELECT count(*) FROM case_count_change") == [(0,)]
    assert review.asked(CountCases())["ok"] == before
    opens(review, "case-4")
    after = review.asked(CountCases(state="accepted"))["ok"]
    assert (after["states"], after["items"][0]["count"]) == ({"accepted": 3, "rejected": 1}, 3)
    review.does("UPDATE review_case SET department = '区商务局' WHERE uscc = 'case-4'")
    assert review.asked(CountCases())["ok"] == before, "it is another department's now"
    assert found(review.dsns, COUNTS) == found(review.dsns, CASES)


def test_who_puts_counts_together_leaves_out_what_is_not_committed_yet(review: Review) -> None:
    opens(review, "case-1")
    with psycopg.connect(psycopg_url(review.dsns.owner)) as other:
        other.execute("UPDATE review_case SET department = '区商务局'")
        review.does("SELECT put_case_counts_together('zhanggong')")
        assert review.asked(CountCases())["ok"]["states"] == {"accepted": 1}
    assert review.asked(CountCases())["ok"]["states"] == {}
    review.does("SELECT put_case_counts_together('zhanggong')")
    assert found(review.dsns, COUNTS) == found(review.dsns, CASES)


def test_the_service_may_not_count_by_itself(review: Review) -> None:
    with psycopg.connect(psycopg_url(review.dsns.app)) as app:
        for statement in ("DELETE FROM case_count_change", "UPDATE case_count SET cases = 0"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
                app.execute(statement.encode())


def test_another_department_s_cases_are_not_counted(review: Review) -> None:
    opens(review, "case-1")
    stranger = OFFICER.model_copy(update={"department": "区商务局", "department_id": None})
    assert review.asked(CountCases(), actor=stranger)["ok"] == {"states": {}, "overdue": 0, "items": []}
