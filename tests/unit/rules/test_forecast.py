"""What later instalments may come to, as far as it can be told when a claim is accepted."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.rule import FactSheet, ItemRules
from rules import assess
from rules.forecast import foreseen_instalments
from tests.unit.review.review_kit import facts, item_rules

DAY = date(2026, 3, 10)
SHEET = FactSheet(facts=facts(), reference_year=2025, parameters=())


def foreseen(*parts: dict[str, Any], sheet: FactSheet = SHEET) -> list[tuple[int, int | None, int]]:
    rules = ItemRules.model_validate(
        {**item_rules().model_dump(mode="json"), "instalments": {"node": "instalments", "parts": list(parts)}}
    )
    found = foreseen_instalments(rules, assess(rules, sheet, DAY), sheet, DAY)
    assert all(sum(line.money.fen for line in each.shares) == each.money.fen for each in found)
    return [(each.number, each.year, each.money.fen) for each in found]


def part(fraction: str | None = None, **words: Any) -> dict[str, Any]:
    return {"label": "一期", "fraction": fraction} | words


def fixed(value: str) -> dict[str, Any]:
    return {"node": "fixed", "value": value, "unit": "元"}


def test_fractions_of_what_is_known_add_up_to_it_to_the_fen() -> None:
    found = foreseen(part("1/3", due_year=0), part("1/3", due_year=2), part("1/3", due_year=3))
    assert found == [(2, 2027, 10_000_000), (3, 2028, 10_000_000)]


def test_amounts_that_wait_for_facts_of_a_year_to_come_are_left_out() -> None:
    rate = {
        "node": "rate",
        "base": {"node": "fact", "fact": "rd_expense", "period": "Y"},
        "rate": {"node": "fixed", "value": "1", "unit": "%"},
    }
    found = foreseen(
        part(amount=fixed("100"), due_year=0),
        part(amount=rate, due_year=2),
        part(amount=fixed("300"), due_year=3),
    )
    assert found == [(3, 2028, 30_000)]


def test_what_is_not_due_yet_is_foreseen_itself() -> None:
    assert foreseen(part("1/2", due_year=4), part("1/2", due_year=5)) == [(1, 2029, 15_000_000), (2, 2030, 15_000_000)]


def test_nothing_is_foreseen_of_a_claim_that_does_not_meet_its_conditions() -> None:
    sheet = FactSheet(facts=facts(above_scale=False), reference_year=2025, parameters=())
    assert foreseen(part("1/2"), part("1/2", due_year=3), sheet=sheet) == []


def test_nothing_is_foreseen_where_all_is_paid_at_once() -> None:
    rules = item_rules()
    assert foreseen_instalments(rules, assess(rules, SHEET, DAY), SHEET, DAY) == ()
