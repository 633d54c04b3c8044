"""Whether an item's rules can be evaluated at all: every reason at once, before anything is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from contracts.item import PolicyItemContent
from contracts.rule import (
    Approval,
    FactKind,
    FactType,
    ItemRules,
    JointCheck,
    Level,
    Mode,
    NamedFigure,
    NamedValue,
    Plan,
    Problem,
    SharePart,
    Shares,
    Split,
)
from contracts.rule.facts import RulePart
from rules.checking.amounts import check_amount
from rules.checking.bounds import check_bounds
from rules.checking.caps_that_hold import check_caps_hold
from rules.checking.decisions import case_by_case_problems, check_open_decisions
from rules.checking.eligibility import check_eligibility
from rules.checking.history import check_history
from rules.checking.instalments import undated_instalments
from rules.checking.named import check_values
from rules.checking.plans import plan_problems
from rules.checking.terms import check_terms
from rules.checking.values import KINDS
from rules.facts import FactTypes, same_dimension
from rules.findings import Findings
from rules.units import MONEY, number

DEEPEST = 32
"""Levels of nesting. No document of law is deeper, and every walk over a tree stays within the stack."""


def check_publication(content: PolicyItemContent, vocabulary: FactTypes | None = None) -> list[Problem]:
    """What forbids publishing this item; `where` points into the item (`/rules/amount/…`). Empty: nothing.

    Besides what `check` finds: no publication without a fair-competition conclusion, with later instalments of which
    nobody can say when they are due, or with a plan that review cannot run.
    """
    found = _examine(content.rules, vocabulary, content.code)
    against = [*found.problems, *unpublishable(content.rules)]
    problems = [problem.model_copy(update={"where": f"/rules{problem.where}"}) for problem in against]
    if not content.sample:
        text = "数值未载明的规则只能用于示例，不得发布"
        problems += [Problem(code="figure_unstated", where=f"/rules{where}", text_zh=text) for where in found.unstated]
    if content.fair_competition is None:
        text = "未附公平竞争审查结论，不得发布"
        problems.append(Problem(code="fair_competition_missing", where="/fair_competition", text_zh=text))
    return problems


def unpublishable(rules: ItemRules) -> list[Problem]:
    """What of the rules themselves forbids publishing them, though they can be evaluated."""
    undated = undated_instalments(rules.instalments) if rules.instalments is not None else ()
    return [*case_by_case_problems(rules), *undated, *plan_problems(rules)]


def check(rules: ItemRules, vocabulary: FactTypes | None = None) -> list[Problem]:
    """Everything that keeps these rules from being evaluated, with stable codes; empty when they are sound.

    With a `vocabulary` (fact types by name), every declared fact must be in it, with the same kind and a
    unit of the same dimension.
    """
    return _examine(rules, vocabulary).problems


def _examine(rules: ItemRules, vocabulary: FactTypes | None, family: str | None = None) -> Findings:
    findings = Findings(rules.fact_types_by_name, rules.parameters_by_name, rules.values_by_name)
    too_deep = False
    trees = {
        "/eligibility": (rules.eligibility,),
        "/amount": (rules.amount,),
        "/payees": (rules.payees,),
        "/instalments": (rules.instalments,),
        "/quotas": rules.quotas,
        "/values": tuple(value.of for value in rules.values),
        "/bounds": rules.bounds,
    }
    depths = depths_of(rules.values)
    for where, parts in trees.items():
        if any(part is not None and deeper_than(part, DEEPEST, depths) for part in parts):
            findings.add("tree_too_deep", where, f"规则嵌套超过 {DEEPEST} 层")
            too_deep = True
    if too_deep:
        return findings
    _check_fact_types(rules, vocabulary, findings)
    _check_parameters(rules, findings)
    check_eligibility(rules.eligibility, "/eligibility", findings)
    check_amount(rules.amount, "/amount", findings)
    check_terms(rules, findings)
    check_open_decisions(rules, findings)
    check_history(rules, findings, family)
    check_caps_hold(rules, findings, family)
    check_bounds(rules, findings)
    check_values(rules, findings)
    _check_shares(rules.shares, findings)
    _check_plan(rules.plan, findings)
    return findings


def deeper_than(tree: RulePart, depth: int, depths: Mapping[str, int] = MappingProxyType({})) -> bool:
    """Level by level rather than by recursion: this is what guards the recursion of the others. `depths` are those of
    the named values, which count where they are used.
    """
    return _levels(tree, depth, depths) > depth


def depths_of(values: Sequence[NamedValue]) -> dict[str, int]:
    """How many levels each value has, with those of the values that it uses; of too many so many as to be too many."""
    depths: dict[str, int] = {}
    for value in values:
        depths[value.name] = _levels(value.of, DEEPEST, depths)
    return depths


def _levels(tree: RulePart, most: int, depths: Mapping[str, int]) -> int:
    """How many there are; where they are more than `most`, some number beyond it."""
    level: list[RulePart] = [tree]
    count = deepest = 0
    while level and deepest <= most:
        count += 1
        below = [depths.get(part.value, 0) for part in level if isinstance(part, NamedFigure)]
        deepest = max(deepest, count + max(below, default=0))
        level = [child for part in level for child in _children(part)]
    return deepest


def _children(part: RulePart) -> list[RulePart]:
    """The nodes right below; bands and rows are not a level of their own."""
    found: list[RulePart] = []
    for value in part.__dict__.values():
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, RulePart):
                found.extend([child] if "node" in type(child).model_fields else _children(child))
    return found


def _check_fact_types(rules: ItemRules, vocabulary: FactTypes | None, findings: Findings) -> None:
    seen: set[str] = set()
    for index, declared in enumerate(rules.fact_types):
        where = f"/fact_types/{index}"
        if declared.name in seen:
            findings.add("fact_declared_twice", f"{where}/name", f"事实“{declared.name}”声明了不止一次，请只留一处")
        seen.add(declared.name)
        if declared.unit is not None:
            findings.dimension(declared.unit, f"{where}/unit")
        codes: set[str] = set()
        for place, entry in enumerate(declared.codes):
            if entry.code in codes:
                text = f"“{declared.label}”的取值“{entry.code}”写了不止一次"
                findings.add("code_repeated", f"{where}/codes/{place}/code", text)
            codes.add(entry.code)
        if vocabulary is not None:
            _check_against(vocabulary, declared, where, findings)


def _check_parameters(rules: ItemRules, findings: Findings) -> None:
    seen: set[str] = set()
    for index, declared in enumerate(rules.parameters):
        where = f"/parameters/{index}"
        if declared.name in seen:
            text = f"外部参数“{declared.label}”（{declared.name}）声明了不止一次，请只留一处"
            findings.add("parameter_declared_twice", f"{where}/name", text)
        seen.add(declared.name)
        findings.dimension(declared.unit, f"{where}/unit")


def _check_against(vocabulary: FactTypes, declared: FactType, where: str, findings: Findings) -> None:
    known = vocabulary.get(declared.name)
    if known is None:
        findings.add("fact_not_in_vocabulary", f"{where}/name", f"事实“{declared.label}”不在事实目录中")
    elif known.kind is not declared.kind:
        text = f"事实“{declared.label}”的类型与目录不符：目录中为“{KINDS[known.kind]}”"
        findings.add("fact_differs_from_vocabulary", f"{where}/kind", text)
    elif not same_dimension(known.unit, declared.unit):
        text = f"事实“{declared.label}”的单位与目录不符：目录中为“{known.unit}”"
        findings.add("fact_differs_from_vocabulary", f"{where}/unit", text)


def _check_shares(shares: Shares, findings: Findings) -> None:
    if isinstance(shares, Split):
        _check_split(shares, "/shares", findings)
        return
    declared = findings.fact(shares.fact, "/shares/fact")
    if declared is not None and declared.kind is not FactKind.CODE:
        findings.add("fact_not_a_code", "/shares/fact", f"“{declared.label}”不是分类，不能据以确定分担比例")
    seen: set[str] = set()
    for index, row in enumerate(shares.rows):
        where = f"/shares/rows/{index}"
        if declared is not None:
            findings.codes(declared, row.codes, f"{where}/codes")
        if seen & set(row.codes):
            findings.add("code_repeated", f"{where}/codes", "同一取值出现在不止一行")
        seen.update(row.codes)
        _check_split(row.split, f"{where}/split", findings)
    if shares.otherwise is not None:
        _check_split(shares.otherwise, "/shares/otherwise", findings)
    elif declared is not None:
        findings.covered(declared, seen, "/shares/rows")


def _check_split(split: Split, where: str, findings: Findings) -> None:
    payers = [part.payer for part in split.parts]
    if (total := sum(Fraction(part.fraction) for part in split.parts)) != 1:
        findings.add("shares_not_one", f"{where}/parts", f"各级分担比例之和不等于 1，现为 {total}")
    for index, part in enumerate(split.parts):
        _check_most(split, part, f"{where}/parts/{index}/most", findings)
    if len(set(payers)) < len(payers):
        findings.add("payer_repeated", f"{where}/parts", "同一级财政在分担比例中出现不止一次")
    if split.remainder_to not in payers:
        findings.add("remainder_without_share", f"{where}/remainder_to", "尾差应由参与分担的一级承担")
    if split.mode == "county_advances" and Level.COUNTY not in payers:
        findings.add("advance_without_county", f"{where}/mode", "由县级垫付的，分担中应列明县级（可为 0）")


def _check_most(split: Split, part: SharePart, where: str, findings: Findings) -> None:
    """A limit needs somebody who takes what lies above it."""
    if part.most is None:
        return
    if part.payer == split.remainder_to:
        findings.add("remainder_limited", where, "超出限额的部分由承担尾差的一级承担，该级不能再设限额")
    dimension = findings.dimension(part.most_unit, f"{where}_unit")
    if dimension is not None and dimension != MONEY:
        findings.add("unit_unfit", f"{where}_unit", f"承担限额以“{part.most_unit}”计，应为金额")
    if number(part.most) < 0:
        findings.add("share_limit_negative", where, "承担限额不能为负数")


def _check_plan(plan: Plan, findings: Findings) -> None:
    opens, closes = plan.window.opens, plan.window.closes
    if opens is not None and closes is not None and opens > closes:
        findings.add("window_reversed", "/plan/window", "受理开始日期晚于截止日期")
    _check_mode(plan, findings)
    asked: set[tuple[str, str | None]] = set()
    for index, field in enumerate(plan.form_fields):
        findings.fact(field.fact, f"/plan/form_fields/{index}/fact")
        if (field.fact, field.period) in asked:
            findings.add("field_repeated", f"/plan/form_fields/{index}", "同一事项在表单中重复")
        asked.add((field.fact, field.period))
    codes = [material.code for material in plan.materials]
    if len(set(codes)) < len(codes):
        findings.add("material_repeated", "/plan/materials", "材料编码有重复")
    for index, step in enumerate(plan.steps):
        if isinstance(step, JointCheck | Approval) and isinstance(step.passes_when, int):
            asked_of = step.departments if isinstance(step, JointCheck) else step.duties
            if step.passes_when > len(asked_of):
                text = f"要求 {step.passes_when} 家通过，但只列了 {len(asked_of)} 家"
                findings.add("quorum_too_large", f"/plan/steps/{index}/passes_when", text)


def _check_mode(plan: Plan, findings: Findings) -> None:
    """No application: nobody fills a form. Committed: somebody evaluates or goes to see."""
    if plan.mode is Mode.NO_APPLICATION:
        if plan.form_fields:
            findings.add("form_without_application", "/plan/form_fields", "免申即享事项没有申报表单")
        return
    if plan.review_limit is None:
        findings.add("review_limit_missing", "/plan/review_limit", "需申报的事项应规定审核时限")
    evaluated = any(step.kind in ("panel", "site_inspection") for step in plan.steps)
    if plan.mode is Mode.COMMITTED and not evaluated:
        findings.add("commitment_without_evaluation", "/plan/steps", "承诺兑现事项应有评估评审或现场勘查")
