"""What one instalment pays: a fraction of the whole or a sum of its own, all of it or reduced, to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from contracts.money import ZERO, Money
from contracts.rule import (
    Amount,
    AwardHistory,
    Instalment,
    InstalmentRecord,
    Instalments,
    ItemRules,
    Line,
    MissingFact,
    PartAmount,
    Reduction,
)
from rules.amounts import amount_of_figure
from rules.facts import FactReader
from rules.rechecks import may_be_reduced
from rules.text.instalments import fraction_line, recomputed_line, reduced_line

NO_MONEY = Amount(state="known", money=ZERO)


@dataclass(frozen=True, slots=True)
class Settled:
    """What is over of a claim: what share of the whole was earned, and what was paid."""

    earned: Fraction = Fraction(0)
    paid: Money = ZERO

    def and_then(self, part: Instalment, records: Sequence[InstalmentRecord]) -> Settled:
        """With one more part. What a recheck took from it is lost, and stays so when the whole grows."""
        kept = min((_kept(record) for record in records), default=Fraction(0))
        paid = max(Money.total(record.money for record in records), ZERO)
        return Settled(self.earned + Fraction(part.fraction or 0) * kept, self.paid + paid)


def _kept(record: InstalmentRecord) -> Fraction:
    return min(Fraction(record.reduced_to or 1), Fraction(1)) if record.outcome == "paid" else Fraction(0)


def settled_before(
    plan: Instalments, parts: Sequence[Instalment], number: int, history: AwardHistory | None
) -> Settled | MissingFact:
    """What the register says of the parts before `number`; needed only where the whole is recomputed.

    Without what was paid nobody knows what is left to pay. A part without a record was passed over: it is lost.
    """
    settled = Settled()
    if plan.whole == "fixed" or number == 1:
        return settled
    if history is None:
        return _unknown("前几期的兑付情况")
    for before, part in enumerate(parts[: number - 1], 1):
        records = [record for record in history.instalments if record.number == before]
        paid = [record for record in records if record.outcome == "paid"]
        if any("money" not in record.model_fields_set for record in paid):
            return _unknown(f"第 {before} 期已付的金额")
        if may_be_reduced(part) and any(record.reduced_to is None for record in paid):
            return _unknown(f"第 {before} 期按几分之几兑付")
        settled = settled.and_then(part, records)
    return settled


def _unknown(label: str) -> MissingFact:
    return MissingFact(name="instalments", period=None, label=label, why="absent", kind="award")


def whole_of(rules: ItemRules, reader: FactReader) -> Amount:
    """What all instalments come to: as fixed with the first, else on these facts.

    What this claim was paid before is no award against it: it stands in the register's instalments alone. Instalments
    of another claim are awards like any other.
    """
    history = reader.given.awards
    plan = rules.instalments
    fixed = plan is None or plan.whole == "fixed"
    if fixed and history is not None and history.whole is not None:
        line = Line(text_zh=f"各期合计（首期时确定）{history.whole.yuan_text()} 元", value=history.whole)
        return Amount(state="known", money=history.whole, working=(line,))
    return amount_of_figure(rules.amount, reader, rules.rounding)


@dataclass(frozen=True, slots=True)
class Portion:
    """The part of a whole that one instalment is. `reduced_to` None: not reduced."""

    number: int
    part: Instalment
    before: Fraction
    """The fractions of the parts before it."""

    settled: Settled | None
    """What is over of the claim where the whole is recomputed; None: the whole is fixed."""

    reduced_to: str | None = None

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.part.fraction or 0)

    def share_of(self, whole: Money) -> Money:
        """This part of any sum: all parts add up to it, to the fen."""
        return Money(_floor(whole, self.before + self.fraction) - _floor(whole, self.before))

    def full(self, whole: Money) -> Money:
        """What it comes to before a recheck reduces it."""
        return self.share_of(whole) if self.settled is None else self._left(whole, self.fraction, self.settled)

    def paid(self, whole: Money) -> Money:
        """What is paid of it: parts that are not reduced add up to the whole, to the fen."""
        if self.reduced_to is None:
            return self.full(whole)
        kept = Fraction(self.reduced_to)
        if self.settled is None:
            return Money(_floor(self.full(whole), kept))
        return self._left(whole, self.fraction * kept, self.settled)

    def _left(self, whole: Money, fraction: Fraction, settled: Settled) -> Money:
        return max(Money(_floor(whole, settled.earned + fraction)) - settled.paid, ZERO)


def _floor(money: Money, fraction: Fraction) -> int:
    return money.fen * fraction.numerator // fraction.denominator


def amount_of_portion(portion: Portion, whole: Amount) -> Amount:
    """An instalment that is a fraction of the whole. While the whole has a range, so has the instalment."""
    if whole.money is None:
        ends = (whole.lowest, whole.highest)
        lowest, highest = (portion.paid(end) if end is not None else None for end in ends)
        return whole.model_copy(update={"lowest": lowest, "highest": highest, "parts": (), "reductions": ()})
    full, paid = portion.full(whole.money), portion.paid(whole.money)
    explained = tuple(line.model_copy(update={"value": ZERO}) for line in whole.working)
    amount = whole.model_copy(
        update={
            "money": full,
            "working": (*explained, Line(text_zh=_line_text(portion, whole.money, full), value=full)),
            "parts": _shared_out(whole.parts, full),
            "reductions": tuple(
                each.model_copy(update={"money": portion.share_of(each.money)}) for each in whole.reductions
            ),
        }
    )
    return _reduced(amount, portion.number, portion.part, portion.reduced_to, paid)


def _line_text(portion: Portion, whole: Money, full: Money) -> str:
    if portion.settled is None:
        return fraction_line(portion.number, portion.part, whole, full)
    earned, paid = portion.settled.earned + portion.fraction, portion.settled.paid
    return recomputed_line(portion.number, portion.part, whole, earned, paid, full)


def amount_of_its_own(
    number: int, part: Instalment, reduced_to: str | None, rules: ItemRules, reader: FactReader
) -> Amount:
    """An instalment that the text gives a sum of its own."""
    assert part.amount is not None
    amount = amount_of_figure(part.amount, reader, rules.rounding)
    if reduced_to is None:
        return amount
    kept = Fraction(reduced_to)
    if amount.money is None:
        ends = (amount.lowest, amount.highest)
        lowest, highest = (Money(_floor(end, kept)) if end is not None else None for end in ends)
        return amount.model_copy(update={"lowest": lowest, "highest": highest})
    return _reduced(amount, number, part, reduced_to, Money(_floor(amount.money, kept)))


def _reduced(amount: Amount, number: int, part: Instalment, reduced_to: str | None, paid: Money) -> Amount:
    """The same, come down to `paid` by a recheck; what that takes is said and lost."""
    if reduced_to is None or amount.money is None:
        return amount
    text, lost = reduced_line(number, part, reduced_to, paid), amount.money - paid
    return amount.model_copy(
        update={
            "money": paid,
            "working": (*amount.working, Line(text_zh=text, value=-lost)),
            "parts": _shared_out(amount.parts, paid),
            "reductions": (*amount.reductions, Reduction(kind="recheck", text_zh=text, money=lost)),
        }
    )


def _shared_out(parts: Sequence[PartAmount], money: Money) -> tuple[PartAmount, ...]:
    """The named parts of a whole, as what they are of `money`: they add up to it again."""
    whole = Money.total(part.money for part in parts)
    found, running, told = [], 0, 0
    for part in parts:
        running += part.money.fen
        now = money.fen * running // whole.fen if whole.fen else 0
        found.append(part.model_copy(update={"money": Money(now - told)}))
        told = now
    return tuple(found)


def sum_of(amounts: Sequence[Amount]) -> Amount:
    """Several instalments that are paid at once; what explains the whole of each is said once."""
    said: dict[Line, None] = {}
    working: list[Line] = []
    parts: dict[str | None, Money] = {}
    for amount in amounts:
        working += [line for line in amount.working if line.value or line not in said]
        said.update(dict.fromkeys(amount.working))
        for each in amount.parts:
            parts[each.part] = parts.get(each.part, ZERO) + each.money
    return Amount(
        state="known",
        money=Money.total(amount.money or ZERO for amount in amounts),
        working=tuple(working),
        before_caps=any(amount.before_caps for amount in amounts),
        benefits=tuple(dict.fromkeys(benefit for amount in amounts for benefit in amount.benefits)),
        parts=tuple(PartAmount(part=part, money=money) for part, money in parts.items()),
        reductions=tuple(each for amount in amounts for each in amount.reductions),
    )
