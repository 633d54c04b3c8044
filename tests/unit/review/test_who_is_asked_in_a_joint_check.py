"""Who is asked in a joint check: by words of plans, in which tenant, and by departments' systems first."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.testing.fakes import FakeUnit
from contracts.departments import ToDepartment
from contracts.joint_checks import AnswerJointCheck
from contracts.plan_terms import TermInPlan
from contracts.review import RejectCase
from copies.function_words import function_of_word
from copies.plan_terms import KnownPlanTerms
from services.review.cases import use_cases as deciding
from services.review.joint_checks import systems, use_cases
from services.review.joint_checks.store import JointAnswers
from tests.unit.review.joint_check_kit import (
    CITY_TAX,
    TODAY,
    answers,
    does_jobs,
    refused,
    signed_in,
    state_of_slot,
    task_of,
    unit_with,
)
from tests.unit.review.review_kit import DEPARTMENT, OFFICER, opened

# -- words of plans -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "function"),
    [
        ("税务", "taxation"),
        ("税务部门", "taxation"),
        ("税务(加计扣除申报)", "taxation"),
        ("信用审查", "credit"),
        ("严重失信", "credit"),
        ("统计数据", "statistics"),
        ("统计库名单", "statistics"),
        ("环保", "ecology"),
        ("应急管理部门", "emergency"),
        ("公安机关", "public_security"),
        ("自然资源和规划局", "natural_resources"),
        ("住建部门", "housing"),
        ("中国人民银行", "central_bank"),
        ("社保", None),
        ("信用社", None),
        ("住房公积金", None),
        ("章贡区税务局", None),
        ("区（市）县经信主管部门", None),
    ],
)
def test_a_word_means_what_a_department_is_there_for(word: str, function: str | None) -> None:
    assert function_of_word(word) == function


def test_a_word_that_nobody_mapped_is_found_by_function_and_the_mapping_still_wins() -> None:
    uow = unit_with("税务")
    opened(uow)
    assert (task_of(uow).department_id, task_of(uow).tenant) == ("dep-tax", "zhanggong")
    mapped = unit_with("税务")
    terms: Any = mapped.of(KnownPlanTerms)
    terms.said[TermInPlan(use="check", term="税务")] = ToDepartment(department_id="dep-social")
    opened(mapped)
    assert task_of(mapped).department_id == "dep-social"


def test_a_department_of_the_level_above_answers_in_its_own_tenant() -> None:
    uow = unit_with("税务", city=True)
    case = opened(uow)
    (open_task,) = [each for each in case.tasks if each.kind == "joint_check"]
    assert (open_task.tenant, open_task.department_id) == ("ganzhou", "dep-city-tax")
    mapped = unit_with("税务")
    terms: Any = mapped.of(KnownPlanTerms)
    terms.said[TermInPlan(use="check", term="税务")] = ToDepartment(department_id="dep-city-tax")
    terms.at_home["dep-city-tax"] = "ganzhou"
    (other,) = [each for each in opened(mapped).tasks if each.kind == "joint_check"]
    assert other.tenant == "ganzhou", "what a county maps to its city's department is the city's"


def test_what_means_nobody_is_looked_up_by_the_items_own_people() -> None:
    uow = unit_with("社保")
    opened(uow)
    assert (task_of(uow, "社保").department, task_of(uow, "社保").tenant) == (DEPARTMENT, "zhanggong")


# -- another tenant -------------------------------------------------------------------------------------------


def test_an_answer_of_another_tenant_is_kept_there_and_brought_into_the_case_once() -> None:
    uow = unit_with("税务", city=True)
    case = opened(uow)
    does_jobs(uow)
    view = answers(uow, CITY_TAX)
    assert (view.task.state, view.task.tenant) == ("answered", "ganzhou")
    assert state_of_slot(uow) == "open", "the case hears of it by a job"
    jobs = dict(uow.jobs)
    does_jobs(uow)
    assert state_of_slot(uow) == "passed"
    uow.jobs.update({key: at for key, at in jobs.items() if key[1] == use_cases.BRING_ANSWER})
    does_jobs(uow)
    assert [answer.by for answer in case.answers if answer.kind == "joint_check"] == [CITY_TAX.id]


def test_an_answer_that_comes_after_the_decision_is_kept_and_ignored_and_its_department_is_told() -> None:
    uow = unit_with("税务", city=True)
    case = opened(uow)
    does_jobs(uow)
    task = task_of(uow)
    answers(uow, CITY_TAX)
    with signed_in(uow, OFFICER):
        deciding.reject_case(
            RejectCase(case_id=case.id, reason="材料不实，不予批准", expected_version=case.version), uow
        )
    does_jobs(uow)
    assert (case.state, [each.kind for each in case.answers]) == ("rejected", [])
    assert "未被采用" in task.brief["notice"]
    assert len(uow.of(JointAnswers).given) == 1  # type: ignore[attr-defined]


def test_a_task_that_is_void_meanwhile_is_refused() -> None:
    uow = unit_with("税务", city=True)
    case = opened(uow)
    does_jobs(uow)
    task = task_of(uow)
    with signed_in(uow, OFFICER):
        deciding.reject_case(
            RejectCase(case_id=case.id, reason="材料不实，不予批准", expected_version=case.version), uow
        )
    does_jobs(uow)
    assert task.state == "void"
    assert refused(answers, uow, CITY_TAX, task=task) == ["task_over"]


def test_what_is_not_the_citys_goes_to_the_items_own_department() -> None:
    uow = unit_with("税务", city=True)
    opened(uow)
    does_jobs(uow)
    task = task_of(uow)
    answers(uow, CITY_TAX, answer="not_ours", remark="由区级部门答复")
    assert task.state == "void"
    does_jobs(uow)
    given = task_of(uow)
    assert (given.tenant, given.department) == ("zhanggong", DEPARTMENT)


# -- departments' systems -------------------------------------------------------------------------------------


def system_says(uow: FakeUnit, **said: Any) -> None:
    task = task_of(uow)
    words = {"answer": "clear", "source": "税务征管系统", "as_of": TODAY} | said
    order = AnswerJointCheck(task_id=task.id, expected_version=task.version, **words)
    systems.system_answered(task, order, uow)  # type: ignore[arg-type]


def test_what_a_departments_system_says_counts_as_its_answer() -> None:
    uow = unit_with("税务")
    case = opened(uow)
    system_says(uow)
    does_jobs(uow)
    (answer,) = [each for each in case.answers if each.kind == "joint_check"]
    assert (answer.by, answer.evidence["by_system"], state_of_slot(uow)) == ("system", True, "passed")


def test_what_a_system_says_that_cannot_be_taken_leaves_the_task_to_a_person() -> None:
    uow = unit_with("税务")
    opened(uow)
    system_says(uow, answer="barred", ground="无此条件", condition="有记录", basis="某办法第一条")
    task = task_of(uow)
    assert "请人工核查" in task.brief["notice"]
    answers(uow)
    assert "notice" not in task.brief, "an answer needs no notice any more"
