"""Forty wordings that were written down, with their results by hand, before the language grew: what it could say.

Each file keeps under `before` what the language of that day made of it: `said` (every case right, the whole text),
`workaround` (right, with trees copied or facts invented to get round), `lost` (a part cannot be said, or a case
comes out wrong), and why. The others than `said` have `partial_rules`, which nobody tests: they show how far it went.
Whoever gives a wording its `rules` takes `partial_rules` out and the code off `NOT_SAID_YET`.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.unit.rules.unseen_cases import FORTY, HERE, cases_of, wordings

WORDINGS = wordings(FORTY)
BEFORE = {"said": 13, "workaround": 17, "lost": 10}

NOT_SAID_YET = "V15 V20 V22"


def test_there_are_forty_of_them():
    assert list(WORDINGS) == [f"V{number:02d}" for number in range(1, 41)]


def test_what_the_language_could_say_before_it_grew_stays_written_down():
    assert Counter(each["before"]["result"] for each in WORDINGS.values()) == BEFORE


def test_the_readme_counts_what_can_be_said_before_and_after():
    said, table = sum("rules" in each for each in WORDINGS.values()), (HERE / FORTY / "README.md").read_text("utf-8")
    assert f"| 写得出 `said` | {BEFORE['said']} | {said} |" in table


def test_the_wordings_that_cannot_be_said_yet_are_these():
    assert " ".join(code for code, each in WORDINGS.items() if "rules" not in each) == NOT_SAID_YET


@pytest.mark.parametrize("code", WORDINGS)
def test_a_wording_is_made_up_and_says_how_each_result_was_worked_out(code: str):
    each = WORDINGS[code]
    assert "样例措辞" in each["note"]
    assert len(each["clause"]) > 20
    assert each["before"]["why"].endswith("。")
    assert all(case.worked for case in cases_of(each))


@pytest.mark.parametrize("code", WORDINGS)
def test_a_wording_has_whole_rules_or_partial_ones_and_never_both(code: str):
    assert ("rules" in WORDINGS[code]) != ("partial_rules" in WORDINGS[code])
