"""Whether what is computed row by row can be: lists that are there, and nothing inside that only a whole can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contracts.rule import Cap, CapInOrder, Decided, DecidedOpen, Each, TopUp
from contracts.rule.facts import LISTS, RulePart
from rules.checking.values import CHECKS, dimension_of
from rules.earlier import places
from rules.findings import Findings
from rules.named import values_in
from rules.rows import types_in_a_row
from rules.units import Dimension


def _each(node: Each, where: str, findings: Findings) -> Dimension | None:
    listed = {(row.fact, row.period) for row in node.rows}
    if len(listed) < len(node.rows):
        findings.add("row_repeated", f"{where}/rows", "同一项数据列了不止一次")
    for index, row in enumerate(node.rows):
        declared = findings.fact(row.fact, f"{where}/rows/{index}/fact")
        if declared is not None and declared.kind not in LISTS:
            text = f"“{declared.label}”不是多个数值、多项取值或多个日期，不能逐{node.called}计算"
            findings.add("fact_not_a_list", f"{where}/rows/{index}/fact", text)
    names = {name for name, _ in listed}
    for place, part in _places(node, where, findings):
        fact = getattr(part, "fact", None)
        if fact in names and (fact, getattr(part, "period", None)) not in listed:
            periods = "、".join(period or "不写期间" for name, period in listed if name == fact)
            text = f"逐{node.called}计算时用到的“{fact}”的这一期间没有列入 rows（rows 中为：{periods}）"
            findings.add("row_not_listed", f"{place}/period", text)
        if isinstance(part, TopUp) or (isinstance(part, Cap | CapInOrder) and part.scope != "payment"):
            text = f"与历次奖补合并计算的封顶、补差不能逐{node.called}计算，请放在合计之外"
            findings.add("history_in_a_row", place, text)
        if isinstance(part, Decided | DecidedOpen):
            text = f"核定的数不能逐{node.called}计算，请把每{node.called}的核定数列为一项数据"
            findings.add("decision_in_a_row", place, text)
    types = types_in_a_row(node, findings.fact_types)
    inside = replace(findings, fact_types=types, apart=findings.apart | names)
    return dimension_of(node.of, f"{where}/of", inside)


def _places(node: Each, where: str, findings: Findings) -> Iterator[tuple[str, RulePart]]:
    """Every part that is worked out in a row, each with its place, also in the values that it uses."""
    yield from places(node.of, f"{where}/of")
    order = {name: index for index, name in enumerate(findings.values)}
    for value in values_in(node.of, findings.values):
        yield from places(value.of, f"/values/{order[value.name]}/of")


CHECKS[Each] = _each
