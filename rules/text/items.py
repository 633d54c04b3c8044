"""Every rule as a sentence in Chinese, for the guide, the working and the officer who wrote it."""

from __future__ import annotations

from contracts.rule import (
    AmountRule,
    Eligibility,
    ItemRules,
    Plan,
    RoundingRule,
    RuleSentences,
    SharePart,
    Shares,
    Split,
    SplitBy,
)
from contracts.rule.amount_node import AmountNode
from rules.facts import NO_TYPES, NOTHING_GIVEN, FactTypes, ParameterTypes
from rules.text import growths, limits, times
from rules.text.bounds import bounds_sentence
from rules.text.definitions import defined_once
from rules.text.instalments import instalments_sentence
from rules.text.layout import laid_out, listed, together
from rules.text.phrases import LEVELS, ROUNDING_WORDS, Names, fraction_text
from rules.text.plans import plan_sentence
from rules.text.terms import payees_sentence, quotas_sentence, stacking_sentence
from rules.text.trees import amount_sentence, eligibility_sentence
from rules.units import number, quantity_text

NODES = (growths, limits, times)
"""The modules whose nodes have words besides those of the trees."""

Part = Eligibility | AmountRule | RoundingRule | Shares | Plan


def sentences(rules: ItemRules) -> RuleSentences:
    """An item's rules in words, with the names that the item gives its facts."""
    names = Names(rules.fact_types_by_name, rules.reference_year, rules.parameters_by_name, rules.values_by_name)
    amount = laid_out(amount_sentence(rules.amount, names))
    if rules.rounding != RoundingRule():
        amount = together(amount, sentence(rules.rounding))
    said = {
        "amount": (rules.amount, amount),
        "eligibility": (rules.eligibility, laid_out(eligibility_sentence(rules.eligibility, names))),
        "payees": (rules.payees, payees_sentence(rules.payees, names) if rules.payees is not None else ""),
        "instalments": (
            rules.instalments,
            instalments_sentence(rules.instalments, names) if rules.instalments is not None else "",
        ),
        "quotas": (rules.quotas, quotas_sentence(rules.quotas, names)),
        "bounds": (rules.bounds, bounds_sentence(rules.bounds, names)),
    }
    return RuleSentences(
        shares=shares_sentence(rules.shares, names),
        plan=plan_sentence(rules.plan, names),
        stacking=stacking_sentence(rules.stacking, names),
        **defined_once(said, names),
    )


def sentence(
    part: Part,
    fact_types: FactTypes = NO_TYPES,
    reference_year: int | None = None,
    parameters: ParameterTypes = NOTHING_GIVEN.parameters,
) -> str:
    """Any part of the rule language as one Chinese sentence.

    `fact_types` name the facts in it; without a `reference_year` its periods read 本年度, 上年度.
    """
    names = Names(fact_types, reference_year, parameters)
    if isinstance(part, Plan):
        return plan_sentence(part, names)
    if isinstance(part, Split | SplitBy):
        return shares_sentence(part, names)
    if isinstance(part, RoundingRule):
        return f"金额{ROUNDING_WORDS[part.mode]}到{part.to}。"
    if isinstance(part, AmountNode):
        return laid_out(amount_sentence(part, names))
    return laid_out(eligibility_sentence(part, names))


def shares_sentence(shares: Shares, names: Names) -> str:
    """Who bears the money, in words."""
    if isinstance(shares, SplitBy):
        rows = [f"{names.codes(shares.fact, row.codes)}：{_split_text(row.split)}" for row in shares.rows]
        if shares.otherwise is not None:
            rows.append(f"其他：{_split_text(shares.otherwise)}")
        return laid_out(f"资金按{names.fact(shares.fact, shares.period)}分担：{listed(rows)}")
    return f"资金{_split_text(shares)}。"


def _split_text(shares: Split) -> str:
    advance = "；由县级先行全额兑付，再与其他级次结算" if shares.mode == "county_advances" else ""
    bearing = [part for part in shares.parts if number(part.fraction.partition("/")[0])]
    if len(bearing) == 1 and bearing[0].most is None:
        return f"由{LEVELS[bearing[0].payer]}{'全部' if len(shares.parts) > 1 else ''}承担{advance}"
    parts = "，".join(_share_text(part) for part in shares.parts)
    rest = "不足一分的尾差" if all(part.most is None for part in shares.parts) else "其余部分"
    return f"{parts}，{rest}由{LEVELS[shares.remainder_to]}承担{advance}"


def _share_text(part: SharePart) -> str:
    most = ""
    if part.most is not None:
        most = f"（每笔最高 {quantity_text(number(part.most), part.most_unit)}）"
    return f"{LEVELS[part.payer]}承担 {fraction_text(part.fraction)}{most}"
