"""Who is asked in a joint check: by words of plans, in which tenant, and by departments' systems first."""

from __future__ import annotations

from typing import Any, cast

import pytest

from chassis.testing.fakes import NOON, FakeUnit, received
from contracts.department_systems import CheckSaid
from contracts.departments import ToDepartment
from contracts.plan_terms import TermInPlan
from contracts.review import ApproveCase, CaseApproved, RejectCase
from contracts.rule import JointCheck, Level
from copies.function_words import function_of_word
from copies.plan_terms import KnownPlanTerms
from services.review.cases import lists
from services.review.cases import use_cases as deciding
from services.review.dispatches.answers import take_answer, take_back
from services.review.dispatches.domain import Dispatch
from services.review.dispatches.registered_system import RegisteredSystem
from services.review.dispatches.store import Dispatches, RegisteredSystems
from services.review.joint_checks import use_cases
from services.review.joint_checks.store import JointAnswers
from tests.remedies import OWN_GROUNDS
from tests.unit.review.joint_check_kit import (
    CITY_TAX,
    GROUNDS,
    answers,
    bars,
    does_jobs,
    refused,
    signed_in,
    state_of_slot,
    task_of,
    the_case,
    unit_with,
    with_checks,
    with_stores,
)
from tests.unit.review.review_kit import (
    AMOUNT,
    DEPARTMENT,
    LEADER,
    OFFICER,
    item_rules,
    line,
    nomination,
    opened,
    review_unit,
)

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
            RejectCase(
                other_grounds=OWN_GROUNDS, case_id=case.id, reason="材料不实，不予批准", expected_version=case.version
            ),
            uow,
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
            RejectCase(
                other_grounds=OWN_GROUNDS, case_id=case.id, reason="材料不实，不予批准", expected_version=case.version
            ),
            uow,
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


# -- levels that are not onboarded ----------------------------------------------------------------------------


def of_province(kind: str) -> FakeUnit:
    rules = with_checks("税务")
    steps = [
        step.model_copy(update={"level": Level.PROVINCE}) if step.kind == kind else step for step in rules.plan.steps
    ]
    uow = with_stores(
        review_unit(rules.model_copy(update={"plan": rules.plan.model_copy(update={"steps": tuple(steps)})}))
    )
    terms: Any = uow.of(KnownPlanTerms)
    terms.there_for = {("zhanggong", "税务"): ("zhanggong", "dep-tax")}
    return uow


def test_a_check_of_a_level_that_is_not_onboarded_is_answered_by_whom_the_cases_own_place_means() -> None:
    uow = of_province("joint_check")
    opened(uow)
    assert (task_of(uow).tenant, task_of(uow).department_id) == ("zhanggong", "dep-tax")


def test_an_approval_of_a_level_that_is_not_onboarded_is_nobodys_and_the_case_can_only_be_refused() -> None:
    uow = of_province("approval")
    case = opened(uow)
    answers(uow)
    (approval,) = [each for each in case.tasks if each.kind == "approval"]
    assert "尚未开通" in approval.department
    order = ApproveCase(case_id=case.id, amount_fen=AMOUNT, expected_version=case.version)
    with signed_in(uow, LEADER):
        assert refused(deciding.approve_case, order, uow) == ["not_your_department"]
        refusal = RejectCase(
            other_grounds=OWN_GROUNDS, case_id=case.id, reason="材料不实，不予批准", expected_version=case.version
        )
        assert deciding.reject_case(refusal, uow).state == "rejected"


# -- lists ----------------------------------------------------------------------------------------------------


def listed_line(*, frequency: str = "once") -> FakeUnit:
    rules = item_rules(mode="no_application", limit=None, frequency=frequency)
    steps = (JointCheck(departments=("税务",), grounds=GROUNDS), *rules.plan.steps)
    uow = with_stores(review_unit(rules.model_copy(update={"plan": rules.plan.model_copy(update={"steps": steps})})))
    terms: Any = uow.of(KnownPlanTerms)
    terms.there_for = {("zhanggong", "税务"): ("zhanggong", "dep-tax")}
    lists.decide_lists([received(nomination(line()))], uow)
    return uow


def test_a_line_of_a_list_is_granted_as_listed_once_the_departments_that_are_asked_have_answered() -> None:
    uow = listed_line()
    assert the_case(uow).state == "accepted", "a list skips no joint check"
    answers(uow)
    assert the_case(uow).state == "approved"
    assert any(isinstance(event, CaseApproved) for event in uow.events)


def test_a_line_that_a_department_bars_is_not_granted() -> None:
    uow = listed_line()
    bars(uow)
    assert (the_case(uow).state, state_of_slot(uow)) == ("accepted", "failed")


# -- departments' systems -------------------------------------------------------------------------------------

SAID: dict[str, Any] = {"answer": "clear", "source": "税务征管系统", "as_of": NOON}


def connected(uow: FakeUnit, tenant: str = "zhanggong", department_id: str = "dep-tax") -> FakeUnit:
    """The tax bureau has a system of its own."""
    own = RegisteredSystem(
        id="system-1",
        tenant=tenant,
        version=1,
        department_id=department_id,
        name="税务征管系统",
        address="https://sw.example.gov.cn",
        patience_minutes=120,
        registered_by="admin",
        registered_at=NOON,
    )
    store: Any = uow.of(RegisteredSystems)
    store.rows["system-1"] = own
    return uow


def dispatched(uow: FakeUnit) -> Dispatch:
    does_jobs(uow)
    store: Any = uow.of(Dispatches)
    (found,) = store.rows.values()
    assert found.question.grounds == GROUNDS
    return cast(Dispatch, found)


def system_says(uow: FakeUnit, **said: Any) -> None:
    dispatch = dispatched(uow)
    take_answer(dispatch, CheckSaid(**SAID | said), uow)
    does_jobs(uow)


@pytest.mark.parametrize("where", ["zhanggong", "ganzhou"])
def test_what_a_departments_system_says_counts_as_its_answer(where: str) -> None:
    city = where == "ganzhou"
    uow = connected(unit_with("税务", city=city), where, "dep-city-tax" if city else "dep-tax")
    case = opened(uow)
    system_says(uow)
    (answer,) = [each for each in case.answers if each.kind == "joint_check"]
    assert (answer.by, answer.evidence["by_system"], state_of_slot(uow)) == ("system", True, "passed")
    assert answer.evidence["source"] == "税务征管系统"
    (given,) = uow.of(JointAnswers).given  # type: ignore[attr-defined]
    assert given.department == ("赣州市税务局" if city else "章贡区税务局"), "as the register calls it, not the plan"


def test_a_department_without_a_system_is_asked_as_people_are() -> None:
    uow = unit_with("税务")
    opened(uow)
    does_jobs(uow)
    store: Any = uow.of(Dispatches)
    assert (store.rows, task_of(uow).state) == ({}, "open")


def test_a_system_that_stays_silent_leaves_the_task_to_a_person_with_a_notice() -> None:
    uow = connected(unit_with("税务"))
    opened(uow)
    take_back(dispatched(uow), "silent", uow)
    does_jobs(uow)
    task = task_of(uow)
    assert "已转人工核查" in task.brief["notice"]
    answers(uow)
    assert "notice" not in task.brief, "an answer needs no notice any more"


def test_what_a_system_says_that_only_a_person_can_judge_leaves_the_task_to_one() -> None:
    uow = connected(unit_with("税务"))
    opened(uow)
    system_says(uow, answer="barred", ground="无此条件", condition="有记录", basis="某办法第一条")
    assert "请人工核查" in task_of(uow).brief["notice"]
    assert the_case(uow).answers == ()


def test_once_a_person_has_answered_nobody_waits_for_the_system_and_what_it_says_then_is_not_taken() -> None:
    uow = connected(unit_with("税务"))
    case = opened(uow)
    dispatch = dispatched(uow)
    bars(uow)
    assert (dispatch.state, dispatch.fall_back) == ("fell_back", "called_off")
    assert [each.verdict for each in case.answers if each.kind == "joint_check"] == ["failed"]


def test_a_system_that_says_not_ours_for_the_items_own_department_leaves_it_to_its_people() -> None:
    uow = connected(unit_with("社保"))
    case = opened(uow, department_id="dep-tax")
    assert task_of(uow, "社保").department_id == "dep-tax"
    system_says(uow, answer="not_ours")
    task = task_of(uow, "社保")
    assert (task.state, "没有其他部门" in task.brief["notice"], case.answers) == ("open", True, ())
