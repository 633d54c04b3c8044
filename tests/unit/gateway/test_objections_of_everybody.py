"""Anybody objects to a public notice, without signing in: at the place that the address names, not without end, and once told a code."""

from __future__ import annotations

import json
from typing import Any

import pytest
from page_samples.public_notices import OVER, RUNNING, notice, objection, of_case
from page_samples.public_notices import PEOPLE as STAFF
from portal_kit import Bus, Visitor
from staff_kit import appointments, told

from console.contracts.program import unconnected_gateway
from gateway.rate_limits import RateLimits, Rates

ONE = "/notices/zhanggong/notice-1"
SAID = {"name": "赵某某", "contact": "１３８00001234", "text": "该企业上年度并未在本区缴纳税款，请核查。"}
RECEIPT = {
    "number": "YY-ABCD2345",
    "check_code": "7K2M9QAB",
    "item_title": "研发投入补助",
    "raised_at": "2026-03-11T04:00:00Z",
}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), STAFF)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {"get_public_notice": told(notice()), "raise_objection": RECEIPT}
    return gateway


def ordered(visitor: Visitor, name: str) -> list[dict[str, Any]]:
    return [payload for method, payload in visitor.bus.asked if method == name]


def test_anybody_objects_on_the_page_and_reads_the_code_once(visitor: Visitor) -> None:
    answer = visitor.post(f"{ONE}/objections", SAID)
    assert answer.status_code == 200
    assert "YY-ABCD2345" in answer.text and "7K2M9QAB" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    (order,) = ordered(visitor, "raise_objection")
    assert (order["tenant"], order["actor"]["id"], order["actor"]["roles"]) == ("zhanggong", "public", ["public"])
    assert order["body"]["contact"] == "13800001234"


def test_what_is_missing_is_said_at_once_and_what_was_written_stays(visitor: Visitor) -> None:
    answer = visitor.post(f"{ONE}/objections", {"name": "赵某某", "contact": "某处", "text": "不符"})
    assert answer.status_code == 422
    assert "联系方式应为电话号码或电子邮箱" in answer.text and "赵某某" in answer.text
    assert not ordered(visitor, "raise_objection")


def test_a_form_of_another_site_objects_to_nothing(visitor: Visitor) -> None:
    assert visitor.post(f"{ONE}/objections", SAID, origin="http://elsewhere.test").status_code == 403
    assert not ordered(visitor, "raise_objection")


def test_a_program_objects_with_a_key_of_its_own(visitor: Visitor) -> None:
    address = "/api/v1/public-notices/zhanggong/notice-1/objections"
    without = visitor.send("POST", address, json=SAID)
    assert json.loads(without.content)["code"] == "idempotency_key_missing"
    answer = visitor.send("POST", address, json=SAID, headers={"Idempotency-Key": "objection-1"})
    assert (answer.status_code, answer.json()["check_code"]) == (201, "7K2M9QAB")


def test_what_has_come_down_is_gone(visitor: Visitor) -> None:
    visitor.bus.answers = {"get_public_notice": {"refused": OVER.model_dump(mode="json")}}
    page = visitor.get(ONE)
    assert page.status_code == 410
    assert OVER.message in page.text and "示例企业" not in page.text
    assert visitor.get("/api/v1/public-notices/zhanggong/notice-1").status_code == 410


def test_an_address_that_objects_without_end_is_told_to_wait() -> None:
    clock = [0.0]
    rates = Rates(RateLimits(), lambda: clock[0])
    waits = [rates.of_public_form("192.0.2.1") for _ in range(11)]
    assert not any(waits[:10]) and waits[10] > 0
    assert not rates.of_public_form("192.0.2.99")
    clock[0] += 60
    assert not rates.of_public_form("192.0.2.1")


def test_the_department_answers_on_the_page_of_its_case(visitor: Visitor) -> None:
    answered = objection(state="not_upheld", answer="经核查，纳税情况属实")
    visitor.bus.answers = {
        "get_case_notices": told(of_case(RUNNING)),
        "answer_objection": told(answered),
        "list_appointments": appointments(),
    }
    form = {"_version": "1", "upheld": "no", "answer": "经核查，纳税情况属实"}
    address = "/department/cases/case-1/notices/objections/objection-1/answer"
    answer = visitor.post(address, form, "notices_reviewer")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/department/cases/case-1/notices?done=objection_answered",
    )
    (order,) = ordered(visitor, "answer_objection")
    assert order["body"] == {
        "objection_id": "objection-1", "upheld": False, "answer": "经核查，纳税情况属实", "expected_version": 1
    }  # fmt: skip
    page = visitor.get("/department/cases/case-1/notices", "notices_reviewer").text
    assert "138****1234" in page and "赵**" in page
