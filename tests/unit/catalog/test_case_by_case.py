"""一事一议: what has to be there before a figure without a maximum is published."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.item import PolicyItemContent
from contracts.rule import ItemRules
from services.catalog.policies.publication import problems_of
from tests.unit.rules.sample_files import ITEMS

TODAY = date(2026, 3, 16)
GROUNDS: dict[str, Any] = {
    "legal_basis": "《浏阳市招商引资若干规定》（浏政发〔2025〕3号）第十条",
    "fair_competition": {"conclusion": "exception", "basis": "《公平竞争审查条例》第十二条", "date": "2026-01-10"},
    "minutes": {"reference": "市政府常务会议纪要〔2026〕3号", "date": "2026-03-16"},
    "ceiling": {"limit": "500", "unit": "万元", "basis": "市财政局财预〔2026〕8号"},
}


def item(mode: str = "committed", **grounds: Any) -> PolicyItemContent:
    written = next(each for each in ITEMS.values() if each.rules.plan.mode == "committed")
    text = written.rules.model_dump(mode="json", exclude_none=True)
    text["amount"] = {
        "node": "decided_open", "decision": "whole", "by": "市招商专班", "unit": "万元", "grounds": {**GROUNDS, **grounds},
    }  # fmt: skip
    text["quotas"], text["stacking"] = [], []
    text["plan"]["mode"] = mode
    text.pop("instalments", None)
    text.pop("payees", None)
    return written.model_copy(update={"rules": ItemRules.model_validate(text)})


def codes(content: PolicyItemContent) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in problems_of(content, TODAY)]


def test_with_all_its_grounds_nothing_stands_against_it() -> None:
    assert codes(item()) == []


@pytest.mark.parametrize("basis", ["经研究同意", "依据不详", "《公平竞争审查条例》"])
def test_its_basis_names_a_law_or_a_document(basis: str) -> None:
    assert codes(item(legal_basis=basis)) == [("case_by_case_basis_names_nothing", "/rules/amount/grounds/legal_basis")]


def test_its_minutes_are_those_of_a_meeting_that_has_been_held() -> None:
    tomorrow = {**GROUNDS["minutes"], "date": "2026-03-17"}
    assert codes(item(minutes=tomorrow)) == [("minutes_in_future", "/rules/amount/grounds/minutes/date")]


def test_everything_that_is_lacking_is_told_at_once() -> None:
    review = {**GROUNDS["fair_competition"], "conclusion": "not_required"}
    found = codes(item("instant", fair_competition=review, legal_basis="经研究同意"))
    assert {code for code, _ in found} >= {
        "case_by_case_not_committed", "case_by_case_review", "case_by_case_basis_names_nothing",
    }  # fmt: skip
