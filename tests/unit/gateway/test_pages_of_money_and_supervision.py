"""What finance puts on its lines, what supervisors watch, and where everybody begins their day."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from page_samples.money import BUDGETS, HELD
from page_samples.supervision import WATCHED
from portal_kit import CALENDAR, Bus, Visitor
from staff_kit import (
    LAKH,
    NAMES,
    case,
    colleague,
    line,
    listed,
    payment,
    renewed,
    summary,
    told,
)

from console.contracts.program import unconnected_gateway
from gateway.bus import BusUnavailable
from gateway.portal.shell.time_left import time_left

PEOPLE = {
    "finance": colleague("finance", where="章贡区财政局", id="finance-1"),
    "finance_check": colleague("finance_check", where="章贡区财政局", id="finance-2"),
    "supervisor": colleague("supervision", id="supervisor-1"),
    "lay": colleague("lay_supervisor", id="lay-1"),
    "both": colleague("lay_supervisor", "audit", id="audit-1"),
    "reviewer": colleague("first_review"),
    "checker": colleague("payment_check", where="章贡区行政审批局", id="checker-1"),
    "window": colleague("window", id="window-1"),
}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {**WATCHED, **BUDGETS, "appropriate_budget": told(line(1, version=8))}
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def said_to(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == method]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


# -- budget lines ----------------------------------------------------------------------------------------------


def test_lines_of_this_year_are_shown_with_the_totals_of_the_same_filter(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/finance/budgets?department=章贡区商务局", "finance")
    text = text_of(page.text)
    assert "¥16,200,000.00 可用" in text
    assert "企业研发投入后补助" in text
    assert "有 1 笔、合计 ¥1,200,000.00 在等预算" not in text
    for method in ("list_budget_lines", "get_budget_totals"):
        asked = said_to(bus, method)[0]
        assert (asked["year"], asked["department"]) == (2026, "章贡区商务局")
    visitor.get("/finance/budgets?year=all", "finance")
    assert said_to(bus, "list_budget_lines")[1]["year"] is None


def test_only_finance_sees_them_and_only_its_maker_appropriates(visitor: Visitor) -> None:
    assert "核对后下达" in visitor.get("/finance/budgets", "finance").text
    assert "核对后下达" not in visitor.get("/finance/budgets", "finance_check").text
    assert visitor.get("/finance/budgets", "checker").status_code == 403


APPROPRIATION = {
    "year": "2026",
    "department": "章贡区科学技术局",
    "item_id": "NM-002",
    "amount_yuan": "1,500,000",
    "document_number": "区财预〔2026〕12 号",
    "mode": "quota",
}


def test_an_appropriation_is_looked_at_before_it_is_made(visitor: Visitor, bus: Bus) -> None:
    asked = visitor.post("/finance/budgets/appropriate", APPROPRIATION, "finance")
    text = text_of(asked.text)
    assert "确认下达指标" in text
    assert "下达前可用 ¥5,400,000.00" in text
    assert "下达后可用 ¥6,900,000.00" in text
    assert said_to(bus, "appropriate_budget") == []
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    hidden.pop("csrf")
    made = visitor.post(
        "/finance/budgets/appropriate", {name: html.unescape(v) for name, v in hidden.items()}, "finance"
    )
    assert made.status_code == 303
    (order,) = said_to(bus, "appropriate_budget")
    assert (order["amount_fen"], order["item_id"], order["document_number"]) == (
        150_000_000,
        "NM-002",
        "区财预〔2026〕12 号",
    )


def test_a_further_amount_of_a_document_is_said_shown_and_ordered(visitor: Visitor, bus: Bus) -> None:
    assert 'name="further_of_document"' in visitor.get("/finance/budgets", "finance").text
    further = {**APPROPRIATION, "further_of_document": "true"}
    asked = visitor.post("/finance/budgets/appropriate", further, "finance")
    assert "同一文件的另一笔 是，该文件此前已在这条指标下达过资金" in text_of(asked.text)
    assert 'name="further_of_document" value="true"' in asked.text
    visitor.post("/finance/budgets/appropriate", {**further, "confirmed": "true"}, "finance")
    assert said_to(bus, "appropriate_budget")[0]["further_of_document"] is True
    plain = visitor.post("/finance/budgets/appropriate", APPROPRIATION, "finance")
    assert "同一文件的另一笔 否" in text_of(plain.text)


def test_a_line_that_is_not_there_yet_is_called_new(visitor: Visitor, bus: Bus) -> None:
    bus.answers["list_budget_lines"] = listed()
    asked = visitor.post("/finance/budgets/appropriate", {**APPROPRIATION, "item_id": ""}, "finance")
    assert "新开指标" in asked.text
    assert "本部门全部事项" in asked.text


def test_what_treasury_refuses_is_told_on_the_page_with_all_that_was_filled_in(visitor: Visitor, bus: Bus) -> None:
    reason = {
        "code": "budget_mode_differs",
        "message": "该预算指标按“指标”管理，不能以另一种方式追加。",
        "field": "mode",
    }
    bus.answers["appropriate_budget"] = {"refused": {"kind": "conflict", **reason, "reasons": [reason]}}
    sent = visitor.post("/finance/budgets/appropriate", {**APPROPRIATION, "confirmed": "true"}, "finance")
    assert sent.status_code == 409
    assert reason["message"] in sent.text
    assert 'value="区财预〔2026〕12 号"' in sent.text


def test_budgets_open_while_the_register_and_the_catalogue_are_away(visitor: Visitor, bus: Bus) -> None:
    away = {"fault": {"retryable": True}}
    bus.answers |= {"list_departments": away, "list_policies": away, "get_policy": away}
    page = visitor.get("/finance/budgets", "finance")
    assert page.status_code == 200
    assert 'name="department" type="text"' in page.text
    assert "NM-002" in page.text


def test_held_payments_say_why_they_wait(visitor: Visitor, bus: Bus) -> None:
    bus.answers |= {"list_disbursements": listed(*HELD), "summarise_disbursements": told(summary(*HELD))}
    text = text_of(visitor.get("/finance/held?about=200000", "finance").text)
    assert "预算余额不足：需 200,000.00 元" in text
    asked = said_to(bus, "list_disbursements")[0]
    assert (asked["state"], asked["amount_fen"]) == ("held", LAKH)


def test_the_ledger_says_whether_it_balances(visitor: Visitor, bus: Bus) -> None:
    ledger = {"settled_count": 1, "settled_fen": 5, "returned_count": 0, "returned_fen": 0}
    bus.answers["get_ledger_totals"] = {"accounts": {"appropriation": -5, "paid": 5}, **ledger}
    assert "账目平衡" in visitor.get("/finance/ledger", "finance").text
    bus.answers["get_ledger_totals"] = {"accounts": {"appropriation": -5, "paid": 4, "new": 0}, **ledger}
    page = visitor.get("/finance/ledger", "finance").text
    assert "账目不平" in page
    assert ">new<" in page


# -- supervision -----------------------------------------------------------------------------------------------


def test_supervisors_see_what_is_late_first(visitor: Visitor, bus: Bus) -> None:
    text = text_of(visitor.get("/supervisor", "supervisor").text)
    assert "3 审核超期办件" in text
    assert NAMES[2] in text
    asked = said_to(bus, "list_cases")[0]
    assert (asked["overdue"], asked["order"]) == (True, "due")
    assert said_to(bus, "list_disbursements")[0]["overdue"] is True


@pytest.mark.parametrize(
    "address", ["/supervisor", "/supervisor/cases", "/supervisor/payments", "/supervisor/cases/case-2"]
)
def test_lay_supervisors_see_no_name_no_code_and_no_account(visitor: Visitor, address: str) -> None:
    page = visitor.get(address, "lay").text
    for name in NAMES:
        assert name not in page
    assert "91360702DEM" not in page
    assert "6222…" not in page
    assert "**" in page


def test_lay_supervisors_look_for_no_name(visitor: Visitor, bus: Bus) -> None:
    visitor.get("/supervisor/cases?about=虔矿&state=all", "lay")
    visitor.get("/supervisor/payments?about=虔矿", "lay")
    assert said_to(bus, "list_cases")[0]["about"] is None
    assert said_to(bus, "list_disbursements")[0]["about"] is None
    visitor.get("/desk/find?about=虔矿", "lay")
    assert len(said_to(bus, "list_cases")) == 1


def test_whoever_is_also_an_auditor_sees_names(visitor: Visitor) -> None:
    assert NAMES[2] in visitor.get("/supervisor/cases", "both").text


def test_a_reason_that_a_department_wrote_is_not_shown_to_lay_supervisors(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case"] = told(case(2, state="rejected", note="该公司欠税"))
    assert "该公司欠税" in visitor.get("/supervisor/cases/case-2", "supervisor").text
    assert "该公司欠税" not in visitor.get("/supervisor/cases/case-2", "lay").text


def test_nothing_can_be_sent_from_a_supervisors_page(visitor: Visitor) -> None:
    for address in ("/supervisor", "/supervisor/cases", "/supervisor/payments", "/supervisor/cases/case-2"):
        forms = re.findall(r'method="post" action="([^"]+)"', visitor.get(address, "supervisor").text)
        assert set(forms) <= {"/sign-out"}


# -- the desk --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "there", "not_there"),
    [
        ("reviewer", ["/department/cases"], ["/bureau/payments", "/finance/budgets", "/supervisor"]),
        ("checker", ["/bureau/payments"], ["/finance/budgets", "/supervisor"]),
        ("finance", ["/finance/budgets", "/finance/ledger"], ["/bureau/payments", "/supervisor"]),
        ("supervisor", ["/supervisor"], ["/department/cases", "/bureau/payments"]),
    ],
)
def test_the_desk_leads_each_to_their_work_and_to_nobody_elses(
    visitor: Visitor, who: str, there: list[str], not_there: list[str]
) -> None:
    page = visitor.get("/desk", who).text
    assert all(f'href="{address}"' in page for address in there)
    assert not any(f'href="{address}"' in page for address in not_there)


def test_a_figure_that_nobody_counts_is_not_shown(visitor: Visitor, bus: Bus) -> None:
    assert "42 待审核" in text_of(visitor.get("/desk", "reviewer").text)
    bus.answers["count_cases"] = BusUnavailable("review", 1)
    text = text_of(visitor.get("/desk", "reviewer").text)
    assert "待审核" not in text
    assert "暂时读不到数量" in text


def test_a_clerk_at_the_counter_is_led_to_the_enterprises(visitor: Visitor) -> None:
    assert 'href="/window/enterprises"' in visitor.get("/desk", "window").text


def test_the_search_leads_to_the_only_one_found(visitor: Visitor, bus: Bus) -> None:
    bus.answers |= {"list_cases": listed(case(1)), "list_disbursements": listed()}
    found = visitor.get("/desk/find?about=ZGQ-20260310-000001", "reviewer")
    assert (found.status_code, found.headers["location"]) == (303, "/department/cases/case-1?state=all")
    assert said_to(bus, "list_disbursements") == [], "an officer sees no payments"


def test_the_search_shows_cases_and_payments_within_what_one_may_see(visitor: Visitor, bus: Bus) -> None:
    bus.answers |= {"list_cases": listed(case(1)), "list_disbursements": listed(payment(1), renewed())}
    page = visitor.get("/desk/find?about=虔矿", "checker").text
    assert 'href="/department/cases/case-1?state=all"' in page
    assert 'href="/bureau/payments/payment-4"' in page
    visitor.get("/desk/find?about=200000", "checker")
    assert len(said_to(bus, "list_cases")) == 1, "an amount is looked for among payments"
    assert said_to(bus, "list_disbursements")[1]["amount_fen"] == LAKH


def test_the_search_without_anything_asks_for_something(visitor: Visitor, bus: Bus) -> None:
    assert "请输入收件编号" in visitor.get("/desk/find", "reviewer").text
    assert bus.asked == []


# -- time left -------------------------------------------------------------------------------------------------


def china(*at: int) -> datetime:
    return datetime(*at, tzinfo=UTC) - timedelta(hours=8)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("now", "due", "days", "over", "look"),
    [
        (china(2026, 3, 6, 10), china(2026, 3, 9, 17, 30), 1, False, "soon"),
        (china(2026, 3, 7, 10), china(2026, 3, 9, 17, 30), 1, False, "soon"),
        (china(2026, 3, 9, 10), china(2026, 3, 9, 17, 30), 0, False, "soon"),
        (china(2026, 3, 9, 18), china(2026, 3, 9, 17, 30), 0, True, "over"),
        (china(2026, 3, 10, 9), china(2026, 3, 9, 17, 30), -1, True, "over"),
        (china(2026, 3, 2, 9), china(2026, 3, 9, 17, 30), 5, False, "calm"),
        (china(2026, 12, 30, 9), china(2027, 1, 4, 17, 30), None, False, "calm"),
    ],
)
def test_time_left_is_counted_in_working_days_and_never_guessed(
    now: datetime, due: datetime, days: int | None, over: bool, look: str
) -> None:
    left = time_left(due, now, CALENDAR)
    assert (left.working_days, left.over, left.look) == (days, over, look)


def test_what_is_never_due_has_no_time_left() -> None:
    assert time_left(None, china(2026, 3, 9), CALENDAR).look == "none"
