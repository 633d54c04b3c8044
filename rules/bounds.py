"""What facts owe each other: facts that contradict one another determine nothing."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.money import ZERO
from contracts.rule import Amount, ConditionResult, FactBound, Line, State, Verdict, absolute_period
from rules.comparisons import Judged, first_fact, judge
from rules.facts import FactReader
from rules.figures import names
from rules.named import parts_below, with_values
from rules.text.layout import in_one_line
from rules.text.trees import leaf_text, required_leaf_text

FactKey = tuple[str, str | None]
"""A fact's name and the period that it is about, as a date would show it (`2025`, not `Y`)."""


def broken(bounds: Sequence[FactBound], reader: FactReader) -> list[tuple[FactBound, Judged]]:
    """The bounds that these facts break; one that cannot be told breaks nothing."""
    judged = [(bound, judge(bound, reader)) for bound in bounds]
    return [each for each in judged if each[1].holds is False]


def contradictions(bounds: Sequence[FactBound], reader: FactReader) -> tuple[ConditionResult, ...]:
    """Each broken bound as the reason why nothing can be told, with what it asks and what the facts say."""
    return tuple(_reason(bound, judged, reader) for bound, judged in broken(bounds, reader))


def contradicted(bounds: Sequence[FactBound], reader: FactReader) -> tuple[Verdict, Amount] | None:
    """What an item says on facts that break one of its bounds: nothing, and which facts they are."""
    if not bounds or not (found := broken(bounds, reader)):
        return None
    keys = dict.fromkeys(key for bound, _ in found for key in facts_of(bound, reader))
    missing = tuple(reader.missing(name, period, "contradicts") for name, period in keys)
    reasons = tuple(_reason(bound, judged, reader) for bound, judged in found)
    lines = tuple(Line(text_zh=reason.text_zh, value=ZERO) for reason in reasons)
    verdict = Verdict(state=State.UNDETERMINED, reasons=reasons, missing=missing)
    return verdict, Amount(state="undetermined", money=None, working=lines, missing=missing)


def facts_of(bound: FactBound, reader: FactReader) -> tuple[FactKey, ...]:
    """The facts that a bound looks at, in the order of the text."""
    year = reader.sheet.reference_year
    parts = [part for tree in with_values(bound, reader.given.values) for part in parts_below(tree)]
    named = [part for part in parts if isinstance(getattr(part, "fact", None), str)]
    return tuple(
        dict.fromkeys((str(part.__dict__["fact"]), absolute_period(part.__dict__["period"], year)) for part in named)
    )


def _reason(bound: FactBound, judged: Judged, reader: FactReader) -> ConditionResult:
    called = names(reader)
    fact, period = first_fact(bound, reader.given.values)
    return ConditionResult(
        text_zh=f"数据互相矛盾，请核对：应当{in_one_line(leaf_text(bound, called))}，现为 {judged.actual}",
        state=State.UNDETERMINED,
        fact=fact,
        period=absolute_period(period, reader.sheet.reference_year),
        actual=None,  # in the sentence
        required=in_one_line(required_leaf_text(bound, called)),
        decisive=True,
    )
