"""What a plan asks for next: in sequence and side by side, by all, any or some, and who refuses where a step fails."""

from __future__ import annotations

import pytest

from rules.plan_run import PlanStanding, SlotAnswer, SlotPlace, kept_apart, latest_answers, planned_steps, standing_of
from tests.unit.rules.plan_writing import (
    APPROVAL,
    NOTICE,
    PAPERS,
    approved_by,
    back,
    beside,
    checks,
    no,
    plan_of,
    steps_of,
    yes,
)
from tests.unit.rules.sample_files import ITEMS

BOSS = "分管领导"


def states(standing: PlanStanding) -> list[str]:
    return [each.state for each in standing.steps]


def test_steps_are_taken_in_their_order():
    steps = steps_of(PAPERS, checks("信用"), APPROVAL)
    assert states(standing_of(steps, ())) == ["open", "waiting", "waiting"]
    assert standing_of(steps, [yes(1)]).open == ((2, "信用"),)
    assert standing_of(steps, [yes(1), yes(2, "信用")]).open == ((3, "复核岗"),)
    done = standing_of(steps, [yes(1), yes(2, "信用"), yes(3, "复核岗")])
    assert done.passed
    assert done.open == ()


def test_steps_side_by_side_begin_together_and_what_follows_waits_for_both():
    steps = steps_of(PAPERS, beside(checks("信用")), beside({"kind": "site_inspection"}), APPROVAL)
    assert standing_of(steps, ()).open == ((1, ""), (2, "信用"), (3, ""))
    assert standing_of(steps, [yes(3), yes(1)]).open == ((2, "信用"),)
    assert standing_of(steps, [yes(3), yes(1), yes(2, "信用")]).open == ((4, "复核岗"),)


def test_a_first_step_that_stands_beside_nothing_begins():
    assert standing_of(steps_of(beside(PAPERS), APPROVAL), ()).open == ((1, ""),)


@pytest.mark.parametrize(
    ("quorum", "answers", "state", "slots"),
    [
        ("all", [yes(1, "信用")], "open", ["passed", "open", "open"]),
        ("all", [no(1, "税务")], "failed", ["skipped", "skipped", "failed"]),
        ("any", [yes(1, "统计")], "passed", ["skipped", "passed", "skipped"]),
        ("any", [no(1, "信用"), no(1, "统计")], "open", ["failed", "failed", "open"]),
        ("any", [no(1, "信用"), no(1, "统计"), no(1, "税务")], "failed", ["failed"] * 3),
        (2, [yes(1, "信用"), no(1, "统计")], "open", ["passed", "failed", "open"]),
        (2, [yes(1, "信用"), no(1, "统计"), yes(1, "税务")], "passed", ["passed", "failed", "passed"]),
        (2, [no(1, "信用"), no(1, "统计")], "failed", ["failed", "failed", "skipped"]),
    ],
)
def test_a_step_passes_when_all_any_or_so_many_say_so(
    quorum: object, answers: list[SlotAnswer], state: str, slots: list[str]
):
    steps = steps_of(checks("信用", "统计", "税务", passes_when=quorum), APPROVAL)
    first = standing_of(steps, answers).steps[0]
    assert first.state == state
    assert list(first.slots.values()) == slots


def test_a_department_that_is_named_twice_answers_once():
    (step, _) = steps_of(checks("信用", "信用", passes_when=2), APPROVAL)
    assert (step.slots, step.needed) == (("信用",), 1)


def test_the_latest_answer_counts_and_a_withdrawn_one_opens_its_slot_again():
    steps = steps_of(PAPERS, APPROVAL)
    assert states(standing_of(steps, [no(1), yes(1)])) == ["passed", "open"]
    assert states(standing_of(steps, [yes(1), back(1)])) == ["open", "waiting"]
    assert latest_answers([yes(1), back(1)]) == {}
    assert latest_answers([back(1), yes(1, by="乙")]) == {SlotPlace(1, ""): yes(1, by="乙")}


def test_an_answer_that_was_given_stays_while_an_earlier_step_is_open_again():
    steps = steps_of(PAPERS, checks("信用", "统计"), APPROVAL)
    standing = standing_of(steps, [yes(1), yes(2, "信用"), back(1)])
    assert standing.open == ((1, ""),)
    assert standing.state_of(SlotPlace(2, "信用")) == "passed"
    assert standing.state_of(SlotPlace(2, "统计")) == "waiting"
    assert not standing.passed


# -- where a step fails --------------------------------------------------------------------------------------


def test_a_failed_step_blocks_what_follows_but_for_the_approval_that_refuses():
    steps = steps_of(PAPERS, checks("信用"), NOTICE, APPROVAL)
    standing = standing_of(steps, [yes(1), no(2, "信用")])
    assert states(standing) == ["passed", "failed", "waiting", "open"]
    assert standing.open == ((4, "复核岗"),)
    assert [each.step.number for each in standing.failed] == [2]


def test_who_is_asked_beside_the_failed_step_may_still_answer():
    steps = steps_of(PAPERS, beside(checks("信用")), APPROVAL)
    assert standing_of(steps, [no(1)]).open == ((2, "信用"), (3, "复核岗"))


def test_a_failed_step_that_is_answered_again_lets_the_plan_go_on():
    steps = steps_of(PAPERS, checks("信用"), APPROVAL)
    assert standing_of(steps, [yes(1), no(2, "信用"), yes(2, "信用"), yes(3, "复核岗")]).passed


def test_of_several_approvals_one_refuses():
    steps = steps_of(PAPERS, approved_by("初审岗"), approved_by(BOSS))
    assert standing_of(steps, [no(1)]).open == ((2, "初审岗"),)
    assert standing_of(steps, [no(1), no(2, "初审岗")]).open == ((3, BOSS),)
    refused = standing_of(steps, [no(1), no(2, "初审岗"), no(3, BOSS)])
    assert refused.open == ()
    assert not refused.passed


def test_a_notice_after_the_approval_that_fails_asks_the_approver_anew():
    steps = steps_of(PAPERS, APPROVAL, NOTICE)
    objected = [yes(1), yes(2, "复核岗"), no(3)]
    assert standing_of(steps, objected).open == ((2, "复核岗"),)
    assert standing_of(steps, [*objected, no(2, "复核岗")]).open == ()
    assert standing_of(steps, [*objected, yes(3)]).passed


def test_an_approval_against_a_failed_step_decides_nothing():
    steps = steps_of(PAPERS, APPROVAL)
    standing = standing_of(steps, [no(1), yes(2, "复核岗")])
    assert not standing.passed
    assert standing.open == ((2, "复核岗"),), "somebody has to refuse it, or to look at the papers again"


def test_a_list_without_an_approval_that_fails_waits_for_nobody():
    steps = planned_steps(plan_of(checks("信用"), mode="no_application", review_limit=None))
    standing = standing_of(steps, [no(1, "信用")])
    assert (standing.open, standing.passed) == ((), False)


def test_a_plan_without_steps_passes_nobody():
    assert not standing_of((), ()).passed


# -- who must be somebody else -------------------------------------------------------------------------------


def test_who_approves_has_taken_no_other_step():
    steps = steps_of(PAPERS, APPROVAL)
    assert [each.number for each in kept_apart(steps, [yes(1)], SlotPlace(2, "复核岗"), "甲")] == [1]
    assert kept_apart(steps, [yes(1)], SlotPlace(2, "复核岗"), "乙") == ()


def test_who_has_approved_takes_no_other_step_afterwards():
    steps = steps_of(PAPERS, APPROVAL)
    assert [each.number for each in kept_apart(steps, [yes(2, "复核岗")], SlotPlace(1, ""), "甲")] == [2]


def test_where_only_approvers_must_differ_a_checker_may_approve():
    steps = steps_of(PAPERS, approved_by("初审岗", BOSS, apart_from="approvals"))
    assert kept_apart(steps, [yes(1)], SlotPlace(2, BOSS), "甲") == ()
    assert [each.number for each in kept_apart(steps, [yes(2, "初审岗")], SlotPlace(2, BOSS), "甲")] == [2]


def test_who_answered_may_answer_the_same_again():
    steps = steps_of(PAPERS, APPROVAL)
    assert kept_apart(steps, [yes(2, "复核岗")], SlotPlace(2, "复核岗"), "甲") == ()


def test_a_withdrawn_answer_keeps_nobody_away():
    steps = steps_of(PAPERS, APPROVAL)
    assert kept_apart(steps, [yes(1), back(1)], SlotPlace(2, "复核岗"), "甲") == ()


def test_checks_may_be_one_persons():
    steps = steps_of(PAPERS, {"kind": "site_inspection"}, APPROVAL)
    assert kept_apart(steps, [yes(1)], SlotPlace(2, ""), "甲") == ()


# -- later instalments ---------------------------------------------------------------------------------------


def test_a_later_instalment_repeats_joint_checks_is_rechecked_and_approved():
    steps = steps_of(PAPERS, checks("信用"), {"kind": "panel"}, NOTICE, APPROVAL, instalment=2)
    assert [(each.kind, each.number) for each in steps] == [("joint_check", 2), ("recheck", 6), ("approval", 5)]
    assert standing_of(steps, [yes(2, "信用")]).open == ((6, ""),)
    assert standing_of(steps, [yes(2, "信用"), yes(6), yes(5, "复核岗")]).passed


def test_no_approval_of_a_later_instalment_begins_beside_its_recheck():
    steps = steps_of(PAPERS, beside(APPROVAL), instalment=2)
    assert standing_of(steps, ()).open == ((3, ""),)


def test_checks_that_followed_one_another_still_do_in_a_later_instalment():
    steps = steps_of(checks("信用"), {"kind": "panel"}, beside(checks("税务")), APPROVAL, instalment=2)
    assert standing_of(steps, ()).open == ((1, "信用"),)


def test_what_stood_side_by_side_still_does_in_a_later_instalment():
    one, other = approved_by("初审岗"), beside(approved_by(BOSS))
    steps = steps_of(PAPERS, checks("信用"), beside(PAPERS), beside(checks("税务")), one, other, instalment=3)
    assert standing_of(steps, ()).open == ((2, "信用"), (4, "税务"))
    both = [yes(2, "信用"), yes(4, "税务"), yes(7)]
    assert standing_of(steps, both).open == ((5, "初审岗"), (6, BOSS))


# -- clocks, and every plan of the sample --------------------------------------------------------------------


def test_the_clock_stands_still_only_while_all_that_is_open_is_excluded():
    excluded = {**NOTICE, "counts_against_limit": False, "exclusion_basis": "实施细则第八条"}
    alone = steps_of(PAPERS, excluded, APPROVAL)
    assert not standing_of(alone, ()).excluded_now
    assert standing_of(alone, [yes(1)]).excluded_now
    assert not standing_of(alone, [yes(1), yes(2)]).excluded_now
    both = steps_of(PAPERS, beside(excluded), APPROVAL)
    assert not standing_of(both, ()).excluded_now
    assert standing_of(both, [yes(1)]).excluded_now


@pytest.mark.parametrize("code", ITEMS)
def test_the_plan_of_a_sample_item_is_done_once_everybody_who_is_asked_has_agreed(code: str):
    rules = ITEMS[code].rules
    for instalment in (1, 2):
        steps = planned_steps(rules.plan, instalment)
        answers: list[SlotAnswer] = []
        while asked := standing_of(steps, answers).open:
            answers += [yes(place.step, place.slot, by=f"{place}") for place in asked]
        assert standing_of(steps, answers).passed
        assert steps[-1].kind in ("approval", "public_notice")
