"""Whoever has recorded a fact sees on the page that somebody else decides the case."""

from __future__ import annotations

import html
import re

import pytest
from page_samples.public import guide
from portal_kit import Bus, Visitor
from staff_kit import appointments, colleague, neighbours, sheet, told

from console.contracts.program import unconnected_gateway

REVIEWER = colleague("first_review")


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    found = Visitor(unconnected_gateway(), Bus(), {"reviewer": REVIEWER})
    found.bus.answers = {
        "get_case_sheet": told(sheet()),
        "get_case_neighbours": told(neighbours()),
        "list_review_deadline_moves": {"items": []},
        "list_appointments": appointments(),
        "get_guide": guide("NM-002"),
    }
    return found


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_whoever_recorded_a_fact_is_told_so_and_offered_no_decision(visitor: Visitor) -> None:
    me = REVIEWER.principal.actor.id
    own = tuple(
        fact.model_copy(update={"recorded_by": ("clerk", me)}) if fact.name == "rd_expense" else fact
        for fact in sheet().facts
    )
    visitor.bus.answers["get_case_sheet"] = told(sheet(facts=own))
    page = visitor.get("/department/cases/case-1", "reviewer").text
    assert "下列数据由您本人录入，本办件须由他人决定 研发投入（2025）" in text_of(page)
    assert "/approve" not in page
    assert "/refuse" not in page


def test_a_colleague_decides_what_another_has_recorded(visitor: Visitor) -> None:
    theirs = tuple(fact.model_copy(update={"recorded_by": ("clerk",)}) for fact in sheet().facts)
    visitor.bus.answers["get_case_sheet"] = told(sheet(facts=theirs))
    page = visitor.get("/department/cases/case-1", "reviewer").text
    assert "本人录入" not in page
    assert "/approve" in page
