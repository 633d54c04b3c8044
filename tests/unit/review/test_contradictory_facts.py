"""A case whose facts contradict one another is approved by nobody, and its desk reads which they are."""

from __future__ import annotations

from contracts.rule import Compare, FactAmount
from rules import assess
from services.review.cases.entitlement import obstacles_in
from tests.unit.rules.rule_writing import TODAY, item_rules, number_fact, quantity, sheet


def test_the_obstacle_says_what_the_facts_owe_each_other_and_what_they_are() -> None:
    bound = Compare(left=quantity("rd_expense"), operator="le", right=FactAmount(fact="revenue", period="Y"))
    facts = sheet(number_fact("rd_expense", "1200", "万元"), number_fact("revenue", "1000", "万元"))
    (obstacle,) = obstacles_in(assess(item_rules(bounds=[bound]), facts, TODAY))
    assert obstacle.code == "facts_contradict"
    assert "研发投入不高于 2025年度营业收入" in obstacle.message
    assert "1,200 万元" in obstacle.message
    assert "1,000 万元" in obstacle.message
