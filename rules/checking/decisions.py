"""Whether figures that persons set are bounded: by their own maximum, by a cap around them, or case by case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from contracts.rule import (
    Cap,
    CapInOrder,
    CaseByCase,
    Decided,
    DecidedOpen,
    Difference,
    Growth,
    GrowthBands,
    ItemRules,
    Lowest,
    Mode,
    NamedFigure,
    NamedValue,
    Problem,
    Quotient,
    Table,
    Threshold,
)
from contracts.rule.amount_node import AmountNode
from contracts.rule.facts import RulePart
from contracts.written import says_nothing
from rules.checking.values import CHECKS, dimension_of, shared
from rules.decisions import DecidedNode, fits, must_be_in, written_unit
from rules.findings import Findings
from rules.named import parts_below
from rules.units import Dimension, number


def _decided(node: Decided, where: str, findings: Findings) -> Dimension | None:
    _asked_once(node, where, findings)
    parts = [dimension_of(node.max, f"{where}/max", findings)]
    if node.min is not None:
        parts.append(dimension_of(node.min, f"{where}/min", findings))
        _same_kind(node.min, node.max, f"{where}/min", findings)
    if node.unit is not None:
        findings.dimension(node.unit, f"{where}/unit")
        asked = written_unit(node.max, findings.declared)
        if asked is not None and not fits(node.unit, asked):
            text = f"核定单位“{node.unit}”与上限的单位“{asked}”不符：{must_be_in(asked)}"
            findings.add("unit_unfit", f"{where}/unit", text)
    return shared(parts, where, findings, ("/max", "/min"))


def _decided_open(node: DecidedOpen, where: str, findings: Findings) -> Dimension | None:
    _asked_once(node, where, findings)
    dimension = findings.dimension(node.unit, f"{where}/unit")
    if node.min is not None:
        least = dimension_of(node.min, f"{where}/min", findings)
        asked = written_unit(node.min, findings.declared)
        if dimension is not None and least is not None and (asked is None or not fits(asked, node.unit)):
            text = f"下限的单位“{asked}”与核定单位“{node.unit}”不符：{must_be_in(node.unit)}"
            findings.add("unit_unfit", f"{where}/min", text)
    if node.grounds is not None and dimension is not None:
        _check_ceiling(node, node.grounds, f"{where}/grounds/ceiling", findings)
    return dimension


def _check_ceiling(node: DecidedOpen, grounds: CaseByCase, where: str, findings: Findings) -> None:
    known = findings.dimension(grounds.ceiling.unit, f"{where}/unit")
    if known is not None and not fits(grounds.ceiling.unit, node.unit):
        text = f"财政限额的单位“{grounds.ceiling.unit}”与核定单位“{node.unit}”不符：{must_be_in(node.unit)}"
        findings.add("ceiling_unit_unfit", f"{where}/unit", text)
    if number(grounds.ceiling.limit) <= 0:
        findings.add("ceiling_not_positive", f"{where}/limit", "财政限额应大于零")


def _same_kind(least: AmountNode, most: AmountNode, where: str, findings: Findings) -> None:
    low, high = (written_unit(each, findings.declared) for each in (least, most))  # type: ignore[arg-type]
    if low is not None and high is not None and not fits(low, high):
        text = f"下限的单位“{low}”与上限的单位“{high}”不符：{must_be_in(high)}"
        findings.add("unit_unfit", where, text)


def _asked_once(node: DecidedNode, where: str, findings: Findings) -> None:
    if findings.decisions.setdefault(node.decision, node) != node:
        text = f"核定事项“{node.decision}”出现不止一次，且上限不同；请分别命名"
        findings.add("decision_repeated", f"{where}/decision", text)


# -- what bounds a figure without a maximum ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a part: something that bounds what it comes to, or a place where more of it pays less."""

    values: dict[str, NamedValue]
    bounded: bool = False
    turned: bool = False


_TURNED = frozenset(
    ((Difference, "less"), (Quotient, "by"), (Table, "by"), (Growth, "now"), (Growth, "before"), (GrowthBands, "now"),
     (GrowthBands, "before"), (GrowthBands, "entry"), (Threshold, "least"))
)  # fmt: skip
"""Where more of a figure does not come to more, so that no cap around it says what it may come to."""


def check_open_decisions(rules: ItemRules, findings: Findings) -> None:
    """Add each figure without a maximum that neither a cap bounds nor grounds allow."""
    around = _Around(rules.values_by_name)
    for name in _TREES[:-1]:
        for where, node, bounds in _open(getattr(rules, name), f"/{name}", around):
            if node.grounds is not None:
                continue
            if bounds.turned:
                text = "没有上限的核定数不能用作减数、除数、分档依据或条件；请写明上限（decided），或列为一项数据"
                findings.add("open_decision_misplaced", where, text)
            elif not bounds.bounded:
                text = "核定的数没有上限：请写明上限（decided），在外面加封顶（cap），或按一事一议写明依据（grounds）"
                findings.add("open_decision_unbounded", where, text)


def _open(part: object, where: str, around: _Around) -> Iterator[tuple[str, DecidedOpen, _Around]]:
    if isinstance(part, tuple):
        for index, each in enumerate(part):
            yield from _open(each, f"{where}/{index}", around)
        return
    if not isinstance(part, RulePart):
        return
    if isinstance(part, DecidedOpen):
        yield where, part, around
    if isinstance(part, NamedFigure) and part.value in around.values:
        others = {name: each for name, each in around.values.items() if name != part.value}
        yield from _open(around.values[part.value].of, where, replace(around, values=others))
    if not isinstance(part, AmountNode) and "node" in type(part).model_fields:
        around = replace(around, turned=around.turned or part.__class__.__name__ in _CONDITIONS)
    for name, value in part.__dict__.items():
        yield from _open_in(part, name, value, f"{where}/{name}", around)


_CONDITIONS = frozenset(("Compare", "CompoundGrowth", "Condition", "CompareDates"))


def _open_in(
    part: RulePart, name: str, value: object, where: str, around: _Around
) -> Iterator[tuple[str, DecidedOpen, _Around]]:
    """The figures in one field of a part, with what the part is around them."""
    inside = replace(around, turned=around.turned or (type(part), name) in _TURNED)
    if isinstance(part, Cap | CapInOrder):
        inside = replace(inside, bounded=name == "of" or around.bounded)
    if isinstance(part, Lowest) and isinstance(value, tuple):
        closed = [not any(isinstance(each, DecidedOpen) and not each.grounds for each in parts_below(p)) for p in value]
        for index, each in enumerate(value):
            others = any(known for place, known in enumerate(closed) if place != index)
            yield from _open(each, f"{where}/{index}", replace(inside, bounded=around.bounded or others))
        return
    yield from _open(value, where, inside)


# -- case by case --------------------------------------------------------------------------------------------


_TREES = ("eligibility", "amount", "payees", "instalments", "quotas", "bounds", "values")
"""Where figures stand. Named values count where they are used, and are looked at on their own only for grounds."""


def case_by_case(rules: ItemRules) -> Iterator[tuple[str, CaseByCase]]:
    """The grounds of every figure that is set case by case, with the place of the figure in the rules."""
    for name in _TREES:
        for where, node, _ in _open(getattr(rules, name), f"/{name}", _Around({})):
            if node.grounds is not None:
                yield where, node.grounds


def case_by_case_problems(rules: ItemRules) -> Iterator[Problem]:
    """What forbids publishing figures that are set case by case."""
    found = list(case_by_case(rules))
    if found and rules.plan.mode is not Mode.COMMITTED:
        text = "一事一议只能用于承诺兑现（committed）的事项"
        yield Problem(code="case_by_case_not_committed", where="/plan/mode", text_zh=text)
    for where, grounds in found:
        yield from _grounds_problems(grounds, f"{where}/grounds")


def _grounds_problems(grounds: CaseByCase, where: str) -> Iterator[Problem]:
    review = grounds.fair_competition
    if review.conclusion not in ("passed", "exception"):
        text = "一事一议须单独通过公平竞争审查：结论应为通过（passed）或适用例外规定（exception）"
        yield Problem(code="case_by_case_review", where=f"{where}/fair_competition/conclusion", text_zh=text)
    said = {
        "legal_basis": (grounds.legal_basis, "一事一议须写明法律法规或文件依据"),
        "minutes/reference": (grounds.minutes.reference, "一事一议须写明集体决策会议纪要的文号"),
        "ceiling/basis": (grounds.ceiling.basis, "一事一议须写明财政核定限额的文件依据"),
        "fair_competition/basis": (review.basis, "一事一议须写明公平竞争审查的依据"),
    }
    for place, (text, asked) in said.items():
        if says_nothing(text):
            yield Problem(
                code="case_by_case_without_basis", where=f"{where}/{place}", text_zh=f"{asked}，不能写“{text}”"
            )


CHECKS[Decided] = _decided
CHECKS[DecidedOpen] = _decided_open
