"""Whether payees, instalments, stacking and quotas say all that is needed to apply them."""

from __future__ import annotations

from fractions import Fraction

from contracts.rule import (
    AtMostOf,
    Exclusive,
    ItemRules,
    OncePer,
    Payees,
    Quota,
    Ranked,
    SameChoice,
    Within,
)
from rules.batches import named_parts
from rules.checking.instalments import check_instalments, must_be_money
from rules.checking.values import dimension_of
from rules.findings import Findings
from rules.units import MONEY, number


def check_terms(rules: ItemRules, findings: Findings) -> None:
    """Add what is wrong with an item's payees, instalments, stacking and quotas, each at its place."""
    if rules.payees is not None:
        _check_payees(rules.payees, findings)
        _check_most(rules, rules.payees, findings)
    if rules.instalments is not None:
        check_instalments(rules, rules.instalments, findings)
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
        for field, figure in (("amount", part.amount), ("most", part.most)):
            if figure is not None:
                must_be_money(figure, f"{where}/{field}", findings)
    if total > 1:
        findings.add("payees_over_one", "/payees/parts", "各收款人的比例之和超过 1")


def _check_most(rules: ItemRules, payees: Payees, findings: Findings) -> None:
    """A receiver's most is that of one payment: with instalments it would be paid several times over."""
    if rules.instalments is None:
        return
    for index, part in enumerate(payees.parts):
        if part.most is not None:
            text = "分期的每一期各是一笔，收款人的限额会按每期计；请把限额写进金额（cap、lowest），或不分期"
            findings.add("most_of_each_instalment", f"/payees/parts/{index}/most", text)


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
