"""Whether caps, top-ups, outside figures and counts of conditions say all that they need."""

from __future__ import annotations

from contracts.rule import Cap, CapInOrder, Counted, CountMet, Parameter, TopUp, Unstated
from rules.checking.eligibility import check_eligibility
from rules.checking.values import CHECKS, dimension_of, shared
from rules.findings import Findings, meant
from rules.units import MONEY, Dimension, kind_text


def _cap(node: Cap, where: str, findings: Findings) -> Dimension | None:
    of, limit = (
        dimension_of(node.of, f"{where}/of", findings),
        dimension_of(node.limit, f"{where}/limit", findings),
    )
    _check_scope(node, limit, where, findings)
    return shared([of, limit], where, findings, ("/of", "/limit"))


def _cap_in_order(node: CapInOrder, where: str, findings: Findings) -> Dimension | None:
    parts = [dimension_of(part, f"{where}/of/{index}", findings) for index, part in enumerate(node.of)]
    limit = dimension_of(node.limit, f"{where}/limit", findings)
    seen: set[str] = set()
    for index, part in enumerate(node.of):
        if part.name is None:
            findings.add("part_unnamed", f"{where}/of/{index}", "按次序合计封顶的每一项都要写明名称（name）")
        elif part.name in seen:
            findings.add("part_repeated", f"{where}/of/{index}/name", f"有不止一项叫“{part.name}”，请分别命名")
        seen.add(part.name or "")
        _must_be_money(parts[index], f"{where}/of/{index}", findings)
    _check_scope(node, limit, where, findings)
    places = (*(f"/of/{index}" for index in range(len(parts))), "/limit")
    return shared([*parts, limit], where, findings, places)


def _check_scope(node: Cap | CapInOrder, limit: Dimension | None, where: str, findings: Findings) -> None:
    if node.scope == "payment":
        if node.counted is not None:
            findings.add("counted_unexpected", f"{where}/counted", "单次封顶不计历次奖补，不应填写 counted")
        return
    if node.scope == "project" and (node.counted is None or node.counted.key is None):
        text = "按单个项目封顶的，应写明用哪个编号识别项目（counted.key）"
        findings.add("cap_without_key", f"{where}/counted", text)
    if node.scope == "year" and node.counted is not None and node.counted.years is not None:
        findings.add("years_in_a_year", f"{where}/counted/years", "年度封顶只算当年的，不应再写明几年内")
    if node.counted is not None:
        _check_counted(node.counted, f"{where}/counted", findings)
    _must_be_money(limit, f"{where}/limit", findings)


def _top_up(node: TopUp, where: str, findings: Findings) -> Dimension | None:
    of = dimension_of(node.of, f"{where}/of", findings)
    _check_counted(node.counted, f"{where}/counted", findings)
    _must_be_money(of, f"{where}/of", findings)
    return of


def _must_be_money(dimension: Dimension | None, where: str, findings: Findings) -> None:
    if dimension is not None and dimension != MONEY:
        text = f"与历次奖补合并计算、按次序合计封顶的，单位应为金额，这里是{kind_text(dimension)}"
        findings.add("history_not_money", where, text)


def _check_counted(counted: Counted, where: str, findings: Findings) -> None:
    if counted.key is not None:
        findings.key(counted.key, f"{where}/key")
    if counted.years is not None and counted.scope == "year":
        findings.add("years_in_a_year", f"{where}/years", "只算当年的，不应再写明几年内")
    if len(set(counted.levels)) < len(counted.levels):
        findings.add("level_repeated", f"{where}/levels", "同一级政府列了不止一次")


def _parameter(node: Parameter, where: str, findings: Findings) -> Dimension | None:
    if node.key_fact is not None:
        findings.key(node.key_fact, f"{where}/key_fact")
        if node.key is not None:
            findings.add("key_given_twice", f"{where}/key", "外部参数的分类只能用 key 或 key_fact 之一")
    if node.on is not None:
        findings.day(node.on, f"{where}/on")
        if node.period is not None:
            findings.add("day_and_period", f"{where}/period", "外部参数按日期取值的，不再填写 period")
    declared = findings.parameters.get(node.parameter)
    if declared is None:
        known = {each.label: each.name for each in findings.parameters.values()}
        hint = meant(node.parameter, findings.parameters, known)
        text = f"使用了未声明的外部参数“{node.parameter}”{hint}，请先在 parameters 中声明"
        findings.add("undeclared_parameter", f"{where}/parameter", text)
        return None
    keyed = node.key is not None or node.key_fact is not None
    if keyed != (declared.key_label is not None):
        text = f"外部参数“{declared.label}”不按分类取值，应去掉 key 和 key_fact"
        if declared.key_label:
            text = f"外部参数“{declared.label}”按{declared.key_label}取值，应写 key 或 key_fact"
        findings.add("parameter_key_unfit", f"{where}/{'key_fact' if node.key_fact else 'key'}", text)
    return findings.dimension(declared.unit, f"{where}/parameter")


def _count_met(node: CountMet, where: str, findings: Findings) -> Dimension | None:
    for index, part in enumerate(node.of):
        check_eligibility(part, f"{where}/of/{index}", findings)
    return findings.dimension(node.counted_as, f"{where}/counted_as")


def _unstated(node: Unstated, where: str, findings: Findings) -> Dimension | None:
    findings.unstated.append(where)
    return findings.dimension(node.unit, f"{where}/unit")


CHECKS.update(
    {
        Cap: _cap,
        CapInOrder: _cap_in_order,
        TopUp: _top_up,
        Parameter: _parameter,
        CountMet: _count_met,
        Unstated: _unstated,
    }
)
