"""Whether what is computed row by row can be: lists that are there, and nothing inside that only a whole can tell."""

from __future__ import annotations

from dataclasses import replace

from contracts.rule import Cap, Decided, Each, TopUp
from contracts.rule.facts import LISTS
from rules.checking.values import CHECKS, dimension_of
from rules.findings import Findings
from rules.named import parts_below, with_values
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
    for part in (each for tree in with_values(node.of, findings.values) for each in parts_below(tree)):
        fact = getattr(part, "fact", None)
        if fact in names and (fact, getattr(part, "period", None)) not in listed:
            text = f"逐{node.called}计算时用到的“{fact}”的这一期间没有列入 rows"
            findings.add("row_not_listed", f"{where}/of", text)
        if isinstance(part, TopUp) or (isinstance(part, Cap) and part.scope != "payment"):
            text = f"与历次奖补合并计算的封顶、补差不能逐{node.called}计算，请放在合计之外"
            findings.add("history_in_a_row", f"{where}/of", text)
        if isinstance(part, Decided):
            text = f"核定的数不能逐{node.called}计算，请把每{node.called}的核定数列为一项数据"
            findings.add("decision_in_a_row", f"{where}/of", text)
    types = types_in_a_row(node, findings.fact_types)
    inside = replace(findings, fact_types=types, apart=findings.apart | names)
    return dimension_of(node.of, f"{where}/of", inside)


CHECKS[Each] = _each
