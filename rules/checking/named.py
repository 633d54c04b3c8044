"""Whether named values are defined before they are used, once, used at all, and can be worked out where they are."""

from __future__ import annotations

from dataclasses import replace

from contracts.rule import ItemRules, NamedFigure
from rules.checking.values import CHECKS, dimension_of
from rules.findings import Findings
from rules.units import Dimension


def _named(node: NamedFigure, where: str, findings: Findings) -> Dimension | None:
    """What is wrong with the definition is said at the definition; inside an `each` it is read there, row by row."""
    defined = list(findings.values)
    if node.value not in defined:
        findings.add("unknown_value", f"{where}/value", f"使用了没有定义的值“{node.value}”，请先写进 values")
        return None
    if findings.defining is not None and defined.index(node.value) >= defined.index(findings.defining):
        text = f"“{findings.values[node.value].label}”在这里还没有定义：只能使用排在它前面的值"
        findings.add("value_not_before", f"{where}/value", text)
        return None
    findings.used.add(node.value)
    return _dimension(node.value, findings)


def _dimension(name: str, findings: Findings) -> Dimension | None:
    """Worked out once for each set of lists that are one entry there."""
    key = name, findings.apart
    if key in findings.measured:
        return findings.measured[key]
    place = f"/values/{list(findings.values).index(name)}/of"
    inside = replace(findings, defining=name, problems=[])
    found = findings.measured[key] = dimension_of(findings.values[name].of, place, inside)
    findings.problems.extend(each for each in inside.problems if each not in findings.problems)
    return found


def check_values(rules: ItemRules, findings: Findings) -> None:
    """Add what is wrong with how an item defines its values. Call it last: it must know which are used."""
    names: set[str] = set()
    labels: set[str] = set()
    for index, value in enumerate(rules.values):
        where = f"/values/{index}"
        if value.name in names:
            findings.add("value_defined_twice", f"{where}/name", f"值“{value.name}”定义了不止一次")
        elif value.name not in findings.used:
            findings.add("value_unused", where, f"“{value.label}”没有用到：请删去，或在规则里用它")
            _dimension(value.name, findings)
        if any(value.label == declared.label for declared in findings.fact_types.values()):
            text = f"已有一项数据叫“{value.label}”，读的人分不清；请另起叫法，如“可补贴的{value.label}”"
            findings.add("value_label_repeated", f"{where}/label", text)
        if value.label in labels:
            findings.add("value_label_repeated", f"{where}/label", f"不止一个值叫“{value.label}”，读的人分不清")
        names.add(value.name)
        labels.add(value.label)


CHECKS[NamedFigure] = _named
