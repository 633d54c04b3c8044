"""Made-up wordings with what they come to by hand: read from their folders, and held against the rules."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from datetime import date as Day
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.money import Money
from contracts.rule import (
    Assessment,
    AwardHistory,
    BatchClaim,
    Decision,
    Fact,
    FactSheet,
    ItemRules,
    Level,
    ParameterValue,
    State,
)
from rules import allot, assess, part_amount
from rules.facts import reader_of
from tests.unit.rules.sample_files import estimated_fen
from tests.unit.rules.test_worked_items import due_fen, paid_by_level

HERE = Path(__file__).parent
FIRST_SERIES = "unseen"
FORTY = "unseen_forty"
"""The folders: the first twenty, and the forty that were written down before the language grew."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class InstalmentDue(_Part):
    """Which instalment the claim is about, and what becomes of it in the words of the text.

    `not_yet`: claimed before it falls due; `reduced`: paid in part after the recheck.
    """

    number: int
    outcome: Literal["due", "skipped", "stopped", "waiting", "not_yet", "reduced"]


class ComesTo(_Part):
    """What the words of a clause come to. `amount_fen`: what is due now; null where nothing is certain, 0 where
    nothing is due and the text leaves it open whether that is called a refusal. `parts` are what is paid of each of
    them, after what stands around them.

    `range_fen` encloses what somebody has still to decide, `unbounded`: no upper end of it may be named; `says` is what a person must be told, in words: not
    compared. `allotted` is what each claim of a cohort gets (of `quota_part`, where the pot pays for a part).
    """

    state: State | None = None
    amount_fen: int | None = None
    estimate_fen: int | None = None
    range_fen: tuple[int, int] | None = None
    parts: dict[str, int] | None = None
    payees: dict[str, int] | None = None
    shares: dict[Level, int] | None = None
    instalment: InstalmentDue | None = None
    objections: list[str] | None = None
    missing: list[str] | None = None
    unbounded: bool | None = None
    says: str | None = None
    allotted: dict[str, int] | None = None
    quota_part: str | None = None


class CohortClaim(_Part):
    """One of several claims, in the order of filing."""

    claim: str
    in_words: str
    facts: list[Fact] = []


class UnseenCase(_Part):
    """`name` tells the facts in words, `worked` how a person comes to the result; the typed facts are the same
    for the machine, and may be missing while the wording has no rules.
    """

    name: str = Field(min_length=4)
    worked: str = ""
    date: Day
    reference_year: int | None = None
    facts: list[Fact] = []
    parameters: list[ParameterValue] = []
    awards: AwardHistory | None = None
    decisions: list[Decision] = []
    claims: list[CohortClaim] = []
    expect: ComesTo

    def sheet(self, facts: list[Fact]) -> FactSheet:
        year = self.reference_year or self.date.year
        return FactSheet(facts=tuple(facts), parameters=tuple(self.parameters), reference_year=year)


def wordings(*folders: str) -> dict[str, dict[str, Any]]:
    """The wordings of these folders by their code."""
    return {
        path.stem: json.loads(path.read_text("utf-8"))
        for folder in folders
        for path in sorted((HERE / folder).glob("*.json"))
    }


def cases_of(wording: dict[str, Any]) -> list[UnseenCase]:
    return [UnseenCase.model_validate(case) for case in wording["cases"]]


def differences(rules: ItemRules, case: UnseenCase) -> list[str]:
    """What the rules answer otherwise than was worked out by hand, said one by one; empty: the same."""
    if case.claims:
        return _cohort_differences(rules, case)
    sheet = case.sheet(case.facts)
    found = assess(rules, sheet, case.date, awards=case.awards, decisions=case.decisions)
    expect, came_to = case.expect, _came_to(rules, case, found)
    wrong = [
        f"{what}: {value} instead of {getattr(expect, what)}"
        for what, value in came_to.items()
        if getattr(expect, what) not in (None, value)
    ]
    due = due_fen(found) if found.claimable == "open" else None
    allowed = (None, 0) if expect.amount_fen == 0 and expect.state is None else (expect.amount_fen,)
    if due not in allowed:
        wrong.append(f"due: {due} instead of {expect.amount_fen}")
    if (
        found.amount.money is not None
        and Money.total(line.value for line in found.amount.working) != found.amount.money
    ):
        wrong.append("the lines of the working do not add up to the amount")
    return wrong


def _came_to(rules: ItemRules, case: UnseenCase, found: Assessment) -> dict[str, object]:
    reader = reader_of(rules, case.sheet(case.facts), case.date, case.awards, case.decisions)
    paid = {each.part: each.money for each in found.amount.parts}
    parts = {
        name: paid.get(name, Money(0)) if paid else part_amount(rules, name, reader).money
        for name in case.expect.parts or ()
    }
    amount, answer = found.amount, found.instalment
    lowest, highest = amount.lowest, amount.highest
    return {
        "state": found.verdict.state,
        "estimate_fen": estimated_fen(found),
        "range_fen": (lowest.fen, highest.fen) if lowest is not None and highest is not None else "no range",
        "unbounded": amount.money is None and highest is None,
        "parts": {name: money.fen if money is not None else None for name, money in parts.items()},
        "payees": {line.label: line.money.fen for line in found.payees},
        "shares": paid_by_level(found),
        "instalment": InstalmentDue.model_construct(number=answer.number, outcome=answer.outcome) if answer else "none",
        "objections": [objection.code for objection in found.objections],
        "missing": sorted({fact.name for fact in (*found.verdict.missing, *amount.missing)}),
    }


def _cohort_differences(rules: ItemRules, case: UnseenCase) -> list[str]:
    """All claims of one round together, filed one a minute: who gets how much of the pot or of the places."""
    quota_part = case.expect.quota_part
    opening = datetime(case.date.year, case.date.month, case.date.day, 1, tzinfo=UTC)
    claims = []
    for minute, each in enumerate(case.claims):
        sheet = case.sheet(each.facts)
        money = Money(due_fen(assess(rules, sheet, case.date)) or 0)
        if quota_part is not None:
            money = part_amount(rules, quota_part, reader_of(rules, sheet, case.date)).money or Money(0)
        filed_at = opening + timedelta(minutes=minute)
        claims.append(BatchClaim(claim_id=each.claim, money=money, filed_at=filed_at, facts=sheet))
    for quota in rules.quotas:
        found = allot(rules, quota, claims, case.date)
        claims = [claim.model_copy(update={"money": each.money}) for claim, each in zip(claims, found, strict=True)]
    served = {each.claim_id: each.money.fen for each in claims}
    return [] if served == case.expect.allotted else [f"allotted: {served} instead of {case.expect.allotted}"]
