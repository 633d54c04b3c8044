"""Conditions that are not met, or cannot be judged, as grounds. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contracts.fact_sources import SOURCE_NAMES
from contracts.refusal_grounds import RefusalGround
from contracts.rule import AllOf, AnyOf, ConditionResult, Eligibility, Fact, MissingFact, NOf, Not, State
from rules.facts import label
from services.review.grounds.basis import RefusalBasis

WHO_SUPPLIES = {
    "fact": "由数据来源部门或企业补充“{label}”后重新判定",
    "parameter": "待“{label}”公布并录入后重新判定",
    "decision": "由主管部门核定“{label}”后重新判定",
    "award": "由主管部门补录以往奖补的“{label}”后重新判定",
    "unstated": "政策文件未写明“{label}”，由主管部门解释后重新判定",
}
WORKED_OUT = "按本件数据测算"


def condition_grounds(basis: RefusalBasis) -> Iterator[RefusalGround]:
    """One for each condition that hinders; those of a way that was not taken hinder nothing."""
    verdict = basis.assessment.verdict
    notes = list(_notes(basis.rules.eligibility))
    told = notes if len(notes) == len(verdict.reasons) else [None] * len(verdict.reasons)
    for number, (each, note) in enumerate(zip(verdict.reasons, told, strict=True), 1):
        if each.state is not State.MET and not each.is_spare(verdict.state):
            yield _ground(number, each, note, basis)


def missing_grounds(basis: RefusalBasis) -> Iterator[RefusalGround]:
    """What the amount waits for; that somebody has still to set a figure is nothing to refuse a claim for."""
    for each in dict.fromkeys(basis.assessment.amount.missing):
        yield RefusalGround(
            code=f"missing:{each.name}:{each.period or 'now'}",
            kind="other",
            text=f"缺少测算金额所需的“{each.label}”",
            fact=each.label,
            value="没有可用数据",
            source=WORKED_OUT,
            as_of=basis.today,
            clause=basis.clause("兑付标准"),
            would_change=_supplied(each),
            decisive=basis.assessment.verdict.state is State.MET and each.kind != "decision",
        )


def _ground(number: int, said: ConditionResult, note: str | None, basis: RefusalBasis) -> RefusalGround:
    types = basis.rules.fact_types_by_name
    called = label(said.fact, types)
    fact = _newest(basis.facts, said.fact, said.period)
    source = fact.source if fact is not None else WORKED_OUT
    if fact is not None and fact.source_kind is not None and fact.source == fact.source_kind.value:
        source = SOURCE_NAMES[fact.source_kind]
    missing = said.state is State.UNDETERMINED
    return RefusalGround(
        code=f"condition:{number}:{said.fact}",
        kind="condition",
        text=said.text_zh.rstrip("。"),
        fact=f"{called}（{said.period}）" if said.period else called,
        value=said.actual or "没有可用数据",
        source=source,
        as_of=fact.as_of if fact is not None else basis.today,
        clause=basis.clause(f"申报条件：{note}" if note else "申报条件"),
        would_change=_settled(said, called, basis) if missing else _turned(said, called),
        decisive=said.decisive,
    )


def _turned(said: ConditionResult, called: str) -> str:
    """What the value would have to be."""
    asked = said.required.strip()
    now = f"（现为 {said.actual}）" if said.actual else ""
    return f"“{called}”须{asked}{now}"[:400]


def _settled(said: ConditionResult, called: str, basis: RefusalBasis) -> str:
    waits = [each for each in basis.assessment.verdict.missing if (each.name, each.period) == (said.fact, said.period)]
    if waits:
        return _supplied(waits[0])
    others = basis.assessment.verdict.missing
    return _supplied(others[0]) if others else WHO_SUPPLIES["fact"].format(label=called)


def _supplied(missing: MissingFact) -> str:
    return WHO_SUPPLIES[missing.kind].format(label=missing.label)


def _newest(facts: Sequence[Fact], name: str, period: str | None) -> Fact | None:
    """The one that counts, as `FactSheet` finds it."""
    found = None
    for fact in facts:
        if (fact.name, fact.period) == (name, period) and (found is None or fact.as_of >= found.as_of):
            found = fact
    return found


def _notes(rule: Eligibility) -> Iterator[str | None]:
    """The document's own words for each condition, in the order in which they are judged."""
    if isinstance(rule, AllOf | AnyOf | NOf):
        for part in rule.of:
            yield from _notes(part)
    elif isinstance(rule, Not):
        yield from _notes(rule.of)
    else:
        yield rule.note
