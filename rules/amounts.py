"""How much: the amount on a set of facts, exactly, with its working line by line.

Values are fractions in base units (元, 1, 平方米, …) until the one rounding at the end. Each line of the working
says what it adds to the amount, and the lines add up to it; explanations add zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from contracts.money import ZERO, Money, Rounding
from contracts.rule import Amount, AmountRule, AwardHistory, Decision, FactSheet, Line, Reduction, RoundingRule
from rules import arithmetic, caps, choices, named, outside, rows, schedules
from rules.facts import NO_TYPES, NOTHING_GIVEN, FactReader, FactTypes, NamedValues, ParameterTypes, Trail, given
from rules.figures import NOTHING, Figure, UnitsDoNotFit, figure
from rules.parts import in_fen
from rules.text.layout import in_one_line
from rules.text.phrases import ROUNDING_WORDS
from rules.units import MONEY, base_text
from rules.working import expanded

__all__ = ["LARGEST_PAYABLE", "NODES", "STEPS", "UnitsDoNotFit", "amount_of_figure", "compute_amount"]

NODES = (arithmetic, caps, choices, named, outside, rows, schedules)
"""The modules whose nodes can be evaluated."""

STEPS = {"分": 1, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}
LARGEST_PAYABLE = Fraction(10**13)
"""元. Ten trillion: more than any budget, so a larger figure is an error in the facts."""


def compute_amount(
    rule: AmountRule,
    facts: FactSheet,
    today: date,
    fact_types: FactTypes = NO_TYPES,
    rounding: RoundingRule = RoundingRule(),  # noqa: B008 (frozen)
    *,
    awards: AwardHistory | None = None,
    decisions: Iterable[Decision] = (),
    parameters: ParameterTypes = NOTHING_GIVEN.parameters,
    values: NamedValues = NOTHING_GIVEN.values,
) -> Amount:
    """The amount, rounded once, in fen.

    `fact_types`, `parameters` and `values` are the item's. Without `awards` (what was granted before) it is before the caps and top-ups that need them, and says so.
    Undetermined, naming them, when facts, outside figures or decisions that it needs are missing or expired;
    never negative. A result beyond ten trillion yuan is undetermined too. Raises UnitsDoNotFit for a rule that
    was never checked.
    """
    reader = FactReader(facts, today, fact_types, given(awards, decisions, parameters, values))
    return amount_of_figure(rule, reader, rounding)


def amount_of_figure(rule: AmountRule, reader: FactReader, rounding: RoundingRule) -> Amount:
    """The same, on facts that are being read already; caps that others left open are not told here again."""
    reader = replace(reader, trail=Trail(figures=reader.trail.figures, dropped=reader.trail.dropped))
    found = figure(rule, reader, True)
    work = list(expanded(found.work, set()))
    missing = tuple(dict.fromkeys(found.missing))
    open_caps = tuple(dict.fromkeys(reader.trail.open_caps))
    if any(abs(added) > LARGEST_PAYABLE for added in (found.value or NOTHING, *(line[1] for line in work))):
        beyond = Line(text_zh="计算结果超出可支付的范围，请核对所依据的数据", value=ZERO)
        return Amount(state="undetermined", money=None, working=(beyond,), missing=missing)
    if found.value is None:
        lowest, highest = _range(rule, reader, rounding)
        return Amount(
            state="undetermined",
            money=None,
            working=_lines([*work, *_left_open(open_caps)]),
            missing=missing,
            before_caps=bool(open_caps),
            lowest=lowest,
            highest=highest,
        )
    money = _payable(found, rounding, work)
    return Amount(
        state="known",
        money=money,
        working=_lines([*work, *_left_open(open_caps)]),
        before_caps=bool(open_caps),
        benefits=found.benefits,
        parts=in_fen(found.parts, money),
        reductions=_reductions(found),
    )


def _reductions(found: Figure) -> tuple[Reduction, ...]:
    """What brought it down, to the fen."""
    told = [
        Reduction(kind=each.kind, text_zh=each.text, money=_to_the_fen(each.by), part=each.part)
        for each in found.lowered
    ]
    return tuple(each for each in told if each.money > ZERO)


def _to_the_fen(value: Fraction) -> Money:
    return Money.rounded(min(value, LARGEST_PAYABLE) * 100, Rounding.HALF_UP)


def _payable(found: Figure, rounding: RoundingRule, work: list[tuple[str, Fraction]]) -> Money:
    """What is paid of a known figure; what that changes is told in `work`."""
    if found.dimension not in (MONEY, None):
        raise UnitsDoNotFit("the root of an amount is money")
    value = found.value or NOTHING
    if value < 0:
        work.append((f"计算结果 {base_text(value, MONEY)} 为负数，不予奖补", -value))
        value = NOTHING
    money = Money.rounded(value * 100, rounding.mode, STEPS[rounding.to])
    payable = Fraction(money.fen, 100)
    if payable != value:
        phrase = f"{ROUNDING_WORDS[rounding.mode]}到{rounding.to}"
        work.append((f"{phrase}：{base_text(value, MONEY)} → {money.yuan_text()} 元", payable - value))
    return money


def _left_open(open_caps: Sequence[str]) -> list[tuple[str, Fraction]]:
    if not open_caps:
        return []
    return [(f"以上为历次奖补扣减前的金额，尚未计入：{'；'.join(open_caps)}", NOTHING)]


def _range(rule: AmountRule, reader: FactReader, rounding: RoundingRule) -> tuple[Money | None, Money | None]:
    """Between which amounts it lies, where nothing but decisions and limits of caps is missing."""
    if not reader.trail.has_range:
        return None, None
    ends = []
    for bound in ("lowest", "highest"):
        found = figure(rule, reader.at(bound), True)
        if found.value is None or abs(found.value) > LARGEST_PAYABLE:
            return None, None
        ends.append(_payable(found, rounding, []))
    lowest, highest = ends
    return (lowest, highest) if lowest <= highest else (None, None)


def _lines(work: Sequence[tuple[str, Fraction]]) -> tuple[Line, ...]:
    """Lines in whole fen. Running totals are cut to the fen, not single lines, so that nothing gets lost."""
    lines = []
    running = NOTHING
    told = 0
    for marked, added in work:
        text = in_one_line(marked)
        if not added:
            lines.append(Line(text_zh=text, value=ZERO))
            continue
        running += added
        now = Rounding.DOWN.whole(running * 100)
        lines.append(Line(text_zh=text, value=Money(now - told)))
        told = now
    return tuple(lines)
