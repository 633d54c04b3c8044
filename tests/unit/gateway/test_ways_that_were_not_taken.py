"""Of several ways one is enough: the others are shown as not needed, not as crosses."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.rule import Condition, Fact, FactSheet, FactType, State
from contracts.rule.eligibility import AllOf, AnyOf
from gateway.portal.department.authoring.trial.results import verdict_lines
from gateway.portal.department.cases.case_facts import conditions
from gateway.portal.enterprise.entitlements.conditions import condition_lines
from rules import evaluate_eligibility

TYPES = {
    name: FactType(name=name, label=label, kind="flag")
    for name, label in (("big", "规上企业"), ("new", "新设企业"), ("fair", "信用良好"))
}


def is_true(name: str) -> Condition:
    return Condition(fact=name, operator="is_true")


RULE = AllOf(of=[AnyOf(of=[is_true("big"), is_true("new")]), is_true("fair")])


def verdict_on(**facts: bool) -> Any:
    told = [
        Fact(name=name, kind="flag", value=value, source="试算", as_of=date(2026, 1, 1))
        for name, value in facts.items()
    ]
    return evaluate_eligibility(RULE, FactSheet(facts=told, reference_year=2026), date(2026, 3, 1), TYPES)


@pytest.mark.parametrize(
    ("facts", "marks"),
    [
        ({"big": True, "new": False, "fair": True}, ["met", "spare", "met"]),
        ({"big": True, "fair": True}, ["met", "spare", "met"]),
        ({"big": True, "new": False, "fair": False}, ["met", "spare", "not_met"]),
        ({"big": False, "new": False, "fair": True}, ["not_met", "not_met", "met"]),
        ({"big": False, "fair": True}, ["spare", "undetermined", "met"]),
    ],
)
def test_pages_mark_what_was_not_needed(facts: dict[str, bool], marks: list[str]) -> None:
    verdict = verdict_on(**facts)
    checked: Any = SimpleNamespace(verdict=verdict, evidence=(), declarable=())
    lines = condition_lines(checked)
    assert [line.verdict for line in lines] == marks
    assert all(not line.advice for line in lines if line.verdict == "spare")
    assert [line.verdict for line in verdict_lines(verdict)][:3] == marks
    sheet: Any = SimpleNamespace(facts=(), conditions=verdict.reasons, missing=verdict.missing)
    assert sorted(line.verdict for line in conditions(sheet)) == sorted(marks)
    assert sorted(line.advice for line in conditions(sheet)) == sorted(line.advice for line in lines), (
        "staff read the same"
    )
    assert verdict.state is not State.MET or "not_met" not in marks
