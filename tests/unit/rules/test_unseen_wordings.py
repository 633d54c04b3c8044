"""Made-up wordings (样例措辞) of shapes that real notices have: what they come to was worked out by hand.

They are no place's policy. They were written against the language, to find what it could not say.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.item import PolicyItemContent
from contracts.money import Money
from contracts.rule import FactSheet, ItemRules
from rules import assess, check, sentences
from services.catalog.workbooks.writing import item_rows, read_back
from tests.unit.rules.sample_files import ITEMS, WorkedCase, estimated_fen
from tests.unit.rules.test_worked_items import due_fen, paid_by_level

FOLDER = Path(__file__).parent / "unseen"
WORDINGS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
RULES = {code: ItemRules.model_validate(each["rules"]) for code, each in WORDINGS.items()}
EVERY_CASE = [
    pytest.param(code, WorkedCase.model_validate(case), id=f"{code}-{number}")
    for code, each in WORDINGS.items()
    for number, case in enumerate(each["cases"], 1)
]


@pytest.mark.parametrize("code", WORDINGS)
def test_a_wording_says_that_it_is_made_up_and_its_rules_are_sound(code: str):
    said = WORDINGS[code]
    assert "样例措辞" in said["note"]
    assert len(said["clause"]) > 20
    assert check(RULES[code]) == []


@pytest.mark.parametrize(("code", "case"), EVERY_CASE)
def test_a_wording_comes_to_what_was_worked_out_by_hand(code: str, case: WorkedCase):
    year = case.reference_year or case.date.year
    sheet = FactSheet(facts=tuple(case.facts), parameters=tuple(case.parameters), reference_year=year)
    found = assess(RULES[code], sheet, case.date, awards=case.awards, decisions=case.decisions)
    assert found.verdict.state is case.expect.state, case.name
    assert due_fen(found) == case.expect.amount_fen, (case.name, found.amount.working)
    if found.amount.money is not None:
        assert Money.total(line.value for line in found.amount.working) == found.amount.money
    came_to = {
        "estimate_fen": estimated_fen(found),
        "shares": paid_by_level(found),
        "objections": [objection.code for objection in found.objections],
        "missing": sorted({fact.name for fact in (*found.verdict.missing, *found.amount.missing)}),
    }
    for what, value in came_to.items():
        said = getattr(case.expect, what)
        assert said is None or value == said, (case.name, what)


@pytest.mark.parametrize("code", WORDINGS)
def test_a_wording_is_said_back_in_chinese(code: str):
    words = sentences(RULES[code])
    assert words.amount.endswith("。")
    assert "None" not in words.amount


@pytest.mark.parametrize("code", WORDINGS)
def test_a_wording_survives_the_workbook(code: str):
    item = ITEMS["SC-021"].model_copy(update={"rules": RULES[code]})
    read = read_back(item_rows(item))
    assert isinstance(read, PolicyItemContent)
    assert read.rules == item.rules
