"""Decisions taken back and made in bulk, as a person does it: what is shown before, what is ordered, what is missing."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from page_samples.cases import BESIDE
from page_samples.decisions import DECIDED, HELD, PREVIEW, PROPOSED, REFUSED, RUN
from portal_kit import Bus, Visitor
from staff_kit import case, colleague, counts, listed, sheet, told

from chassis.testing.fakes import NOON
from console.contracts.program import unconnected_gateway
from contracts.bulk_decisions import BulkUndone
from contracts.reopening import Reopenings

PEOPLE = {"leader": colleague("leader", id="leader-1"), "reviewer": colleague("first_review", id="officer-7")}
NEW = "/department/bulk-decisions/new"


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = dict(BESIDE) | {
        "list_cases": listed(case(1)),
        "count_cases": told(counts(states={"accepted": 1240})),
        "get_case_sheet": told(sheet(HELD)),
        "undo_decision": told(case(9)),
        "approve_case": told(HELD),
        "preview_bulk_decision": told(PREVIEW),
        "approve_cases": told(RUN),
        "reject_cases": told(RUN),
        "undo_bulk": told(BulkUndone(operation_id="operation-1", undone=2)),
        "get_operation": told(RUN),
        "list_operation_lines": told(REFUSED),
        "list_reopenings": told(Reopenings(items=(PROPOSED,))),
        "propose_reopening": told(PROPOSED),
        "confirm_reopening": told(PROPOSED),
    }
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def said_to(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == method]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def chosen(*reasons: str | None) -> dict[str, str]:
    """The lines of the page, the first as many chosen as there are reasons."""
    said = {}
    for place, each in enumerate(PREVIEW.approvable):
        said |= {f"lines.{place}.case_id": each.case_id, f"lines.{place}.version": str(each.version)}
        said[f"lines.{place}.chosen"] = "true" if place < len(reasons) else "false"
        said[f"lines.{place}.reason"] = (reasons[place] if place < len(reasons) else None) or ""
    return said


def test_a_decision_that_is_held_says_until_when_and_is_undone_with_a_reason(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/department/cases/case-9?state=approved", "leader").text
    assert "前可以撤回该决定" in text_of(page)
    sent = visitor.post("/department/cases/case-9/undo", {"reason": "点错了", "_version": "2"}, "leader")
    assert sent.headers["location"] == "/department/cases/case-9?done=undone"
    assert said_to(bus, "undo_decision") == [{"case_id": "case-9", "reason": "点错了", "expected_version": 2}]


def test_who_neither_decided_nor_leads_reads_of_the_window_and_gets_no_button(visitor: Visitor) -> None:
    page = visitor.get("/department/cases/case-9?state=approved", "reviewer").text
    assert "前可以撤回该决定" in text_of(page) and "/department/cases/case-9/undo" not in page


def test_after_an_approval_the_page_does_not_say_that_the_firm_knows(visitor: Visitor) -> None:
    sent = visitor.post("/department/cases/case-9/approve", {"amount_fen": "1", "_version": "2"}, "leader")
    assert sent.headers["location"].endswith("done=decided")


def test_the_list_says_how_many_match_and_how_many_at_once_before_anybody_clicks(visitor: Visitor) -> None:
    page = visitor.get("/department/cases?item=NM-002", "leader").text
    assert "符合条件的 1240 件中剩余时间最少的 500 件（一次至多 500 件）" in text_of(page)
    assert f"{NEW}?item=NM-002" in html.unescape(page)


def test_the_page_before_a_bulk_says_count_total_largest_and_what_cannot_be_approved(
    visitor: Visitor, bus: Bus
) -> None:
    text = text_of(visitor.get(f"{NEW}?item=NM-002&overdue=yes", "leader").text)
    (asked,) = said_to(bus, "preview_bulk_decision")
    assert (asked["item_id"], asked["overdue"]) == ("NM-002", True)
    for said in ("1240 件", "3 件", "600,000", "30 分钟", "须先核对申报材料：营业执照。", "一次至多 500 件"):
        assert said in text, said


def test_what_is_chosen_is_approved_as_it_was_looked_at(visitor: Visitor, bus: Bus) -> None:
    sent = visitor.post(NEW, {"verb": "approve", "opinion": "同意", **chosen(None, None)}, "leader")
    assert sent.headers["location"] == "/department/bulk-decisions/operation-1?done=bulk_begun"
    lines = [{"case_id": each.case_id, "expected_version": 1} for each in PREVIEW.approvable[:2]]
    assert said_to(bus, "approve_cases") == [{"lines": lines, "opinion": "同意"}]


def test_nothing_is_ordered_where_nothing_is_chosen(visitor: Visitor, bus: Bus) -> None:
    page = visitor.post(NEW, {"verb": "approve", **chosen()}, "leader")
    assert page.status_code == 422 and "请至少选择一个办件" in page.text
    assert said_to(bus, "approve_cases") == []


def test_a_refusal_without_a_reason_of_its_own_is_shown_beside_its_line(visitor: Visitor, bus: Bus) -> None:
    page = visitor.post(NEW, {"verb": "reject", **chosen("研发投入不足 100 万元", None)}, "leader")
    assert page.status_code == 422 and "逐件写明理由" in page.text
    assert said_to(bus, "reject_cases") == []
    visitor.post(NEW, {"verb": "reject", **chosen("研发投入不足 100 万元", "不是规模以上企业")}, "leader")
    (said,) = said_to(bus, "reject_cases")
    assert [each["reason"] for each in said["lines"]] == ["研发投入不足 100 万元", "不是规模以上企业"]


def test_what_could_not_be_decided_is_named_with_all_reasons_and_chosen_again(visitor: Visitor, bus: Bus) -> None:
    text = text_of(visitor.get("/department/bulk-decisions/operation-1", "leader").text)
    assert "办件已有变化。" in text and "用语尚未对应。" in text
    visitor.get(f"{NEW}?again=operation-1", "leader")
    assert said_to(bus, "preview_bulk_decision")[-1]["case_ids"] == ["case-3"]


def test_five_hundred_are_refused_at_once_with_a_long_reason_each(visitor: Visitor, bus: Bus) -> None:
    reason = "申报主体上一年度研发费用占营业收入的比例低于通知第三条规定的下限，" * 20
    said = {"verb": "reject"}
    for place in range(500):
        line = {"case_id": f"case-{place}", "version": 4, "chosen": "yes", "reason": reason}
        said |= {f"lines.{place}.{name}": str(value) for name, value in line.items()}
    assert visitor.post(NEW, said, "leader").headers["location"].endswith("done=bulk_begun")
    (ordered,) = said_to(bus, "reject_cases")
    assert [(each["case_id"], each["reason"]) for each in ordered["lines"]] == [
        (f"case-{place}", reason) for place in range(500)
    ]


def test_a_bulk_is_undone_as_a_whole(visitor: Visitor, bus: Bus) -> None:
    sent = visitor.post("/department/bulk-decisions/operation-1/undo", {"reason": "选错了批次"}, "leader")
    assert sent.headers["location"].endswith("done=bulk_undone")
    assert said_to(bus, "undo_bulk") == [{"operation_id": "operation-1", "reason": "选错了批次"}]


def test_a_case_is_proposed_to_be_looked_at_again_and_agreed_to_by_another(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(sheet(DECIDED))
    bus.answers["list_reopenings"] = told(Reopenings())
    page = visitor.get("/department/cases/case-9/reopenings", "leader")
    assert "第 1 步" in text_of(page.text)
    said = {"reason": "审计发现数据有误", "source": "审计意见", "steps[]": "1", "_version": "3"}
    sent = visitor.post("/department/cases/case-9/reopenings", said, "leader")
    assert sent.headers["location"].startswith("/department/cases/case-9/reopenings/reopening-1")
    assert said_to(bus, "propose_reopening")[0]["steps"] == [1]
    bus.answers["list_reopenings"] = told(Reopenings(items=(PROPOSED,)))
    one = "/department/cases/case-9/reopenings/reopening-1"
    assert "同意重新审查" in visitor.get(one, "leader").text
    visitor.post(f"{one}/confirm", {"_version": "1"}, "leader")
    assert said_to(bus, "confirm_reopening") == [{"reopening_id": "reopening-1", "expected_version": 1}]


def test_a_case_in_its_window_is_not_proposed_to_be_looked_at_again(visitor: Visitor, bus: Bus) -> None:
    bus.answers["list_reopenings"] = told(Reopenings())
    assert HELD.undo_until is not None and HELD.undo_until > NOON + timedelta(minutes=1)
    assert "现在不能申请重新审查" in visitor.get("/department/cases/case-9/reopenings", "leader").text
