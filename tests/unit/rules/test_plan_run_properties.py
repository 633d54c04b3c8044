"""What holds of every plan and whatever is answered: drawn at random, also such plans as publication refuses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contracts.rule import Plan
from rules.plan_run import (
    PlanStanding,
    SlotAnswer,
    SlotPlace,
    grouped,
    kept_apart,
    latest_answers,
    planned_steps,
    standing_of,
)
from tests.unit.rules.plan_writing import PEOPLE, answers_to, no, places_of, plans, yes

INSTALMENTS = st.sampled_from([1, 1, 2, 3])


def states(standing: PlanStanding) -> dict[int, str]:
    return {each.step.number: each.state for each in standing.steps}


@given(plans, INSTALMENTS, st.data())
def test_no_step_opens_before_all_earlier_ones_are_passed_but_for_the_refusal(
    plan: Plan, nth: int, data: st.DataObject
):
    steps = planned_steps(plan, nth)
    standing = standing_of(steps, data.draw(answers_to(steps)))
    found, ready, out_of_turn = states(standing), True, []
    for group in grouped(steps, lambda step: step.beside_previous):
        out_of_turn += [step for step in group if found[step.number] == "open" and not ready]
        ready = ready and all(found[step.number] == "passed" for step in group)
    assert len(out_of_turn) <= 1
    if out_of_turn:
        assert out_of_turn[0].kind == "approval"
        assert standing.failed


@given(plans, INSTALMENTS, st.data())
def test_a_passed_plan_has_every_step_passed_by_as_many_as_it_needs(plan: Plan, nth: int, data: st.DataObject):
    steps = planned_steps(plan, nth)
    answers = data.draw(answers_to(steps, most=60))
    latest = latest_answers(answers)
    agreed = [
        sum(
            1
            for slot in step.slots
            if (given := latest.get(SlotPlace(step.number, slot))) and given.verdict == "passed"
        )
        for step in steps
    ]
    enough = all(count >= step.needed for count, step in zip(agreed, steps, strict=True))
    standing = standing_of(steps, answers)
    assert standing.passed is enough
    if standing.passed:
        assert standing.open == standing.failed == ()


@given(plans, INSTALMENTS, st.data())
def test_a_plan_waits_for_somebody_until_it_is_passed_or_refused(plan: Plan, nth: int, data: st.DataObject):
    steps = planned_steps(plan, nth)
    standing = standing_of(steps, data.draw(answers_to(steps)))
    last = [each for each in standing.steps if each.step.kind == "approval"][-1]
    assert standing.open or standing.passed or last.state == "failed"


@given(plans, INSTALMENTS, st.data())
def test_whoever_is_asked_can_bring_it_to_an_end(plan: Plan, nth: int, data: st.DataObject):
    """All agree: it is passed, unless a step has failed; then all say no and it is refused."""
    steps = planned_steps(plan, nth)
    answers = data.draw(answers_to(steps))
    for _ in range(2 * len(places_of(steps)) + 2):
        standing = standing_of(steps, answers)
        if not standing.open:
            break
        say = no if standing.failed else yes
        answers = [*answers, say(*standing.open[0])]
    end = standing_of(steps, answers)
    assert end.open == ()
    assert end.passed is not bool(end.failed)


@given(plans, INSTALMENTS, st.data())
def test_only_the_latest_answer_of_a_slot_counts(plan: Plan, nth: int, data: st.DataObject):
    steps = planned_steps(plan, nth)
    answers = data.draw(answers_to(steps))
    last = {SlotPlace(each.step, each.slot): each for each in answers}
    assert standing_of(steps, answers) == standing_of(steps, last.values())


@given(plans, INSTALMENTS, st.data())
def test_the_order_of_answers_of_different_slots_does_not_matter(plan: Plan, nth: int, data: st.DataObject):
    steps = planned_steps(plan, nth)
    answers = list({SlotPlace(each.step, each.slot): each for each in data.draw(answers_to(steps))}.values())
    assert standing_of(steps, answers) == standing_of(steps, data.draw(st.permutations(answers)))


@given(plans, INSTALMENTS, st.data())
def test_a_withdrawn_answer_leaves_the_plan_as_if_it_had_not_been_given(plan: Plan, nth: int, data: st.DataObject):
    steps = planned_steps(plan, nth)
    answers = data.draw(answers_to(steps))
    place = data.draw(st.sampled_from(places_of(steps)))
    without = [each for each in answers if (each.step, each.slot) != place]
    taken_back = [*answers, SlotAnswer(place.step, place.slot, "withdrawn", "甲")]
    standing = standing_of(steps, taken_back)
    assert standing == standing_of(steps, without)
    assert standing.state_of(place) in ("open", "waiting", "skipped")


@given(plans, INSTALMENTS, st.data())
def test_where_two_steps_must_differ_neither_may_be_taken_after_the_other(plan: Plan, nth: int, data: st.DataObject):
    steps = planned_steps(plan, nth)
    one, other = data.draw(st.tuples(*[st.sampled_from(places_of(steps))] * 2))
    after_one = kept_apart(steps, [yes(*one)], other, "甲")
    after_other = kept_apart(steps, [yes(*other)], one, "甲")
    assert bool(after_one) is bool(after_other)
    assert kept_apart(steps, [yes(*one)], other, "乙") == ()


@given(plans, INSTALMENTS, st.data())
def test_an_approver_who_must_differ_is_told_of_every_step_that_was_his(plan: Plan, nth: int, data: st.DataObject):
    steps = planned_steps(plan, nth)
    answers = data.draw(answers_to(steps))
    strict = [step for step in steps if step.apart_from_steps]
    for step in strict:
        place = SlotPlace(step.number, step.slots[0])
        for person in PEOPLE:
            his = {at.step for at, each in latest_answers(answers).items() if each.by == person and at != place}
            assert {each.number for each in kept_apart(steps, answers, place, person)} == his


@given(plans)
def test_a_later_instalment_repeats_joint_checks_and_approvals_and_nothing_else(plan: Plan):
    first, later = planned_steps(plan), planned_steps(plan, 2)
    kept = [step for step in first if step.kind in ("joint_check", "approval")]
    assert {step.number: step.slots for step in later if step.kind != "recheck"} == {
        step.number: step.slots for step in kept
    }
    kinds = [step.kind for step in later]
    assert kinds.count("recheck") == 1
    assert kinds == sorted(kinds, key=("joint_check", "recheck", "approval").index)
    groups = grouped(later, lambda step: step.beside_previous)
    assert all(len({step.kind for step in group}) == 1 for group in groups)
