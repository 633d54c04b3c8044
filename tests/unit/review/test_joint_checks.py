"""Departments answer joint checks: what passes, what bars, what goes to another, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chassis.testing.fakes import NOON
from contracts.case_events import StepAnswered
from contracts.departments import ToDepartment
from contracts.plan_terms import TermInPlan
from contracts.review import ApproveCase, RejectCase, TaskAssigned
from copies.plan_terms import KnownPlanTerms
from services.review.cases import use_cases as deciding
from services.review.tasks.store import CaseTasks
from tests.remedies import OWN_GROUNDS
from tests.unit.review.joint_check_kit import (
    GROUNDS,
    SOCIAL,
    TAX,
    TODAY,
    answers,
    bars,
    refused,
    signed_in,
    state_of_slot,
    task_of,
    the_case,
    unit_with,
    with_checks,
    with_stores,
)
from tests.unit.review.review_kit import AMOUNT, DEPARTMENT, LEADER, OFFICER, opened, review_unit

# -- answers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["clear", "no_record"])
def test_clear_and_no_record_pass_and_the_case_goes_on(answer: str) -> None:
    uow = unit_with("税务")
    opened(uow)
    view = answers(uow, answer=answer)
    assert (view.task.state, view.task.answered_by, view.answers[0].answer) == ("answered", TAX.id, answer)
    assert state_of_slot(uow) == "passed"
    (told,) = [event for event in uow.events if isinstance(event, StepAnswered)]
    words = {"clear": "区税务局答复：无异议", "no_record": "区税务局答复：无相关记录"}
    assert (told.verdict, told.text_zh, told.department) == ("passed", words[answer], "区税务局")


def test_silence_never_passes() -> None:
    uow = unit_with("税务", "社保")
    opened(uow)
    answers(uow)
    assert state_of_slot(uow, "社保") == "open"
    uow.now = NOON + timedelta(days=400)
    assert "step_not_passed" in [reason.code for reason in the_case(uow).against]


def test_a_bar_fails_and_outsiders_read_the_published_condition_and_no_more() -> None:
    uow = unit_with("税务")
    opened(uow)
    bars(uow)
    assert state_of_slot(uow) == "failed"
    assert "step_failed" in [reason.code for reason in the_case(uow).against]
    (told,) = [event for event in uow.events if isinstance(event, StepAnswered)]
    assert told.text_zh == "区税务局答复：不予通过（公布条件：纳税信用不为 D 级）"
    kept = the_case(uow).answers[-1]
    assert "评为 D 级" in kept.reason
    assert kept.evidence["basis"] == "《纳税信用管理办法》第三十二条"


def test_a_later_answer_replaces_an_earlier_one_until_the_case_is_decided() -> None:
    uow = unit_with("税务")
    case = opened(uow)
    bars(uow)
    view = answers(uow, task=task_of(uow, state="answered"))
    assert [(each.answer, each.counts) for each in view.answers] == [("barred", False), ("clear", True)]
    assert state_of_slot(uow) == "passed"
    with signed_in(uow, OFFICER):
        deciding.reject_case(
            RejectCase(
                other_grounds=OWN_GROUNDS, case_id=case.id, reason="材料不实，不予批准", expected_version=case.version
            ),
            uow,
        )
    assert refused(answers, uow, task=task_of(uow, state="answered")) == ["case_already_decided"]


def test_whoever_has_checked_does_not_approve_where_the_plan_keeps_them_apart() -> None:
    rules = with_checks("社保")
    apart = [
        step.model_copy(update={"apart_from": "steps"}) if step.kind == "approval" else step
        for step in rules.plan.steps
    ]
    uow = review_unit(rules.model_copy(update={"plan": rules.plan.model_copy(update={"steps": tuple(apart)})}))
    with_stores(uow)
    case = opened(uow)
    answers(uow, OFFICER, task=task_of(uow, "社保"), source=DEPARTMENT)
    order = ApproveCase(case_id=case.id, amount_fen=AMOUNT, expected_version=case.version)
    with signed_in(uow, OFFICER):
        assert refused(deciding.approve_case, order, uow) == ["steps_must_differ"]
    with signed_in(uow, LEADER):
        assert deciding.approve_case(order, uow).state == "approved"
    assert case.answers[0].by == OFFICER.id


# -- not ours -------------------------------------------------------------------------------------------------


def test_what_is_not_a_departments_goes_to_the_items_own_with_the_reason() -> None:
    uow = unit_with("税务")
    opened(uow)
    first = task_of(uow)
    answers(uow, answer="not_ours", remark="加计扣除由科技部门认定")
    assert (first.state, first.answered_by) == ("void", TAX.id)
    given = task_of(uow)
    assert (given.department, given.tenant, given.due_at) == (DEPARTMENT, "zhanggong", first.due_at)
    (before,) = given.brief["passed_on"]
    assert (before["department"], "科技部门认定" in before["reason"]) == ("区税务局", True)
    assert any(isinstance(event, TaskAssigned) and event.task_id == given.id for event in uow.events)
    assert state_of_slot(uow) == "open"
    assert refused(answers, uow, task=first) == ["task_over"]
    answers(uow, OFFICER, task=given, source=DEPARTMENT)
    assert state_of_slot(uow) == "passed"


def test_what_is_not_ours_goes_to_whom_the_mapping_says_by_now_and_to_nobody_twice() -> None:
    uow = unit_with("税务")
    opened(uow)
    terms: Any = uow.of(KnownPlanTerms)
    terms.said[TermInPlan(use="check", term="税务")] = ToDepartment(department_id="dep-social")
    answers(uow, answer="not_ours", remark="由社保中心答复")
    assert task_of(uow).department_id == "dep-social"
    answers(uow, SOCIAL, answer="not_ours", remark="由税务部门答复")
    assert task_of(uow).department == DEPARTMENT, "neither of them is asked again"
    own = {"answer": "not_ours", "remark": "应由税务部门答复", "source": DEPARTMENT}
    assert refused(answers, uow, OFFICER, **own) == ["nobody_else_to_ask"]
    assert state_of_slot(uow) == "open"


def test_what_is_answered_cannot_be_said_to_be_anothers() -> None:
    uow = unit_with("税务")
    opened(uow)
    answers(uow)
    done = task_of(uow, state="answered")
    assert refused(answers, uow, task=done, answer="not_ours", remark="不归我们") == ["joint_answer_given"]


# -- what is refused ------------------------------------------------------------------------------------------


def test_everything_that_does_not_fit_is_said_at_once() -> None:
    uow = unit_with("税务")
    opened(uow)
    wrong = {
        "answer": "barred",
        "source": "区公安分局",
        "as_of": TODAY + timedelta(days=1),
        "ground": "近三年无犯罪记录",
        "condition": "证件 360702199001011234 名下有记录",
    }
    assert refused(answers, uow, **wrong) == [
        "joint_source_not_yours",
        "joint_as_of_in_future",
        "joint_bar_incomplete",
        "joint_ground_not_published",
        "joint_text_is_record",
    ]
    assert (task_of(uow).state, the_case(uow).answers) == ("open", ())


def test_a_ground_without_a_bar_and_a_reason_that_is_missing_are_refused() -> None:
    uow = unit_with("税务")
    opened(uow)
    assert refused(answers, uow, ground=GROUNDS[0]) == ["joint_ground_without_bar"]
    assert refused(answers, uow, answer="not_ours") == ["joint_remark_needed"]


def test_where_no_condition_is_published_no_record_says_why_it_passes() -> None:
    uow = unit_with("税务", grounds=())
    opened(uow)
    assert refused(answers, uow, answer="no_record") == ["joint_no_record_unexplained"]
    answers(uow, answer="no_record", remark="所查为重大税收违法案件名单，名单内无该企业")
    assert state_of_slot(uow) == "passed"


def test_a_department_may_name_a_source_that_it_speaks_for() -> None:
    uow = unit_with("税务")
    opened(uow)
    assert answers(uow, source="税务").sources == ("区税务局", "税务")


def test_an_answer_for_another_department_a_stale_one_and_one_without_the_duty_are_refused() -> None:
    uow = unit_with("税务")
    opened(uow)
    assert refused(answers, uow, SOCIAL) == ["task_not_found"]
    clerk = TAX.model_copy(update={"duties": frozenset({"policy_author"})})
    assert refused(answers, uow, clerk) == ["task_of_others"]
    assert refused(answers, uow, expected_version=task_of(uow).version + 1) == ["stale_version"]
    answers(uow)
    material = next(each for each in uow.of(CaseTasks).rows.values() if each.kind == "approval")  # type: ignore[attr-defined]
    assert refused(answers, uow, LEADER, task=material) == ["not_a_joint_check"]
