"""A joint check of the city in a county's case: the answer is the city's row, and reaches the case in the county's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import claim
from console.servers.provision import Dsns
from contracts.case_tasks import AssignTask, ListTasks, TaskView
from contracts.departments import DatedName, DepartmentFunction, DepartmentRegistered, PlanTermMapped, ToDuty
from contracts.joint_checks import AnswerJointCheck, GetJointCheck, ListJointAnswers
from contracts.message import Actor
from contracts.review import ApproveCase, CaseView, GetCase, ListCases, RejectCase
from contracts.rule import ItemRules, JointCheck, Level
from services.review.cases.handing_over import hand_over
from services.review.cases.progress import OPENED
from services.review.cases.task_times import HAND_OVER
from services.review.joint_checks.bringing import bring_answers
from services.review.joint_checks.systems import checks_opened
from services.review.joint_checks.use_cases import BRING_ANSWER
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import AMOUNT, DUTIES, LEADER, OFFICER, application, item_rules

TODAY = date(2026, 3, 10)
GROUNDS = ("近三年无重大税收违法记录",)


def officer(id: str, department: str, department_id: str) -> Actor:
    return Actor(
        id=id, roles=frozenset({"department"}), department=department, department_id=department_id, duties=DUTIES
    )


CITY_TAX = officer("tax-1", "赣州市税务局", "dep-city-tax")
CITY_POLICE = officer("police-1", "赣州市公安局", "dep-city-police")
COUNTY_TAX = officer("tax-2", "章贡区税务局", "dep-county-tax")
HANDLERS: dict[str, Callable[..., None]] = {
    OPENED["joint_check"]: checks_opened,
    HAND_OVER: hand_over,
    BRING_ANSWER: bring_answers,
}


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns)


def with_check(*names: str, level: Level | None = None) -> ItemRules:
    rules = item_rules()
    steps = (JointCheck(departments=names, grounds=GROUNDS, level=level), *rules.plan.steps)
    return rules.model_copy(update={"plan": rules.plan.model_copy(update={"steps": steps})})


def prepared(review: Review, rules: ItemRules) -> Review:
    """As usual, but nobody has said who is asked: the city's offices are known by what they are there for."""
    review.prepared(rules)
    review.does("DELETE FROM known_plan_term WHERE use = 'check'")
    for actor, function in ((CITY_TAX, "taxation"), (CITY_POLICE, "public_security")):
        review.hears(registered(actor, function), tenant="ganzhou")  # type: ignore[arg-type]
    review.hears(PlanTermMapped(use="approver", term="复核岗", meaning=ToDuty(kind="leader")))
    return review


def registered(actor: Actor, function: DepartmentFunction) -> DepartmentRegistered:
    name = str(actor.department)
    return DepartmentRegistered(
        department_id=str(actor.department_id),
        name=name,
        names=(DatedName(name=name, since=date(2020, 1, 1)),),
        functions=frozenset({function}),
    )


def does_jobs(review: Review) -> None:
    for kind in (OPENED["joint_check"], HAND_OVER, BRING_ANSWER, HAND_OVER):
        jobs = claim(review.frame.frame_engine, kind, review.frame.clock.now(), 50)
        if jobs:
            HANDLERS[kind](jobs, lambda tenants, kind=kind: review.frame.event_unit(tenants, action=kind))


def tasks(review: Review, actor: Actor = CITY_TAX, tenant: str = "ganzhou") -> list[TaskView]:
    found = review.asked(ListTasks(task="joint_check"), tenant=tenant, actor=actor)["ok"]["items"]
    return [TaskView.model_validate(each) for each in found]


def answers(
    review: Review, task: TaskView, actor: Actor = CITY_TAX, tenant: str = "ganzhou", **said: Any
) -> dict[str, Any]:
    words: dict[str, Any] = {"answer": "clear", "source": actor.department, "as_of": TODAY}
    words |= {"task_id": task.task_id, "expected_version": task.version}
    return review.ordered(AnswerJointCheck(**words | said), tenant=tenant, actor=actor)


def the_case(review: Review) -> CaseView:
    (found,) = review.asked(ListCases())["ok"]["items"]
    return CaseView.model_validate(review.asked(GetCase(case_id=found["case_id"]))["ok"])


def states(review: Review) -> list[str]:
    return [slot.state for step in the_case(review).steps if step.kind == "joint_check" for slot in step.slots]


@pytest.mark.parametrize("level", [None, Level.CITY])
def test_a_check_of_the_city_is_answered_there_and_the_case_goes_on_in_the_county(
    review: Review, level: Level | None
) -> None:
    prepared(review, with_check("税务部门", level=level)).hears(application())
    assert [each.code for each in the_case(review).obstacles] == ["step_not_passed"], "no word is without meaning"
    does_jobs(review)
    (task,) = tasks(review)
    assert (task.tenant, task.case_tenant, task.department_id) == ("ganzhou", "zhanggong", "dep-city-tax")
    assert review.asked(GetCase(case_id=task.case_id), tenant="ganzhou", actor=CITY_TAX)["refused"]["code"] == (
        "case_not_found"
    ), "the city sees its task, and never the case"
    view = review.asked(GetJointCheck(task_id=task.task_id), tenant="ganzhou", actor=CITY_TAX)["ok"]
    assert (view["grounds"], view["task"]["enterprise_name"]) == (list(GROUNDS), "示例企业01")
    assert answers(review, task)["ok"]["task"]["state"] == "answered"
    assert states(review) == ["open"]
    does_jobs(review)
    assert states(review) == ["passed"]
    assert tasks(review) == []
    (told,) = review.asked(ListJointAnswers(case_id=task.case_id))["ok"]["items"]
    assert (told["department"], told["answer"], told["counts"]) == ("赣州市税务局", "clear", True)
    case = the_case(review)
    order = ApproveCase(case_id=case.case_id, amount_fen=AMOUNT, expected_version=case.version)
    assert review.ordered(order, actor=LEADER)["ok"]["state"] == "approved"
    told_of = [name for name, _tenant in review.told()]
    assert told_of.count("StepAnswered") == 1
    kept = review.rows("SELECT tenant, number, answer FROM joint_check_answer")
    assert kept == [("ganzhou", 1, "clear")]


def test_an_answer_is_brought_once_however_often_it_is_tried(review: Review) -> None:
    prepared(review, with_check("税务部门")).hears(application())
    does_jobs(review)
    answers(review, tasks(review)[0])
    for _ in range(2):
        review.does(
            "INSERT INTO job (tenant, kind, subject, due_at) SELECT tenant, 'bring_joint_answer', id, now() - interval '1 year'"
            " FROM case_task WHERE tenant = 'ganzhou' ON CONFLICT DO NOTHING"
        )
        does_jobs(review)
    assert review.rows("SELECT count(*) FROM case_answer WHERE kind = 'joint_check'") == [(1,)]


def test_of_two_answers_at_once_one_counts_and_the_other_is_stale(review: Review) -> None:
    prepared(review, with_check("税务部门")).hears(application())
    does_jobs(review)
    (task,) = tasks(review)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda text: answers(review, task, remark=text), ["甲", "乙"]))
    assert sorted("ok" if "ok" in each else each["refused"]["code"] for each in both) == ["ok", "stale_version"]
    assert review.rows("SELECT count(*) FROM joint_check_answer") == [(1,)]


def test_an_answer_that_races_a_decision_is_refused_or_kept_and_never_half_done(review: Review) -> None:
    prepared(review, with_check("税务部门")).hears(application())
    does_jobs(review)
    (task,) = tasks(review)
    answers(review, task)
    case = the_case(review)
    order = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=case.case_id, reason="材料不实，不予批准", expected_version=case.version
    )
    assert review.ordered(order)["ok"]["state"] == "rejected"
    does_jobs(review)
    assert review.rows("SELECT count(*) FROM case_answer WHERE kind = 'joint_check'") == [(0,)]
    view = review.asked(GetJointCheck(task_id=task.task_id), tenant="ganzhou", actor=CITY_TAX)["ok"]
    assert "未被采用" in view["notice"]
    assert [each["answer"] for each in view["answers"]] == ["clear"]


def test_a_task_that_is_void_when_the_answer_comes_is_refused(review: Review) -> None:
    prepared(review, with_check("税务部门")).hears(application())
    does_jobs(review)
    (task,) = tasks(review)
    case = the_case(review)
    review.ordered(
        RejectCase(
            other_grounds=OWN_GROUNDS, case_id=case.case_id, reason="材料不实，不予批准", expected_version=case.version
        )
    )
    does_jobs(review)
    assert answers(review, task)["refused"]["code"] == "task_over"


def test_what_is_not_the_citys_comes_back_to_the_items_department(review: Review) -> None:
    prepared(review, with_check("税务部门")).hears(application())
    does_jobs(review)
    (task,) = tasks(review)
    assert answers(review, task, answer="not_ours", remark="由区级主管部门核实")["ok"]["task"]["state"] == "void"
    does_jobs(review)
    assert tasks(review) == []
    (own,) = tasks(review, OFFICER, "zhanggong")
    view = review.asked(GetJointCheck(task_id=own.task_id))["ok"]
    assert view["passed_on"][0]["department"] == "赣州市税务局"
    assert "由区级主管部门核实" in view["passed_on"][0]["reason"]
    assert answers(review, own, OFFICER, "zhanggong")["ok"]["task"]["state"] == "answered"
    assert states(review) == ["passed"]


def test_another_department_another_county_and_a_bad_answer_are_refused(review: Review) -> None:
    prepared(review, with_check("税务部门", "公安")).hears(application())
    does_jobs(review)
    (task,) = tasks(review)
    assert [each.slot for each in tasks(review, CITY_POLICE)] == ["公安"]
    assert answers(review, task, CITY_POLICE)["refused"]["code"] == "task_not_found"
    assert answers(review, task, COUNTY_TAX, "zhanggong")["refused"]["code"] == "task_not_found"
    asked = GetJointCheck(task_id=task.task_id)
    assert review.asked(asked, tenant="ganzhou", actor=CITY_POLICE)["refused"]["code"] == "task_not_found"
    wrong = answers(review, task, answer="barred", as_of=date(2027, 1, 1), ground="印象不好")["refused"]
    assert [each["code"] for each in wrong["reasons"]] == [
        "joint_as_of_in_future",
        "joint_bar_incomplete",
        "joint_bar_incomplete",
        "joint_ground_not_published",
    ]
    assert review.rows("SELECT count(*) FROM joint_check_answer") == [(0,)]


def test_a_later_answer_replaces_an_earlier_one_across_tenants(review: Review) -> None:
    prepared(review, with_check("税务部门")).hears(application())
    does_jobs(review)
    (task,) = tasks(review)
    bar = {
        "answer": "barred",
        "ground": GROUNDS[0],
        "condition": "2025 年查处一起",
        "basis": "《税收征收管理法》第六十三条",
    }
    answers(review, task, **bar)
    does_jobs(review)
    assert states(review) == ["failed"]
    seen = review.asked(GetJointCheck(task_id=task.task_id), tenant="ganzhou", actor=CITY_TAX)["ok"]
    answers(review, task, expected_version=seen["version"], remark="经复核不属于重大违法")
    does_jobs(review)
    assert states(review) == ["passed"]
    told = review.asked(ListJointAnswers(case_id=task.case_id))["ok"]["items"]
    assert [(each["answer"], each["counts"]) for each in told] == [("barred", False), ("clear", True)]


def test_the_service_cannot_change_or_delete_an_answer(review: Review) -> None:
    prepared(review, with_check("税务部门")).hears(application())
    does_jobs(review)
    answers(review, tasks(review)[0])
    for statement in ("UPDATE joint_check_answer SET answer = 'clear'", "DELETE FROM joint_check_answer"):
        with psycopg.connect(psycopg_url(review.dsns.app)) as connection, pytest.raises(psycopg.errors.DatabaseError):
            connection.execute(statement)


def test_a_level_that_is_not_onboarded_leaves_the_check_to_the_items_own_people(review: Review) -> None:
    prepared(review, with_check("税务部门", level=Level.PROVINCE)).hears(application())
    does_jobs(review)
    (task,) = tasks(review, CITY_TAX)
    assert task.department_id == "dep-city-tax", "the nearest that is there for it answers"


def test_an_answer_and_a_refusal_of_the_same_tenant_at_once_leave_one_outcome(review: Review) -> None:
    prepared(review, with_check("社保")).hears(application())
    (task,) = tasks(review, OFFICER, "zhanggong")
    case = the_case(review)
    order = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=case.case_id, reason="材料不实，不予批准", expected_version=case.version
    )
    with ThreadPoolExecutor(2) as pool:
        answered = pool.submit(answers, review, task, OFFICER, "zhanggong", answer="no_record")
        decided = pool.submit(review.ordered, order, actor=LEADER)
    outcome = ("ok" in answered.result(), "ok" in decided.result())
    assert outcome in ((True, False), (False, True)), "who comes second has read what is no more"
    kept = review.rows("SELECT count(*) FROM joint_check_answer")[0][0]
    brought = review.rows("SELECT count(*) FROM case_answer WHERE kind = 'joint_check'")[0][0]
    assert (kept, brought) == ((1, 1) if outcome[0] else (0, 0)), "never half done"


def test_a_check_can_be_given_back_to_all(review: Review) -> None:
    prepared(review, with_check("税务部门")).hears(application())
    does_jobs(review)
    (task,) = tasks(review)
    order = AssignTask(task_id=task.task_id, person_id=None, reason="交还全科", expected_version=task.version)
    assert review.ordered(order, tenant="ganzhou", actor=CITY_TAX)["ok"]["holder_id"] is None
