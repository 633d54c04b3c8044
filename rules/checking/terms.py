"""Whether payees, instalments, stacking and quotas say all that is needed to apply them."""

from __future__ import annotations

from fractions import Fraction

from contracts.rule import (
    AmountRule,
    AtMostOf,
    Exclusive,
    FactKind,
    Fixed,
    Instalment,
    InstalmentPlan,
    Instalments,
    ItemRules,
    OncePer,
    Payees,
    Quota,
    Ranked,
    SameChoice,
    Within,
)
from rules.batches import named_parts
from rules.checking.eligibility import check_eligibility
from rules.checking.values import dimension_of
from rules.findings import Findings
from rules.units import MONEY, in_base, number, unit


def check_terms(rules: ItemRules, findings: Findings) -> None:
    """Add what is wrong with an item's payees, instalments, stacking and quotas, each at its place."""
    if rules.payees is not None:
        _check_payees(rules.payees, findings)
    if rules.instalments is not None:
        _check_instalments(rules, rules.instalments, findings)
    for index, rule in enumerate(rules.stacking):
        where = f"/stacking/{index}"
        if isinstance(rule, Exclusive | AtMostOf | OncePer):
            _check_within(rule.within, f"{where}/within", findings)
        if isinstance(rule, SameChoice):
            findings.key(rule.key, f"{where}/key")
        if isinstance(rule, AtMostOf) and rule.group not in rules.groups:
            text = f"本事项不在“{rule.label}”（{rule.group}）组内，请在 groups 中列明"
            findings.add("group_not_own", f"{where}/group", text)
    names = named_parts(rules.amount, rules.values_by_name)
    for index, quota in enumerate(rules.quotas):
        if quota.part is not None and quota.part not in names:
            text = f"金额中没有名为“{quota.part}”的部分"
            findings.add("quota_part_unknown", f"/quotas/{index}/part", text)
        _check_quota(quota, f"/quotas/{index}", findings)


def _check_within(within: Within, where: str, findings: Findings) -> None:
    if within.key is not None:
        findings.key(within.key, f"{where}/key")
    if within.years is not None and within.scope == "year":
        findings.add("years_in_a_year", f"{where}/years", "只算同一年度的，不应再写明几年内")


def _check_payees(payees: Payees, findings: Findings) -> None:
    last = len(payees.parts) - 1
    total = Fraction(0)
    for index, part in enumerate(payees.parts):
        where = f"/payees/parts/{index}"
        told = (part.fraction is not None) + (part.amount is not None)
        if told != (0 if index == last else 1):
            text = "最后一个收款人取得其余部分，不写比例和金额；其余收款人须写明比例或金额之一"
            findings.add("payee_part_unclear", where, text)
        total += Fraction(part.fraction or 0)
        if part.amount is not None:
            _must_be_money(part.amount, f"{where}/amount", findings)
    if total > 1:
        findings.add("payees_over_one", "/payees/parts", "各收款人的比例之和超过 1")


def _must_be_money(node: AmountRule, where: str, findings: Findings) -> None:
    dimension = dimension_of(node, where, findings)
    if dimension is not None and dimension != MONEY:
        findings.add("amount_not_money", where, "计算结果不是金额")


# -- instalments -------------------------------------------------------------------------------------------


def _check_instalments(rules: ItemRules, plan: Instalments, findings: Findings) -> None:
    if isinstance(plan, InstalmentPlan):
        _check_parts(rules, plan.parts, "/instalments/parts", findings)
        return
    declared = findings.fact(plan.fact, "/instalments/fact")
    if declared is not None and declared.kind is not FactKind.CODE:
        findings.add("fact_not_a_code", "/instalments/fact", f"“{declared.label}”不是分类，不能据以安排分期")
    seen: set[str] = set()
    for index, row in enumerate(plan.rows):
        where = f"/instalments/rows/{index}"
        if declared is not None:
            findings.codes(declared, row.codes, f"{where}/codes")
        if seen & set(row.codes):
            findings.add("code_repeated", f"{where}/codes", "同一取值出现在不止一行")
        seen.update(row.codes)
        _check_parts(rules, row.parts, f"{where}/parts", findings)
    if plan.otherwise is not None:
        _check_parts(rules, plan.otherwise, "/instalments/otherwise", findings)
    elif declared is not None:
        findings.covered(declared, seen, "/instalments/rows")


def _check_parts(rules: ItemRules, parts: tuple[Instalment, ...], where: str, findings: Findings) -> None:
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
            _must_be_money(part.amount, f"{place}/amount", findings)
        if part.exemption is not None and part.recheck is None:
            findings.add("exemption_without_recheck", f"{place}/exemption", "没有复核条件，就没有豁免情形")
        if part.if_failed != "skip" and part.recheck is None:
            findings.add("failure_without_recheck", f"{place}/if_failed", "没有复核条件，就没有复核不通过的处理")
        for field, conditions in (("recheck", part.recheck), ("exemption", part.exemption)):
            if conditions is not None:
                check_eligibility(conditions, f"{place}/{field}", findings)


def _check_total(rules: ItemRules, parts: tuple[Instalment, ...], where: str, findings: Findings) -> None:
    """Where the whole and all its parts are plain figures, they must agree."""
    figures = [rules.amount, *(part.amount for part in parts)]
    if not all(isinstance(each, Fixed) and unit(each.unit).dimension == MONEY for each in figures):
        return
    whole, *each = (in_base(node.value, node.unit) for node in figures if isinstance(node, Fixed))
    if sum(each) != whole:
        findings.add("instalments_not_whole", where, "各期金额之和与总额不符")


# -- quotas ------------------------------------------------------------------------------------------------


def _check_quota(quota: Quota, where: str, findings: Findings) -> None:
    if quota.places is None and quota.pot is None:
        findings.add("quota_empty", where, "额度应写明名额（places）或资金总额（pot）")
    measured = dimension_of(quota.measure, f"{where}/measure", findings) if quota.measure is not None else MONEY
    if quota.pot is not None:
        pot = findings.dimension(quota.pot_unit, f"{where}/pot_unit")
        if number(quota.pot) < 0:
            findings.add("quota_negative", f"{where}/pot", "资金总额不能为负数")
        if pot is not None and measured is not None and pot != measured:
            findings.add("unit_unfit", f"{where}/pot_unit", "资金总额的单位与所计量的数不符")
    elif quota.when_short != "stop" or quota.measure is not None:
        findings.add("pot_missing", where, "没有资金总额，就没有不足时的处理和计量")
    if isinstance(quota.order, Ranked):
        for index, key in enumerate(quota.order.keys):
            dimension_of(key.by, f"{where}/order/keys/{index}/by", findings)
