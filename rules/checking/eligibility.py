"""Whether conditions can be evaluated: declared facts, operators that fit, values and units that compare."""

from __future__ import annotations

from contracts.rule import (
    AllOf,
    AnyOf,
    Compare,
    CompareDates,
    CompoundGrowth,
    Condition,
    Eligibility,
    FactKind,
    FactType,
    NOf,
    Not,
    Operator,
)
from contracts.rule.facts import value_fits
from rules.checking.values import KINDS, check_comparison, check_compound_growth
from rules.eligibility import DATE_OPERATORS, NUMBER_OPERATORS
from rules.findings import Findings
from rules.units import kind_text, number

BARE = frozenset({Operator.IS_TRUE, Operator.IS_FALSE, Operator.EXISTS})
_LISTS = frozenset({Operator.IN, Operator.NOT_IN})
OPERATORS: dict[FactKind, frozenset[Operator]] = {
    FactKind.NUMBER: NUMBER_OPERATORS | {Operator.EXISTS},
    FactKind.DATE: DATE_OPERATORS | {Operator.EXISTS},
    FactKind.FLAG: BARE,
    FactKind.CODE: _LISTS | {Operator.EQ, Operator.NE, Operator.EXISTS},
    FactKind.CODES: frozenset({Operator.CONTAINS, Operator.EXISTS}),
    FactKind.NUMBERS: frozenset({Operator.EXISTS}),
    FactKind.DATES: frozenset({Operator.EXISTS}),
}


def check_eligibility(rule: Eligibility, where: str, findings: Findings) -> None:
    """Add what is wrong with these conditions, each at its place."""
    match rule:
        case Condition():
            _check_condition(rule, where, findings)
        case Compare():
            check_comparison(rule, where, findings)
        case CompoundGrowth():
            check_compound_growth(rule, where, findings)
        case CompareDates():
            findings.day(rule.left, f"{where}/left")
            findings.day(rule.right, f"{where}/right")
        case Not():
            check_eligibility(rule.of, f"{where}/of", findings)
        case AllOf() | AnyOf() | NOf():
            if isinstance(rule, NOf) and rule.least > len(rule.of):
                text = f"要求至少满足 {rule.least} 项，但只列了 {len(rule.of)} 项"
                findings.add("least_too_many", f"{where}/least", text)
            for index, part in enumerate(rule.of):
                check_eligibility(part, f"{where}/of/{index}", findings)


def _check_condition(condition: Condition, where: str, findings: Findings) -> None:
    declared = findings.fact(condition.fact, f"{where}/fact")
    if declared is None:
        return
    if condition.operator not in OPERATORS[declared.kind]:
        allowed = "、".join(each for each in Operator if each in OPERATORS[declared.kind])
        kind = KINDS[declared.kind]
        text = f"比较方式“{condition.operator}”不适用于“{declared.label}”（{kind}），可用：{allowed}"
        findings.add("operator_unfit", f"{where}/operator", text)
        return
    _check_value(condition, declared, where, findings)
    _check_unit(condition, declared, where, findings)


def _check_value(condition: Condition, declared: FactType, where: str, findings: Findings) -> None:
    operator, value = condition.operator, condition.value
    if operator in BARE:
        if value is not None:
            text = f"比较方式“{operator}”不需要比较值，请去掉 value"
            findings.add("value_unexpected", f"{where}/value", text)
        return
    listed = operator in _LISTS or operator is Operator.BETWEEN
    values = value if isinstance(value, tuple) else (value,)
    written = FactKind.CODE if declared.kind is FactKind.CODES else declared.kind
    fits = all(isinstance(part, str) and value_fits(written, part) for part in values)
    counted = len(values) == 2 if operator is Operator.BETWEEN else len(values) > 0
    if isinstance(value, tuple) != listed or not fits or not counted:
        text = f"“{declared.label}”的比较值填写不正确：{_form(operator, written)}"
        findings.add("value_malformed", f"{where}/value", text)
        return
    texts = tuple(part for part in values if isinstance(part, str))
    findings.codes(declared, texts, f"{where}/value", listed=isinstance(value, tuple))
    if operator is Operator.BETWEEN:
        low, high = texts
        numeric = declared.kind is FactKind.NUMBER
        if number(low) > number(high) if numeric else low > high:
            findings.add("range_reversed", f"{where}/value", f"区间的下限 {low} 大于上限 {high}，应由小到大写")


_WRITTEN = {
    FactKind.NUMBER: ("加引号的数字，不带单位和逗号", '"2000"', '["5", "10"]'),
    FactKind.DATE: ("加引号的日期", '"2025-06-30"', '["2025-01-01", "2025-06-30"]'),
    FactKind.CODE: ("加引号的一个代码，不含空格", '"national"', '["national", "provincial"]'),
}


def _form(operator: Operator, kind: FactKind) -> str:
    """How the value for this operator is written."""
    form, one, several = _WRITTEN.get(kind, _WRITTEN[FactKind.CODE])
    if operator is Operator.BETWEEN:
        return f"between 写两个值的列表，由小到大，如 {several}"
    return f"{operator} 写值的列表，如 {several}" if operator in _LISTS else f"{operator} 写{form}，如 {one}"


def _check_unit(condition: Condition, declared: FactType, where: str, findings: Findings) -> None:
    if declared.kind is not FactKind.NUMBER or condition.operator is Operator.EXISTS:
        if condition.unit is not None:
            findings.add("unit_unexpected", f"{where}/unit", "该条件不需要计量单位，请去掉 unit")
        return
    if condition.unit is None:
        findings.add("unit_missing", f"{where}/unit", f"“{declared.label}”的比较值缺少计量单位，如 {declared.unit}")
        return
    asked = findings.dimension(condition.unit, f"{where}/unit")
    known = findings.dimension(declared.unit or "", f"{where}/unit")
    if asked is not None and known is not None and asked != known:
        text = f"“{declared.label}”以{declared.unit}计，不能与{condition.unit}比较；应为{kind_text(known)}"
        findings.add("unit_unfit", f"{where}/unit", text)
