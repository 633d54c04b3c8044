"""What an officer sees of facts that have moved and of a claim that is paid in parts, and how an instalment is rechecked."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from page_samples.public import guide
from portal_kit import Bus, Visitor
from staff_kit import LAKH, appointments, case, colleague, neighbours, sheet, told

from chassis.testing.fakes import NOON
from console.contracts.program import unconnected_gateway
from contracts.case_instalments import ClaimInstalments, InstalmentView
from contracts.case_sheet import FactChange, SheetInstalment
from contracts.case_tasks import SheetTask

PEOPLE = {"reviewer": colleague("first_review")}
MOVED = FactChange(
    name="rd_expense",
    label="研发投入",
    period="2025",
    was="200 万元",
    was_source="市统计局",
    was_as_of=date(2026, 1, 10),
    now="150 万元",
    now_source="区税务局",
    now_as_of=date(2026, 3, 1),
    counts="now",
    changed_at=NOON,
)
GONE = MOVED.model_copy(update={"now": None, "now_source": "", "now_as_of": None, "counts": "neither"})
PARTS = ClaimInstalments(
    first_case_id="case-1",
    items=(
        InstalmentView(number=1, label="第一年", state="paid", amount_fen=LAKH, case_id="case-1"),
        InstalmentView(number=2, label="第二年", state="in_review", due_from=date(2027, 1, 1), case_id="case-9"),
        InstalmentView(number=3, label="第三年", state="scheduled", why="本期尚未到期"),
    ),
    whole_fen=LAKH * 3,
    paid_fen=LAKH,
    next_number=2,
)
SECOND = SheetInstalment(number=2, of=3, label="第二年", outcome="waiting", reason="尚未达产")


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        "get_case_sheet": told(sheet()),
        "get_case_neighbours": told(neighbours()),
        "list_review_deadline_moves": {"items": []},
        "list_claim_instalments": told(PARTS),
        "list_appointments": appointments(),
        "get_guide": guide("NM-002"),
        "decide_recheck": told(case(version=3)),
    }
    return gateway


def text_of(visitor: Visitor, **changed: Any) -> str:
    visitor.bus.answers["get_case_sheet"] = told(sheet(**changed))
    page = visitor.get("/department/cases/case-1", "reviewer")
    assert page.status_code == 200, page.text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


def test_both_values_stand_there_with_source_and_day_and_which_of_them_counts(visitor: Visitor) -> None:
    text = text_of(visitor, changes=(MOVED, GONE))
    for said in ("申报后变化的数据", "200 万元", "市统计局", "150 万元", "区税务局", "按现在的数据判定", "已撤回"):
        assert said in text, said


def test_nothing_is_asked_or_said_of_instalments_where_the_item_pays_at_once(visitor: Visitor) -> None:
    assert "分期兑付" not in text_of(visitor)
    assert "list_claim_instalments" not in [asked for asked, _payload in visitor.bus.asked]


def test_all_instalments_of_the_claim_stand_there_with_what_has_become_of_each(visitor: Visitor) -> None:
    text = text_of(visitor, instalment=SECOND)
    for said in ("第 1 期 第一年", "已批准兑付", "复核办理中", "待到期", "本期尚未到期", "各期合计"):
        assert said in text, said


def test_a_recheck_says_what_the_rule_says_and_is_sent_with_the_version_that_was_read(visitor: Visitor) -> None:
    waiting = SheetTask(task="recheck", due_at=None)
    assert "按事项规则，本期待达到条件：尚未达产。" in text_of(visitor, instalment=SECOND, tasks=(waiting,))
    said = {"met": "false", "reason": "未达到条件", "_version": "2"}
    assert visitor.post("/department/cases/case-1/recheck", said, "reviewer").status_code == 303
    (body,) = [payload["body"] for asked, payload in visitor.bus.asked if asked == "decide_recheck"]
    assert (body["met"], body["reason"], body["expected_version"]) == (False, "未达到条件", 2)
