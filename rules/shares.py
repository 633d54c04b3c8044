"""Who bears it: an amount split between levels of government, exact to the fen."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from contracts.money import Money, Rounding
from contracts.rule import BorneShare, Level, MissingFact, ShareLine, Shares, Split
from rules.facts import FactReader
from rules.units import in_base


def find_split(shares: Shares, reader: FactReader) -> Split | MissingFact:
    """The split that counts for this enterprise; the fact that tells it is missing where no row names it."""
    if isinstance(shares, Split):
        return shares
    fact = reader.code(shares.fact, shares.period)
    if isinstance(fact, MissingFact):
        return fact
    found = next((row.split for row in shares.rows if fact.value in row.codes), shares.otherwise)
    return found or reader.missing(shares.fact, shares.period, "wrong_kind")


def split_shares(amount: Money, shares: Split) -> tuple[ShareLine, ...]:
    """The payments that make up `amount`, in the order of the rule; payments of nothing are left out.

    Every part but `remainder_to` is rounded down to the fen and held to its `most`; that one takes the rest, so the lines always
    add up. In mode `county_advances` there is one line: the county pays all, and `borne_by` tells what each
    level owes it. Raises ValueError for a negative amount, and for parts that do not sum to one or lack the
    remainder's level (`rules.checking.items` refuses these at publication).
    """
    if amount.fen < 0:
        raise ValueError("a negative amount is not shared; it is reversed")
    borne = _borne(amount, shares)
    if not borne:
        return ()
    if shares.mode == "county_advances":
        return (ShareLine(payer=Level.COUNTY, money=amount, borne_by=borne),)
    return tuple(ShareLine(payer=part.level, money=part.money, borne_by=(part,)) for part in borne)


def _borne(amount: Money, shares: Split) -> tuple[BorneShare, ...]:
    owed = {
        level: Money(amount.fen * fraction.numerator // fraction.denominator)
        for level, fraction in _fractions(shares).items()
    }
    for part in shares.parts:
        if part.most is not None:
            most = Money(Rounding.DOWN.whole(in_base(part.most, part.most_unit) * 100))
            owed[part.payer] = min(owed[part.payer], most)
    owed[shares.remainder_to] += amount - Money.total(owed.values())
    return tuple(BorneShare(level=level, money=money) for level, money in owed.items() if money)


@lru_cache(maxsize=1024)
def _fractions(shares: Split) -> Mapping[Level, Fraction]:
    fractions = {part.payer: Fraction(part.fraction) for part in shares.parts}
    if sum(fractions.values()) != 1 or len(fractions) != len(shares.parts):
        raise ValueError("shares name each level once and sum to one")
    if shares.remainder_to not in fractions:
        raise ValueError("the remainder goes to one of the levels that share")
    return MappingProxyType(fractions)
