"""Every rule as a sentence in Chinese, for the guide, the working and the officer who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from contracts.rule import (
    AllOf,
    AmountRule,
    Cap,
    Condition,
    Eligibility,
    FactAmount,
    Fixed,
    Highest,
    ItemRules,
    Lookup,
    Lowest,
    Not,
    PerUnit,
    Plan,
    Rate,
    RoundingRule,
    RuleSentences,
    Shares,
    Split,
    Sum,
    Table,
    When,
)
from contracts.rule_amount import AmountNode
from rules.facts import NO_TYPES, FactTypes
from rules.plan_words import plan_sentence
from rules.units import number, number_text, quantity_text
from rules.wording import LEVELS, ROUNDING_WORDS, Names, band_text

Part = Eligibility | AmountRule | RoundingRule | Shares | Plan


def sentences(rules: ItemRules) -> RuleSentences:
    """An item's rules in words, with the names that the item gives its facts."""
    types, year = rules.fact_types_by_name, rules.reference_year
    amount = sentence(rules.amount, types, year)
    if rules.rounding != RoundingRule():
        amount = f"{amount}{sentence(rules.rounding)}"
    return RuleSentences(
        eligibility=sentence(rules.eligibility, types, year),
        amount=amount,
        shares=sentence(rules.shares),
        plan=sentence(rules.plan, types, year),
    )


def sentence(part: Part, fact_types: FactTypes = NO_TYPES, reference_year: int | None = None) -> str:
    """Any part of the rule language as one Chinese sentence.

    `fact_types` name the facts in it; without a `reference_year` its periods read 本年度, 上年度.
    """
    names = Names(fact_types, reference_year)
    if isinstance(part, Plan):
        return plan_sentence(part, names)
    if isinstance(part, Split):
        return shares_sentence(part)
    if isinstance(part, RoundingRule):
        return f"金额{ROUNDING_WORDS[part.mode]}到{part.to}。"
    if isinstance(part, AmountNode):
        return f"{amount_sentence(part, names)}。"
    return f"{eligibility_sentence(part, names)}。"


def eligibility_sentence(rule: Eligibility, names: Names) -> str:
    """Conditions in words, without the full stop; groups inside groups stand in brackets."""
    if isinstance(rule, Condition):
        return names.condition(rule)
    if isinstance(rule, Not):
        if isinstance(rule.of, Condition):
            return names.condition(rule.of, negated=True)
        return f"不得有下列情形：{_grouped(rule.of, names)}"
    if len(rule.of) == 1:
        return eligibility_sentence(rule.of[0], names)
    opening = "同时满足" if isinstance(rule, AllOf) else "满足下列条件之一"
    return f"{opening}：{_numbered(_grouped(part, names) for part in rule.of)}"


def _grouped(rule: Eligibility, names: Names) -> str:
    words = eligibility_sentence(rule, names)
    return words if isinstance(rule, Condition | Not) else f"（{words}）"


def _numbered(parts: Iterable[str]) -> str:
    return "；".join(f"{index}. {part}" for index, part in enumerate(parts, 1))


def amount_sentence(rule: AmountRule, names: Names) -> str:
    """An amount in words, without the full stop."""
    words = _AMOUNTS[type(rule)](rule, partial(amount_sentence, names=names), names)
    return f"{rule.name}：{words}" if rule.name else words


_Inner = Callable[[AmountRule], str]


def _fixed(rule: Fixed, inner: _Inner, names: Names) -> str:
    return quantity_text(number(rule.value), rule.unit)


def _fact(rule: FactAmount, inner: _Inner, names: Names) -> str:
    return names.fact(rule.fact, rule.period)


def _rate(rule: Rate, inner: _Inner, names: Names) -> str:
    base, rate = _bracketed(rule.base, inner), inner(rule.rate)
    return f"{base}的 {rate}" if isinstance(rule.rate, Fixed) else f"{base}乘以比例（{rate}）"


def _per_unit(rule: PerUnit, inner: _Inner, names: Names) -> str:
    return f"按{_bracketed(rule.quantity, inner)}计，标准为 {_bracketed(rule.price, inner)}"


def _table(rule: Table, inner: _Inner, names: Names) -> str:
    verb = "分段累进计算" if rule.basis == "marginal" else "分档确定"
    bands = "；".join(f"{band_text(band, rule.unit)}的，{inner(band.then)}" for band in rule.bands)
    return f"按{inner(rule.by)}{verb}：{bands}"


def _lookup(rule: Lookup, inner: _Inner, names: Names) -> str:
    declared = names.fact_types.get(rule.fact)
    rows = [
        f"{'、'.join(declared.label_of(code) if declared else code for code in row.codes)} {inner(row.then)}"
        for row in rule.rows
    ]
    if rule.otherwise is not None:
        rows.append(f"其他 {inner(rule.otherwise)}")
    return f"按{names.fact(rule.fact, rule.period)}确定：{'；'.join(rows)}"


def _cap(rule: Cap, inner: _Inner, names: Names) -> str:
    return f"{inner(rule.of)}，最高不超过 {inner(rule.limit)}"


def _sum(rule: Sum, inner: _Inner, names: Names) -> str:
    return f"下列各项之和：{_numbered(_bracketed(part, inner) for part in rule.of)}"


def _highest(rule: Highest, inner: _Inner, names: Names) -> str:
    return f"下列各项中取最高的一项：{_numbered(_bracketed(part, inner) for part in rule.of)}"


def _lowest(rule: Lowest, inner: _Inner, names: Names) -> str:
    return f"下列各项中取最低的一项：{_numbered(_bracketed(part, inner) for part in rule.of)}"


def _when(rule: When, inner: _Inner, names: Names) -> str:
    words = f"{_grouped(rule.condition, names)}的，{inner(rule.then)}"
    return f"{words}；否则，{inner(rule.otherwise)}" if rule.otherwise is not None else words


def _bracketed(rule: AmountRule, inner: _Inner) -> str:
    words = inner(rule)
    return words if isinstance(rule, Fixed | FactAmount) or rule.name else f"（{words}）"


_AMOUNTS: dict[type, Callable[[Any, _Inner, Names], str]] = {
    Fixed: _fixed,
    FactAmount: _fact,
    Rate: _rate,
    PerUnit: _per_unit,
    Table: _table,
    Lookup: _lookup,
    Cap: _cap,
    Sum: _sum,
    Highest: _highest,
    Lowest: _lowest,
    When: _when,
}


def shares_sentence(shares: Split) -> str:
    """Who bears the money, in words."""
    if len(shares.parts) == 1:
        return f"资金由{LEVELS[shares.parts[0].payer]}承担。"
    parts = "，".join(f"{LEVELS[part.payer]}承担 {_fraction_text(part.fraction)}" for part in shares.parts)
    advance = "；由县级先行全额兑付，再与其他级次结算" if shares.mode == "county_advances" else ""
    return f"资金{parts}，不足一分的尾差由{LEVELS[shares.remainder_to]}承担{advance}。"


def _fraction_text(fraction: str) -> str:
    over, _, under = fraction.partition("/")
    if not under:
        return "100%" if over == "1" else "0"
    percent = number(over) * 100 / number(under)
    return f"{number_text(percent)}%" if percent.denominator == 1 else fraction
