"""Each condition of an item with our value, its source and date, and what would change it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.entitlements import EntitlementView
from contracts.rule import ConditionResult, MissingFact, State
from contracts.shown_facts import ShownFact

Key = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition for a person. `verdict`: met, not_met, undetermined, or spare: another way was taken. `advice` is the key of what can be done about it, and `says` what fills it in."""

    verdict: str
    text: str
    value: str | None
    source: str | None
    as_of: date | None
    decisive: bool
    advice: str = ""
    says: Mapping[str, str] = field(default_factory=dict)


def condition_lines(checked: EntitlementView) -> list[ConditionLine]:
    """In the order of the rule."""
    evidence = {(fact.name, fact.period): fact for fact in checked.evidence}
    declarable = {(key.name, key.period) for key in checked.declarable}
    missing = {(each.name, each.period): each for each in checked.verdict.missing}
    verdict = checked.verdict.state
    return [_line(each, verdict, evidence, declarable, missing) for each in checked.verdict.reasons]


def _line(
    result: ConditionResult,
    verdict: State,
    evidence: Mapping[Key, ShownFact],
    declarable: set[Key],
    missing: Mapping[Key, MissingFact],
) -> ConditionLine:
    key = (result.fact, result.period)
    known = evidence.get(key)
    spare = result.is_spare(verdict)
    advice, says = ("", {}) if spare else _advice(result, known, key in declarable, missing.get(key))
    return ConditionLine(
        verdict="spare" if spare else result.state.value,
        text=result.text_zh,
        value=result.actual or (known.value if known is not None else None),
        source=known.source if known is not None else None,
        as_of=known.as_of if known is not None else None,
        decisive=result.decisive,
        advice=advice,
        says=says,
    )


def _advice(
    result: ConditionResult, known: ShownFact | None, declarable: bool, missing: MissingFact | None
) -> tuple[str, dict[str, str]]:
    if result.state is State.MET:
        return "", {}
    if result.state is State.NOT_MET:
        says = {"required": result.required, "source": known.source if known is not None else ""}
        return ("correct" if known is not None else "required"), says
    if missing is not None and missing.kind != "fact":
        return missing.kind, {"label": missing.label}
    if missing is not None and missing.why == "contradicts":
        return "contradicts", {}
    if declarable:
        return "declare", {}
    if known is not None and known.expired:
        return "renew", {"source": known.source}
    return "ask", {}


def figures_missing(checked: EntitlementView) -> Iterator[MissingFact]:
    """What the amount waits for that no condition has named already."""
    named = {(each.name, each.period) for each in checked.verdict.missing}
    yield from (each for each in checked.amount.missing if (each.name, each.period) not in named)
