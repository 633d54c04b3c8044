"""Whoever asks whether an item can be claimed on a day is told the same: a trial, intake, matching, search."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.rule import FactSheet, HeadlineState, Window
from contracts.search import WindowState
from rules import assess
from services.catalog.matching.offers import Offer
from services.catalog.search.domain import window_on
from services.intake.applications.admission import reasons_against_list

DAY = date(2026, 3, 16)
DAYS = st.none() | st.integers(-3, 3).map(lambda days: DAY + timedelta(days=days))


@given(DAYS, DAYS)
def test_a_trial_intake_matching_and_search_agree_on_every_day(sample_item: Any, opens: Any, closes: Any) -> None:
    window = Window(opens=opens, closes=closes)
    item = sample_item("SD-002", window=window)
    found = assess(item.content.rules, FactSheet(reference_year=2025), DAY)
    intake = [each.message for each in reasons_against_list(item, DAY) if each.code == "window_closed"]
    assert (found.claimable == "open") is (intake == [])
    offer = Offer("i", "t", 1, "", opens, closes, None)
    assert (found.claimable == "open") is offer.open_on(DAY)
    assert (found.claimable == "closed") is (window_on(DAY, opens, closes) is WindowState.CLOSED)
    assert found.headline is not None
    if found.headline.state is HeadlineState.CLOSED:
        assert f"该事项{found.headline.text_zh}" in intake
