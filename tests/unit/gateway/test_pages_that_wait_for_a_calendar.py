"""What those who work here are shown of a limit whose end waits for a year's working days."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from page_samples.public import guide
from portal_kit import Bus, Visitor
from staff_kit import appointments, case, colleague, counts, listed, neighbours, previews, sheet, told

from console.contracts.program import unconnected_gateway
from contracts.case_tasks import SheetTask
from gateway.portal.shell.time_left import due_text

WAITS = "待 2027 年工作日安排公布"
WAITING = case(1, due_in=None, awaits_year=2027)


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), {"reviewer": colleague("first_review")})


@pytest.fixture(autouse=True)
def bus(visitor: Visitor) -> Bus:
    visitor.bus.answers = {
        "get_guide": guide("NM-002"),
        "preview_rejection": told(previews()),
        "list_cases": listed(WAITING),
        "count_cases": told(counts()),
        "get_case_neighbours": told(neighbours()),
        "list_review_deadline_moves": {"items": []},
        "list_appointments": appointments(),
    }
    return visitor.bus


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_the_list_and_the_case_say_which_year_the_limit_waits_for(visitor: Visitor, bus: Bus) -> None:
    due = datetime(2026, 12, 30, 9, 30, tzinfo=UTC)
    tasks = (
        SheetTask(task="material_check", due_at=due),
        SheetTask(task="site_inspection", due_at=None, awaits_year=2027),
    )
    bus.answers["get_case_sheet"] = told(sheet(WAITING, tasks=tasks))
    assert WAITS in visitor.get("/department/cases", "reviewer").text
    page = text_of(visitor.get("/department/cases/case-1", "reviewer").text)
    assert WAITS in page
    assert "办理环节的时限 材料审核 2026-12-30 17:30 现场勘查 待 2027 年工作日安排公布后确定" in page


def test_a_case_without_tasks_says_nothing_of_them(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(sheet(case(1, state="rejected")))
    assert "办理环节的时限" not in visitor.get("/department/cases/case-1", "reviewer").text


def test_a_move_to_no_date_is_told_as_that(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(sheet(WAITING))
    moved = {
        "was": "2026-12-29T09:30:00Z",
        "due_at": None,
        "awaits_year": 2027,
        "reason": "待 2027 年工作日安排公布后确定",
    }
    bus.answers["list_review_deadline_moves"] = {"items": [{**moved, "moved_at": "2026-11-30T04:00:00Z"}]}
    page = text_of(visitor.get("/department/cases/case-1", "reviewer").text)
    assert "2026-12-29 17:30 → 待 2027 年工作日安排公布后确定" in page


def test_what_a_signature_is_put_under_names_the_year_too() -> None:
    assert due_text(None, 2027) == "待 2027 年工作日安排公布后确定"
    assert due_text(None, None) == "—"
    assert due_text(datetime(2026, 3, 10, 4, tzinfo=UTC), None) == "2026-03-10 12:00"
