"""Conditions and amounts as rows of the sheets 条件 and 金额, as far as these have words for them."""

from __future__ import annotations

from typing import Any

from contracts.rule import AllOf, AnyOf, Condition, ItemRules
from services.catalog.workbooks import cell_values

Row = dict[str, str]
Rows = list[Row]


class NotSayable(Exception):
    """The sheets have no words for this part."""


def period_text(period: str | None) -> str:
    """A period as the sheets write it."""
    return next((word for word, meaning in cell_values.PERIODS.items() if meaning == period), period or "")


def condition_rows(rules: ItemRules) -> tuple[Rows, Row]:
    """The sheet 条件, and the cells of 事项 that go with it. Raises NotSayable."""
    tree = rules.eligibility
    if isinstance(tree, Condition):
        return [_condition(tree, rules)], {"条件关系": "同时满足", "资格规则JSON": ""}
    if not isinstance(tree, AllOf | AnyOf):
        raise NotSayable
    conditions = [part for part in tree.of if isinstance(part, Condition)]
    if len(conditions) < len(tree.of):
        raise NotSayable
    return [_condition(each, rules) for each in conditions], {
        "条件关系": cell_values.word_for(cell_values.JOINING, tree.node),
        "资格规则JSON": "",
    }


def _condition(node: Condition, rules: ItemRules) -> Row:
    value = node.value
    several = value if isinstance(value, tuple) else () if value is None or isinstance(value, bool) else (value,)
    return {
        "数据名称": rules.fact_types_by_name[node.fact].label,
        "期间": period_text(node.period),
        "关系": cell_values.word_for(cell_values.RELATIONS, node.operator),
        "值": "；".join(rules.fact_types_by_name[node.fact].label_of(part) for part in several),
        "单位": node.unit or "",
        "说明": node.note or "",
    }


def amount_rows(rules: ItemRules) -> tuple[Rows, Row]:
    """The sheet 金额, and the cells of 事项 that go with it. Raises NotSayable."""
    node: Any = rules.amount
    head = {"金额规则JSON": ""}
    if node.node == "decided" and node.decision == "amount" and node.min is None and node.name is None:
        head["核定部门"], node = node.by, node.max
    parts = node.of if node.node == "sum" else (node,)
    if node.node == "cap" and node.of.node == "sum" and node.scope == "payment" and node.limit.node == "fixed":
        head |= {"总额最高": node.limit.value, "总额最高单位": node.limit.unit}
        parts = node.of.of
    several = len(parts) > 1
    return [row for number, part in enumerate(parts, 1) for row in _part(part, rules, several, number)], head


def _part(node: Any, rules: ItemRules, several: bool, number: int) -> Rows:
    cap: Row = {}
    if node.node == "cap" and node.scope == "payment" and node.limit.node == "fixed":
        cap, node = {"最高": node.limit.value, "最高单位": node.limit.unit}, node.of
    if several and not node.name:
        raise NotSayable  # parts without names could not be told apart
    rows = _computed(node, rules)
    for row in rows:
        row["部分"] = node.name or ""
    rows[0] |= cap
    return rows


def _computed(node: Any, rules: ItemRules) -> Rows:
    if node.node == "fixed":
        return [{"算法": "定额", **_standard(node)}]
    if node.node == "rate" and node.base.node == "fact":
        return [{"算法": "按比例", **_fact(node.base, rules), **_standard(node.rate)}]
    if node.node == "per_unit" and node.quantity.node == "fact":
        return [{"算法": "按数量", **_fact(node.quantity, rules), **_standard(node.price)}]
    if node.node == "table" and node.by.node == "fact" and node.basis == "whole":
        return [{"算法": "分档", **_fact(node.by, rules), **_band(band), **_standard(band.then)} for band in node.bands]
    if node.node == "lookup" and node.otherwise is None:
        label = rules.fact_types_by_name[node.fact].label_of
        return [
            {"算法": "按分类", **_fact(node, rules), "分类": "；".join(map(label, row.codes)), **_standard(row.then)}
            for row in node.rows
        ]
    raise NotSayable


def _fact(node: Any, rules: ItemRules) -> Row:
    return {"数据名称": rules.fact_types_by_name[node.fact].label, "期间": period_text(node.period)}


def _band(band: Any) -> Row:
    low = "" if band.low is None else band.low if band.low_inclusive else f">{band.low}"
    high = "" if band.high is None else f"≤{band.high}" if band.high_inclusive else band.high
    return {"下限": low, "上限": high}


def _standard(node: Any) -> Row:
    if node.node != "fixed":
        raise NotSayable
    return {"标准": node.value, "标准单位": node.unit}
