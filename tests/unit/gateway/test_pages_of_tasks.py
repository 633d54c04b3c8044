"""What a department that is asked does in a day: its tasks by time left, a joint check answered, one given to a colleague."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from page_samples.tasks import BARRED, PASSED, WHERE, answer, check, task
from portal_kit import Bus, Visitor
from staff_kit import appointments, colleague, listed, told

from console.contracts.program import unconnected_gateway
from contracts.refusal import Invalid, Reason, StaleVersion

PEOPLE = {
    "reviewer": colleague("first_review", where=WHERE),
    "author": colleague("policy_author", where=WHERE),
    "finance": colleague("finance", where="章贡区财政局"),
}
FORM = {"answer": "clear", "source": WHERE, "as_of": "2026-03-09", "_version": "2"}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        "list_tasks": listed(
            task(1), task(4, task="approval", slot="审批岗"), task(5, task="panel", case_tenant="xingguo")
        ),
        "get_task": told(task()),
        "get_joint_check": told(check()),
        "answer_joint_check": told(check(task(state="answered", version=3), answers=(answer(),))),
        "assign_task": told(task(version=3)),
        "list_appointments": appointments(),
    }
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def said_to(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == method]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_the_list_asks_as_its_address_says_and_leads_to_where_each_task_is_done(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/department/tasks?task=joint_check&mine=yes&about=ZGQ-1", "reviewer").text
    (asked,) = said_to(bus, "list_tasks")
    assert (asked["task"], asked["mine"], asked["overdue"], asked["about"]) == ("joint_check", True, False, "ZGQ-1")
    assert 'href="/department/tasks/task-1?task=joint_check&amp;mine=yes&amp;about=ZGQ-1"' in page
    assert 'href="/department/cases/case-4?state=all"' in page
    assert "/department/cases/case-5" not in page, "of another place's case only the task is seen"


def test_an_empty_list_says_so(visitor: Visitor, bus: Bus) -> None:
    bus.answers["list_tasks"] = listed()
    assert "没有待办任务。" in visitor.get("/department/tasks", "reviewer").text
    assert "没有符合条件的任务。" in visitor.get("/department/tasks?mine=yes", "reviewer").text


def test_a_joint_check_shows_the_published_conditions_and_nothing_of_the_case(visitor: Visitor, bus: Bus) -> None:
    text = text_of(visitor.get("/department/tasks/task-1", "reviewer").text)
    assert "纳税信用不为 D 级" in text
    assert {method for method, _ in bus.asked} <= {"get_task", "get_joint_check", "list_appointments"}


def test_other_tasks_lead_to_their_case(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_task"] = told(task(4, task="approval"))
    page = visitor.get("/department/tasks/task-4", "reviewer")
    assert (page.status_code, page.headers["location"]) == (303, "/department/cases/case-4?state=all")


def test_an_answer_is_ordered_with_the_version_that_was_read(visitor: Visitor, bus: Bus) -> None:
    page = visitor.post("/department/tasks/task-1/answer?mine=yes", FORM | {"ground": "", "remark": ""}, "reviewer")
    assert (page.status_code, page.headers["location"]) == (303, "/department/tasks/task-1?mine=yes&done=answered")
    (order,) = said_to(bus, "answer_joint_check")
    assert (order["answer"], order["as_of"], order["ground"], order["expected_version"]) == (
        "clear",
        "2026-03-09",
        None,
        2,
    )


def test_everything_that_does_not_fit_stands_beside_its_field(visitor: Visitor, bus: Bus) -> None:
    reasons = (
        Reason(code="joint_ground_not_published", message="情形不在已公布条件之内。", field="ground"),
        Reason(code="joint_as_of_in_future", message="数据日期不能晚于今天。", field="as_of"),
    )
    bus.answers["answer_joint_check"] = {"refused": Invalid(*reasons).refusal().model_dump(mode="json")}
    page = visitor.post(
        "/department/tasks/task-1/answer", FORM | {"answer": "barred", "ground": "印象不好"}, "reviewer"
    )
    assert page.status_code == 422
    assert "情形不在已公布条件之内。" in page.text
    assert "数据日期不能晚于今天。" in page.text


def test_a_stale_answer_keeps_what_was_written(visitor: Visitor, bus: Bus) -> None:
    bus.answers["answer_joint_check"] = {"refused": StaleVersion().refusal().model_dump(mode="json")}
    page = visitor.post("/department/tasks/task-1/answer", FORM | {"remark": "查过名单"}, "reviewer")
    assert page.status_code in (409, 412)
    assert "查过名单" in page.text


def test_what_was_answered_may_be_mended_and_what_was_replaced_says_so(visitor: Visitor, bus: Bus) -> None:
    done = check(task(state="answered", answered_by="officer-1"), answers=(BARRED, answer()))
    bus.answers |= {"get_task": told(done.task), "get_joint_check": told(done)}
    text = text_of(visitor.get("/department/tasks/task-1", "reviewer").text)
    assert "更正答复" in text
    assert "已被后来的答复替代" in text


def test_who_was_asked_before_and_what_came_of_the_system_is_told(visitor: Visitor, bus: Bus) -> None:
    bus.answers |= {"get_task": told(PASSED.task), "get_joint_check": told(PASSED)}
    text = text_of(visitor.get("/department/tasks/task-3", "reviewer").text)
    assert "“章贡区科学技术局”答复不属于其职责" in text
    assert "已转人工核查" in text


def test_a_task_is_given_to_a_colleague_and_back_to_all(visitor: Visitor, bus: Bus) -> None:
    for person, expected in (("officer-2", "officer-2"), ("", None)):
        words = {"person_id": person, "reason": "本周由其办理", "_version": "2"}
        assert visitor.post("/department/tasks/task-1/assign", words, "reviewer").status_code == 303
        assert said_to(bus, "assign_task")[-1]["person_id"] == expected


def test_an_author_answers_nothing(visitor: Visitor) -> None:
    assert visitor.get("/department/tasks", "author").status_code == 403
    assert visitor.post("/department/tasks/task-1/answer", FORM, "author").status_code == 403
