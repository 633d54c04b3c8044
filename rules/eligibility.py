"""Whether an enterprise is entitled: met, not met, or undetermined with the missing facts named.

Three-valued logic after Kleene. A fact that is missing, expired or not comparable makes its condition
undetermined, never met and never not met.
"""

from __future__ import annotations

import operator as comparing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.rule import (
    AllOf,
    AnyOf,
    Compare,
    CompareDates,
    CompoundGrowth,
    Condition,
    ConditionResult,
    Decision,
    Eligibility,
    Fact,
    FactKind,
    FactSheet,
    MissingFact,
    NOf,
    Not,
    Operator,
    State,
    Verdict,
    absolute_period,
)
from contracts.rule.facts import value_fits
from contracts.rule.results import MissingWhy
from rules.comparisons import Judged, first_fact, judge
from rules.facts import (
    NO_TYPES,
    NOTHING_GIVEN,
    FactReader,
    FactTypes,
    NamedValues,
    ParameterTypes,
    amount_of,
    given,
    same_dimension,
    value_text,
)
from rules.figures import names
from rules.text.layout import in_one_line, shallow
from rules.text.phrases import Names, required_text
from rules.text.trees import leaf_text, required_leaf_text
from rules.units import in_base

_STATES = (State.NOT_MET, State.UNDETERMINED, State.MET)
_MISSING_TEXT = {
    "absent": "缺少数据",
    "expired": "数据已过有效期",
    "wrong_kind": "数据类型不符",
    "wrong_unit": "数据单位不符",
    "uneven": "与同组数据的项数不一致",
    "contradicts": "与其他数据互相矛盾",
}


_COMPARISONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: comparing.eq,
    Operator.NE: comparing.ne,
    Operator.GE: comparing.ge,
    Operator.LE: comparing.le,
    Operator.GT: comparing.gt,
    Operator.LT: comparing.lt,
    Operator.AFTER: comparing.gt,
    Operator.BEFORE: comparing.lt,
}
_BOTH = frozenset({Operator.EQ, Operator.NE, Operator.GE, Operator.LE, Operator.BETWEEN})
NUMBER_OPERATORS = _BOTH | {Operator.GT, Operator.LT}
DATE_OPERATORS = _BOTH | {Operator.BEFORE, Operator.AFTER}


_Test = Compare | CompareDates | CompoundGrowth


@dataclass(slots=True)
class _Leaf:
    rank: int
    condition: Condition
    negated: bool
    fact: Fact | None
    missing: tuple[MissingFact, ...]


@dataclass(slots=True)
class _Comparison:
    rank: int
    test: _Test
    negated: bool
    judged: Judged
    missing: tuple[MissingFact, ...]


@dataclass(slots=True)
class _Branch:
    rank: int
    parts: list[_Tree]


_Tree = _Leaf | _Comparison | _Branch


def evaluate_eligibility(
    rule: Eligibility,
    facts: FactSheet,
    today: date,
    fact_types: FactTypes = NO_TYPES,
    *,
    decisions: Iterable[Decision] = (),
    parameters: ParameterTypes = NOTHING_GIVEN.parameters,
    values: NamedValues = NOTHING_GIVEN.values,
) -> Verdict:
    """The verdict on these facts as they stand on `today`, with one reason per condition in rule order.

    `fact_types` and `parameters` are the item's declarations, which name things for people and guard kinds
    and units, and `values` its named values. The order of parts inside `all`, `any` and `n_of` never changes the state.
    """
    return verdict_of(rule, FactReader(facts, today, fact_types, given(None, decisions, parameters, values)))


def verdict_of(rule: Eligibility, reader: FactReader) -> Verdict:
    """The same, on facts that are being read already."""
    tree = _evaluate(rule, reader, negated=False)
    reasons: list[ConditionResult] = []
    missing: list[MissingFact] = []
    _collect(tree, reader, True, reasons, missing)
    return Verdict(state=_STATES[tree.rank], reasons=tuple(reasons), missing=tuple(dict.fromkeys(missing)))


def decide(rule: Eligibility, reader: FactReader) -> tuple[State, tuple[MissingFact, ...]]:
    """The state alone, without reasons, and what an undetermined one waits for."""
    tree = _evaluate(rule, reader, negated=False)
    missing: list[MissingFact] = []
    if tree.rank == 1:
        _await(tree, missing)
    return _STATES[tree.rank], tuple(dict.fromkeys(missing))


def _evaluate(rule: Eligibility, reader: FactReader, *, negated: bool) -> _Tree:
    """Ranks are 0 not met, 1 undetermined, 2 met. Negation moves inwards by De Morgan's laws, so that each
    condition is reported the way it helps or hinders the enterprise.
    """
    match rule:
        case Condition():
            return _judge(rule, reader, negated)
        case Compare() | CompareDates() | CompoundGrowth():
            judged = judge(rule, reader)
            rank = 1 if judged.holds is None else 2 if judged.holds is not negated else 0
            return _Comparison(rank, rule, negated, judged, judged.missing)
        case Not():
            return _evaluate(rule.of, reader, negated=not negated)
        case AllOf() | AnyOf() | NOf():
            parts = [_evaluate(part, reader, negated=negated) for part in rule.of]
            return _Branch(_rank_of(rule, [part.rank for part in parts], negated), parts)


def _rank_of(rule: AllOf | AnyOf | NOf, ranks: list[int], negated: bool) -> int:
    """At least n of m are met where the n-th best is; not so where the n-th worst says no."""
    least = len(ranks) if isinstance(rule, AllOf) else rule.least if isinstance(rule, NOf) else 1
    if least > len(ranks):
        return 2 if negated else 0
    return sorted(ranks, reverse=not negated)[least - 1]


def _judge(condition: Condition, reader: FactReader, negated: bool) -> _Leaf:
    found = reader.read(condition.fact, condition.period)
    if isinstance(found, MissingFact):
        return _Leaf(1, condition, negated, None, (found,))
    holds = _holds(condition, found)
    if isinstance(holds, str):
        return _Leaf(1, condition, negated, found, (reader.missing(condition.fact, condition.period, holds),))
    return _Leaf(2 if holds is not negated else 0, condition, negated, found, ())


def _holds(condition: Condition, fact: Fact) -> bool | MissingWhy:
    """Whether the fact fulfils the condition, or why the two cannot be compared."""
    operator = condition.operator
    if operator is Operator.EXISTS:
        return fact.value is not False and fact.value != ()
    if operator is Operator.IS_TRUE or operator is Operator.IS_FALSE:
        return fact.value is (operator is Operator.IS_TRUE) if fact.kind is FactKind.FLAG else "wrong_kind"
    if fact.kind is FactKind.NUMBER:
        return _number_holds(condition, fact)
    if fact.kind is FactKind.DATE:
        return _date_holds(condition, fact)
    return _code_holds(operator, fact, condition.value)


def _bounds(condition: Condition) -> tuple[str, ...] | None:
    """The one or two values that the operator takes, as text; None when they are not such."""
    value = condition.value
    if condition.operator is Operator.BETWEEN:
        return value if isinstance(value, tuple) and len(value) == 2 else None
    return (value,) if isinstance(value, str) else None


def _number_holds(condition: Condition, fact: Fact) -> bool | MissingWhy:
    bounds = _bounds(condition)
    if condition.operator not in NUMBER_OPERATORS or bounds is None:
        return "wrong_kind"
    if condition.unit is None or not same_dimension(condition.unit, fact.unit):
        return "wrong_unit"
    try:
        required = [in_base(bound, condition.unit) for bound in bounds]
    except ValueError:
        return "wrong_kind"
    return _compares(condition.operator, amount_of(fact), required)


def _date_holds(condition: Condition, fact: Fact) -> bool | MissingWhy:
    bounds = _bounds(condition)
    if condition.operator not in DATE_OPERATORS or bounds is None:
        return "wrong_kind"
    if not all(value_fits(FactKind.DATE, bound) for bound in bounds):
        return "wrong_kind"
    return _compares(condition.operator, fact.value, bounds)


def _compares(operator: Operator, actual: Any, required: Sequence[Any]) -> bool:
    """Numbers compare exactly; ISO dates, all ten characters long, compare as text."""
    if operator is Operator.BETWEEN:
        return bool(required[0] <= actual <= required[1])
    return _COMPARISONS[operator](actual, required[0])


def _code_holds(operator: Operator, fact: Fact, required: object) -> bool | MissingWhy:
    actual = fact.value
    if isinstance(actual, tuple) and fact.kind is FactKind.CODES:
        return required in actual if operator is Operator.CONTAINS else "wrong_kind"
    if fact.kind is not FactKind.CODE:
        return "wrong_kind"
    if operator in (Operator.IN, Operator.NOT_IN) and isinstance(required, tuple):
        return (actual in required) is (operator is Operator.IN)
    if operator in (Operator.EQ, Operator.NE) and isinstance(required, str):
        return (actual == required) is (operator is Operator.EQ)
    return "wrong_kind"


def _collect(
    tree: _Tree,
    reader: FactReader,
    decisive: bool,
    reasons: list[ConditionResult],
    missing: list[MissingFact],
) -> None:
    """Flatten in rule order. A part is decisive while it and all around it stand in the same state; what a
    decisive part misses is what an undetermined verdict waits for.
    """
    if isinstance(tree, _Branch):
        for part in tree.parts:
            _collect(part, reader, decisive and part.rank == tree.rank, reasons, missing)
        return
    if decisive:
        missing.extend(tree.missing)
    if isinstance(tree, _Comparison):
        reasons.append(_compared(tree, reader, decisive))
    else:
        reasons.append(_result(tree, reader, decisive))


def _await(tree: _Tree, missing: list[MissingFact]) -> None:
    """What `_collect` finds missing, without the reasons."""
    if isinstance(tree, _Branch):
        for part in tree.parts:
            if part.rank == tree.rank:
                _await(part, missing)
    else:
        missing.extend(tree.missing)


def _result(leaf: _Leaf, reader: FactReader, decisive: bool) -> ConditionResult:
    condition = leaf.condition
    declared = reader.fact_types.get(condition.fact)
    actual = value_text(leaf.fact, reader.fact_types) if leaf.fact is not None else None
    text = Names(reader.fact_types, reader.sheet.reference_year).condition(condition, leaf.negated)
    return ConditionResult(
        text_zh=_with_missing(text, leaf.missing, reader.misnamed(condition.fact, condition.period)),
        state=_STATES[leaf.rank],
        fact=condition.fact,
        period=absolute_period(condition.period, reader.sheet.reference_year),
        actual=actual,
        required=required_text(condition, declared, leaf.negated),
        decisive=decisive,
    )


def _compared(leaf: _Comparison, reader: FactReader, decisive: bool) -> ConditionResult:
    called = names(reader)
    fact, period = first_fact(leaf.test, reader.given.values)
    return ConditionResult(
        text_zh=_with_missing(in_one_line(leaf_text(leaf.test, called, leaf.negated)), leaf.missing),
        state=_STATES[leaf.rank],
        fact=fact,
        period=absolute_period(period, reader.sheet.reference_year),
        actual=leaf.judged.actual,
        required=in_one_line(required_leaf_text(leaf.test, called, leaf.negated)),
        decisive=decisive,
    )


def _with_missing(text: str, missing: Sequence[MissingFact], misnamed: str | None = None) -> str:
    if not missing:
        return text
    if misnamed is not None:
        return f"{text}（“{misnamed}”不是可取的代码）"
    if len(missing) == 1 and missing[0].kind == "fact":
        return f"{text}（{_MISSING_TEXT[missing[0].why]}）"
    labels = "、".join(dict.fromkeys(each.label for each in missing))
    return shallow(f"{text}（{labels}：{_MISSING_TEXT[missing[0].why]}）")
