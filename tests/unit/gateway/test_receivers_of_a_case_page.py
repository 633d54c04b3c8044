"""Receivers of a case on its page: who they are, what is missing, and naming them by lines."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from page_samples.public import guide
from portal_kit import Bus, Visitor
from staff_kit import appointments, case, colleague, neighbours, sheet, told

from console.contracts.program import unconnected_gateway
from contracts.case_payees import CasePayee
from contracts.case_sheet import CaseSheet


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), {"reviewer": colleague("first_review")})


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        "get_case_sheet": told(with_receivers()),
        "get_case_neighbours": told(neighbours()),
        "list_review_deadline_moves": {"items": []},
        "list_appointments": appointments(),
        "get_guide": guide("NM-002"),
        "name_payees": told(case(4, version=3)),
    }
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def said_to(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == method]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def with_receivers() -> CaseSheet:
    receivers = (
        {
            "number": 1,
            "part": 1,
            "who": "graduate",
            "label": "毕业生本人",
            "kind": "person",
            "income_tax": "not_withheld",
        },
        {
            "number": 2,
            "part": 2,
            "who": "applicant",
            "label": "招用企业",
            "amount_fen": 100,
            "account_masked": "**** 1",
        },
    )
    return sheet(case(4).model_copy(update={"payees": tuple(CasePayee.model_validate(each) for each in receivers)}))


def test_a_case_with_other_receivers_shows_each_with_what_is_missing_and_lets_them_be_named(
    visitor: Visitor, bus: Bus
) -> None:
    text = text_of(visitor.get("/department/cases/case-4", "reviewer").text)
    assert "毕业生本人" in text and "待指定" in text and "待登记并复核" in text and "不代扣个人所得税" in text
    assert "登记收款人" in text


def test_receivers_are_named_by_lines(visitor: Visitor, bus: Bus) -> None:
    sent = visitor.post(
        "/department/cases/case-4/payees", {"lines": "1，g1，20\n1，g2，30.5", "_version": "2"}, "reviewer"
    )
    assert sent.headers["location"] == "/department/cases/case-4?done=named"
    (order,) = said_to(bus, "name_payees")
    assert [(each["holder_id"], each["amount_fen"]) for each in order["payees"]] == [("g1", 2000), ("g2", 3050)]


def test_lines_that_name_nobody_leave_the_page_as_it_was_written(visitor: Visitor, bus: Bus) -> None:
    sent = visitor.post("/department/cases/case-4/payees", {"lines": "1，g1\n甲，乙", "_version": "2"}, "reviewer")
    assert sent.status_code == 422
    assert "第 2 行不能识别" in sent.text and "甲，乙" in sent.text
    assert said_to(bus, "name_payees") == []
