"""Whether an amount can be computed: units that fit down to money, bands without overlap or gap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from contracts.rule import (
    AmountRule,
    Band,
    Cap,
    FactAmount,
    FactKind,
    Fixed,
    Highest,
    Lookup,
    Lowest,
    PerUnit,
    Rate,
    Sum,
    Table,
    When,
)
from rules.checking_eligibility import check_eligibility
from rules.findings import Findings
from rules.units import MONEY, PURE, Dimension, dimension_text, in_base, product
from rules.wording import band_text


def check_amount(rule: AmountRule, where: str, findings: Findings) -> None:
    """Add what is wrong with this amount, each at its place; its root must be money."""
    dimension = _dimension(rule, where, findings)
    if dimension is not None and dimension != MONEY:
        text = f"计算结果的单位是“{dimension_text(dimension)}”，不是金额"
        findings.add("amount_not_money", where, text)


def _dimension(node: AmountRule, where: str, findings: Findings) -> Dimension | None:
    """The dimension of a node's value, or None where a problem below hides it."""
    return _CHECKS[type(node)](node, where, findings)


def _fixed(node: Fixed, where: str, findings: Findings) -> Dimension | None:
    return findings.dimension(node.unit, f"{where}/unit")


def _fact(node: FactAmount, where: str, findings: Findings) -> Dimension | None:
    declared = findings.fact(node.fact, f"{where}/fact")
    if declared is None:
        return None
    if declared.kind is not FactKind.NUMBER or declared.unit is None:
        findings.add("fact_not_a_number", f"{where}/fact", f"“{declared.label}”不是数值，不能参与计算")
        return None
    return findings.dimension(declared.unit, f"{where}/fact")


def _rate(node: Rate, where: str, findings: Findings) -> Dimension | None:
    base = _dimension(node.base, f"{where}/base", findings)
    rate = _dimension(node.rate, f"{where}/rate", findings)
    if rate is not None and rate != PURE:
        findings.add("rate_not_a_share", f"{where}/rate", "比例的单位应为 %、‰ 或倍")
        return None
    return base


def _per_unit(node: PerUnit, where: str, findings: Findings) -> Dimension | None:
    quantity = _dimension(node.quantity, f"{where}/quantity", findings)
    price = _dimension(node.price, f"{where}/price", findings)
    return None if quantity is None or price is None else product(quantity, price)


def _table(node: Table, where: str, findings: Findings) -> Dimension | None:
    by = _dimension(node.by, f"{where}/by", findings)
    table_unit = findings.dimension(node.unit, f"{where}/unit")
    if by is not None and table_unit is not None and by != table_unit:
        findings.add("unit_unfit", f"{where}/unit", f"分档单位“{node.unit}”与分档依据的单位不符")
    if table_unit is not None:
        _check_bands(node, where, findings)
    thens = [_dimension(band.then, f"{where}/bands/{i}/then", findings) for i, band in enumerate(node.bands)]
    common = _common(thens, where, findings)
    if node.basis == "whole":
        return common
    for index, band in enumerate(node.bands):
        if not isinstance(band.then, Fixed):
            text = "分段累进的各段应为固定比例或固定单价"
            findings.add("marginal_band_not_fixed", f"{where}/bands/{index}/then", text)
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
        thens.append(_dimension(row.then, f"{place}/then", findings))
    if node.otherwise is not None:
        thens.append(_dimension(node.otherwise, f"{where}/otherwise", findings))
    return _common(thens, where, findings)


def _cap(node: Cap, where: str, findings: Findings) -> Dimension | None:
    of = _dimension(node.of, f"{where}/of", findings)
    limit = _dimension(node.limit, f"{where}/limit", findings)
    return _common([of, limit], where, findings)


def _several(node: Sum | Highest | Lowest, where: str, findings: Findings) -> Dimension | None:
    parts = [_dimension(part, f"{where}/of/{index}", findings) for index, part in enumerate(node.of)]
    return _common(parts, where, findings)


def _when(node: When, where: str, findings: Findings) -> Dimension | None:
    check_eligibility(node.condition, f"{where}/condition", findings)
    thens = [_dimension(node.then, f"{where}/then", findings)]
    if node.otherwise is not None:
        thens.append(_dimension(node.otherwise, f"{where}/otherwise", findings))
    return _common(thens, where, findings)


def _common(dimensions: Sequence[Dimension | None], where: str, findings: Findings) -> Dimension | None:
    """The one dimension that these parts share. A part that is itself in doubt hides the answer."""
    known = {dimension for dimension in dimensions if dimension is not None}
    if len(known) > 1:
        names = "、".join(sorted(dimension_text(dimension) for dimension in known))
        findings.add("units_differ", where, f"各部分的单位不一致：{names}")
        return None
    return known.pop() if known and None not in dimensions else None


_CHECKS: dict[type, Callable[[Any, str, Findings], Dimension | None]] = {
    Fixed: _fixed,
    FactAmount: _fact,
    Rate: _rate,
    PerUnit: _per_unit,
    Table: _table,
    Lookup: _lookup,
    Cap: _cap,
    Sum: _several,
    Highest: _several,
    Lowest: _several,
    When: _when,
}
