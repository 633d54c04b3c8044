"""Conditions and amounts in words: the two trees, which stand in one another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contracts.rule import (
    AllOf,
    AmountRule,
    AnyOf,
    AtLeast,
    Cap,
    CapInOrder,
    Compare,
    CompareDates,
    CompoundGrowth,
    Condition,
    CountCodes,
    CountMet,
    Decided,
    DecidedOpen,
    Difference,
    Each,
    Elapsed,
    Eligibility,
    FactAmount,
    Fixed,
    Growth,
    GrowthBands,
    Highest,
    InKind,
    Lookup,
    Lowest,
    NamedFigure,
    NOf,
    Not,
    Parameter,
    PerUnit,
    Product,
    Rate,
    Rounded,
    Sum,
    Table,
    Threshold,
    TopUp,
    Unstated,
    When,
    WholeSteps,
)
from rules.text.layout import condition_in_brackets, in_brackets, listed
from rules.text.layout import numbered as numbered
from rules.text.phrases import (
    BENEFITS,
    COMPARED,
    DATES_COMPARED,
    OPPOSITES,
    ROUNDING_WORDS,
    Names,
    band_text,
    date_text,
)
from rules.units import number, quantity_text

Comparing = Compare | CompareDates | CompoundGrowth


# Phrases carry the marks of `rules.text.layout`; whoever shows one lays it out.


def eligibility_sentence(rule: Eligibility, names: Names) -> str:
    """Conditions in words, without the full stop; groups are lists, those inside others in brackets."""
    match rule:
        case Condition():
            return names.condition(rule)
        case Compare() | CompareDates() | CompoundGrowth():
            return leaf_text(rule, names)
        case Not():
            return _denied(rule.of, names)
        case AllOf() | AnyOf() | NOf():
            if len(rule.of) == 1 and not isinstance(rule, NOf):
                return eligibility_sentence(rule.of[0], names)
            return f"{_opening(rule)}：{numbered(_grouped(part, names) for part in rule.of)}"


def _opening(rule: AllOf | AnyOf | NOf) -> str:
    if isinstance(rule, NOf):
        return f"满足下列条件中的至少 {rule.least} 项"
    return "同时满足" if isinstance(rule, AllOf) else "满足下列条件之一"


def _denied(rule: Eligibility, names: Names) -> str:
    """What must not be: `不得有下列任一情形：…`; what must not not be is what must be."""
    if isinstance(rule, Condition):
        return names.condition(rule, negated=True)
    if isinstance(rule, Comparing):
        return leaf_text(rule, names, negated=True)
    if isinstance(rule, Not):
        return eligibility_sentence(rule.of, names)
    if len(rule.of) == 1 and not isinstance(rule, NOf):
        return _denied(rule.of[0], names)
    opening = "不得有下列任一情形" if isinstance(rule, AnyOf) else "不得同时有下列情形"
    if isinstance(rule, NOf):
        opening = f"不得有下列情形中的 {rule.least} 项或更多"
    return f"{opening}：{numbered(_grouped(part, names) for part in rule.of)}"


def _grouped(rule: Eligibility, names: Names) -> str:
    """A condition as an entry of a list."""
    phrase = eligibility_sentence(rule, names)
    return in_brackets(phrase) if _is_group(rule) else phrase


def _is_group(rule: Eligibility) -> bool:
    while isinstance(rule, Not):
        rule = rule.of
    return isinstance(rule, AllOf | AnyOf | NOf)


SHORT_GROUP = 60
"""Characters of a group of conditions that stands in the middle of a sentence without brackets."""


def condition_phrase(rule: Eligibility, names: Names) -> str:
    """A condition in front of 的: `A且B`, or a bracket where there is more to it."""
    if not _is_group(rule):
        return eligibility_sentence(rule, names).replace("：有记录", "有记录").replace("：否", "为“否”")
    if isinstance(rule, AllOf | AnyOf) and not any(_is_group(part) for part in rule.of):
        joined = ("，且" if isinstance(rule, AllOf) else "，或者").join(
            eligibility_sentence(part, names) for part in rule.of
        )
        if len(joined) <= SHORT_GROUP:
            return joined
    return condition_in_brackets(eligibility_sentence(rule, names))


def leaf_text(rule: Comparing, names: Names, negated: bool = False) -> str:
    """A comparison of computed values in words."""
    match rule:
        case Compare():
            subject = bracketed(rule.left, names)
        case CompareDates():
            subject = date_text(rule.left, names)
        case CompoundGrowth():
            now, before = bracketed(rule.now, names), bracketed(rule.before, names)
            said = {None: "", "met": "（基期为零或负数的，视为达到）", "not_met": "（基期为零或负数的，视为未达到）"}
            subject = f"{now}较{before}的 {rule.years} 年复合增长率{said[rule.when_not_positive]}"
    phrase = f"{subject}{required_leaf_text(rule, names, negated)}"
    return f"{phrase}（{rule.note}）" if rule.note else phrase


def required_leaf_text(rule: Comparing, names: Names, negated: bool = False) -> str:
    """What is asked of the left side: `不低于 15%`; under a `not` the opposite."""
    operator = OPPOSITES[rule.operator] if negated else rule.operator
    match rule:
        case Compare():
            return f"{COMPARED[operator]} {bracketed(rule.right, names)}"
        case CompareDates():
            return f"{DATES_COMPARED[operator]}{date_text(rule.right, names)}"
        case CompoundGrowth():
            return f"{COMPARED[operator]} {bracketed(rule.rate, names)}"


def amount_sentence(rule: AmountRule, names: Names) -> str:
    """An amount in words, without the full stop."""
    return _behind_name(rule, AMOUNTS[type(rule)](rule, names))


def _behind_name(rule: AmountRule, phrase: str) -> str:
    """The words behind the name; a cap says its name itself, beside its limit: 单个展会封顶：最高不超过 10 万元."""
    return phrase if rule.name is None or isinstance(rule, Cap) else f"{rule.name}：{phrase}"


_LISTING = (Sum, CapInOrder, Highest, Lowest, Table, Lookup, When, Each, GrowthBands, CountMet)
_ABOUT_ALL = (Cap, TopUp, AtLeast, Threshold, Rounded)


def lists(rule: AmountRule) -> bool:
    """Whether its words are a list, so that what stands behind them could be read as its last entry only."""
    while isinstance(rule, _ABOUT_ALL):
        rule = rule.of
    if isinstance(rule, When) and rule.otherwise is None:
        return lists(rule.then)
    return isinstance(rule, _LISTING)


def all_of(rule: AmountRule) -> str:
    """What a cap, a floor or a rounding behind these words is about: all of the list, not its last entry."""
    if not lists(rule):
        return ""
    return "以上合计" if isinstance(rule, Sum | CapInOrder | Each) else "以上"


def entry(rule: AmountRule, names: Names) -> str:
    """An amount as an entry of a list: a list in a list has bounds."""
    phrase = AMOUNTS[type(rule)](rule, names)
    if lists(rule):
        return in_brackets(phrase, "" if isinstance(rule, Cap) else rule.name or "")
    return _behind_name(rule, phrase)


_LEAVES = (Fixed, FactAmount, Parameter, NamedFigure)
_PLAIN = (*_LEAVES, Growth, Elapsed, Unstated, CountCodes)
"""What needs no brackets inside another: its words end where they end."""


def bracketed(rule: AmountRule, names: Names) -> str:
    """An amount as a part of another: what is more than a word or two has bounds."""
    phrase = AMOUNTS[type(rule)](rule, names)
    if isinstance(rule, Fixed):
        return f"{rule.name} {phrase}" if rule.name else phrase
    if isinstance(rule, _PLAIN):
        return f"{rule.name}{in_brackets(phrase)}" if rule.name and rule.name not in phrase else phrase
    if rule.name and isinstance(rule, Cap | Decided | DecidedOpen):
        return in_brackets(_behind_name(rule, phrase))
    if (
        isinstance(rule, PerUnit)
        and not rule.name
        and isinstance(rule.quantity, _LEAVES)
        and isinstance(rule.price, Fixed)
    ):
        return f"{bracketed(rule.quantity, names)} × {bracketed(rule.price, names)}"
    if rule.name:
        return in_brackets(phrase, rule.name)
    if isinstance(rule, Difference) and isinstance(rule.of, _LEAVES) and _is_short(rule.less):
        return f"{phrase}{'' if isinstance(rule.less, _LEAVES) else '后'}的差额"
    return phrase if _is_short(rule) else in_brackets(phrase)


def _is_short(rule: AmountRule) -> bool:
    """A figure, or a share of one: what stands around it cannot be read into it."""
    if isinstance(rule, Rate) and not rule.name:
        return isinstance(rule.base, _LEAVES) and isinstance(rule.rate, Fixed)
    return isinstance(rule, _LEAVES)


def _fixed(rule: Fixed, names: Names) -> str:
    return quantity_text(number(rule.value), rule.unit)


def _fact(rule: FactAmount, names: Names) -> str:
    return names.fact(rule.fact, rule.period)


def _parameter(rule: Parameter, names: Names) -> str:
    on = date_text(rule.on, names) if rule.on is not None else None
    key = rule.key if rule.key_fact is None else f"按{names.fact(rule.key_fact.fact, rule.key_fact.period)}"
    return names.parameter(rule.parameter, key, rule.period, on)


def _rate(rule: Rate, names: Names) -> str:
    base, rate = bracketed(rule.base, names), bracketed(rule.rate, names)
    return f"{base}的 {rate}" if isinstance(rule.rate, Fixed) else f"{base} × {rate}"


def _per_unit(rule: PerUnit, names: Names) -> str:
    return f"按{bracketed(rule.quantity, names)}计，标准为 {bracketed(rule.price, names)}"


def _product(rule: Product, names: Names) -> str:
    return " × ".join(bracketed(part, names) for part in rule.of)


def _difference(rule: Difference, names: Names) -> str:
    return f"{bracketed(rule.of, names)}减去{bracketed(rule.less, names)}"


def _at_least(rule: AtLeast, names: Names) -> str:
    return f"{amount_sentence(rule.of, names)}，{all_of(rule.of)}最低按 {bracketed(rule.floor, names)}计"


def _threshold(rule: Threshold, names: Names) -> str:
    return f"{amount_sentence(rule.of, names)}，{all_of(rule.of)}不足 {bracketed(rule.least, names)}的不予计算"


def _rounded(rule: Rounded, names: Names) -> str:
    to = quantity_text(number(rule.to), rule.unit)
    return f"{amount_sentence(rule.of, names)}，{all_of(rule.of)}{ROUNDING_WORDS[rule.rounding]}到 {to}"


def _whole_steps(rule: WholeSteps, names: Names) -> str:
    step = quantity_text(number(rule.step), rule.unit)
    part = {"down": "不足的部分不计", "up": "不足的部分按 1 份计"}.get(rule.rounding, ROUNDING_WORDS[rule.rounding])
    return f"{bracketed(rule.of, names)}每满 {step}计 1 {rule.counted_as}，{part}"


def _count_codes(rule: CountCodes, names: Names) -> str:
    listed = f"中{names.codes(rule.fact, rule.codes)}" if rule.codes else ""
    return f"{names.fact(rule.fact, rule.period)}{listed}的{rule.counted_as}数"


def _count_met(rule: CountMet, names: Names) -> str:
    parts = numbered(_grouped(part, names) for part in rule.of)
    return f"下列条件中符合的{rule.counted_as}数：{parts}"


def _each(rule: Each, names: Names) -> str:
    most = f"取最高的 {rule.most} {rule.called}" if rule.most is not None else ""
    return f"逐{rule.called}计算后{most}合计，每{rule.called}为：{amount_sentence(rule.of, names)}"


def _table(rule: Table, names: Names) -> str:
    verb = "分段累进计算" if rule.basis == "marginal" else "所在档次确定"
    bands = listed(f"{band_text(band, rule.unit)}的，{entry(band.then, names)}" for band in rule.bands)
    return f"按{bracketed(rule.by, names)}{verb}：{bands}"


def _lookup(rule: Lookup, names: Names) -> str:
    rows = [(names.codes(rule.fact, row.codes), row.then) for row in rule.rows]
    if rule.otherwise is not None:
        rows.append(("其他", rule.otherwise))
    told = [_row(what, then, names) for what, then in rows]
    return f"按{names.fact(rule.fact, rule.period)}确定：{listed(told)}"


def _row(what: str, then: AmountRule, names: Names) -> str:
    if then.name == what:
        then = then.model_copy(update={"name": None})
    return f"{what}{' ' if isinstance(then, _LEAVES) else '的，'}{entry(then, names)}"


def _named(rule: NamedFigure, names: Names) -> str:
    return names.value(rule.value)


def _in_kind(rule: InKind, names: Names) -> str:
    return f"{BENEFITS[rule.kind]}：{rule.gives}"


def _unstated(rule: Unstated, names: Names) -> str:
    return f"来源未载明（{rule.note}）"


def _several(opening: str) -> Callable[[Any, Names], str]:
    def phrase(rule: Sum | Highest | Lowest, names: Names) -> str:
        return f"{opening}：{numbered(_part(part, names) for part in rule.of)}"

    return phrase


def _part(rule: AmountRule, names: Names) -> str:
    """A part of a list: behind its name, where it has one, its words."""
    phrase = AMOUNTS[type(rule)](rule, names)
    if lists(rule):
        phrase = in_brackets(phrase)
    return _behind_name(rule, phrase)


def _when(rule: When, names: Names) -> str:
    phrase = f"{condition_phrase(rule.condition, names)}的，{entry(rule.then, names)}"
    if rule.otherwise is None:
        return phrase
    return listed((phrase, f"否则，{entry(rule.otherwise, names)}"), "分下列情形")


AMOUNTS: dict[type, Callable[[Any, Names], str]] = {  # others enter theirs: `rules.text.items.NODES`
    Fixed: _fixed,
    FactAmount: _fact,
    Parameter: _parameter,
    Rate: _rate,
    PerUnit: _per_unit,
    Product: _product,
    Difference: _difference,
    AtLeast: _at_least,
    Threshold: _threshold,
    Rounded: _rounded,
    WholeSteps: _whole_steps,
    CountCodes: _count_codes,
    CountMet: _count_met,
    Each: _each,
    Table: _table,
    Lookup: _lookup,
    InKind: _in_kind,
    NamedFigure: _named,
    Unstated: _unstated,
    Sum: _several("下列各项之和"),
    Highest: _several("下列各项中取最高的一项"),
    Lowest: _several("下列各项中取最低的一项"),
    When: _when,
}
