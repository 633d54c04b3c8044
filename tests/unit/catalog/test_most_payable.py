"""The most that an item can pay: told where the rule says so by itself, and otherwise unknown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.rule.amount import AmountRule, RoundingRule
from services.catalog.search_index.ceiling import most_payable

TREE: TypeAdapter[Any] = TypeAdapter(AmountRule)
SALES = {"node": "fact", "fact": "sales"}
ONE_PERCENT = {"node": "fixed", "value": "1", "unit": "%"}


def wan(value: int) -> dict[str, Any]:
    return {"node": "fixed", "value": str(value), "unit": "万元"}


def share_of_sales() -> dict[str, Any]:
    return {"node": "rate", "base": SALES, "rate": ONE_PERCENT}


def most(tree: dict[str, Any], **rounding: str) -> int | None:
    """In 万元."""
    found = most_payable(TREE.validate_python(tree), RoundingRule(**rounding))  # type: ignore[arg-type]
    return None if found is None else found.fen // 1_000_000


CAPPED = {"node": "cap", "of": share_of_sales(), "limit": wan(50)}


OPEN = {"node": "decided_open", "decision": "panel", "by": "专班", "unit": "万元"}
BY_CASE = {
    **OPEN,
    "grounds": {
        "legal_basis": "《招商引资若干规定》第十条",
        "fair_competition": {"conclusion": "passed", "basis": "未排除限制竞争", "date": "2026-01-10"},
        "minutes": {"reference": "常务会议纪要〔2026〕3号", "date": "2026-02-01"},
        "ceiling": {"limit": "500", "unit": "万元", "basis": "财预〔2026〕8号"},
    },
}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (wan(5), 5),
        (SALES, None),
        (share_of_sales(), None),
        (CAPPED, 50),
        ({"node": "cap", "of": wan(30), "limit": wan(50)}, 30),
        ({"node": "cap", "of": wan(30), "limit": SALES}, 30),
        ({"node": "rate", "base": wan(200), "rate": ONE_PERCENT}, 2),
        ({"node": "sum", "of": [wan(5), CAPPED]}, 55),
        ({"node": "sum", "of": [wan(5), share_of_sales()]}, None),
        ({"node": "highest", "of": [wan(5), wan(8)]}, 8),
        ({"node": "highest", "of": [wan(5), SALES]}, None),
        ({"node": "lowest", "of": [wan(5), SALES]}, 5),
        ({"node": "lookup", "fact": "grade", "rows": [{"codes": ["a"], "then": wan(9)}, {"codes": ["b"], "then": wan(3)}]}, 9),
        ({"node": "lookup", "fact": "grade", "rows": [{"codes": ["a"], "then": wan(9)}], "otherwise": SALES}, None),
        ({"node": "decided", "decision": "panel", "by": "评审组", "max": wan(100)}, 100),
        (BY_CASE, 500),
        ({"node": "rate", "base": BY_CASE, "rate": ONE_PERCENT}, 5),
        (OPEN, None),
        ({"node": "cap", "of": OPEN, "limit": wan(80)}, 80),
        ({"node": "top_up", "of": wan(10)}, 10),
        ({"node": "at_least", "of": wan(2), "floor": wan(3)}, 3),
        ({"node": "difference", "of": wan(9), "less": SALES}, None),
        ({"node": "cap", "of": {"node": "difference", "of": SALES, "less": SALES}, "limit": wan(7)}, 7),
        ({"node": "in_kind", "kind": "service", "gives": "专人帮办"}, None),
        ({"node": "unstated", "note": "摘录未见"}, None),
    ],
)  # fmt: skip
def test_the_most_that_a_rule_can_come_to(tree: dict[str, Any], expected: int | None) -> None:
    assert most(tree) == expected


def test_of_a_table_it_is_the_highest_band_and_unknown_where_the_bands_are_rates() -> None:
    bands = [{"low": "1", "high": "5", "then": wan(10)}, {"low": "5", "then": wan(30)}]
    table = {"node": "table", "by": SALES, "unit": "亿元", "bands": bands}
    assert most(table) == 30
    assert most({**table, "basis": "marginal"}) is None


def test_rounding_may_go_up_by_a_part_of_a_step() -> None:
    tree = {"node": "fixed", "value": "15000", "unit": "元"}
    assert most(tree, to="万元", mode="down") == 2
