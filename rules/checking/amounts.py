"""Whether an amount can be computed: units that fit down to money, bands without overlap or gap."""

from __future__ import annotations

from contracts.rule import (
    AmountRule,
    AtLeast,
    Band,
    Cap,
    Decided,
    Difference,
    Each,
    FactKind,
    Highest,
    InKind,
    Lookup,
    Lowest,
    PerUnit,
    Rate,
    Rounded,
    Sum,
    Table,
    Threshold,
    TopUp,
    When,
)
from rules.checking import caps, decisions, named, rows, schedules, values
from rules.checking.eligibility import check_eligibility
from rules.checking.values import CHECKS, KINDS, dimension_of, shared
from rules.findings import Findings
from rules.text.phrases import band_text
from rules.units import MONEY, Dimension, in_base, kind_text, product

NODES = (caps, decisions, named, rows, schedules, values)
"""The modules whose nodes are checked besides those here."""


def check_amount(rule: AmountRule, where: str, findings: Findings) -> None:
    """Add what is wrong with this amount, each at its place; its root must be money."""
    dimension = dimension_of(rule, where, findings)
    if dimension is not None and dimension != MONEY:
        place, hint = _origin(rule, where)
        text = f"计算结果的单位是{kind_text(dimension)}，不是金额{hint}"
        findings.add("amount_not_money", place, text)


def _origin(node: AmountRule, where: str) -> tuple[str, str]:
    """The part that gives an amount its unit, and what it should be in: of a rate the base, not the rate."""
    match node:
        case Rate():
            place, hint = _origin(node.base, f"{where}/base")
            return place, hint or "；基数应为金额，按数量计的用 per_unit 写单价"
        case Cap() | TopUp() | AtLeast() | Threshold() | Rounded() | Difference() | Each():
            return _origin(node.of, f"{where}/of")
        case PerUnit():
            return f"{where}/price", "；单价应写成每单位多少钱，如 元/人、元/平方米·月，并与数量的单位相配"
        case Table() if node.basis == "marginal":
            return f"{where}/bands/0/then", "；分段累进（marginal）的各档写比例或单价，整档给付的用 whole"
        case Decided():
            return _origin(node.max, f"{where}/max")
        case _:
            return where, ""


def _table(node: Table, where: str, findings: Findings) -> Dimension | None:
    by = dimension_of(node.by, f"{where}/by", findings)
    table_unit = findings.dimension(node.unit, f"{where}/unit")
    if by is not None and table_unit is not None and by != table_unit:
        text = f"分档单位“{node.unit}”与分档依据的单位不符：应为{kind_text(by)}"
        findings.add("unit_unfit", f"{where}/unit", text)
    if table_unit is not None:
        _check_bands(node, where, findings)
    thens = [dimension_of(band.then, f"{where}/bands/{i}/then", findings) for i, band in enumerate(node.bands)]
    common = shared(thens, where, findings, [f"/bands/{index}/then" for index in range(len(thens))])
    if node.basis == "whole":
        return common
    return None if by is None or common is None else product(by, common)


def _check_bands(node: Table, where: str, findings: Findings) -> None:
    for index, band in enumerate(node.bands):
        if _is_empty(band, node.unit):
            text = f"“{band_text(band, node.unit)}”档是空的"
            findings.add("band_empty", f"{where}/bands/{index}", text)
    first = node.bands[0].low
    if node.basis == "marginal" and first is not None and in_base(first, node.unit) < 0:
        findings.add("band_negative", f"{where}/bands/0", "分段累进不能从负数开始")
    for index, (lower, upper) in enumerate(zip(node.bands, node.bands[1:], strict=False), 1):
        _check_neighbours(lower, upper, node.unit, f"{where}/bands/{index}", findings)


def _is_empty(band: Band, unit_text: str) -> bool:
    if band.low is None or band.high is None:
        return False
    low, high = in_base(band.low, unit_text), in_base(band.high, unit_text)
    return low > high or (low == high and not (band.low_inclusive and band.high_inclusive))


def _check_neighbours(lower: Band, upper: Band, unit_text: str, where: str, findings: Findings) -> None:
    """Bands stand from low to high; where two meet, the bound belongs to exactly one of them."""
    names = f"“{band_text(lower, unit_text)}”与“{band_text(upper, unit_text)}”"
    if lower.high is None or upper.low is None:
        text = f"{names}两档重叠：各档由低到高，只有第一档可以不写 low，最后一档可以不写 high"
        findings.add("bands_overlap", where, text)
        return
    end, start = in_base(lower.high, unit_text), in_base(upper.low, unit_text)
    if start < end:
        findings.add("bands_overlap", f"{where}/low", f"{names}两档重叠：下一档的 low 应等于上一档的 high")
    elif start > end:
        text = f"{names}两档之间有空缺，空缺部分如不奖补请写明为 0"
        findings.add("bands_gap", f"{where}/low", text)
    elif lower.high_inclusive and upper.low_inclusive:
        text = f"{names}两档重叠：相接的数只能属于一档，请改 low_inclusive 或上一档的 high_inclusive"
        findings.add("bands_overlap", f"{where}/low_inclusive", text)
    elif not (lower.high_inclusive or upper.low_inclusive):
        text = f"{names}两档之间有空缺：相接的数须属于其中一档，请改 low_inclusive 或上一档的 high_inclusive"
        findings.add("bands_gap", f"{where}/low_inclusive", text)


def _lookup(node: Lookup, where: str, findings: Findings) -> Dimension | None:
    declared = findings.fact(node.fact, f"{where}/fact")
    if declared is not None and declared.kind is not FactKind.CODE:
        findings.add(
            "fact_not_a_code",
            f"{where}/fact",
            f"“{declared.label}”的类型是“{KINDS[declared.kind]}”，不是分类，不能据以查表",
        )
    seen: set[str] = set()
    thens: list[Dimension | None] = []
    for index, row in enumerate(node.rows):
        place = f"{where}/rows/{index}"
        if declared is not None:
            findings.codes(declared, row.codes, f"{place}/codes")
        for code in row.codes:
            if code in seen:
                findings.add("code_repeated", f"{place}/codes", f"取值“{code}”出现在不止一档")
            seen.add(code)
        thens.append(dimension_of(row.then, f"{place}/then", findings))
    if node.otherwise is not None:
        thens.append(dimension_of(node.otherwise, f"{where}/otherwise", findings))
    places = [f"/rows/{index}/then" for index in range(len(node.rows))]
    return shared(thens, where, findings, [*places, "/otherwise"])


def _several(node: Sum | Highest | Lowest, where: str, findings: Findings) -> Dimension | None:
    parts = [dimension_of(part, f"{where}/of/{index}", findings) for index, part in enumerate(node.of)]
    return shared(parts, where, findings, [f"/of/{index}" for index in range(len(parts))])


def _when(node: When, where: str, findings: Findings) -> Dimension | None:
    check_eligibility(node.condition, f"{where}/condition", findings)
    thens = [dimension_of(node.then, f"{where}/then", findings)]
    if node.otherwise is not None:
        thens.append(dimension_of(node.otherwise, f"{where}/otherwise", findings))
    return shared(thens, where, findings, ("/then", "/otherwise"))


def _in_kind(node: InKind, where: str, findings: Findings) -> Dimension | None:
    return MONEY


CHECKS.update(
    {
        Table: _table,
        Lookup: _lookup,
        Sum: _several,
        Highest: _several,
        Lowest: _several,
        When: _when,
        InKind: _in_kind,
    }
)
