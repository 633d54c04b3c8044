"""What is worked out of rules once."""

from __future__ import annotations

from contracts.rule import ItemRules, TimeLimit, TimeUnit
from rules.remembered import MOST, once_per_rules
from tests.unit.review.review_kit import item_rules


def test_the_same_rules_are_worked_out_once_and_others_by_themselves() -> None:
    asked: list[int] = []

    @once_per_rules
    def limit_of(rules: ItemRules) -> int | None:
        asked.append(id(rules))
        return rules.plan.review_limit.limit if rules.plan.review_limit else None

    five, ten = item_rules(limit=5), item_rules(limit=10)
    assert [limit_of(five), limit_of(ten), limit_of(five)] == [5, 10, 5]
    assert len(asked) == 2


def test_rules_that_are_gone_answer_for_no_others() -> None:
    @once_per_rules
    def limit_of(rules: ItemRules) -> int | None:
        return rules.plan.review_limit.limit if rules.plan.review_limit else None

    rules = item_rules()
    for days in range(1, MOST + 20):
        limit = TimeLimit(limit=days, unit=TimeUnit.CALENDAR_DAYS)
        plan = rules.plan.model_copy(update={"review_limit": limit})
        assert limit_of(rules.model_copy(update={"plan": plan})) == days
