"""A record as the credit platform takes it: under the firm's name, masked where that is a natural person, public while it counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.integrity import RecordState
from services.review.integrity.exporting import line_of
from services.review.integrity.finding import IntegrityFinding
from tests.unit.review.integrity_kit import established

TODAY = date(2026, 3, 20)


def recorded(**words: Any) -> IntegrityFinding:
    return established(**words).finding


def test_a_firms_record_says_what_it_did_on_what_basis_by_whose_decision_and_until_when() -> None:
    line = line_of(recorded(), TODAY)
    assert (line.subject_name, line.natural_person, line.authority) == ("示例企业01", False, "区科技局")
    assert line.conduct == "提供虚假材料申报财政奖补资金" and "第十四条" in line.basis
    assert (line.number, line.decided_on, line.valid_until) == (
        "章科信决〔2026〕1号",
        date(2026, 3, 10),
        date(2026, 9, 10),
    )
    assert (line.state, line.public, line.disputed) == ("in_force", True, False)


def test_the_name_of_a_natural_person_is_masked() -> None:
    finding = recorded()
    finding.claim = finding.claim.model_copy(update={"uscc": "92360702DEM000014H", "enterprise_name": "王小明便利店"})
    line = line_of(finding, TODAY)
    assert line.natural_person and "小明" not in line.subject_name


@pytest.mark.parametrize(("state", "public"), [("in_force", True), ("repaired", False), ("corrected", False)])
def test_what_counts_no_more_is_not_for_publication(state: Any, public: bool) -> None:
    finding = recorded()
    assert finding.record_made is not None
    finding.record_made = replace(finding.record_made, state=state, ended_on=None if public else TODAY)
    said: RecordState = line_of(finding, TODAY).state
    assert (said, line_of(finding, TODAY).public) == (state, public)


def test_what_is_minor_or_over_is_not_for_publication() -> None:
    assert not line_of(recorded(gravity="minor", months=3), TODAY).public
    over = line_of(recorded(), date(2026, 9, 11))
    assert (over.state, over.public) == ("ended", False)
