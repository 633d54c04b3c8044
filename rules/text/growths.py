"""Ratios and growth in words, with what counts where there is nothing to divide by."""

from __future__ import annotations

from contracts.rule import AmountRule, Fixed, Growth, GrowthBands, Quotient
from contracts.typed import is_digits
from rules.text.phrases import Names
from rules.text.trees import AMOUNTS, amount_sentence, bracketed, entry


def _quotient(rule: Quotient, names: Names) -> str:
    if isinstance(rule.by, Fixed) and rule.by.unit == "倍" and is_digits(rule.by.value):
        return f"{bracketed(rule.of, names)}的 1/{rule.by.value}"
    return f"{bracketed(rule.of, names)}与{bracketed(rule.by, names)}之比{_when_zero(rule, names)}"


def _growth(rule: Growth, names: Names) -> str:
    phrase = f"{bracketed(rule.now, names)}较{bracketed(rule.before, names)}的增速"
    if rule.when_not_positive is None:
        return f"{phrase}{_when_zero(rule, names)}"
    return f"{phrase}（{_when_not_positive(rule.when_not_positive, names)}）"


def _when_not_positive(then: AmountRule, names: Names) -> str:
    return f"基期为零或负数的，按 {entry(then, names)}计"


def _when_zero(rule: Quotient | Growth, names: Names) -> str:
    if rule.when_zero is None:
        return ""
    what = "基期" if isinstance(rule, Growth) else "除数"
    return f"（{what}为零的，按 {amount_sentence(rule.when_zero, names)}计）"


def _growth_bands(rule: GrowthBands, names: Names) -> str:
    start = "达到入门增速以后" if rule.from_entry else ""
    steps: list[str] = []
    for step in rule.steps:
        rate = bracketed(step.rate, names)
        if step.up_to is None:
            steps.append(f"{'其余' if steps else '全部'}增量按 {rate}")
        else:
            steps.append(f"增速 {bracketed(step.up_to, names)} 以内的增量按 {rate}")
    base = f"{bracketed(rule.now, names)}较{bracketed(rule.before, names)}"
    entry = bracketed(rule.entry, names)
    without = "基期为零或负数的不予奖补"
    if rule.when_not_positive is not None:
        without = _when_not_positive(rule.when_not_positive, names)
    return f"{base}增速达到 {entry} 以上（含）的，{start}{'，'.join(steps)}计算；{without}"


AMOUNTS.update({Quotient: _quotient, Growth: _growth, GrowthBands: _growth_bands})
