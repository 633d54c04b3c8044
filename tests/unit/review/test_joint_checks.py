"""Departments answer joint checks: what passes, what bars, what goes to another, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from chassis.testing.fakes import NOON, FakeUnit
from chassis.time.jobs import Job
from contracts.case_events import StepAnswered
from contracts.departments import ToDepartment
from contracts.joint_checks import AnswerJointCheck, JointCheckView
from contracts.message import Actor
from contracts.plan_terms import TermInPlan
from contracts.refusal import Refused
from contracts.review import ApproveCase, RejectCase, TaskAssigned
from contracts.rule import ItemRules, JointCheck
from copies.function_words import function_of_word
from copies.plan_terms import KnownPlanTerms
from services.review.cases import use_cases as deciding
from services.review.cases.case import Case
from services.review.cases.progress import hand_over
from services.review.cases.store import Cases
from services.review.joint_checks import bringing, systems, use_cases
from services.review.joint_checks.check import GivenAnswer
from services.review.joint_checks.store import JointAnswers
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import CaseTask
from tests.unit.review.review_kit import AMOUNT, DEPARTMENT, DUTIES, LEADER, OFFICER, item_rules, opened, review_unit

GROUNDS = ("近三年无重大税收违法记录", "纳税信用不为 D 级")
TAX = Actor(
    id="tax-1",
    roles=frozenset({"department"}),
    department="区税务局",
    department_id="dep-tax",
    duties=DUTIES,
    speaks_for=frozenset({"tax"}),
)
CITY_TAX = TAX.model_copy(update={"id": "tax-2", "department": "市税务局", "department_id": "dep-city-tax"})
SOCIAL = TAX.model_copy(update={"id": "social-1", "department": "区社保中心", "department_id": "dep-social"})
TODAY = date(2026, 3, 10)


class MemoryJointAnswers:
    """Answers in a list."""

    def __init__(self) -> None:
        self.given: list[GivenAnswer] = []
        self.unit: FakeUnit | None = None

    def of_task(self, tenant: str, task_id: str) -> list[GivenAnswer]:
        return [each for each in self.given if (each.tenant, each.task_id) == (tenant, task_id)]

    def add(self, given: GivenAnswer) -> None:
        self.given.append(given)


def with_checks(*names: str, grounds: Sequence[str] = GROUNDS) -> ItemRules:
    rules = item_rules()
    steps = (JointCheck(departments=names, grounds=tuple(grounds)), *rules.plan.steps)
    return rules.model_copy(update={"plan": rules.plan.model_copy(update={"steps": steps})})


def unit_with(*names: str, grounds: Sequence[str] = GROUNDS, city: bool = False) -> FakeUnit:
    """A unit whose item asks these; 税务 is the district's tax bureau, or the city's."""
    uow = review_unit(with_checks(*names, grounds=grounds))
    uow._stores[JointAnswers] = MemoryJointAnswers()
    terms: Any = uow.of(KnownPlanTerms)
    terms.there_for = {("zhanggong", "税务"): ("ganzhou", "dep-city-tax") if city else ("zhanggong", "dep-tax")}
    return uow


@contextmanager
def signed_in(uow: FakeUnit, actor: Actor) -> Iterator[FakeUnit]:
    before, uow.actor = uow.actor, actor
    yield uow
    uow.actor = before


def task_of(uow: FakeUnit, slot: str = "税务", state: str = "open") -> CaseTask:
    (found,) = [each for each in uow.of(CaseTasks).rows.values() if (each.slot, each.state) == (slot, state)]
    return found


def answers(uow: FakeUnit, actor: Actor = TAX, *, task: CaseTask | None = None, **said: Any) -> JointCheckView:
    asked = task or task_of(uow)
    words: dict[str, Any] = {"answer": "clear", "source": actor.department, "as_of": TODAY}
    words |= {"task_id": asked.id, "expected_version": asked.version}
    with signed_in(uow, actor):
        return use_cases.answer_joint_check(AnswerJointCheck(**words | said), uow)


def bars(uow: FakeUnit, actor: Actor = TAX, **said: Any) -> JointCheckView:
    against = {"ground": GROUNDS[1], "condition": "2025 年度评为 D 级", "basis": "《纳税信用管理办法》第三十二条"}
    return answers(uow, actor, **{"answer": "barred"} | against | said)


def refused(call: Any, *args: Any, **said: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **said)
    return [reason.code for reason in caught.value.reasons]


def the_case(uow: FakeUnit) -> Case:
    (case,) = uow.of(Cases).rows.values()
    return case


def state_of_slot(uow: FakeUnit, slot: str = "税务") -> str:
    case = the_case(uow)
    return next(
        each.state for step in case.steps if step.kind == "joint_check" for each in step.slots if each.slot == slot
    )


def does_jobs(uow: FakeUnit) -> None:
    """Hand tasks over and bring answers, as timers do."""
    for kind, handle in (("hand_over_tasks", hand_over), (use_cases.BRING_ANSWER, bringing.bring_answers)):
        jobs = [
            Job(tenant, each, subject, due_at) for (tenant, each, subject), due_at in uow.jobs.items() if each == kind
        ]
        if jobs:
            handle(jobs, lambda tenants: uow)  # type: ignore[arg-type, return-value]


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
            RejectCase(case_id=case.id, reason="材料不实，不予批准", expected_version=case.version), uow
        )
    assert refused(answers, uow, task=task_of(uow, state="answered")) == ["case_already_decided"]


def test_whoever_has_checked_does_not_approve_where_the_plan_keeps_them_apart() -> None:
    rules = with_checks("社保")
    apart = [
        step.model_copy(update={"apart_from": "steps"}) if step.kind == "approval" else step
        for step in rules.plan.steps
    ]
    uow = review_unit(rules.model_copy(update={"plan": rules.plan.model_copy(update={"steps": tuple(apart)})}))
    uow._stores[JointAnswers] = MemoryJointAnswers()
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
