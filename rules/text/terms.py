"""Payees, stacking and quotas in words."""

from __future__ import annotations

from contracts.rule import (
    Additive,
    AtMostOf,
    Exclusive,
    OncePer,
    PayeePart,
    Payees,
    Quota,
    Ranked,
    SameChoice,
    Stacking,
    Within,
)
from rules.text.layout import laid_out, listed
from rules.text.phrases import Names, fraction_text, parts_text, years_text
from rules.text.trees import bracketed, entry, numbered
from rules.units import number, quantity_text

_SHORT = {
    "stop": "用完为止",
    "partial": "余额不足的，按余额兑付最后一笔",
    "pass_over": "余额不足以兑付的顺延",
    "pro_rata": "不足时同比例折算",
}
_KEEP = {"higher": "就高不就低", "first": "先申报的优先", "other": "本项让位"}
_GRANTED = {"refuse": "已兑付的不再重复兑付", "top_up": "已兑付的只补足差额"}


def payees_sentence(payees: Payees, names: Names) -> str:
    """Who receives the money."""
    alone = len(payees.parts) == 1
    return laid_out(listed((_payee(part, names, alone=alone) for part in payees.parts), "收款人"))


def _payee(part: PayeePart, names: Names, *, alone: bool) -> str:
    fund = f"，从{part.fund}列支" if part.fund else ""
    most = f"，最多 {entry(part.most, names)}，超出部分不予支付" if part.most is not None else ""
    besides = f"{most}{fund}{_INCOME_TAX[part.income_tax] if part.income_tax is not None else ''}"
    if part.amount is not None:
        return f"{part.label}取得{bracketed(part.amount, names)}{besides}"
    if part.fraction is not None:
        return f"{part.label}取得 {fraction_text(part.fraction)}{besides}"
    return f"{part.label}取得{'全部' if alone else '其余部分'}{besides}"


_INCOME_TAX = {"withheld": "，由兑付单位代扣个人所得税", "not_withheld": "，兑付单位不代扣个人所得税"}


def stacking_sentence(stacking: tuple[Stacking, ...], names: Names) -> str:
    """What may be had together, and how often."""
    return "；".join(_stack(rule, names) for rule in stacking) + ("。" if stacking else "")


def _stack(rule: Stacking, names: Names) -> str:
    match rule:
        case Exclusive():
            others = "其他各项政策" if rule.families == "any" else f"事项 {'、'.join(rule.families)} "
            parts = parts_text(rule.parts)
            phrase = f"{_within(rule.within, names)}{parts}与{others}不重复享受，{_KEEP[rule.keep]}，{_GRANTED[rule.granted]}"
            return f"{phrase}（{rule.note}）" if rule.note else phrase
        case AtMostOf():
            return f"{_within(rule.within, names)}“{rule.label}”最多享受 {rule.most} 项，{_KEEP[rule.keep]}"
        case Additive():
            return f"可与事项 {'、'.join(rule.families)} 叠加享受"
        case OncePer():
            also = f"（与事项 {'、'.join(rule.families)} 合并计次）" if rule.families else ""
            also += "（不论由哪家单位享受）" if rule.across_enterprises else ""
            if not rule.parts:
                return f"{_within(rule.within, names) or '每家企业累计'}最多享受 {rule.most} 次{also}"
            used = "已享受的部分不再计入" if rule.used_up == "drop_part" else "其中一项已享受的，不再受理"
            each = f"{parts_text(rule.parts)}{'各' if len(rule.parts) > 1 else ''}最多享受 {rule.most} 次{also}"
            return f"{_within(rule.within, names) or '每家企业'}{each}，{used}"
        case SameChoice():
            also = f"（与事项 {'、'.join(rule.families)} 合并认定）" if rule.families else ""
            return f"{names.fact(rule.key.fact, rule.key.period)}一经选定不得变更{also}"


def _within(within: Within, names: Names) -> str:
    year = "同一年度" if within.scope == "year" else years_text(within.years)
    return f"{year}同一{names.label(within.key.fact)}" if within.key is not None else year


def quotas_sentence(quotas: tuple[Quota, ...], names: Names) -> str:
    """What happens when there is not enough for all."""
    told = [_quota(quota, names) for quota in quotas]
    if len(told) > 1:
        return laid_out(numbered(told))
    return laid_out(told[0]) if told else ""


def _quota(quota: Quota, names: Names) -> str:
    parts = [f"“{quota.part}”部分"] if quota.part else []
    if quota.places is not None:
        parts.append(f"名额 {quota.places} 个")
    if quota.pot is not None:
        measure = f"（按{bracketed(quota.measure, names)}计）" if quota.measure is not None else ""
        parts.append(f"总额 {quantity_text(number(quota.pot), quota.pot_unit)}{measure}")
    if isinstance(quota.order, Ranked):
        keys = [
            f"{bracketed(key.by, names)}由{'低到高' if key.smallest_first else '高到低'}" for key in quota.order.keys
        ]
        parts.append(f"依次按{'、'.join(keys)}排序，相同的先申报者优先")
    elif quota.places is not None or quota.when_short != "pro_rata":
        parts.append("先到先得")
    if quota.pot is not None:
        parts.append(_SHORT[quota.when_short])
    return "，".join(parts)
