"""From an item's conditions to a program: its normal form, and its reasons in the order of the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb

from contracts.rule import (
    AllOf,
    AnyOf,
    Condition,
    Eligibility,
    FactBound,
    FactType,
    NamedValue,
    NOf,
    Not,
    ParameterType,
    absolute_period,
)
from rules.text.phrases import Names, required_text
from services.catalog.matching.engine.conditions import Leaf
from services.catalog.matching.engine.programs import Kind, Programs
from services.catalog.matching.engine.used import ConditionRules, declarations_for, figures_for, values_for

MOST_CHOICES = 64
"""At least n of m is written out as any of so many choices of n; beyond, the plain evaluator counts."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A part that is not one fact compared with a value: the plain evaluator answers it, enterprise by enterprise.

    Without a `rule` it is what facts owe each other: met while they break none of the `bounds`, else undetermined.
    `names` are the facts that it may read, `types` their declarations, `outside` those of the outside figures
    that it rests on, and `whose` the place whose figures these are; without any it is nobody's in particular.
    `values` are the named values that it uses.
    """

    rule: Eligibility | None
    bounds: tuple[FactBound, ...]
    values: tuple[NamedValue, ...]
    year: int
    types: tuple[FactType, ...]
    outside: tuple[ParameterType, ...]
    whose: str

    @property
    def names(self) -> frozenset[str]:
        return frozenset(declared.name for declared in self.types)


@dataclass(frozen=True, slots=True)
class CompiledAnswer:
    """One condition where it stands in an item: what is asked, in words. `negated` is part of the words."""

    leaf: int
    negated: bool
    rule: Eligibility
    declared: FactType | None
    fact: str
    period: str | None
    text: str
    required: str


@dataclass(frozen=True, slots=True)
class Group:
    """At least `least` of its parts, in rule order, negation moved inwards: `all` of them, `any` one, or n."""

    least: int
    parts: tuple[CompiledAnswer | Group, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """`root` in the programs; `tree` for reasons; `year` is the one that relative periods were counted from.

    `types` and `outside` are the item's declarations of the facts and outside figures that its conditions use,
    `whose` the place whose figures it rests on. `values` are the named values of its conditions and `bounds`; of these
    `bounded` is the leaf, where there are any.
    """

    root: int
    tree: CompiledAnswer | Group
    year: int
    types: Mapping[str, FactType]
    outside: Mapping[str, ParameterType]
    whose: str
    values: Mapping[str, NamedValue]
    bounds: tuple[FactBound, ...]
    bounded: int | None


Form = tuple[Kind, object, object]
LeafId = Callable[[Leaf | Computed], int]


class Compiler:
    """Compiles into `programs`; equal words are kept once, however many items say them."""

    def __init__(self, programs: Programs, leaf_id: LeafId) -> None:
        self._programs = programs
        self._leaf_id = leaf_id
        self._said: dict[CompiledAnswer, CompiledAnswer] = {}
        self._types: dict[tuple[FactType, ...], dict[str, FactType]] = {}

    def compile(self, rules: ConditionRules, year: int, whose: str) -> Compiled:
        """Relative periods count from the item's own year, where it has none from `year`."""
        counted_from = rules.reference_year or year
        tree = self._tree(rules.eligibility, rules, counted_from, whose, False)
        parts = (rules.eligibility, *rules.bounds)
        declared = declarations_for(parts, rules)
        types = self._types.setdefault(declared, {each.name: each for each in declared})
        outside = {each.name: each for each in figures_for(parts, rules)}
        values = {each.name: each for each in values_for(parts, rules)}
        form, bounded = _normal(tree), None
        if rules.bounds:
            bounded = self._leaf_id(_computed(None, rules, counted_from, whose))
            form = _unless_broken(form, bounded)
        return Compiled(self._interned(form), tree, counted_from, types, outside, whose, values, rules.bounds, bounded)

    def _tree(
        self, rule: Eligibility, rules: ConditionRules, year: int, whose: str, negated: bool
    ) -> CompiledAnswer | Group:
        if isinstance(rule, Not):
            return self._tree(rule.of, rules, year, whose, not negated)
        if isinstance(rule, AllOf | AnyOf | NOf):
            size = len(rule.of)
            least = size if isinstance(rule, AllOf) else rule.least if isinstance(rule, NOf) else 1
            # More than there are can never be met, and its negation always is: the plain evaluator says so.
            if least <= size and comb(size, least) <= MOST_CHOICES:
                parts = tuple(self._tree(part, rules, year, whose, negated) for part in rule.of)
                return Group(size - least + 1 if negated else least, parts)
        return self._condition(rule, rules, year, whose, negated)

    def _condition(
        self, rule: Eligibility, rules: ConditionRules, year: int, whose: str, negated: bool
    ) -> CompiledAnswer:
        if not isinstance(rule, Condition):
            computed = self._leaf_id(_computed(rule, rules, year, whose))
            return CompiledAnswer(computed, negated, rule, None, "", None, "", "")
        declared = rules.fact_types_by_name.get(rule.fact)
        period = absolute_period(rule.period, year)
        leaf = self._leaf_id(Leaf.of(rule, period, declared))
        said = CompiledAnswer(
            leaf=leaf,
            negated=negated,
            rule=rule,
            declared=declared,
            fact=rule.fact,
            period=period,
            text=Names(rules.fact_types_by_name, year).condition(rule, negated),
            required=required_text(rule, declared, negated),
        )
        return self._said.setdefault(said, said)

    def _interned(self, form: Form) -> int:
        kind, first, second = form
        if kind == "literal":
            assert isinstance(first, int)
            return self._programs.literal(first, bool(second))
        assert isinstance(first, frozenset)
        return self._programs.join(kind, [self._interned(part) for part in first])


def _computed(rule: Eligibility | None, rules: ConditionRules, year: int, whose: str) -> Computed:
    """What the plain evaluator is to be asked: a part of the conditions, or the bounds."""
    bounds = rules.bounds if rule is None else ()
    parts = bounds if rule is None else (rule,)
    outside = figures_for(parts, rules)
    rests_on = whose if outside else ""
    return Computed(rule, bounds, values_for(parts, rules), year, declarations_for(parts, rules), outside, rests_on)


def _unless_broken(form: Form, bounded: int) -> Form:
    """The same, and undetermined where the bounds are: in Kleene's logic (form and bounds) or not bounds."""
    kept: Form = ("literal", bounded, True)
    broken: Form = ("literal", bounded, False)
    return _joined("any", [_joined("all", [form, kept]), broken])


def _normal(tree: CompiledAnswer | Group) -> Form:
    """Flat and without doubles: no group stands in one of its own kind, and none has a single part."""
    if isinstance(tree, CompiledAnswer):
        return "literal", tree.leaf, not tree.negated
    forms = [_normal(part) for part in tree.parts]
    if 1 < tree.least < len(forms):
        choices = combinations(forms, tree.least)
        return _joined("any", [_joined("all", choice) for choice in choices])
    return _joined("any" if tree.least == 1 and len(forms) > 1 else "all", forms)


def _joined(kind: Kind, forms: Iterable[Form]) -> Form:
    parts: set[Form] = set()
    for form in forms:
        if form[0] == kind:
            assert isinstance(form[1], frozenset)
            parts |= form[1]
        else:
            parts.add(form)
    return parts.pop() if len(parts) == 1 else (kind, frozenset(parts), None)
