"""What experts score, and what it comes to: whole fractions, nothing rounded before it is compared. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from contracts.panels import CriterionScore, PanelCriterion
from contracts.refusal import Reason
from contracts.rule.plan import Panel

WHOLE = (PanelCriterion(name="综合评分", most=100),)
"""What a panel scores whose plan names no criteria."""


def criteria_of(step: Panel) -> tuple[PanelCriterion, ...]:
    return tuple(PanelCriterion(name=each.name, most=each.most) for each in step.criteria) or WHOLE


def reasons_against(scores: Sequence[CriterionScore], criteria: Sequence[PanelCriterion]) -> list[Reason]:
    """Everything that is wrong with a sheet: every criterion once, and within its scale."""
    most = {each.name: each.most for each in criteria}
    found: list[Reason] = []
    seen: set[str] = set()
    for place, each in enumerate(scores):
        field = f"scores.{place}"
        if each.criterion not in most:
            text = f"没有“{each.criterion}”这项指标（有：{'、'.join(most)}）"
            found.append(Reason(code="criterion_unknown", message=text, field=f"{field}.criterion"))
            continue
        if each.criterion in seen:
            text = f"“{each.criterion}”打了两次分，请只留一个"
            found.append(Reason(code="criterion_scored_twice", message=text, field=f"{field}.criterion"))
        seen.add(each.criterion)
        if not 0 <= Fraction(each.points) <= most[each.criterion]:
            text = f"“{each.criterion}”应在 0 至 {most[each.criterion]} 分之间，不能是 {each.points} 分"
            found.append(Reason(code="score_out_of_scale", message=text, field=f"{field}.points"))
    lacking = [name for name in most if name not in seen]
    if lacking:
        text = f"还有指标没有打分：{'、'.join(lacking)}"
        found.append(Reason(code="criterion_not_scored", message=text, field="scores"))
    return found


def total_of(scores: Iterable[CriterionScore]) -> Fraction:
    return sum((Fraction(each.points) for each in scores), Fraction())


def mean_of(totals: Sequence[Fraction]) -> Fraction:
    """Of at least one."""
    return sum(totals, Fraction()) / len(totals)


def exact_text(value: Fraction) -> str:
    """A decimal where it has an end, else the fraction with its rounded value."""
    rest = value.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    if rest != 1:
        return f"{value.numerator}/{value.denominator}（约 {float(value):.2f}）"
    digits = next(places for places in range(40) if (value * 10**places).denominator == 1)
    whole = value * 10**digits
    text = str(abs(whole.numerator)).rjust(digits + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)
