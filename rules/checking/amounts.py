"""Whether an amount can be computed: units that fit down to money, bands without overlap or gap."""

from __future__ import annotations

from contracts.rule import (
    AmountRule,
    Band,
    FactKind,
    Highest,
    InKind,
    Lookup,
    Lowest,
    Sum,
    Table,
    When,
)
from rules.checking import caps, named, rows, schedules, values
from rules.checking.eligibility import check_eligibility
from rules.checking.values import CHECKS, dimension_of, shared
from rules.findings import Findings
from rules.text.phrases import band_text
from rules.units import MONEY, Dimension, dimension_text, in_base, product

NODES = (caps, named, rows, schedules, values)
"""The modules whose nodes are checked besides those here."""


def check_amount(rule: AmountRule, where: str, findings: Findings) -> None:
    """Add what is wrong with this amount, each at its place; its root must be money."""
    dimension = dimension_of(rule, where, findings)
    if dimension is not None and dimension != MONEY:
        text = f"计算结果的单位是“{dimension_text(dimension)}”，不是金额"
        findings.add("amount_not_money", where, text)


def _table(node: Table, where: str, findings: Findings) -> Dimension | None:
    by = dimension_of(node.by, f"{where}/by", findings)
    table_unit = findings.dimension(node.unit, f"{where}/unit")
    if by is not None and table_unit is not None and by != table_unit:
        findings.add("unit_unfit", f"{where}/unit", f"分档单位“{node.unit}”与分档依据的单位不符")
    if table_unit is not None:
        _check_bands(node, where, findings)
    thens = [dimension_of(band.then, f"{where}/bands/{i}/then", findings) for i, band in enumerate(node.bands)]
    common = shared(thens, where, findings)
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
        findings.add("bands_overlap", where, f"{names}两档重叠")
        return
    end, start = in_base(lower.high, unit_text), in_base(upper.low, unit_text)
    if start < end or (start == end and lower.high_inclusive and upper.low_inclusive):
        findings.add("bands_overlap", where, f"{names}两档重叠")
    elif start > end or not (lower.high_inclusive or upper.low_inclusive):
        findings.add("bands_gap", where, f"{names}两档之间有空缺，空缺部分如不奖补请写明为 0")


def _lookup(node: Lookup, where: str, findings: Findings) -> Dimension | None:
    declared = findings.fact(node.fact, f"{where}/fact")
    if declared is not None and declared.kind is not FactKind.CODE:
        findings.add("fact_not_a_code", f"{where}/fact", f"“{declared.label}”不是分类，不能据以查表")
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
    return shared(thens, where, findings)


def _several(node: Sum | Highest | Lowest, where: str, findings: Findings) -> Dimension | None:
    parts = [dimension_of(part, f"{where}/of/{index}", findings) for index, part in enumerate(node.of)]
    return shared(parts, where, findings)


def _when(node: When, where: str, findings: Findings) -> Dimension | None:
    check_eligibility(node.condition, f"{where}/condition", findings)
    thens = [dimension_of(node.then, f"{where}/then", findings)]
    if node.otherwise is not None:
        thens.append(dimension_of(node.otherwise, f"{where}/otherwise", findings))
    return shared(thens, where, findings)


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
