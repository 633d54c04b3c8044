"""Receivers of a case on its page: who they are, what is missing, and naming them by lines."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from enterprise_records_kit import HOLDER_SHEET, HOLDERS
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
        "list_payee_holders": HOLDERS | {"next_cursor": None},
        "get_payee_holder": HOLDER_SHEET,
        "register_payee_holder": HOLDER_SHEET["holder"],
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
    assert "选择收款人" in text


def test_who_is_registered_is_looked_for_and_put_on_the_list_with_how_its_account_stands(visitor: Visitor) -> None:
    page = visitor.get("/department/cases/case-4/payees?about=示例银行", "reviewer").text
    text = text_of(page)
    assert "示例银行章贡支行（其他组织，91360702DEM000022C） 账户待复核" in text
    assert page.count('type="radio" id="holder-') == 1
    assert 'name="rows" value="1:holder-2"' in page


def test_whoever_the_enterprise_has_named_stands_there_without_a_search(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/department/cases/case-4/payees", "reviewer").text
    assert page.count('type="radio" id="holder-') == 3
    assert [body["enterprise_id"] for body in said_to(bus, "list_payee_holders")] == ["enterprise-4"]


def test_the_list_is_named_at_once_and_who_is_unticked_is_left_out(visitor: Visitor, bus: Bus) -> None:
    address = "/department/cases/case-4/payees?part=1&rows=1:g1&rows=1:g2&rows=1:g3"
    assert visitor.get(address, "reviewer").text.count("付给该收款人") == 3
    said = {
        f"payees.{place}.{name}": value
        for place, (holder, kept, amount) in enumerate(
            [("g1", "true", "20"), ("g2", "false", ""), ("g3", "true", "30.5")]
        )
        for name, value in (("part", "1"), ("holder_id", holder), ("kept", kept), ("amount_yuan", amount))
    }
    sent = visitor.post(address, {**said, "_version": "2"}, "reviewer")
    assert sent.headers["location"] == "/department/cases/case-4?state=all&done=named"
    (order,) = said_to(bus, "name_payees")
    assert [(each["holder_id"], each["amount_fen"]) for each in order["payees"]] == [("g1", 2000), ("g3", 3050)]


def test_what_is_wrong_with_a_row_stands_beside_it(visitor: Visitor, bus: Bus) -> None:
    reasons = [{"code": "payee_amount_missing", "message": "请填写金额", "field": "payees.1.amount_fen"}]
    refused = {"kind": "invalid", "code": "payees_wrong", "message": "有误", "reasons": reasons}
    bus.answers["name_payees"] = {"refused": refused}
    address = "/department/cases/case-4/payees?part=1&rows=1:g1&rows=1:g2&rows=1:g3"
    said = {
        f"payees.{place}.{name}": value
        for place, kept in enumerate(["true", "false", "true"])
        for name, value in (("part", "1"), ("holder_id", f"g{place + 1}"), ("kept", kept))
    }
    page = visitor.post(address, {**said, "_version": "2"}, "reviewer").text
    assert 'id="name-payees-case-4-payees-2-amount_yuan-wrong-1"' in page


def test_a_receiver_that_nobody_knows_is_registered_and_put_on_the_list(visitor: Visitor, bus: Bus) -> None:
    said = {"kind": "person", "name": "李毕业", "resident_id": "36070219990101001X"}
    sent = visitor.post("/department/cases/case-4/payees/new?part=1&rows=1:g1", said, "reviewer")
    assert sent.headers["location"] == (
        "/department/cases/case-4/payees?part=1&rows=1%3Ag1&rows=1%3Aholder-1&done=receiver_listed"
    )
    assert said_to(bus, "register_payee_holder")[0]["enterprise_id"] == "enterprise-4"


def test_receivers_are_named_by_lines(visitor: Visitor, bus: Bus) -> None:
    sent = visitor.post(
        "/department/cases/case-4/payees/pasted", {"lines": "1，g1，20\n1，g2，30.5", "_version": "2"}, "reviewer"
    )
    assert sent.headers["location"] == "/department/cases/case-4?state=all&done=named"
    (order,) = said_to(bus, "name_payees")
    assert [(each["holder_id"], each["amount_fen"]) for each in order["payees"]] == [("g1", 2000), ("g2", 3050)]


def test_lines_that_name_nobody_leave_the_page_as_it_was_written(visitor: Visitor, bus: Bus) -> None:
    sent = visitor.post(
        "/department/cases/case-4/payees/pasted", {"lines": "1，g1\n甲，乙", "_version": "2"}, "reviewer"
    )
    assert sent.status_code == 422
    assert "第 2 行不能识别" in sent.text and "甲，乙" in sent.text
    assert said_to(bus, "name_payees") == []
