"""What people see of what the bank contradicts and of awards that were granted twice, and what they can do about it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from portal_kit import Bus, Visitor
from staff_kit import (
    appointments,
    case,
    colleague,
    finding,
    line,
    listed,
    payment,
    returned,
    sheet,
    summary,
    told,
    unheard,
)

from console.contracts.program import unconnected_gateway

PEOPLE = {
    "checker": colleague("payment_check", where="章贡区行政审批局", id="checker-1"),
    "maker": colleague("payment_maker", where="章贡区行政审批局", id="maker-1"),
    "leader": colleague("leader", id="leader-1"),
    "reviewer": colleague("first_review"),
    "supervisor": colleague("supervision", id="supervisor-1"),
    "lay": colleague("lay_supervisor", id="lay-1"),
}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        "list_disbursements": listed(unheard(), payment(1)),
        "summarise_disbursements": told(summary(unheard(), payment(1))),
        "get_disbursement": lambda query: told(returned() if query["disbursement_id"] == "payment-40" else unheard()),
        "get_case_sheet": told(sheet(case(4, state="approved", decided_by="officer-1", note="同意拨付"))),
        "list_budget_lines": listed(line(1)),
        "list_recoveries": listed(),
        "list_appointments": appointments(),
        "clear_contradiction": told(unheard()),
        "list_award_findings": listed(finding()),
        "get_award_finding": told(finding()),
        "close_award_finding": told(finding(state="closed")),
    }
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def said_to(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == method]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_whoever_would_release_a_renewed_payment_reads_of_which_instruction_the_bank_never_heard_and_when_it_was_asked(
    visitor: Visitor,
) -> None:
    text = text_of(visitor.get("/bureau/payments/payment-8", "checker").text)
    assert "payment-40-1" in text
    assert "最后一次查询是 2026-03-10 11:00" in text
    assert "档案合并后保留的企业" in text


def test_what_the_bank_contradicts_cannot_be_released_and_is_cleared_up_by_a_checker(
    visitor: Visitor, bus: Bus
) -> None:
    page = visitor.get("/bureau/payments/payment-8", "checker").text
    assert "账面为“支付失败”，银行答复“已支付”" in text_of(page)
    assert "/bureau/payments/payment-8/authorise" not in page
    assert "/bureau/payments/payment-8/clear" in page
    assert "/clear" not in visitor.get("/bureau/payments/payment-8", "maker").text
    conclusion = {"conclusion": "3 月 10 日银行书面确认未支付", "_version": "1"}
    done = visitor.post("/bureau/payments/payment-8/clear", conclusion, "checker")
    assert done.status_code == 303
    assert said_to(bus, "clear_contradiction")[0]["conclusion"] == conclusion["conclusion"]
    assert visitor.post("/bureau/payments/payment-8/clear", conclusion, "maker").status_code == 403


def test_after_a_restore_a_checker_names_the_instruction_by_which_the_bank_has_paid_already(
    visitor: Visitor, bus: Bus
) -> None:
    bus.answers["get_disbursement"] = told(
        payment(1).model_copy(update={"contradiction": "系统恢复前银行已付款：lost-1（…）"})
    )
    assert "银行已付的指令号" in text_of(visitor.get("/bureau/payments/payment-1", "checker").text)
    said = {"conclusion": "与银行回单一致", "paid_by": "lost-1", "_version": "1"}
    assert visitor.post("/bureau/payments/payment-1/clear", said, "checker").status_code == 303
    assert visitor.post("/bureau/payments/payment-1/clear", said | {"paid_by": ""}, "checker").status_code == 303
    assert [each.get("paid_by") for each in said_to(bus, "clear_contradiction")] == ["lost-1", None]
    assert visitor.post("/bureau/payments/payment-1/clear", said | {"paid_by": "没有"}, "checker").status_code == 422


def test_what_nothing_contradicts_has_nothing_to_clear_up(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_disbursement"] = told(payment(1))
    page = visitor.get("/bureau/payments/payment-1", "checker").text
    assert "/clear" not in page
    assert "/bureau/payments/payment-1/authorise" in page


@pytest.mark.parametrize("path", ["/bureau/payments", "/bureau/payments/review?id=payment-8&id=payment-1"])
def test_the_lists_flag_both(visitor: Visitor, path: str) -> None:
    text = text_of(visitor.get(path, "checker").text)
    assert text.count("银行称未收到上一笔指令") == 1
    assert text.count("银行记录与账面矛盾，已停止办理") == 1


def test_a_finding_shows_both_cases_the_amounts_and_what_to_do(visitor: Visitor, bus: Bus) -> None:
    listed_there = text_of(visitor.get("/department/findings", "reviewer").text)
    assert "2 件办件" in listed_there
    assert said_to(bus, "list_award_findings")[0]["state"] == "open"
    page = visitor.get("/department/findings/finding-1", "leader").text
    text = text_of(page)
    for said in ("多批 ¥400,000.00", "91360702DEM000022C", "91360702DEM000014H", "立即联系审批局停止拨付"):
        assert said in text
    assert "/department/cases/case-1?state=all" in page
    assert "/supervisor/cases/case-1?state=all" in visitor.get("/department/findings/finding-1", "supervisor").text


def test_a_finding_is_closed_by_a_leader_or_a_supervisor_and_by_nobody_else(visitor: Visitor, bus: Bus) -> None:
    conclusion = {"conclusion": "第二笔已退回国库", "_version": "1"}
    for who in ("leader", "supervisor"):
        assert "/close" in visitor.get("/department/findings/finding-1", who).text
        assert visitor.post("/department/findings/finding-1/close", conclusion, who).status_code == 303
    assert [each["conclusion"] for each in said_to(bus, "close_award_finding")] == [conclusion["conclusion"]] * 2
    assert "/close" not in visitor.get("/department/findings/finding-1", "reviewer").text
    assert visitor.post("/department/findings/finding-1/close", conclusion, "reviewer").status_code == 403
    assert visitor.get("/department/findings", "lay").status_code == 403


def test_what_is_closed_says_who_concluded_what(visitor: Visitor, bus: Bus) -> None:
    closed = finding(
        state="closed", closed_by="officer-1", closed_at="2026-03-09T04:00:00Z", conclusion="经核实不属于重复享受。"
    )
    bus.answers["get_award_finding"] = told(closed)
    page = visitor.get("/department/findings/finding-1", "leader").text
    assert "经核实不属于重复享受。" in text_of(page)
    assert "/close" not in page


HELD_FOR_TAX = {
    "state": "held",
    "line_id": None,
    "reason": "约定由兑付单位代扣个人所得税，待登记代扣税额后按税后金额落实资金",
    "income_tax": "withheld",
    "part": 2,
    "parts": 2,
    "payee_holder": {"kind": "person", "holder_id": "holder-1", "name": "示例工程师"},
    "payee_label": "高层次人才",
}


def test_a_maker_enters_the_tax_that_the_payer_withholds_and_a_checker_does_not(visitor: Visitor, bus: Bus) -> None:
    bus.answers |= {"get_disbursement": told(payment(1, **HELD_FOR_TAX)), "set_withheld_tax": told(payment(1))}
    text = text_of(visitor.get("/bureau/payments/payment-1", "maker").text)
    assert "代扣个人所得税由兑付单位办理" in text
    assert "第 2 个收款人，共 2 个" in text
    assert "示例工程师" in text
    said = {"withheld_yuan": "3,000.50", "_version": "1"}
    assert visitor.post("/bureau/payments/payment-1/withheld-tax", said, "maker").status_code == 303
    assert said_to(bus, "set_withheld_tax")[0]["withheld_fen"] == 300_050
    assert "登记代扣税额</button>" not in visitor.get("/bureau/payments/payment-1", "checker").text
    assert visitor.post("/bureau/payments/payment-1/withheld-tax", said, "checker").status_code == 403


def test_what_has_to_come_back_stands_in_a_list_and_with_the_payment(visitor: Visitor, bus: Bus) -> None:
    due = {
        "recovery_id": "recovery-1",
        "case_id": "case-1",
        "claim": payment(1).claim.model_dump(mode="json"),
        "part": 1,
        "instalment": 1,
        "revision": 2,
        "amount_fen": 1_000_000,
        "state": "open",
        "reason": "第 2 次批准应付 10,000.00 元，少于已付金额",
        "payee_name": "示例企业",
        "due_since": "2026-03-09T04:00:00Z",
        "version": 1,
    }
    bus.answers |= {
        "list_recoveries": {"items": [due], "next_cursor": None},
        "get_disbursement": told(payment(1, state="settled")),
    }
    for path in ("/bureau/recoveries", "/bureau/payments/payment-1"):
        text = text_of(visitor.get(path, "checker").text)
        assert "少于已付金额" in text
        assert "¥10,000.00" in text
    assert said_to(bus, "list_recoveries")[0]["state"] == "open"
