"""Who receives it: an amount divided between its receivers, exact to the fen."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from contracts.money import ZERO, Money, Rounding
from contracts.rule import Amount, Line, MissingFact, PayeeLine, PayeePart, Payees, Reduction, RoundingRule
from rules.amounts import amount_of_figure
from rules.facts import FactReader
from rules.parts import adding_up

_WHOLE_FEN = RoundingRule(mode=Rounding.DOWN, to="分")
"""A limit is never rounded up."""


@dataclass(frozen=True, slots=True)
class Divided:
    """What each receiver gets, in the order of the rule, and what lies above the most of one and is paid to nobody.

    `missing`: what it takes to tell; then nothing is divided.
    """

    lines: tuple[PayeeLine, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    missing: tuple[MissingFact, ...] = ()

    def paid(self, amount: Amount) -> Amount:
        """The amount without what is paid to nobody."""
        if not self.reductions or amount.money is None:
            return amount
        by = Money.total(each.money for each in self.reductions)
        lines = tuple(Line(text_zh=each.text_zh, value=-each.money) for each in self.reductions)
        update = {
            "money": amount.money - by,
            "working": (*amount.working, *lines),
            "reductions": (*amount.reductions, *self.reductions),
        }
        return adding_up(amount.model_copy(update=update))


def divide_payees(amount: Money, payees: Payees, reader: FactReader, rounding: RoundingRule) -> Divided:
    """What each receiver gets; who gets nothing is left out.

    Those before the last are served with their part, as far as the amount goes; the last takes what is left. Who has
    a `most` gets no more than it, and nobody gets the rest of that part. What a receiver's own figures lack is named
    instead.
    """
    left = amount
    lines: list[PayeeLine] = []
    reductions: list[Reduction] = []
    missing: list[MissingFact] = []
    for index, part in enumerate(payees.parts):
        money = left if index == len(payees.parts) - 1 else min(_asked(part, amount, reader, rounding, missing), left)
        left -= money
        if part.most is not None:
            found = amount_of_figure(part.most, reader, _WHOLE_FEN)
            missing += found.missing
            if found.money is not None and found.money < money:
                most, above = found.money.yuan_text(), money - found.money
                text = f"{part.label}最多取得 {most} 元：{money.yuan_text()} 元 → {most} 元，超出部分不予支付"
                reductions.append(Reduction(kind="payee_cap", text_zh=text, money=above))
                money = found.money
        if money:
            lines.append(PayeeLine(who=part.who, label=part.label, money=money, fund=part.fund))
    if missing:
        return Divided(missing=tuple(missing))
    return Divided(tuple(lines), tuple(reductions))


def _asked(
    part: PayeePart, amount: Money, reader: FactReader, rounding: RoundingRule, missing: list[MissingFact]
) -> Money:
    """What a receiver before the last is to get, before it is held to what is left."""
    if part.amount is None:
        fraction = Fraction(part.fraction or 0)
        return Money(amount.fen * fraction.numerator // fraction.denominator)
    found = amount_of_figure(part.amount, reader, rounding)
    missing += found.missing
    return found.money or ZERO
