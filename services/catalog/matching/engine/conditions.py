"""One condition over one column: which rows meet it, and for which rows it can be told at all.

Whether a fact can be compared depends on how it is written (kind and unit), never on its figure: the plain
evaluator is asked once for each form, and figures are then compared as integers. Values in the dictionary are
asked for one by one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from contracts.rule import CodeLabel, Condition, Fact, FactKind, FactSheet, FactType, Operator, State
from contracts.rule.facts import value_fits
from rules.eligibility import DATE_OPERATORS, NUMBER_OPERATORS, decide
from rules.facts import FactReader
from rules.units import UnknownUnit, in_base, unit
from services.catalog.matching.engine.columns import DAY, LISTED, NEVER, BitmapColumn, ColumnPart

Mask = NDArray[np.bool_]
_PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_LONG_AGO = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition as it is told apart from others: `period` is absolute, what is declared is without its label.

    `codes` are listed where one has a name that is no code itself: that name in a fact's place tells nothing.
    """

    condition: Condition
    period: str | None
    kind: FactKind | None
    unit: str | None
    codes: tuple[CodeLabel, ...] = ()

    @classmethod
    def of(cls, condition: Condition, period: str | None, declared: FactType | None) -> Leaf:
        bare = condition.model_copy(update={"note": None, "period": period})
        if declared is None:
            return cls(bare, period, None, None)
        codes = declared.codes if any(not declared.lists(each.label) for each in declared.codes) else ()
        return cls(bare, period, declared.kind, declared.unit, codes)

    @property
    def column(self) -> tuple[str, str | None]:
        return self.condition.fact, self.period

    @property
    def comparability(self) -> tuple[object, ...]:
        """Two leaves with the same one can be told for the same facts."""
        condition, bounds = self.condition, _texts(self.condition)
        operator: object = condition.operator
        if self.kind is FactKind.NUMBER and operator in NUMBER_OPERATORS:
            operator = "number"
        elif self.kind is FactKind.DATE and operator in DATE_OPERATORS:
            operator = "date"
        fits = tuple(all(value_fits(kind, text) for text in bounds) for kind in (FactKind.NUMBER, FactKind.DATE))
        shape = type(condition.value).__name__, len(bounds)
        return self.column, self.kind, self.unit, self.codes, operator, condition.unit, shape, fits

    @property
    def declarations(self) -> dict[str, FactType]:
        """What the plain evaluator is to know of the fact."""
        return _declarations(self.condition.fact, self.kind, self.unit, self.codes)


def evaluate(leaf: Leaf, column: BitmapColumn, part: ColumnPart, today: int) -> tuple[Mask, Mask]:
    """(met, known) of each row of the part. What is expired on `today` (yyyymmdd) is not known."""
    judge = _Judge(leaf, column)
    forms = list(column.forms_in(part))
    if len(forms) == 1:
        met, known = judge.form(forms[0], part.values)
    else:
        met, known = np.zeros(len(part.rows), np.bool_), np.zeros(len(part.rows), np.bool_)
        for form in forms:
            of_form = part.forms == form
            met[of_form], known[of_form] = judge.form(form, part.values[of_form])
    if len(part.rows) and int(part.untils.min()) < today:
        known &= part.untils >= today
        met &= known
    return met, known


@lru_cache(maxsize=4096)
def _declarations(
    name: str, kind: FactKind | None, unit: str | None, codes: tuple[CodeLabel, ...]
) -> dict[str, FactType]:
    return {} if kind is None else {name: FactType(name=name, label=name, kind=kind, unit=unit, codes=codes)}


class _Judge:
    """The plain evaluator's answer on single facts, and comparisons that give the same for many."""

    def __init__(self, leaf: Leaf, column: BitmapColumn) -> None:
        self._leaf = leaf
        self._column = column
        self._declared = leaf.declarations

    def state(self, fact: Fact) -> State:
        sheet = FactSheet.model_construct(facts=(fact,), reference_year=2000)
        return decide(self._leaf.condition, FactReader(sheet, _LONG_AGO, self._declared))[0]

    def form(self, form: int, values: NDArray[np.int64]) -> tuple[Mask, Mask]:
        if form == LISTED:
            return self._listed(values)
        kind, factor = FactKind.DATE, Fraction(1)
        if form != DAY:
            kind = FactKind.NUMBER
            written = self._column.number_forms[form - DAY - 1]
            try:
                factor = 10**written.decimals / unit(written.unit).factor
            except UnknownUnit:
                return self._each(form, values)
        probe = self._column.decode(form, 0 if kind is FactKind.NUMBER else 20000101, NEVER)
        state = self.state(probe)
        if state is State.UNDETERMINED:
            return np.zeros(len(values), np.bool_), np.zeros(len(values), np.bool_)
        known = np.ones(len(values), np.bool_)
        if self._leaf.condition.operator is Operator.EXISTS:
            return known.copy(), known
        bounds = self._bounds(kind, factor)
        if bounds is None:
            return self._each(form, values)
        return compare(self._leaf.condition.operator, values, bounds), known

    def _bounds(self, kind: FactKind, factor: Fraction) -> list[Fraction] | None:
        """The required figures in the form's own integers; None for dates that are written unusually."""
        condition = self._leaf.condition
        if kind is FactKind.NUMBER:
            return [in_base(text, condition.unit or "") * factor for text in _texts(condition)]
        texts = _texts(condition)
        if not all(_PLAIN_DATE.match(text) for text in texts):
            return None
        return [Fraction(text.replace("-", "")) for text in texts]

    def _listed(self, values: NDArray[np.int64]) -> tuple[Mask, Mask]:
        states = [self.state(fact) for fact in self._column.dictionary]
        met = np.array([state is State.MET for state in states], np.bool_)
        known = np.array([state is not State.UNDETERMINED for state in states], np.bool_)
        return met[values], known[values]

    def _each(self, form: int, values: NDArray[np.int64]) -> tuple[Mask, Mask]:
        """Ask about every distinct figure."""
        distinct, places = np.unique(values, return_inverse=True)
        states = [self.state(self._column.decode(form, value, NEVER)) for value in distinct.tolist()]
        met = np.array([state is State.MET for state in states], np.bool_)
        known = np.array([state is not State.UNDETERMINED for state in states], np.bool_)
        return met[places], known[places]


def compare(operator: Operator, values: NDArray[np.int64], bounds: list[Fraction]) -> Mask:
    """Whole numbers against exact fractions: v ≥ t where v ≥ ⌈t⌉, v > t where v > ⌊t⌋."""
    first = bounds[0]
    floor, ceiling = _within(math.floor(first)), _within(math.ceil(first))
    if operator is Operator.GE:
        return values >= ceiling
    if operator in (Operator.GT, Operator.AFTER):
        return values > floor
    if operator is Operator.LE:
        return values <= floor
    if operator in (Operator.LT, Operator.BEFORE):
        return values < ceiling
    if operator is Operator.BETWEEN:
        return (values >= ceiling) & (values <= _within(math.floor(bounds[1])))
    equal = values == floor if first.denominator == 1 else np.zeros(len(values), np.bool_)
    return equal if operator is Operator.EQ else ~equal


def _within(bound: int) -> int:
    """Values stay below 2^62, so a bound beyond that compares the same at 2^63."""
    return max(-(1 << 63), min((1 << 63) - 1, bound))


def _texts(condition: Condition) -> tuple[str, ...]:
    value = condition.value
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()
