"""Many cases decided at once on a real database: line by line as if each had been decided alone, and undone as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from review_database import Review
from test_decisions_taken_back import at, decisions_said, releases

from chassis.edge.frame import Frame
from chassis.operations import runs as operation_runs
from chassis.operations.work import chunks_due
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import claim
from console.servers.provision import Dsns
from contracts.bulk_decisions import (
    ApproveCases,
    BulkPreview,
    LookedAt,
    PreviewBulkDecision,
    RefusedCase,
    RejectCases,
    UndoBulk,
)
from contracts.identity import TenantSettings
from contracts.operations import GetOperation, LineResult, ListOperationLines, OperationView
from services.review.bulk_decisions.domain import APPROVE, REJECT
from services.review.bulk_decisions.work import BulkDecision
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import AMOUNT, LEADER, OFFICER, STRANGER, application, facts, item_rules


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    found = Review(service_frame("review", dsns=dsns, clock=clock), dsns)
    return found.prepared(item_rules(), TenantSettings(undo_minutes=30))


def files(review: Review, count: int, *, without_facts: int = 0, same_firm: int = 0) -> None:
    """Cases of firms of their own; some of them lack a fact, some are of one firm."""
    asked = []
    for number in range(count):
        firm = 0 if number < same_firm else number + 1
        known = facts(rd=None) if number >= count - without_facts else None
        words = {"enterprise_id": f"firm-{firm}", "uscc": f"91360702DEM{firm:06d}X"}
        asked.append(application(known=known, estimated_fen=None, **words))
    review.hears(*asked)


def looked_at(review: Review) -> list[LookedAt]:
    rows = review.rows("SELECT id, version FROM review_case ORDER BY id")
    return [LookedAt(case_id=id, expected_version=version) for id, version in rows]


def works(review: Review, kind: str = APPROVE) -> None:
    due = chunks_due(review.frame, kind, BulkDecision())
    while jobs := claim(review.frame.frame_engine, due.kind, review.frame.clock.now(), 1):
        due.handle(jobs)


def seen(review: Review, answer: dict[str, Any]) -> tuple[OperationView, list[LineResult]]:
    id = answer["ok"]["operation_id"]
    with review.frame.reader(["zhanggong"], actor=LEADER) as reader:
        view = operation_runs.get_operation(GetOperation(operation_id=id), reader, "review")
        lines = operation_runs.list_operation_lines(ListOperationLines(operation_id=id, limit=1000), reader)
    return view, list(lines.lines)


def states(review: Review) -> dict[str, int]:
    return dict(review.rows("SELECT state, count(*)::int FROM review_case GROUP BY 1"))


def test_a_bulk_of_500_with_37_that_cannot_be_approved_grants_463_and_says_37_reasons(
    review: Review, clock: FixedClock
) -> None:
    files(review, 500, without_facts=20, same_firm=18)
    answer = review.ordered(ApproveCases(lines=tuple(looked_at(review)), opinion="同意"), actor=LEADER)
    works(review)
    view, lines = seen(review, answer)
    refused = [each for each in lines if each.outcome == "refused"]
    assert (view.state, view.accepted, view.refused) == ("finished", 463, 37)
    assert {each.subject_id for each in refused} == {
        id for (id,) in review.rows("SELECT id FROM review_case WHERE state = 'accepted'")
    }
    assert all(each.message for each in refused)
    assert review.rows("SELECT count(DISTINCT undo_until)::int FROM review_case WHERE undo_until IS NOT NULL") == [(1,)]
    assert decisions_said(review) == []
    at(clock, timedelta(minutes=30))
    while releases(review):
        pass
    assert len(decisions_said(review)) == 463
    assert review.rows("SELECT count(*)::int FROM award") == [(463,)]


def test_the_same_bulk_given_twice_is_one(review: Review) -> None:
    files(review, 3)
    order = ApproveCases(lines=tuple(looked_at(review)))
    first = review.ordered(order, actor=LEADER, key="key-1")
    assert review.ordered(order, actor=LEADER, key="key-1") == first
    works(review)
    assert (states(review), seen(review, first)[0].accepted) == ({"approved": 3}, 3)


def test_what_was_not_looked_at_as_it_is_and_what_is_anothers_is_refused_at_its_line(review: Review) -> None:
    files(review, 3)
    lines = looked_at(review)
    stale = lines[0].model_copy(update={"expected_version": 9})
    unknown = LookedAt(case_id="no-case", expected_version=1)
    answer = review.ordered(ApproveCases(lines=(stale, unknown, *lines[1:])), actor=LEADER)
    works(review)
    assert [(each.line, each.code) for each in seen(review, answer)[1]] == [
        (1, "stale_version"),
        (2, "case_not_found"),
        (3, "case_approved"),
        (4, "case_approved"),
    ]
    again = review.ordered(ApproveCases(lines=(lines[0],)), actor=STRANGER)
    works(review)
    assert review.rows(
        "SELECT code FROM operation_line WHERE operation_id = '" + again["ok"]["operation_id"] + "'"
    ) == [("not_your_department",)]


def test_a_bulk_is_undone_as_a_whole(review: Review, clock: FixedClock) -> None:
    files(review, 5)
    answer = review.ordered(ApproveCases(lines=tuple(looked_at(review))), actor=LEADER)
    works(review)
    assert states(review) == {"approved": 5}
    undo = UndoBulk(operation_id=answer["ok"]["operation_id"], reason="选错了批次")
    undone = review.ordered(undo, actor=LEADER)["ok"]
    assert (undone["undone"], undone["kept"], states(review)) == (5, [], {"accepted": 5})
    at(clock, timedelta(hours=1))
    assert (releases(review), decisions_said(review)) == (0, [])


def test_a_bulk_that_has_not_begun_is_not_done_after_it_was_undone(review: Review) -> None:
    files(review, 5)
    answer = review.ordered(ApproveCases(lines=tuple(looked_at(review))), actor=LEADER)
    assert (
        review.ordered(UndoBulk(operation_id=answer["ok"]["operation_id"], reason="选错了"), actor=LEADER)["ok"][
            "undone"
        ]
        == 0
    )
    works(review)
    assert (states(review), seen(review, answer)[0].state) == ({"accepted": 5}, "cancelled")


def test_after_the_window_a_bulk_is_kept_line_by_line(review: Review, clock: FixedClock) -> None:
    files(review, 2)
    answer = review.ordered(ApproveCases(lines=tuple(looked_at(review))), actor=LEADER)
    works(review)
    at(clock, timedelta(minutes=30))
    undo = UndoBulk(operation_id=answer["ok"]["operation_id"], reason="选错了")
    undone = review.ordered(undo, actor=LEADER)["ok"]
    assert (undone["undone"], [each["reason"]["code"] for each in undone["kept"]]) == (0, ["undo_window_over"] * 2)


def test_each_refusal_of_a_bulk_has_its_own_reason(review: Review) -> None:
    files(review, 3)
    lines = tuple(
        RefusedCase(other_grounds=OWN_GROUNDS, **each.model_dump(), reason=f"第 {number} 件不符合条件")
        for number, each in enumerate(looked_at(review))
    )
    answer = review.ordered(RejectCases(lines=lines), actor=LEADER)
    works(review, REJECT)
    assert seen(review, answer)[0].accepted == 3
    assert review.rows("SELECT note FROM review_case ORDER BY id") == [
        (f"第 {number} 件不符合条件",) for number in range(3)
    ]


def test_the_review_page_is_told_count_total_the_largest_and_what_cannot_be_approved(review: Review) -> None:
    files(review, 6, without_facts=2)
    preview = BulkPreview.model_validate(review.asked(PreviewBulkDecision(), actor=LEADER)["ok"])
    assert (preview.matching, len(preview.approvable), preview.total_fen) == (6, 4, 4 * AMOUNT)
    assert (len(preview.largest), len(preview.blocked), preview.undo_minutes) == (3, 2, 30)
    assert all(each.against for each in preview.blocked)
    checker = OFFICER.model_copy(update={"duties": frozenset({"first_review"})})
    others = BulkPreview.model_validate(review.asked(PreviewBulkDecision(), actor=checker)["ok"])
    assert others.approvable == ()
    assert {reason.code for each in others.blocked for reason in each.against} >= {"approval_not_yours"}
