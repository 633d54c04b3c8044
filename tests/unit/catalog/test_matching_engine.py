"""The matcher on facts and conditions that nobody would write, and as files and items change under it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from console.place import CHECKOUT
from contracts.rule import (
    AllOf,
    AnyOf,
    Cap,
    Compare,
    CompareDates,
    Condition,
    DateFact,
    Each,
    Eligibility,
    Fact,
    FactAmount,
    FactKind,
    FactSheet,
    FactType,
    Fixed,
    ItemRules,
    NamedFigure,
    NamedValue,
    NOf,
    Not,
    Operator,
    RowFact,
    State,
    Today,
)
from rules import assess
from rules.bounds import contradicted
from rules.eligibility import decide, verdict_of
from rules.facts import FactReader, reader_of
from services.catalog.matching.engine.matcher import Matcher, MatchReach
from services.catalog.matching.offers import Matched

TODAY = date(2026, 11, 23)
NAMES = ("revenue", "grade", "listed_on")
NUMBERS = ("0", "-0", "1", "2.50", "2.5", "1000000", "0.333333333333", "999999999999999999.999999999999", "-3")
UNITS = ("元", "万元", "亩", "平方米", "%", "人", "/坏")
DATES = ("2024-02-29", "2026-11-23", "2024-W01-1")
CODES = ("a", "b", "2024-02-29", "1")

numbers = some.tuples(some.just(FactKind.NUMBER), some.sampled_from(NUMBERS), some.sampled_from(UNITS))
others = some.one_of(
    some.tuples(some.just(FactKind.FLAG), some.booleans(), some.none()),
    some.tuples(some.just(FactKind.CODE), some.sampled_from(CODES), some.none()),
    some.tuples(some.just(FactKind.CODES), some.lists(some.sampled_from(CODES), max_size=2).map(tuple), some.none()),
    some.tuples(some.just(FactKind.DATE), some.sampled_from(DATES), some.none()),
    some.tuples(some.just(FactKind.DATES), some.lists(some.sampled_from(DATES), max_size=2).map(tuple), some.none()),
    some.tuples(
        some.just(FactKind.NUMBERS),
        some.lists(some.sampled_from(NUMBERS), max_size=3).map(tuple),
        some.sampled_from(UNITS),
    ),
)
untils = some.sampled_from([None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)])


@some.composite
def facts(draw: Any) -> Fact:
    kind, value, unit = draw(some.one_of(numbers, others))
    return Fact(
        name=draw(some.sampled_from(NAMES)), kind=kind, value=value, unit=unit, period=draw(some.sampled_from([None, "2025"])),
        source="测试", as_of=TODAY, valid_until=draw(untils),
    )  # fmt: skip


@some.composite
def conditions(draw: Any) -> Condition:
    words = some.sampled_from((*NUMBERS, *DATES, *CODES))
    value = draw(some.one_of(words, some.lists(words, max_size=3).map(tuple), some.none()))
    return Condition(
        fact=draw(some.sampled_from(NAMES)), period=draw(some.sampled_from([None, "Y-1", "2025"])),
        operator=draw(some.sampled_from(list(Operator))), value=value,
        unit=draw(some.one_of(some.none(), some.sampled_from(UNITS))),
    )  # fmt: skip


def groups(parts: some.SearchStrategy[Eligibility]) -> some.SearchStrategy[Eligibility]:
    several = some.lists(parts, min_size=1, max_size=3).map(tuple)
    return some.one_of(
        several.map(lambda of: AllOf(of=of)),
        several.map(lambda of: AnyOf(of=of)),
        some.builds(lambda of, least: NOf(of=of, least=least), several, some.integers(1, 4)),
        parts.map(lambda of: Not(of=of)),
    )


@some.composite
def comparisons(draw: Any) -> Compare:
    """The item declares the revenue, as every published item does, so that units cannot clash."""
    left = FactAmount(fact="revenue", period=draw(some.sampled_from([None, "Y-1"])))
    right = some.one_of(
        some.sampled_from(["0", "1", "2.5"]).map(lambda value: Fixed(value=value, unit="万元")),
        some.just(FactAmount(fact="revenue", period="2025")),
    )
    return Compare(left=left, operator=draw(some.sampled_from(["eq", "ne", "ge", "gt", "le", "lt"])), right=draw(right))


rules_of = some.recursive(some.one_of(conditions(), conditions(), comparisons()), groups, max_leaves=5)
REVENUE = {"revenue": (FactKind.NUMBER, "万元")}
declared = some.dictionaries(
    some.sampled_from(NAMES),
    some.sampled_from(
        [
            (FactKind.NUMBER, "万元"),
            (FactKind.NUMBERS, "万元"),
            (FactKind.NUMBER, "/坏"),
            (FactKind.DATE, None),
            (FactKind.DATES, None),
            (FactKind.CODE, None),
        ]
    ),
)


def item(eligibility: Eligibility, types: dict[str, tuple[FactKind, str | None]] | None = None) -> ItemRules:
    given_types = REVENUE | (types or {}) | REVENUE
    return ItemRules.model_construct(
        fact_types=tuple(FactType(name=n, label=n, kind=kind, unit=unit) for n, (kind, unit) in given_types.items()),
        reference_year=None,
        parameters=(),
        eligibility=eligibility,
    )


def plain(rules: ItemRules, file: list[Fact], today: date = TODAY) -> State:
    sheet = FactSheet(facts=tuple(file), reference_year=today.year)
    return decide(rules.eligibility, FactReader(sheet, today, rules.fact_types_by_name))[0]


def matcher_of(files: list[list[Fact]]) -> Matcher:
    matcher = Matcher(TODAY)
    matcher.admit(np.arange(len(files), dtype=np.int32))
    matcher.put_facts(changes_of(dict(enumerate(files))))
    return matcher


def changes_of(files: dict[int, list[Fact]]) -> dict[tuple[str, str | None], dict[int, Fact | None]]:
    changes: dict[tuple[str, str | None], dict[int, Fact | None]] = {}
    for row, file in files.items():
        for fact in file:
            changes.setdefault((fact.name, fact.period), {})[row] = fact
    return changes


files_of = some.lists(some.lists(facts(), max_size=5), min_size=1, max_size=4)


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(files_of, rules_of, declared)
def test_whatever_is_asked_of_whatever_facts_the_answers_agree(
    files: list[list[Fact]], eligibility: Eligibility, types: dict[str, tuple[FactKind, str | None]]
) -> None:
    rules, matcher = item(eligibility, types), matcher_of(files)
    matcher.put_item("item", rules)
    assert [matcher.state("item", row) for row in range(len(files))] == [plain(rules, file) for file in files]


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(some.lists(some.tuples(some.integers(0, 70), some.lists(facts(), max_size=3)), max_size=4), rules_of)
def test_files_that_change_one_by_one_end_where_files_loaded_whole_begin(
    steps: list[tuple[int, list[Fact]]], eligibility: Eligibility
) -> None:
    rules, matcher = item(eligibility), matcher_of([[]] * 71)
    matcher.put_item("item", rules)
    files: dict[int, dict[tuple[str, str | None], Fact]] = {}
    for row, file in steps:
        mine = files.setdefault(row, {})
        gone = set(list(mine)[:1])
        mine |= {(fact.name, fact.period): fact for fact in file}
        taken = {key: {row: None} for key in gone - {(fact.name, fact.period) for fact in file}}
        for key in taken:
            del mine[key]
        matcher.put_facts({**taken, **changes_of({row: file})})
    for row in range(71):
        assert matcher.state("item", row) is plain(rules, list(files.get(row, {}).values()))


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(some.lists(facts(), max_size=4), rules_of)
def test_nothing_is_met_by_a_missing_fact(file: list[Fact], eligibility: Eligibility) -> None:
    """Taking one fact away never turns an answer into its opposite: it stays, or nobody can tell any more."""
    matcher = matcher_of([file[:keep] for keep in range(len(file) + 1)])
    matcher.put_item("item", item(eligibility))
    for row, fact in enumerate(file):
        if (fact.name, fact.period) in {(other.name, other.period) for other in file[:row]}:
            continue  # a correction, not a fact that was missing
        before, after = matcher.state("item", row), matcher.state("item", row + 1)
        assert before in (after, State.UNDETERMINED)


def number(value: str, **more: Any) -> Fact:
    return Fact(name="revenue", kind="number", value=value, unit="万元", source="税务", as_of=TODAY, **more)


ABOVE = item(Condition(fact="revenue", operator="ge", value="2000", unit="万元"))
WITHOUT_LIST = item(Not(of=Condition(fact="listed", operator="is_true")))


HALF = {
    "name": "half",
    "label": "一半",
    "of": {
        "node": "rate",
        "base": {"node": "fact", "fact": "revenue"},
        "rate": {"node": "fixed", "value": "50", "unit": "%"},
    },
}
BOUND = some.sampled_from(["le", "ge", "lt", "ne"]).map(
    lambda operator: Compare(
        left=NamedFigure(value="half"), operator=operator, right=FactAmount(fact="revenue", period="2025")
    )
)
LISTED_ON = CompareDates(left=DateFact(fact="listed_on"), operator="le", right=Today())


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(files_of, rules_of, declared, some.lists(BOUND, max_size=2), some.booleans())
def test_on_facts_that_contradict_one_another_both_say_that_nothing_can_be_told(
    files: list[list[Fact]],
    eligibility: Eligibility,
    types: dict[str, tuple[FactKind, str | None]],
    bounds: list[Compare],
    dated: bool,
) -> None:
    """Named values in conditions and in bounds are read the same by both."""
    half = Compare(left=NamedFigure(value="half"), operator="ge", right=Fixed(value="1", unit="万元"))
    every = dict.fromkeys(NAMES, (FactKind.DATE, None)) | types
    rules = item(AllOf(of=(eligibility, half)), every).model_copy(
        update={
            "values": (NamedValue.model_validate(HALF),),
            "bounds": (*bounds, *((LISTED_ON,) if dated else ())),
        }
    )
    matcher = matcher_of(files)
    matcher.put_item("item", rules)
    for row, file in enumerate(files):
        reader = reader_of(rules, FactSheet(facts=tuple(file), reference_year=TODAY.year), TODAY)
        broken = contradicted(rules.bounds, reader)
        verdict = broken[0] if broken is not None else verdict_of(rules.eligibility, reader)
        assert matcher.state("item", row) is verdict.state
        told = [reason._asdict() for reason in matcher.with_reasons(row, verdict.state)["item"]]
        assert told == [reason.model_dump() for reason in verdict.reasons]


def test_a_bound_follows_the_facts_as_they_change() -> None:
    bound = Compare(left=FactAmount(fact="revenue"), operator="le", right=FactAmount(fact="revenue", period="2025"))
    bounded = ABOVE.model_copy(update={"bounds": (bound,)})
    matcher = matcher_of([[number("3000")], [number("3000"), number("2000", period="2025")], []])
    matcher.put_item("item", bounded)
    matcher.put_item("plain", ABOVE)
    assert [matcher.state("item", row) for row in range(3)] == [State.MET, State.UNDETERMINED, State.UNDETERMINED]
    assert (matcher.reach("item"), matcher.reach("plain")) == (MatchReach(1, 0, 2), MatchReach(2, 0, 1))
    matcher.put_facts(changes_of({0: [number("100", period="2025")], 1: [number("1999")]}))
    assert [matcher.state("item", row) for row in range(3)] == [State.UNDETERMINED, State.NOT_MET, State.UNDETERMINED]
    assert matcher.count_all().tolist() == [0, 1]
    matcher.drop_item("item")
    matcher.drop_item("plain")
    assert matcher.conditions == 0


def test_a_fact_is_good_through_its_last_day_and_undetermined_on_the_next() -> None:
    matcher = matcher_of([[number("3000", valid_until=TODAY)]])
    matcher.put_item("item", ABOVE)
    assert matcher.state("item", 0) is State.MET
    assert matcher.advance(TODAY + timedelta(days=1))
    assert matcher.state("item", 0) is State.UNDETERMINED
    assert not matcher.advance(TODAY + timedelta(days=2))


def test_figures_that_no_integer_holds_are_compared_exactly() -> None:
    just_below = "1999.999999999999"
    matcher = matcher_of([[number(just_below)], [number("2000.000000000000")], [number("999999999999999999.5")]])
    matcher.put_item("item", ABOVE)
    assert [matcher.state("item", row) for row in range(3)] == [State.NOT_MET, State.MET, State.MET]


def test_a_withdrawn_fact_takes_its_answer_along() -> None:
    matcher = matcher_of([[number("3000")]])
    matcher.put_item("item", ABOVE)
    matcher.put_facts({("revenue", None): {0: None}})
    assert matcher.reach("item") == MatchReach(0, 0, 1)


def test_an_item_s_new_version_replaces_the_old_one_and_leaves_nothing_behind() -> None:
    matcher = matcher_of([[number("1500")]])
    matcher.put_item("item", ABOVE)
    matcher.put_item("item", item(Condition(fact="revenue", operator="ge", value="1000", unit="万元")))
    assert matcher.reach("item") == MatchReach(1, 0, 0)
    matcher.drop_item("item")
    assert (len(matcher.items), matcher.conditions) == (0, 0)


def test_a_enterprise_that_is_dismissed_is_counted_nowhere() -> None:
    matcher = matcher_of([[number("3000")], [number("1")], []])
    matcher.put_item("item", ABOVE)
    matcher.put_item("clean", WITHOUT_LIST)
    matcher.dismiss(0)
    assert matcher.reach("item") == MatchReach(0, 1, 1)
    assert matcher.reach("clean") == MatchReach(0, 0, 2)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_there_is_room_for_one_more_enterprise(count: int) -> None:
    matcher = matcher_of([[number("3000")]] * count)
    matcher.put_item("item", ABOVE)
    matcher.admit(np.array([count], np.int32))
    matcher.put_facts({("revenue", None): {count: number("3000")}})
    assert matcher.entitled("item").tolist() == list(range(count + 1))
    assert matcher.count_all().tolist() == [count + 1]


def test_what_is_computed_row_by_row_is_matched_as_the_plain_evaluator_does() -> None:
    """Each person's wage counts up to 30; together they must come to 50."""
    wage = FactAmount(fact="wages")
    capped = Each(rows=(RowFact(fact="wages"),), called="名", of=Cap(of=wage, limit=Fixed(value="30", unit="元")))
    rules = item(
        Compare(left=capped, operator="ge", right=Fixed(value="50", unit="元")), {"wages": (FactKind.NUMBERS, "元")}
    )
    files = [[several(*wages)] for wages in (("100", "20"), ("100",), (), ("30", "19.99"), ("30", "30"))]
    matcher = matcher_of([*files, []])
    matcher.put_item("item", rules)
    found = [matcher.state("item", row) for row in range(6)]
    assert found == [plain(rules, file) for file in (*files, [])]
    assert found == [
        State.MET, State.NOT_MET, State.NOT_MET, State.NOT_MET, State.MET, State.UNDETERMINED,
    ]  # fmt: skip


def several(*wages: str) -> Fact:
    return Fact(name="wages", kind="numbers", value=wages, unit="元", source="人社", as_of=TODAY)


@pytest.mark.parametrize("code", ["U91", "U92"])
def test_what_the_process_keeps_of_an_item_answers_as_the_whole_of_it(code: str) -> None:
    """Its named values and its bounds are part of who is entitled."""
    told = json.loads((CHECKOUT / "tests" / "unit" / "rules" / "unseen" / f"{code}.json").read_text("utf-8"))
    whole, kept = ItemRules.model_validate(told["rules"]), Matched.model_validate(told["rules"])
    for case in told["cases"]:
        day = date.fromisoformat(case["date"])
        sheet = FactSheet.model_validate({name: case[name] for name in ("facts", "reference_year")})
        matcher = Matcher(day)
        matcher.admit(np.arange(1, dtype=np.int32))
        matcher.put_facts(changes_of({0: list(sheet.facts)}))
        matcher.put_item("item", kept.model_copy(update={"reference_year": sheet.reference_year}))
        plain = assess(whole, sheet, day).verdict
        assert matcher.state("item", 0) is plain.state, case["name"]
        told_why = [reason._asdict() for reason in matcher.with_reasons(0, plain.state)["item"]]
        assert told_why == [reason.model_dump() for reason in plain.reasons], case["name"]
