"""Whether the parts in which an item pays say all that is needed: how much, from when, and what a failed recheck does."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from contracts.rule import (
    AmountRule,
    Day,
    FactKind,
    Fixed,
    Instalment,
    InstalmentCase,
    InstalmentPlan,
    InstalmentRow,
    Instalments,
    InstalmentsBy,
    InstalmentsWhen,
    ItemRules,
    Problem,
    Recheck,
)
from rules.checking.eligibility import check_eligibility
from rules.checking.values import dimension_of
from rules.findings import Findings
from rules.rechecks import rechecks_of
from rules.units import MONEY, in_base, unit

Parts = tuple[Instalment, ...]


def check_instalments(rules: ItemRules, plan: Instalments, findings: Findings) -> None:
    """Add what is wrong with the schedules, each at its place."""
    if isinstance(plan, InstalmentsBy):
        _check_codes(plan, findings)
    elif isinstance(plan, InstalmentsWhen):
        for index, row in enumerate(plan.rows):
            check_eligibility(row.condition, f"/instalments/rows/{index}/condition", findings)
    for where, parts in schedules_of(plan):
        _check_parts(rules, parts, where, findings)
        if plan.whole == "recomputed" and any(part.fraction is None for part in parts):
            text = "总额随各期重新计算（recomputed）的，各期应写比例，不写金额"
            findings.add("recomputed_without_fractions", where, text)


def undated_instalments(plan: Instalments) -> list[Problem]:
    """Instalments that a new publication must not have: after the first, and nothing says from when they are due.

    Whoever claims them too early would be paid too early, or lose them by a recheck on a year that is not theirs.
    """
    text = (
        "首期以后的各期应写明从哪一年（due_year）或哪一天（due_on）起可以申报，或写明须等到的条件（复核不符合的 wait）"
    )
    return [
        Problem(code="instalment_without_due", where=f"{where}/{index}", text_zh=text)
        for where, parts in schedules_of(plan)
        for index, part in enumerate(parts)
        if index and part.due_year is None and part.due_on is None and not _waits(part)
    ]


def _waits(part: Instalment) -> bool:
    return any(check.if_failed == "wait" for check in rechecks_of(part))


def schedules_of(plan: Instalments) -> Iterator[tuple[str, Parts]]:
    """Each schedule with its place."""
    if isinstance(plan, InstalmentPlan):
        yield "/instalments/parts", plan.parts
        return
    rows: tuple[InstalmentRow | InstalmentCase, ...] = plan.rows
    for index, row in enumerate(rows):
        yield f"/instalments/rows/{index}/parts", row.parts
    if plan.otherwise is not None:
        yield "/instalments/otherwise", plan.otherwise


def _check_codes(plan: InstalmentsBy, findings: Findings) -> None:
    declared = findings.fact(plan.fact, "/instalments/fact")
    if declared is not None and declared.kind is not FactKind.CODE:
        findings.add("fact_not_a_code", "/instalments/fact", f"“{declared.label}”不是分类，不能据以安排分期")
    seen: set[str] = set()
    for index, row in enumerate(plan.rows):
        where = f"/instalments/rows/{index}/codes"
        if declared is not None:
            findings.codes(declared, row.codes, where)
        if seen & set(row.codes):
            findings.add("code_repeated", where, "同一取值出现在不止一行")
        seen.update(row.codes)
    if plan.otherwise is None and declared is not None:
        findings.covered(declared, seen, "/instalments/rows")


def _check_parts(rules: ItemRules, parts: Parts, where: str, findings: Findings) -> None:
    fractions = [part for part in parts if part.fraction is not None]
    amounts = [part for part in parts if part.amount is not None]
    if len(fractions) + len(amounts) != len(parts) or (fractions and amounts):
        findings.add("instalments_mixed", where, "各期应全部写比例，或全部写金额")
    elif fractions and sum(Fraction(part.fraction or 0) for part in parts) != 1:
        findings.add("instalments_not_one", where, "各期比例之和不等于 1")
    elif amounts:
        _check_total(rules, parts, where, findings)
    for index, part in enumerate(parts):
        place = f"{where}/{index}"
        if part.amount is not None:
            must_be_money(part.amount, f"{place}/amount", findings)
        _check_rechecks(part, place, findings)
        _check_due(rules, part, place, findings)
    _check_order(parts, where, findings)


def must_be_money(node: AmountRule, where: str, findings: Findings) -> None:
    """What is paid is money."""
    dimension = dimension_of(node, where, findings)
    if dimension is not None and dimension != MONEY:
        findings.add("amount_not_money", where, "计算结果不是金额")


def _check_total(rules: ItemRules, parts: Parts, where: str, findings: Findings) -> None:
    """Where the whole and all its parts are plain figures, they must agree."""
    figures = [rules.amount, *(part.amount for part in parts)]
    if not all(isinstance(each, Fixed) and unit(each.unit).dimension == MONEY for each in figures):
        return
    whole, *each = (in_base(node.value, node.unit) for node in figures if isinstance(node, Fixed))
    if sum(each) != whole:
        findings.add("instalments_not_whole", where, "各期金额之和与总额不符")


# -- when --------------------------------------------------------------------------------------------------


def _check_due(rules: ItemRules, part: Instalment, where: str, findings: Findings) -> None:
    if part.due_on is not None:
        findings.day(part.due_on, f"{where}/due_on")
    if part.due_year is None:
        return
    if part.due_on is not None:
        text = "到期只写一种：从哪一年起（due_year），或从哪一天起（due_on）"
        findings.add("due_said_twice", f"{where}/due_on", text)
    if rules.reference_year is not None:
        text = f"本事项写定数据年度 {rules.reference_year}，没有逐年的申报年度；各期到期请写日期（due_on）"
        findings.add("due_year_of_fixed_year", f"{where}/due_year", text)


def _check_order(parts: Parts, where: str, findings: Findings) -> None:
    """Parts are claimed in their order: one that is due before the one ahead of it would have to wait for it."""
    year, day = None, None
    for index, part in enumerate(parts):
        early = "早于前一期：各期应按到期先后排列"
        if part.due_year is not None:
            if year is not None and part.due_year < year:
                findings.add("due_not_in_order", f"{where}/{index}/due_year", f"本期到期的年度{early}")
            year = part.due_year
        if isinstance(part.due_on, Day):
            if day is not None and part.due_on.day < day:
                findings.add("due_not_in_order", f"{where}/{index}/due_on", f"本期到期的日期{early}")
            day = part.due_on.day


# -- rechecks ----------------------------------------------------------------------------------------------


def _check_rechecks(part: Instalment, where: str, findings: Findings) -> None:
    if part.exemption is not None and part.recheck is None:
        findings.add("exemption_without_recheck", f"{where}/exemption", "没有复核条件，就没有豁免情形")
    if part.if_failed != "skip" and part.recheck is None:
        findings.add("failure_without_recheck", f"{where}/if_failed", "没有复核条件，就没有复核不通过的处理")
    if part.recheck is not None and part.rechecks:
        text = "复核条件只写在一处：有几项的都写进 rechecks，不另写 recheck"
        findings.add("rechecks_in_two_places", f"{where}/rechecks", text)
    for field, conditions in (("recheck", part.recheck), ("exemption", part.exemption)):
        if conditions is not None:
            check_eligibility(conditions, f"{where}/{field}", findings)
    for index, check in enumerate(part.rechecks):
        _check_recheck(check, f"{where}/rechecks/{index}", findings)


def _check_recheck(check: Recheck, where: str, findings: Findings) -> None:
    check_eligibility(check.condition, f"{where}/condition", findings)
    if check.exemption is not None:
        check_eligibility(check.exemption, f"{where}/exemption", findings)
    if check.if_failed == "reduce":
        if check.reduced_to is None:
            findings.add("reduced_to_missing", f"{where}/reduced_to", "减付的应写明按本期的几分之几兑付，如 1/2")
        elif not 0 < Fraction(check.reduced_to) < 1:
            text = "减付的比例应大于 0、小于 1；全不付的请用 skip 或 stop"
            findings.add("reduced_to_not_a_part", f"{where}/reduced_to", text)
    elif check.reduced_to is not None:
        findings.add("reduced_to_unexpected", f"{where}/reduced_to", "只有减付（reduce）才写减付的比例")
