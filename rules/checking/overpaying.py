"""Published rules whose meaning is kept and that may pay too much all the same: listed, and their cases left to persons.

What is published keeps its meaning, so that nothing of these can be mended where it stands: a new version says it
better. Found by shape alone, whatever the facts are.

- An instalment after the first that has neither a due year or day nor a condition that it waits for can be claimed
  with the claim before it: the second year's money in the first.
- A rate that falls with the whole years since a day (三年全额、后两年减半 by a table over elapsed years) pays the
  whole of a year at one rate, also the year in which the rate falls.

Looked for and not here: caps and once-only rules that count the whole item, a lifetime cap inside a top-up and
once-only against own instalments pay too little; an award without its key, a figure in the wrong unit and the
instalments of another claim under a lifetime cap have been mended for every version.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from contracts.rule import (
    AmountRule,
    Elapsed,
    Fixed,
    Instalment,
    InstalmentCase,
    InstalmentPlan,
    InstalmentRow,
    Instalments,
    ItemRules,
    Problem,
    Product,
    Rate,
    Table,
)
from contracts.rule.facts import RulePart
from rules.units import UnknownUnit, in_base


def would_overpay(rules: ItemRules) -> list[Problem]:
    """Where a version may pay too much under the meaning that it keeps, and why; nothing of a sound one."""
    found = list(_instalments(rules.instalments)) if rules.instalments is not None else []
    for name in ("amount", "instalments", "values"):
        found += _falling_rates(getattr(rules, name), f"/{name}")
    return found


# -- instalments that nothing keeps apart --------------------------------------------------------------------


def _instalments(plan: Instalments) -> Iterator[Problem]:
    for where, parts in _schedules(plan):
        for index, part in enumerate(parts):
            if index and not _is_kept_back(part):
                text = (
                    f"第 {index + 1} 期“{part.label}”没有写明何时到期（due_year、due_on），也没有须等待的条件，"
                    "前一期兑付后即可申领，可能提前兑付"
                )
                yield Problem(code="instalment_without_due", where=f"{where}/{index}", text_zh=text)


def _schedules(plan: Instalments) -> Iterator[tuple[str, tuple[Instalment, ...]]]:
    if isinstance(plan, InstalmentPlan):
        yield "/instalments/parts", plan.parts
        return
    rows: Sequence[InstalmentRow | InstalmentCase] = plan.rows
    for index, row in enumerate(rows):
        yield f"/instalments/rows/{index}/parts", row.parts
    if plan.otherwise is not None:
        yield "/instalments/otherwise", plan.otherwise


def _is_kept_back(part: Instalment) -> bool:
    """Whether it cannot be claimed with the one before: a day, or a condition that is still to be met."""
    if part.due_year is not None or part.due_on is not None:
        return True
    waits = part.recheck is not None and part.if_failed == "wait"
    return waits or any(each.if_failed == "wait" for each in part.rechecks)


# -- rates that fall in the middle of a year -----------------------------------------------------------------


def _falling_rates(part: object, where: str) -> Iterator[Problem]:
    """Every product of a base and a table over whole years whose later bands are lower."""
    if isinstance(part, Rate | Product):
        factors = (part.rate, part.base) if isinstance(part, Rate) else part.of
        if any(_falls_with_years(each) for each in factors):
            text = (
                "比例按满几年（elapsed）分档递减：跨档的那一年整年按一个比例计算，可能多付；"
                "请改用 year_schedule 按天或按月分段"
            )
            yield Problem(code="straddled_year", where=where, text_zh=text)
            return
    if isinstance(part, tuple):
        for index, each in enumerate(part):
            yield from _falling_rates(each, f"{where}/{index}")
    elif isinstance(part, RulePart):
        for name, value in part.__dict__.items():
            if isinstance(value, tuple | RulePart):
                yield from _falling_rates(value, f"{where}/{name}")


def _falls_with_years(node: AmountRule) -> bool:
    if not isinstance(node, Table) or not isinstance(node.by, Elapsed) or node.by.unit != "年":
        return False
    rates = [_value(band.then) for band in node.bands]
    return any(early is not None and late is not None and early > late > 0 for early, late in pairwise(rates))


def _value(node: AmountRule) -> Fraction | None:
    if not isinstance(node, Fixed):
        return None
    try:
        return in_base(node.value, node.unit)
    except UnknownUnit:
        return None
