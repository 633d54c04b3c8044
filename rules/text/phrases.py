"""The words of single parts: periods, conditions, figures. Whole rules are put together in `sentences`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from contracts.money import Rounding
from contracts.rule import (
    Band,
    Condition,
    Counted,
    DateFact,
    DateRef,
    Day,
    Earliest,
    FactKind,
    FactType,
    Latest,
    Level,
    Operator,
    ParameterType,
    Shifted,
    StartOf,
    Today,
    absolute_period,
)
from contracts.rule.facts import value_fits
from rules.facts import FactTypes, NamedValues
from rules.units import number, number_text, quantity_text

LEVELS = {
    Level.NATIONAL: "中央",
    Level.PROVINCE: "省级",
    Level.CITY: "市级",
    Level.COUNTY: "县级",
}
ROUNDING_WORDS = {
    Rounding.HALF_UP: "四舍五入",
    Rounding.DOWN: "舍去尾数",
    Rounding.UP: "向上进位",
    Rounding.HALF_EVEN: "四舍六入五成双",
}
BENEFITS = {
    "tax_relief": "税费优惠",
    "qualification": "资格认定",
    "service": "服务",
    "interest": "利息优惠",
    "other": "其他支持",
}
SCOPES = {"payment": "单次", "year": "年度", "project": "单个项目", "lifetime": "累计"}
IF_FAILED = {
    "skip": "本期不予兑付，以后各期照常",
    "stop": "本期及以后各期不再兑付",
    "wait": "待符合条件后兑付",
}
COMPARED = {"eq": "等于", "ne": "不等于", "ge": "不低于", "gt": "高于", "le": "不高于", "lt": "低于"}
DATES_COMPARED = {"eq": "为", "ne": "不为", "ge": "不早于", "gt": "晚于", "le": "不晚于", "lt": "早于"}
OPPOSITES = {"eq": "ne", "ne": "eq", "ge": "lt", "lt": "ge", "gt": "le", "le": "gt"}
"""What holds where the other does not."""

_YEARS = {"Y": "本年", "Y-1": "上年", "Y-2": "前年"}
_QUARTERS = {"1": "一", "2": "二", "3": "三", "4": "四"}
_BOUNDED = {
    Operator.EQ: "等于{}",
    Operator.NE: "不等于{}",
    Operator.GE: "在{}以上（含）",
    Operator.GT: "超过{}",
    Operator.LE: "在{}以下（含）",
    Operator.LT: "不满{}",
}
_DATED = {
    Operator.EQ: "为{}",
    Operator.NE: "不为{}",
    Operator.GE: "不早于{}",
    Operator.LE: "不晚于{}",
    Operator.BEFORE: "早于{}",
    Operator.AFTER: "晚于{}",
}
_CODED = {
    Operator.EQ: "为{}",
    Operator.NE: "不为{}",
    Operator.IN: "属于{}",
    Operator.NOT_IN: "不属于{}",
    Operator.CONTAINS: "包括{}",
}
_OPPOSITES = {Operator.NE: Operator.EQ, Operator.NOT_IN: Operator.IN, Operator.LT: Operator.GE}
_DATED_OPPOSITES = {Operator.NE: Operator.EQ, Operator.GE: Operator.BEFORE, Operator.LE: Operator.AFTER}
"""What is said of what must not be, where 不得 would stand before another no."""

_BARE = {
    Operator.IS_TRUE: ("是", "否"),
    Operator.IS_FALSE: ("否", "是"),
    Operator.EXISTS: ("有记录", "无记录"),
}


@lru_cache(maxsize=1024)
def period_text(period: str | None) -> str:
    """`Y-1` is 上年度, `2025Q3` is 2025年第三季度; no period has no words."""
    if period is None:
        return ""
    head, mark, tail = period, "", ""
    for sign in "QM":
        if sign in period:
            head, mark, tail = period.partition(sign)
    year = _YEARS.get(head) or (f"{head}年" if head[0] != "Y" else f"{head[2:]}年前")
    if mark == "Q":
        return f"{year}第{_QUARTERS[tail]}季度"
    if mark == "M":
        return f"{year}{int(tail)}月"
    return f"{year}度" if year[-1] == "年" else year


@dataclass(frozen=True, slots=True)
class Names:
    """What facts are called. With a reference year, 上年度 is said as the year that it is."""

    fact_types: FactTypes
    reference_year: int | None = None
    parameters: Mapping[str, ParameterType] = field(default_factory=dict)
    values: NamedValues = field(default_factory=dict)

    def fact(self, name: str, period: str | None) -> str:
        """A fact with its period: `2025年度研发投入`."""
        return _named(name, period, self.fact_types.get(name), self.reference_year)

    def label(self, name: str) -> str:
        """What people call a fact, without a period."""
        declared = self.fact_types.get(name)
        return declared.label if declared else name

    def codes(self, name: str, codes: tuple[str, ...]) -> str:
        """What people call these values of a fact."""
        declared = self.fact_types.get(name)
        return "、".join(declared.label_of(code) if declared else code for code in codes)

    def parameter(self, name: str, key: str | None, period: str | None, on: date | str | None) -> str:
        """An outside figure with what picks it out: `行业平均研发强度（行业 C39，2025年度）`."""
        declared = self.parameters.get(name)
        told = []
        if key is not None:
            told.append(f"{declared.key_label} {key}" if declared and declared.key_label else key)
        if period is not None:
            when = absolute_period(period, self.reference_year) if self.reference_year else period
            told.append(period_text(when))
        if on is not None:
            told.append(str(on))
        label = declared.label if declared else name
        return f"{label}（{'，'.join(told)}）" if told else label

    def value(self, name: str) -> str:
        """What the item calls one of its named values."""
        known = self.values.get(name)
        return known.label if known else name

    def condition(self, condition: Condition, negated: bool = False) -> str:
        """A condition as people say it: `2025年度营业收入在 2,000 万元以上（含）`."""
        declared = self.fact_types.get(condition.fact)
        return _condition_text(condition, declared, self.reference_year, negated)


def _named(name: str, period: str | None, declared: FactType | None, year: int | None) -> str:
    when = absolute_period(period, year) if year is not None else period
    said, called = period_text(when), declared.label if declared else name
    return f"{said}{called.removeprefix('年度') if said.endswith('年度') else called}"


@lru_cache(maxsize=8192)
def _condition_text(condition: Condition, declared: FactType | None, year: int | None, negated: bool) -> str:
    subject = _named(condition.fact, condition.period, declared, year)
    operator = condition.operator
    required = required_text(condition, declared, negated)
    if operator is Operator.EXISTS:
        phrase = f"{subject}：{required}"
    elif operator in _BARE:
        phrase = subject if required == "是" else f"{subject}：否"
    else:
        phrase = f"{subject}{required}"
    return f"{phrase}（{condition.note}）" if condition.note else phrase


@lru_cache(maxsize=8192)
def required_text(condition: Condition, declared: FactType | None, negated: bool = False) -> str:
    """What is asked of the fact: `在 2,000 万元以上（含）`; under a `not`, `不得在 2,000 万元以上（含）`."""
    if condition.operator in _BARE:
        return _BARE[condition.operator][negated]
    if not negated:
        return _compared_text(condition, declared)
    dated = condition.unit is None and _is_dated(condition.operator, declared)
    opposite = (_DATED_OPPOSITES if dated else _OPPOSITES).get(condition.operator)
    if opposite is not None:
        return _compared_text(condition.model_copy(update={"operator": opposite}), declared)
    return f"不得{_compared_text(condition, declared)}"


def _compared_text(condition: Condition, declared: FactType | None) -> str:
    operator, value = condition.operator, condition.value
    values = value if isinstance(value, tuple) else (value,)
    shown = [_shown(part, condition, declared) for part in values]
    if operator is Operator.BETWEEN:
        return f"在{'至'.join(shown)}之间（含两端）"
    if condition.unit is not None:
        pattern = _BOUNDED.get(operator, "{}")
    else:
        pattern = (_DATED if _is_dated(operator, declared) else _CODED).get(operator, "{}")
    told = "、".join(shown)
    return pattern.format(f"{told}之一" if operator is Operator.IN and len(shown) > 1 else told)


def _is_dated(operator: Operator, declared: FactType | None) -> bool:
    if declared is not None:
        return declared.kind in (FactKind.DATE, FactKind.DATES)  # of a list, the day of one row
    return operator in (Operator.BEFORE, Operator.AFTER, Operator.GE, Operator.LE)


def _shown(value: object, condition: Condition, declared: FactType | None) -> str:
    if condition.unit is not None and isinstance(value, str) and value_fits(FactKind.NUMBER, value):
        return f" {quantity_text(number(value), condition.unit)}"
    return declared.label_of(str(value)) if declared else str(value)


@lru_cache(maxsize=4096)
def band_text(band: Band, unit_text: str) -> str:
    """A band's bounds in the words of the law: `5 亿元以上（含）、不满 10 亿元`."""
    if band.low is not None and band.low == band.high:
        return quantity_text(number(band.low), unit_text)
    bounds = []
    if band.low is not None:
        low = quantity_text(number(band.low), unit_text)
        bounds.append(f"{low}以上（含）" if band.low_inclusive else f"超过 {low}")
    if band.high is not None:
        high = quantity_text(number(band.high), unit_text)
        bounds.append(f"{high}以下（含）" if band.high_inclusive else f"不满 {high}")
    return "、".join(bounds) or "不限"


def date_text(day: DateRef, names: Names) -> str:
    """A day in words: `贷款发放日`, `上年度末`, `2021-06-30`."""
    match day:
        case Day():
            return day.day.isoformat()
        case DateFact():
            return names.fact(day.fact, day.period)
        case Today():
            return "申报之日"
        case Shifted():
            return _shifted_text(day, names)
        case Earliest() | Latest():
            which = "较早" if isinstance(day, Earliest) else "较晚"
            return f"{'、'.join(date_text(each, names) for each in day.of)}中{which}的一天"
        case _:
            when = absolute_period(day.period, names.reference_year) if names.reference_year else day.period
            return f"{period_text(when)}{'首日' if isinstance(day, StartOf) else '末日'}"


_SNAPPED = {
    "month_start": "当月首日",
    "month_end": "当月末日",
    "next_month": "次月首日",
    "year_start": "当年首日",
    "year_end": "当年末日",
    "next_year": "次年首日",
}


def _shifted_text(day: Shifted, names: Names) -> str:
    """`总部认定日后 5 年的次月首日`."""
    moves = ((day.years, "年"), (day.months, "个月"), (day.days, "天"))
    told = [f"{'后' if count > 0 else '前'} {abs(count)} {word}" for count, word in moves if count]
    phrase = f"{date_text(day.day, names)}{'再往'.join(told)}"
    return f"{phrase}的{_SNAPPED[day.to]}" if day.to is not None else phrase


def years_text(years: int | None) -> str:
    """A window of years: `3 年内`."""
    return f"{years} 年内" if years is not None else ""


def scope_text(scope: str, counted: Counted | None, names: Names) -> str:
    """Over what a cap reaches: `年度`, `累计`, `同一项目编号`."""
    within = years_text(counted.years) if counted is not None else ""
    if scope == "project" and counted is not None and counted.key is not None:
        year = "年度" if counted.scope == "year" else within
        return f"同一{names.label(counted.key.fact)}{year}"
    return f"{within}{SCOPES[scope]}"


def counted_text(counted: Counted, names: Names) -> str:
    """Which earlier awards count, in words: `同一项目的市级、省级各项奖补`."""
    phrase = {"own": "本事项", "any": "各项政策"}.get(str(counted.families))
    if phrase is None:
        phrase = f"所列事项（{'、'.join(counted.families)}）"
    key = f"同一{names.label(counted.key.fact)}的" if counted.key is not None else ""
    year = "当年" if counted.scope == "year" else years_text(counted.years)
    levels = f"{'、'.join(LEVELS[level] for level in counted.levels)}" if counted.levels else ""
    return f"{key}{year}{levels}{phrase}{parts_text(counted.parts)}"


def parts_text(parts: tuple[str, ...]) -> str:
    """Named parts, behind what they are parts of: `“设备补助”、“厂房补助”部分`."""
    return f"{'、'.join(f'“{part}”' for part in parts)}部分" if parts else ""


def fraction_text(fraction: str) -> str:
    """A part of the whole for people: `50%`, or `1/3` where percent would not be exact."""
    over, _, under = fraction.partition("/")
    if not under:
        return "100%" if over == "1" else "0%"
    percent = number(over) * 100 / number(under)
    return f"{number_text(percent)}%" if percent.denominator == 1 else fraction
