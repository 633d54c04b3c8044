"""Made-up wordings (样例措辞) of shapes that real notices have: what they come to was worked out by hand.

They are no place's policy. They were written against the language, to find what it could not say. The second
series, forty, is counted in `test_forty_wordings.py`; those of it that can be said are held to their cases here.
"""

from __future__ import annotations

import pytest

from contracts.item import PolicyItemContent
from contracts.rule import ItemRules
from rules import check, sentences
from services.catalog.workbooks.writing import item_rows, read_back
from tests.unit.rules.sample_files import ITEMS
from tests.unit.rules.unseen_cases import FIRST_SERIES, FORTY, UnseenCase, cases_of, differences, wordings

WORDINGS = {code: each for code, each in wordings(FIRST_SERIES, FORTY).items() if "rules" in each}
RULES = {code: ItemRules.model_validate(each["rules"]) for code, each in WORDINGS.items()}
EVERY_CASE = [
    pytest.param(code, case, id=f"{code}-{number}")
    for code, each in WORDINGS.items()
    for number, case in enumerate(cases_of(each), 1)
]


@pytest.mark.parametrize("code", WORDINGS)
def test_a_wording_says_that_it_is_made_up_and_its_rules_are_sound(code: str):
    said = WORDINGS[code]
    assert "样例措辞" in said["note"]
    assert len(said["clause"]) > 20
    assert check(RULES[code]) == []


@pytest.mark.parametrize(("code", "case"), EVERY_CASE)
def test_a_wording_comes_to_what_was_worked_out_by_hand(code: str, case: UnseenCase):
    assert differences(RULES[code], case) == [], case.name


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
