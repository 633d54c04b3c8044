"""What a command on a case asks the database: nothing twice that cannot have changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from review_database import Review
from sqlalchemy import event

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.review import ApproveCase, ListCases
from services.review.item_copies import store as item_copies
from tests.unit.review.review_kit import AMOUNT, LEADER, application


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns).prepared()


@contextmanager
def statements(frame: Frame) -> Iterator[list[str]]:
    """Those of commands, each with its spaces made one."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(frame.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(frame.engine, "before_cursor_execute", note)


def approves(review: Review) -> None:
    (found,) = review.asked(ListCases(state="accepted"))["ok"]["items"]
    order = ApproveCase(case_id=found["case_id"], amount_fen=AMOUNT, expected_version=found["version"])
    assert review.ordered(order, actor=LEADER)["ok"]["state"] == "approved"


def test_an_approval_takes_its_place_once_and_looks_for_its_person_three_times(review: Review) -> None:
    review.hears(application())
    with statements(review.frame) as asked:
        approves(review)
    said = Counter(each[:40] for each in asked)
    assert said["INSERT INTO award (tenant, item_id, uscc, "[:40]] == 1
    assert said["SET LOCAL enable_seqscan = off"] == 1
    # Before anybody is held, and on either side of the lock: codes may have joined while it was waited for.
    assert sum("family AS" in each for each in asked) == 3


def test_rules_are_read_once_however_many_commands_need_them(review: Review) -> None:
    review.hears(application())
    before = item_copies.rules_of.cache_info().misses
    review.hears(application(application_id="another-application", enterprise_id="e2", uscc="91360702DEM0000220"))
    assert item_copies.rules_of.cache_info().misses == before
