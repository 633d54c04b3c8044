"""Whether what facts owe each other can be looked at: units that compare, facts and nothing but facts."""

from __future__ import annotations

from contracts.rule import Cap, Compare, Decided, DecidedOpen, ItemRules, TopUp, Unstated
from rules.checking.eligibility import check_eligibility
from rules.findings import Findings
from rules.named import parts_below, with_values

_NOT_OF_FACTS = (Decided, DecidedOpen, TopUp, Unstated)


def check_bounds(rules: ItemRules, findings: Findings) -> None:
    """Add what is wrong with an item's bounds, each at its place."""
    for index, bound in enumerate(rules.bounds):
        where = f"/bounds/{index}"
        check_eligibility(bound, where, findings)
        parts = [part for tree in with_values(bound, findings.values) for part in parts_below(tree)]
        if any(
            isinstance(part, _NOT_OF_FACTS) or (isinstance(part, Cap) and part.scope != "payment") for part in parts
        ):
            text = "数据之间的关系只看企业的数据，不能用核定的数、来源未载明的数或已获奖补"
            findings.add("bound_not_of_facts", where, text)
        if not any(getattr(part, "fact", None) for part in parts):
            text = "这里没有用到企业的数据：数据之间的关系要写明是哪几项数据"
            findings.add("bound_without_facts", where, text)
        if isinstance(bound, Compare) and bound.left == bound.right:
            findings.add("bound_of_itself", where, "两边是同一个数，比较没有意义")
