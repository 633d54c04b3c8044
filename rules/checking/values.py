"""Whether computed values have units that fit: every node that multiplies, subtracts, divides or counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from contracts.rule import (
    AmountRule,
    AtLeast,
    Compare,
    CompoundGrowth,
    CountCodes,
    Difference,
    Elapsed,
    FactAmount,
    FactKind,
    Fixed,
    Growth,
    GrowthBands,
    InKind,
    Interest,
    PerUnit,
    Product,
    Quotient,
    Rate,
    Rounded,
    Threshold,
    WholeSteps,
)
from contracts.rule.facts import RulePart
from rules.facts import NamedValues
from rules.findings import Findings
from rules.named import definition
from rules.units import MONEY, PURE, Dimension, in_base, inverse, kind_text, number, product, unit

CHECKS: dict[type, Callable[[Any, str, Findings], Dimension | None]] = {}
"""How each node is checked; the modules of the nodes enter theirs."""

KINDS = {
    FactKind.NUMBER: "数值",
    FactKind.FLAG: "是否",
    FactKind.CODE: "分类",
    FactKind.CODES: "多项取值",
    FactKind.DATE: "日期",
    FactKind.NUMBERS: "多个数值",
    FactKind.DATES: "多个日期",
}
"""What people call the kinds of facts."""

_MONTHS, _DAYS = unit("月").dimension, unit("天").dimension
_ARITHMETIC = (Rate, PerUnit, Product, Difference, Quotient, Growth, Rounded, WholeSteps, Interest)


def dimension_of(node: AmountRule, where: str, findings: Findings) -> Dimension | None:
    """The dimension of a node's value, or None where a problem below hides it."""
    parts = _parts(node) if isinstance(node, _ARITHMETIC) else []
    if any(isinstance(definition(part, findings.values), InKind) for part in parts):
        findings.add("in_kind_in_arithmetic", where, "非资金支持不能参与计算")
    return CHECKS[type(node)](node, where, findings)


def _parts(node: RulePart) -> list[Any]:
    values = node.__dict__.values()
    return [part for value in values for part in (value if isinstance(value, tuple) else (value,))]


def shared(
    dimensions: Sequence[Dimension | None], where: str, findings: Findings, places: Sequence[str] = ()
) -> Dimension | None:
    """The one dimension that these parts share. A part that is itself in doubt hides the answer.

    `places` are the parts' own below `where`: whichever is in another unit than the first one, or than the money
    among them, is told at its own. The first counts where it is the node itself (its place is empty).
    """
    known = [dimension for dimension in dimensions if dimension is not None]
    if len(set(known)) < 2:
        return known[0] if known and None not in dimensions else None
    meant = known[0] if (places and not places[0]) or MONEY not in known else MONEY
    for index, dimension in enumerate(dimensions):
        if dimension is not None and dimension != meant:
            text = f"各部分的单位不一致：这里是{kind_text(dimension)}，其他部分是{kind_text(meant)}"
            findings.add("units_differ", f"{where}{places[index]}" if places else where, text)
            if not places:
                break
    return None


def check_comparison(rule: Compare, where: str, findings: Findings) -> None:
    """Both sides of a comparison have the same unit."""
    sides = [
        dimension_of(rule.left, f"{where}/left", findings),
        dimension_of(rule.right, f"{where}/right", findings),
    ]
    shared(sides, where, findings, ("/left", "/right"))


def check_compound_growth(rule: CompoundGrowth, where: str, findings: Findings) -> None:
    """Both years have the same unit, and the rate is a share."""
    ends = [
        dimension_of(rule.now, f"{where}/now", findings),
        dimension_of(rule.before, f"{where}/before", findings),
    ]
    shared(ends, where, findings, ("/now", "/before"))
    _share(rule.rate, f"{where}/rate", findings)
    if rule.when_not_positive is None:
        _base_unsaid(rule.before, where, findings)


def _share(node: AmountRule, where: str, findings: Findings) -> None:
    dimension = dimension_of(node, where, findings)
    if dimension is not None and dimension != PURE:
        findings.add("rate_not_a_share", where, f"比例的单位应为 %、‰ 或倍，这里是{kind_text(dimension)}")


def _fixed(node: Fixed, where: str, findings: Findings) -> Dimension | None:
    return findings.dimension(node.unit, f"{where}/unit")


def _fact(node: FactAmount, where: str, findings: Findings) -> Dimension | None:
    declared = findings.fact(node.fact, f"{where}/fact")
    if declared is None:
        return None
    if declared.kind is not FactKind.NUMBER or declared.unit is None:
        findings.add(
            "fact_not_a_number",
            f"{where}/fact",
            f"“{declared.label}”的类型是“{KINDS[declared.kind]}”，不是数值，不能参与计算",
        )
        return None
    return findings.dimension(declared.unit, f"{where}/fact")


def _rate(node: Rate, where: str, findings: Findings) -> Dimension | None:
    base = dimension_of(node.base, f"{where}/base", findings)
    rate = dimension_of(node.rate, f"{where}/rate", findings)
    if rate is not None and rate != PURE:
        if base == PURE:
            text = f"基数（base）和比例（rate）写反了：这里是比例，rate 却是{kind_text(rate)}"
            findings.add("rate_not_a_share", f"{where}/base", text)
        else:
            text = f"比例的单位应为 %、‰ 或倍，这里是{kind_text(rate)}；数量乘以单价用 per_unit"
            findings.add("rate_not_a_share", f"{where}/rate", text)
        return None
    return base


def _per_unit(node: PerUnit, where: str, findings: Findings) -> Dimension | None:
    quantity = dimension_of(node.quantity, f"{where}/quantity", findings)
    price = dimension_of(node.price, f"{where}/price", findings)
    return None if quantity is None or price is None else product(quantity, price)


def _product(node: Product, where: str, findings: Findings) -> Dimension | None:
    parts = [dimension_of(part, f"{where}/of/{index}", findings) for index, part in enumerate(node.of)]
    whole: Dimension | None = PURE
    for part in parts:
        whole = None if whole is None or part is None else product(whole, part)
    return whole


def _difference(node: Difference, where: str, findings: Findings) -> Dimension | None:
    parts = [
        dimension_of(node.of, f"{where}/of", findings),
        dimension_of(node.less, f"{where}/less", findings),
    ]
    return shared(parts, where, findings, ("/of", "/less"))


def _quotient(node: Quotient, where: str, findings: Findings) -> Dimension | None:
    of, by = dimension_of(node.of, f"{where}/of", findings), dimension_of(node.by, f"{where}/by", findings)
    quotient = None if of is None or by is None else product(of, inverse(by))
    return _with_zero(node, quotient, where, findings)


def _growth(node: Growth, where: str, findings: Findings) -> Dimension | None:
    ends = [
        dimension_of(node.now, f"{where}/now", findings),
        dimension_of(node.before, f"{where}/before", findings),
    ]
    shared(ends, where, findings, ("/now", "/before"))
    if node.when_zero is not None:
        then = dimension_of(node.when_zero, f"{where}/when_zero", findings)
        shared([PURE, then], where, findings, ("", "/when_zero"))
    if node.when_zero is not None and node.when_not_positive is not None:
        text = "基期为零的已由 when_not_positive 说明，请删去 when_zero"
        findings.add("growth_base_said_twice", f"{where}/when_zero", text)
    return _with_base(node, PURE, where, findings)


def _with_zero(node: Quotient, result: Dimension | None, where: str, findings: Findings) -> Dimension | None:
    """Whatever can be zero needs a word on what then, in the unit of the result."""
    if node.when_zero is not None:
        then = dimension_of(node.when_zero, f"{where}/when_zero", findings)
        return shared([result, then], where, findings, ("", "/when_zero"))
    by = definition(node.by, findings.values)
    if not (isinstance(by, Fixed) and number(by.value) != 0):
        text = "除数可能为零，应写明为零时按多少计（when_zero）"
        findings.add("division_by_zero", where, text)
    return result


def _with_base(
    node: Growth | GrowthBands, result: Dimension | None, where: str, findings: Findings
) -> Dimension | None:
    """A base that can be zero or less needs a word on what then, in the unit of the result."""
    if node.when_not_positive is None:
        _base_unsaid(node.before, where, findings)
        return result
    then = dimension_of(node.when_not_positive, f"{where}/when_not_positive", findings)
    return shared([result, then], where, findings, ("", "/when_not_positive"))


def _base_unsaid(base: AmountRule, where: str, findings: Findings) -> None:
    if not _above_zero(base, findings.values):
        text = "基期可能为零或负数，应写明这时按多少计（when_not_positive，它也代替 when_zero）"
        findings.add("growth_without_base", where, text)


def _above_zero(node: AmountRule, values: NamedValues) -> bool:
    """Whether a value is more than zero whatever the facts are."""
    node = definition(node, values)
    if isinstance(node, Fixed):
        return number(node.value) > 0
    return isinstance(node, AtLeast) and _above_zero(node.floor, values)


def _growth_bands(node: GrowthBands, where: str, findings: Findings) -> Dimension | None:
    ends = [
        dimension_of(node.now, f"{where}/now", findings),
        dimension_of(node.before, f"{where}/before", findings),
    ]
    _share(node.entry, f"{where}/entry", findings)
    reached = None
    rates = [dimension_of(step.rate, f"{where}/steps/{index}/rate", findings) for index, step in enumerate(node.steps)]
    for index, step in enumerate(node.steps):
        place = f"{where}/steps/{index}"
        if step.up_to is None:
            if index < len(node.steps) - 1:
                findings.add("growth_step_open", place, "只有最后一段可以不设上限")
            continue
        _share(step.up_to, f"{place}/up_to", findings)
        if isinstance(step.up_to, Fixed):
            up_to = in_base(step.up_to.value, step.up_to.unit)
            if reached is not None and up_to <= reached:
                findings.add("growth_steps_overlap", place, "各段的增速上限应由低到高")
            reached = up_to
    of = shared(ends, where, findings, ("/now", "/before"))
    rate = shared(rates, where, findings, [f"/steps/{index}/rate" for index in range(len(rates))])
    return _with_base(node, None if of is None or rate is None else product(of, rate), where, findings)


def _at_least(node: AtLeast, where: str, findings: Findings) -> Dimension | None:
    parts = [
        dimension_of(node.of, f"{where}/of", findings),
        dimension_of(node.floor, f"{where}/floor", findings),
    ]
    return shared(parts, where, findings, ("/of", "/floor"))


def _threshold(node: Threshold, where: str, findings: Findings) -> Dimension | None:
    parts = [
        dimension_of(node.of, f"{where}/of", findings),
        dimension_of(node.least, f"{where}/least", findings),
    ]
    return shared(parts, where, findings, ("/of", "/least"))


def _stepped(node: Rounded | WholeSteps, where: str, findings: Findings) -> Dimension | None:
    """The step is larger than nothing, and in a unit of what is cut into steps."""
    field = "to" if isinstance(node, Rounded) else "step"
    of = dimension_of(node.of, f"{where}/of", findings)
    step = findings.dimension(node.unit, f"{where}/unit")
    if number(node.to if isinstance(node, Rounded) else node.step) <= 0:
        findings.add("step_not_positive", f"{where}/{field}", "计量的步长应大于零")
    if of is not None and step is not None and of != step:
        text = f"步长以“{node.unit}”计，与所计量的数的单位不符：应为{kind_text(of)}"
        findings.add("unit_unfit", f"{where}/unit", text)
    return of if isinstance(node, Rounded) else findings.dimension(node.counted_as, f"{where}/counted_as")


def _count_codes(node: CountCodes, where: str, findings: Findings) -> Dimension | None:
    declared = findings.fact(node.fact, f"{where}/fact")
    if declared is not None and declared.kind is not FactKind.CODES:
        text = f"“{declared.label}”不是多项取值，不能计数"
        findings.add("fact_not_codes", f"{where}/fact", text)
    elif declared is not None:
        findings.codes(declared, node.codes, f"{where}/codes")
    return findings.dimension(node.counted_as, f"{where}/counted_as")


def _elapsed(node: Elapsed, where: str, findings: Findings) -> Dimension | None:
    findings.day(node.since, f"{where}/since")
    findings.day(node.until, f"{where}/until")
    return unit(node.unit).dimension


def _interest(node: Interest, where: str, findings: Findings) -> Dimension | None:
    principal = dimension_of(node.principal, f"{where}/principal", findings)
    if principal is not None and principal != MONEY:
        findings.add("principal_not_money", f"{where}/principal", f"本金的单位应为金额，这里是{kind_text(principal)}")
    _share(node.rate, f"{where}/rate", findings)
    term = dimension_of(node.term, f"{where}/term", findings)
    if term is not None and term not in (_MONTHS, _DAYS):
        findings.add("term_not_time", f"{where}/term", f"期限的单位应为天、月或年，这里是{kind_text(term)}")
    return MONEY


CHECKS.update(
    {
        Fixed: _fixed,
        FactAmount: _fact,
        Rate: _rate,
        PerUnit: _per_unit,
        Product: _product,
        Difference: _difference,
        Quotient: _quotient,
        Growth: _growth,
        GrowthBands: _growth_bands,
        AtLeast: _at_least,
        Threshold: _threshold,
        Rounded: _stepped,
        WholeSteps: _stepped,
        CountCodes: _count_codes,
        Elapsed: _elapsed,
        Interest: _interest,
    }
)
