"""The undo window of a bulk is one, and what a bulk refuses before it begins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON
from contracts.bulk_decisions import LookedAt
from contracts.refusal import Refused
from contracts.rule import Decided, Fixed
from services.review.bulk_decisions.domain import common_end, is_set_by_persons, must_be_distinct
from tests.unit.review.review_kit import item_rules


@given(minutes=st.integers(1, 30), late=st.integers(0, 120))
def test_all_windows_of_a_bulk_close_together_unless_it_was_taken_up_late(minutes: int, late: int) -> None:
    now, window = NOON + timedelta(minutes=late), timedelta(minutes=minutes)
    end = common_end(now + window, NOON, now)
    assert end == (NOON + window if late <= minutes / 2 else now + window)
    assert now + window / 2 <= end <= now + window


def test_a_case_has_one_line_and_every_repetition_is_named() -> None:
    lines = [LookedAt(case_id=id, expected_version=1) for id in ("case-1", "case-2", "case-1")]
    with pytest.raises(Refused) as refused:
        must_be_distinct(lines)
    assert [reason.field for reason in refused.value.reasons] == ["lines.0.case_id", "lines.2.case_id"]


def test_a_figure_that_somebody_sets_is_discretion() -> None:
    most = Fixed(value="100", unit="万元")
    assert is_set_by_persons((), item_rules(amount=Decided(decision="award", by="领导小组", max=most)))
    assert not is_set_by_persons((), item_rules())
