"""Outside figures: what may be entered, and whose items they count for in the matcher."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from chassis.testing.fakes import NOON
from contracts.message import Actor
from contracts.outside_figures import OutsideFigureRecorded, OutsideFigureWithdrawn
from contracts.rule import Fact, ParameterValue
from services.catalog.matching.engine.matcher import Matcher, MatchReach
from services.catalog.outside_figures.domain import (
    OutsideFigure,
    OutsideFigureOfOtherDepartment,
    OutsideFiguresNotYours,
    OutsideFiguresRefused,
    OutsideFigureWithdrawnAlready,
    check,
    refuse_others,
)
from tests.unit.rules.sample_files import ITEMS, worked_cases

TODAY = date(2026, 3, 10)
OFFICER = Actor(id="officer-1", roles=frozenset({"department"}), department="市科技局")


def average(value: str = "3", **more: Any) -> ParameterValue:
    said = {"name": "rd_intensity_industry_average", "key": "C39", "unit": "%", "period": "2024"}
    return ParameterValue(**{**said, "value": value, "source": "统计年鉴", "as_of": date(2025, 9, 30), **more})


def wrong(*figures: ParameterValue, units: dict[str, str] | None = None) -> list[tuple[str, str | None]]:
    try:
        check(figures, TODAY, units or {})
    except OutsideFiguresRefused as refusal:
        return [(reason.code, reason.field) for reason in refusal.reasons]
    return []


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (average(), None),
        (average(period=None, valid_from=TODAY), None),
        (average(period=None, valid_until=TODAY), None),
        (average(as_of=TODAY), None),
        (average(unit="‰"), None),
        (average(valid_from=TODAY), ("figure_dated_twice", "figures.0.period")),
        (average(period=None), ("figure_undated", "figures.0.period")),
        (average(as_of=date(2026, 3, 11)), ("figure_from_future", "figures.0.as_of")),
        (average(unit="元/月/"), ("figure_unit_unknown", "figures.0.unit")),
        (
            average(period=None, valid_from=TODAY, valid_until=date(2026, 3, 9)),
            ("figure_validity_reversed", "figures.0.valid_until"),
        ),
    ],
)
def test_what_is_wrong_with_a_figure_is_named(figure: ParameterValue, expected: tuple[str, str] | None) -> None:
    assert wrong(figure) == ([expected] if expected else [])


def test_everything_that_is_wrong_is_told_at_once() -> None:
    bad = average(unit="/坏", period=None, as_of=date(2027, 1, 1))
    assert [code for code, _ in wrong(average(), bad)] == [
        "figure_unit_unknown", "figure_undated", "figure_from_future",
    ]  # fmt: skip


def test_one_name_is_written_in_units_that_can_be_compared() -> None:
    assert wrong(average(unit="元"), units={"rd_intensity_industry_average": "%"}) == [
        ("figure_unit_differs", "figures.0.unit")
    ]
    assert wrong(average(), average(unit="元", key="C40")) == [("figure_unit_differs", "figures.1.unit")]


def test_an_error_of_a_spreadsheet_is_no_key() -> None:
    assert wrong(average(key="#N/A"), average(key="-")) == [
        ("figure_key_no_code", "figures.0.key"),
        ("figure_key_no_code", "figures.1.key"),
    ]


def test_the_same_line_twice_in_a_table_is_a_mistake() -> None:
    assert wrong(average(), average("4"), average()) == [("figure_given_twice", "figures.2")]


def entered(**more: Any) -> OutsideFigure:
    said: dict[str, Any] = {"id": "f1", "tenant": "3607", "figure": average(), "department": "市科技局"}
    return OutsideFigure(**{**said, "recorded_by": OFFICER.id, "recorded_at": NOON, **more})


def test_a_figure_says_that_it_was_entered_and_that_it_was_withdrawn_and_never_changes() -> None:
    figure = entered().announce()
    colleague = OFFICER.model_copy(update={"id": "officer-2"})
    figure.withdraw(by=colleague, at=NOON, why="录入有误")
    assert [type(each.event) for each in figure.pending] == [OutsideFigureRecorded, OutsideFigureWithdrawn]
    assert figure.figure == average()
    assert (figure.view().withdrawn_at, figure.view().withdrawn_why) == (NOON, "录入有误")
    with pytest.raises(OutsideFigureWithdrawnAlready):
        figure.withdraw(by=OFFICER, at=NOON, why="再撤一次")


def test_who_answers_for_a_figure_enters_and_withdraws_it() -> None:
    stranger = Actor(id="officer-3", roles=frozenset({"department"}), department="市商务局")
    with pytest.raises(OutsideFigureOfOtherDepartment):
        entered().withdraw(by=stranger, at=NOON, why="录入有误")
    entered().withdraw(by=Actor(id="bureau-1", roles=frozenset({"bureau"})), at=NOON, why="录入有误")
    for other in ("enterprise", "window", "bank", "partner"):
        with pytest.raises(OutsideFiguresNotYours):
            refuse_others(Actor(id="x", roles=frozenset({other})))
    with pytest.raises(OutsideFiguresNotYours):
        refuse_others(Actor(id="x", roles=frozenset({"department"}), enterprise_id="e1"))


# -- in the matcher -------------------------------------------------------------------------------------------


@pytest.fixture
def matcher() -> Matcher:
    """One enterprise of industry C39 with 4 % and more, and one of C40, both as ZJ-004 asks for; the item is the city's
    and, under another name, the county's.
    """
    made = Matcher(TODAY)
    made.admit(np.arange(2, dtype=np.int32))
    changes: dict[tuple[str, str | None], dict[int, Fact | None]] = {}
    for fact in worked_cases()["ZJ-004"][0].facts:
        other = fact.model_copy(update={"value": "C40"}) if fact.name == "industry_division" else fact
        changes[fact.name, fact.period] = {0: fact, 1: other}
    made.put_facts(changes)
    made.put_item("of-city", ITEMS["ZJ-004"].rules, "city")
    made.put_item("of-county", ITEMS["ZJ-004"].rules, "county")
    return made


def test_a_figure_counts_for_the_items_of_its_place_and_of_the_levels_below(matcher: Matcher) -> None:
    assert matcher.reach("of-city") == matcher.reach("of-county") == MatchReach(0, 0, 2)
    touched = matcher.put_figures({"city": (), "county": (average("4"),)})
    assert touched == ["of-county"]
    assert (matcher.reach("of-city"), matcher.reach("of-county")) == (MatchReach(0, 0, 2), MatchReach(1, 0, 1))
    both = (average("4.1", key="C40"), average("4"))
    assert matcher.put_figures({"city": both, "county": both}) == ["of-city", "of-county"]
    assert matcher.reach("of-city") == matcher.reach("of-county") == MatchReach(1, 1, 0)


def test_a_figure_that_is_withdrawn_or_corrected_is_seen_and_one_that_nobody_rests_on_is_not(matcher: Matcher) -> None:
    matcher.put_figures({"city": (average("4"),)})
    assert matcher.put_figures({"city": (average("4"), average("5", as_of=TODAY))}) == ["of-city"]
    assert matcher.reach("of-city") == MatchReach(0, 1, 1)
    lpr = average("3", name="lpr_one_year", key=None)
    assert matcher.put_figures({"city": (average("4"), average("5", as_of=TODAY), lpr)}) == []
    assert matcher.put_figures({}) == ["of-city"]
    assert matcher.reach("of-city") == MatchReach(0, 0, 2)


def test_reasons_are_given_on_the_figures_of_the_item_s_place(matcher: Matcher) -> None:
    matcher.put_figures({"city": (average("3"),), "county": (average("5"),)})
    (met,) = matcher.with_reasons(0).values()
    assert any("3%" in reason.required + (reason.actual or "") + reason.text_zh for reason in met)
    assert matcher.ranks(0).tolist() == [2, 0]


def test_items_without_outside_figures_share_their_conditions_whosever_they_are() -> None:
    made = Matcher(TODAY)
    rules = ITEMS["NM-002"].rules
    made.put_item("a", rules, "city")
    once = made.conditions
    made.put_item("b", rules, "county")
    assert made.conditions == once


def test_a_figure_with_a_wrong_unit_is_no_measure_for_those_after_it() -> None:
    figures = (average(unit="元/月/"), average(period="2023"))
    assert wrong(*figures) == [("figure_unit_unknown", "figures.0.unit")]
