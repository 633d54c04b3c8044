"""Who receives it: an amount divided between its receivers, exact to the fen."""

from __future__ import annotations

from fractions import Fraction

from contracts.money import ZERO, Money
from contracts.rule import MissingFact, PayeeLine, Payees, RoundingRule
from rules.amounts import amount_of_figure
from rules.facts import FactReader


def divide_payees(
    amount: Money, payees: Payees, reader: FactReader, rounding: RoundingRule
) -> tuple[PayeeLine, ...] | tuple[MissingFact, ...]:
    """What each receiver gets, in the order of the rule; who gets nothing is left out.

    Those before the last are served with their part, as far as the amount goes; the last takes what is
    left, so the lines always add up. What a receiver's own amount lacks is named instead.
    """
    left = amount
    lines: list[PayeeLine] = []
    missing: list[MissingFact] = []
    for index, part in enumerate(payees.parts):
        if index == len(payees.parts) - 1:
            money = left
        elif part.amount is not None:
            found = amount_of_figure(part.amount, reader, rounding)
            missing += found.missing
            money = min(found.money or ZERO, left)
        else:
            fraction = Fraction(part.fraction or 0)
            money = min(Money(amount.fen * fraction.numerator // fraction.denominator), left)
        left -= money
        if money:
            lines.append(PayeeLine(who=part.who, label=part.label, money=money, fund=part.fund))
    return tuple(missing) or tuple(lines)
