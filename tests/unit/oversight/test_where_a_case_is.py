"""Where a case is: computed from its steps, whatever the order in which they were heard."""

from __future__ import annotations

import random

import pytest

from contracts.deadlines import ReviewDeadlineUndetermined
from contracts.message import Actor
from contracts.treasury import (
    DisbursementAuthorised,
    DisbursementCancelled,
    DisbursementFailed,
    DisbursementHeld,
    DisbursementReady,
    DisbursementRecalled,
    DisbursementReturned,
    DisbursementSent,
    DisbursementSettled,
    DisbursementUnknown,
)
from services.oversight.domain import (
    EnterpriseNotYours,
    mask_enterprise,
    refuse_stranger,
)
from services.oversight.progress import progress
from tests.unit.oversight.case_story import (
    AMOUNT,
    GROUND,
    accepted,
    after,
    approved,
    assigned,
    claim,
    delivered,
    inspected,
    money,
    payout_moved,
    rejected,
    review_moved,
    steps,
    submitted,
)

CASE = claim()
UNDER_REVIEW = ((submitted(CASE), 0), (accepted(CASE), 1))
UNTIL_APPROVED = ((submitted(CASE), 0), (accepted(CASE), 1), (assigned(CASE), 1), (approved(CASE), 3))


@pytest.mark.parametrize(
    ("last", "state"),
    [
        (DisbursementHeld, "held"),
        (DisbursementReady, "ready"),
        (DisbursementAuthorised, "authorised"),
        (DisbursementSent, "sent"),
        (DisbursementUnknown, "unknown"),
        (DisbursementSettled, "settled"),
        (DisbursementFailed, "failed"),
        (DisbursementReturned, "returned"),
        (DisbursementCancelled, "approved"),
    ],
)
def test_the_state_is_the_furthest_along_the_line_in_whatever_order_events_were_heard(last: type, state: str) -> None:
    line = [
        DisbursementHeld,
        DisbursementReady,
        DisbursementAuthorised,
        DisbursementSent,
        DisbursementUnknown,
        DisbursementSettled,
        DisbursementReturned,
    ]
    before = line[: line.index(last)] if last in line else line[:4]
    told = steps(*UNTIL_APPROVED, *((money(kind, CASE), 4) for kind in (*before, last)), (delivered(CASE), 9))
    for seed in range(5):
        random.Random(seed).shuffle(told)
        assert progress(told).state == state


def test_a_release_that_was_taken_back_counts_no_more_until_there_is_another() -> None:
    released = (*UNTIL_APPROVED, (money(DisbursementReady, CASE), 4), (money(DisbursementAuthorised, CASE), 5))
    recalled = (*released, (money(DisbursementRecalled, CASE), 6))
    assert progress(steps(*released)).state == "authorised"
    for told in (steps(*recalled), steps(*reversed(recalled))):
        assert progress(told).state == "ready"
    assert progress(steps(*recalled, (money(DisbursementRecalled, CASE, "d-2"), 9))).state == "ready"
    assert progress(steps(*recalled, (money(DisbursementAuthorised, CASE), 7))).state == "authorised"
    assert progress(steps(*released, (money(DisbursementRecalled, CASE, "d-2"), 9))).state == "authorised"


def test_before_money_moves_the_state_is_the_cases_own() -> None:
    assert progress(steps((submitted(CASE), 0))).state == "submitted"
    assert progress(steps((assigned(CASE), 1), (accepted(CASE), 1), (submitted(CASE), 0))).state == "accepted"
    assert progress(steps((inspected(CASE), 2), *UNTIL_APPROVED)).state == "approved"
    assert progress(steps((rejected(CASE), 3), (accepted(CASE), 1))).state == "rejected"


def test_a_disbursement_heard_of_before_its_approval_already_counts() -> None:
    now = progress(steps((money(DisbursementReady, CASE), 4)))
    assert (now.state, now.amount_fen, now.due_at) == ("ready", None, after(2000))


def test_the_case_is_settled_only_when_every_payers_share_is() -> None:
    shares = (
        (approved(CASE, "ganzhou", part=AMOUNT // 2), 3),
        (approved(CASE, "xingguo", part=AMOUNT // 2), 3),
        (money(DisbursementSettled, CASE, "d-city", AMOUNT // 2), 6),
    )
    assert progress(steps(*shares)).state == "approved"
    waiting = (*shares, (money(DisbursementReady, CASE, "d-county", AMOUNT // 2), 4))
    assert progress(steps(*waiting)).state == "ready"
    assert progress(steps(*waiting)).paid_at is None
    whole = progress(steps(*waiting, (money(DisbursementSettled, CASE, "d-county", AMOUNT // 2), 8)))
    assert (whole.state, whole.paid_at, whole.amount_fen) == ("settled", after(8), AMOUNT)


def test_a_returned_payment_is_returned_until_a_later_attempt_settles() -> None:
    back = (
        *UNTIL_APPROVED,
        (money(DisbursementSettled, CASE, "d-1"), 6),
        (money(DisbursementReturned, CASE, "d-1"), 60),
    )
    assert (progress(steps(*back)).state, progress(steps(*back)).paid_at) == ("returned", None)
    again = (*back, (money(DisbursementReady, CASE, "d-2"), 70))
    assert progress(steps(*again)).state == "ready"
    assert progress(steps(*again, (money(DisbursementSettled, CASE, "d-2"), 80))).state == "settled"


def test_the_payout_limit_takes_the_place_of_the_review_limit() -> None:
    assert progress(steps((submitted(CASE), 0), (accepted(CASE), 1))).due_at == after(5000)
    assert progress(steps(*UNTIL_APPROVED, (money(DisbursementReady, CASE), 4))).due_at == after(2000)


def test_nothing_is_due_of_what_is_over_and_no_limit_of_a_part_that_is_over() -> None:
    refused = (rejected(CASE), 3)
    assert progress(steps((submitted(CASE), 0), (accepted(CASE), 1), refused)).due_at is None
    assert progress(steps(*UNTIL_APPROVED)).due_at is None, "it is granted, and the payout limit is not told yet"
    ready = (money(DisbursementReady, CASE), 4)
    assert progress(steps(*UNTIL_APPROVED, ready, (money(DisbursementSettled, CASE), 5))).due_at is None
    assert progress(steps(*UNTIL_APPROVED, ready, (money(DisbursementCancelled, CASE), 5))).due_at is None
    assert progress(steps(*UNTIL_APPROVED, ready, (money(DisbursementFailed, CASE), 5))).due_at == after(2000)
    gone = progress(steps(*UNTIL_APPROVED, ready, (money(DisbursementReturned, CASE), 6)))
    assert (gone.due_at, gone.awaits_year) == (None, None)


def test_a_limit_that_waits_for_a_calendar_names_the_year_and_then_has_its_date() -> None:
    waits = ((submitted(CASE), 0), (accepted(CASE, awaits_year=2027), 1))
    assert (progress(steps(*waits)).due_at, progress(steps(*waits)).awaits_year) == (None, 2027)
    known = progress(steps(*waits, (review_moved(CASE, after(5000)), 2)))
    assert (known.due_at, known.awaits_year) == (after(5000), None)


def test_of_two_words_on_a_limit_the_newest_counts_whatever_the_order_they_were_heard_in() -> None:
    told = steps(*UNDER_REVIEW, (review_moved(CASE, after(6000), after(5000)), 2), (review_moved(CASE, after(7000)), 3))
    for seed in range(5):
        random.Random(seed).shuffle(told)
        assert progress(told).due_at == after(7000)
    at_once = steps((accepted(CASE), 1), (review_moved(CASE, after(6000)), 1))
    assert progress(at_once).due_at == progress(at_once[::-1]).due_at == after(6000)


def test_a_payout_limit_that_moves_is_the_one_that_runs() -> None:
    moved = (*UNTIL_APPROVED, (money(DisbursementReady, CASE), 4), (payout_moved(CASE, after(3000), after(2000)), 5))
    assert progress(steps(*moved)).due_at == after(3000)
    assert progress(steps(*moved)).state == "ready", "a limit that moves moves no money"


def test_a_limit_that_can_no_longer_be_known_is_shown_as_that() -> None:
    lost = (*UNDER_REVIEW, (review_moved(CASE, None, after(5000), awaits_year=2027), 2))
    assert (progress(steps(*lost)).due_at, progress(steps(*lost)).awaits_year) == (None, 2027)


def test_a_limit_that_begins_without_an_end_says_what_it_waits_for() -> None:
    ready = money(DisbursementReady, CASE).model_copy(update={"due_at": None, "awaits_year": 2027})
    half = ReviewDeadlineUndetermined(case_id="case-1", claim=CASE, used_percent=50, awaits_year=2027)
    first, used, second, known = steps(
        (accepted(CASE, awaits_year=2027), 1), (half, 2), (ready, 3), (accepted(CASE), 4)
    )
    assert first.text == "已受理，进入审核（审核时限待 2027 年工作日安排公布后确定）"
    assert used.text == "审核时限已用 50%，到期时间待 2027 年工作日安排公布后确定"
    assert second.text.endswith("等待支付复核（拨付时限待 2027 年工作日安排公布后确定）")
    assert known.text == "已受理，进入审核"


def test_a_moved_limit_is_told_with_its_dates_and_its_ground() -> None:
    first, second, lost = steps(
        (review_moved(CASE, after(0)), 1),
        (payout_moved(CASE, after(1440), after(0)), 2),
        (review_moved(CASE, None, after(0), awaits_year=2027), 3),
    )
    assert first.text == f"审核时限确定为 2026-03-10 12:00：{GROUND}"
    assert second.text == f"拨付时限由 2026-03-10 12:00 调整为 2026-03-11 12:00：{GROUND}"
    assert lost.text.startswith("审核时限改为待定：")


def test_the_answer_says_how_new_it_is() -> None:
    assert progress(steps((delivered(CASE), 9), *UNTIL_APPROVED)).as_of == after(9)


def test_a_step_says_what_was_done_and_by_which_role_in_chinese() -> None:
    said = [(step.by, step.text) for step in steps(*UNTIL_APPROVED, (inspected(CASE), 2), (delivered(CASE), 9))]
    assert said == [
        ("企业", "提交申报，已出具收件回执"),
        ("市工业和信息化局", "已受理，进入审核"),
        ("系统", "交办现场勘查"),
        ("市工业和信息化局", "审核通过，核定 200,000.00 元，本笔拨付 200,000.00 元"),
        ("市工业和信息化局", "完成现场勘查，结论：通过"),
        ("系统", "短信已送达企业：资金到账"),
    ]


def test_a_reason_with_braces_is_shown_as_it_was_written() -> None:
    (step,) = steps((rejected(CASE, "材料{department}不全"), 3))
    assert step.text == "审核未通过：材料{department}不全"


@pytest.mark.parametrize(
    ("name", "shown"), [("示例企业有限公司", "示例企业**"), ("赣州示例电子有限公司", "赣州示例**"), ("示例", "示**")]
)
def test_a_enterprises_name_is_never_shown_whole(name: str, shown: str) -> None:
    assert mask_enterprise(name) == shown


def test_only_the_enterprise_itself_lists_its_cases_without_query_codes() -> None:
    refuse_stranger(Actor(id="f", enterprise_id="ent-1"), "ent-1")
    for stranger in (Actor(id="o", roles=frozenset({"supervisor"})), Actor(id="f", enterprise_id="ent-2")):
        with pytest.raises(EnterpriseNotYours):
            refuse_stranger(stranger, "ent-1")
