"""The words of single parts: periods, conditions, figures. Whole rules are put together in `sentences`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from contracts.money import Rounding
from contracts.rule import Band, Condition, FactKind, FactType, Level, Operator, absolute_period
from contracts.rule_facts import value_fits
from rules.facts import FactTypes
from rules.units import number, quantity_text

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

    def fact(self, name: str, period: str | None) -> str:
        """A fact with its period: `2025年度研发投入`."""
        return _named(name, period, self.fact_types.get(name), self.reference_year)

    def condition(self, condition: Condition, negated: bool = False) -> str:
        """A condition as people say it: `2025年度营业收入在 2,000 万元以上（含）`."""
        declared = self.fact_types.get(condition.fact)
        return _condition_text(condition, declared, self.reference_year, negated)


def _named(name: str, period: str | None, declared: FactType | None, year: int | None) -> str:
    when = absolute_period(period, year) if year is not None else period
    return f"{period_text(when)}{declared.label if declared else name}"


@lru_cache(maxsize=8192)
def _condition_text(condition: Condition, declared: FactType | None, year: int | None, negated: bool) -> str:
    subject = _named(condition.fact, condition.period, declared, year)
    operator = condition.operator
    required = required_text(condition, declared, negated)
    if operator is Operator.EXISTS:
        words = f"{subject}：{required}"
    elif operator in _BARE:
        words = subject if required == "是" else f"{subject}：否"
    else:
        words = f"{subject}{required}"
    return f"{words}（{condition.note}）" if condition.note else words


@lru_cache(maxsize=8192)
def required_text(condition: Condition, declared: FactType | None, negated: bool = False) -> str:
    """What is asked of the fact: `在 2,000 万元以上（含）`; under a `not`, `不得在 2,000 万元以上（含）`."""
    if condition.operator in _BARE:
        return _BARE[condition.operator][negated]
    words = _compared_text(condition, declared)
    return f"不得{words}" if negated else words


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
    return pattern.format("、".join(shown))


def _is_dated(operator: Operator, declared: FactType | None) -> bool:
    if declared is not None:
        return declared.kind is FactKind.DATE
    return operator in (Operator.BEFORE, Operator.AFTER, Operator.GE, Operator.LE)


def _shown(value: object, condition: Condition, declared: FactType | None) -> str:
    if condition.unit is not None and isinstance(value, str) and value_fits(FactKind.NUMBER, value):
        return f" {quantity_text(number(value), condition.unit)}"
    return declared.label_of(str(value)) if declared else str(value)


@lru_cache(maxsize=4096)
def band_text(band: Band, unit_text: str) -> str:
    """A band's bounds in the words of the law: `5 亿元以上（含）、不满 10 亿元`."""
    bounds = []
    if band.low is not None:
        low = quantity_text(number(band.low), unit_text)
        bounds.append(f"{low}以上（含）" if band.low_inclusive else f"超过 {low}")
    if band.high is not None:
        high = quantity_text(number(band.high), unit_text)
        bounds.append(f"{high}以下（含）" if band.high_inclusive else f"不满 {high}")
    return "、".join(bounds) or "不限"
