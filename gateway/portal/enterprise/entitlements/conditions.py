"""Each condition of an item with our value, its source and date, and what would change it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.entitlements import EntitlementView
from contracts.rule import ConditionResult, MissingFact, State
from contracts.shown_facts import ShownFact
from gateway.portal.shell.advice import advice_on

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
    source, expired = (known.source, known.expired) if known is not None else (None, False)
    told = advice_on(result, source, missing.get(key), expired=expired, declarable=key in declarable)
    advice, says = ("", {}) if spare else told
    return ConditionLine(
        verdict="spare" if spare else result.state.value,
        text=result.text_zh,
        value=result.actual or (known.value if known is not None else None),
        source=source,
        as_of=known.as_of if known is not None else None,
        decisive=result.decisive,
        advice=advice,
        says=says,
    )


def figures_missing(checked: EntitlementView) -> Iterator[MissingFact]:
    """What the amount waits for that no condition has named already."""
    named = {(each.name, each.period) for each in checked.verdict.missing}
    yield from (each for each in checked.amount.missing if (each.name, each.period) not in named)
