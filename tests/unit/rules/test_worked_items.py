"""Every real item with its worked cases: amounts computed by hand from the words of the source."""

from __future__ import annotations

import pytest

from contracts.item import PolicyItemContent
from contracts.rule import Assessment, FactSheet, Level, State
from rules import assess, check
from rules.headline import objections_to_all
from services.catalog.dictionary.facts import dictionary
from tests.unit.rules.sample_files import ITEMS, SAMPLE, SCENE, WorkedCase, estimated_fen, worked_cases

CASES = worked_cases()
EVERY_CASE = [
    pytest.param(code, case, id=f"{code}-{number}")
    for code, cases in CASES.items()
    for number, case in enumerate(cases, 1)
]
FACTS = dictionary()

COLLECTED = {
    "AH": "002 003 005 007 010",
    "BJ": "001 002",
    "CN": "001 002",
    "CQ": "002",
    "FJ": "001 004 005 007 008 010 011 012 014 016 017",
    "GD": "001 002 005 006 007 009 010",
    "GZ": "001 003 005 006 009 010 011 013",
    "HB": "001 002",
    "HI": "001 002 004",
    "HL": "001",
    "HN": "001 002",
    "JL": "002 003 004 005 007 008 011 012 014",
    "JS": "001 003 004",
    "JX": "001 002 003 005 006 007 008",
    "NM": "002",
    "NX": "001",
    "SC": "003 006 007 009 010 011 014 015 017 018 020 021 022 023 024 025",
    "SD": "001 002 004",
    "SX": "002",
    "TJ": "001",
    "ZJ": "001 004 005 006 008 009 011",
}
"""The numbers of the items that were collected from public sources, by the place they are from."""


def test_every_collected_item_is_entered_and_worked():
    collected = {f"{place}-{number}" for place, numbers in COLLECTED.items() for number in numbers.split()}
    assert len(collected) == 93
    assert set(ITEMS) == collected
    assert set(CASES) | {case["item"] for case in SCENE["cases"]} == collected


def test_every_item_beyond_the_scene_has_a_worked_case_and_every_case_an_item():
    assert set(ITEMS) - set(SCENE["items"]) <= set(CASES) <= set(ITEMS)
    assert all(CASES.values())


def test_every_item_has_an_amount_worked_by_hand_unless_its_source_gives_none():
    without = {
        code
        for code, cases in CASES.items()
        if not any(said.amount_fen or said.estimate_fen or said.whole_fen for said in (case.expect for case in cases))
    }
    assert {code for code in without if '"unstated"' not in ITEMS[code].rules.model_dump_json()} == set()


@pytest.mark.parametrize(("code", "case"), EVERY_CASE)
def test_the_rules_come_to_what_the_source_says(code: str, case: WorkedCase):
    found = assessed(ITEMS[code], case)
    assert found.verdict.state is case.expect.state, case.name
    assert due_fen(found) == case.expect.amount_fen, (case.name, found.amount.working)
    for said, money in (
        (case.expect.estimate_fen, estimated_fen(found)),
        (case.expect.whole_fen, found.amount.whole and found.amount.whole.fen),
    ):
        assert said is None or money == said, (case.name, found.amount.working)
    beside = {
        "shares": paid_by_level(found),
        "payees": {line.label: line.money.fen for line in found.payees},
        "objections": [objection.code for objection in found.objections],
        "missing": sorted({fact.name for fact in (*found.verdict.missing, *found.amount.missing)}),
    }
    for what, came_to in beside.items():
        said = getattr(case.expect, what)
        assert said is None or came_to == (sorted(said) if what == "missing" else said), (case.name, what)


@pytest.mark.parametrize(("code", "case"), EVERY_CASE)
def test_a_case_speaks_of_facts_that_its_item_declares(code: str, case: WorkedCase):
    declared = ITEMS[code].rules.fact_types_by_name
    for fact in case.facts:
        assert fact.name in declared, (case.name, fact.name)
        assert fact.kind is declared[fact.name].kind, (case.name, fact.name)


@pytest.mark.parametrize("code", ITEMS)
def test_the_facts_of_an_item_are_words_of_the_dictionary(code: str):
    rules = ITEMS[code].rules
    assert check(rules, {name: fact.typed(name) for name, fact in FACTS.items()}) == []
    for declared in rules.fact_types:
        known = FACTS[declared.name]
        assert declared.label == known.label, declared.name
        assert {entry.code: entry.label for entry in declared.codes}.items() <= {
            entry.code: entry.label for entry in known.codes
        }.items(), declared.name


def test_cases_are_of_items_that_there_are():
    assert all((SAMPLE / "items" / f"{code}.json").is_file() for code in CASES)


def assessed(item: PolicyItemContent, case: WorkedCase) -> Assessment:
    year = case.reference_year or item.rules.reference_year or case.date.year
    sheet = FactSheet(facts=tuple(case.facts), parameters=tuple(case.parameters), reference_year=year)
    return assess(item.rules, sheet, case.date, awards=case.awards, decisions=case.decisions)


def due_fen(found: Assessment) -> int | None:
    """What is certainly due by the conditions, whatever the day; None while the verdict, the amount or an objection
    against all of it leaves it open.
    """
    if found.verdict.state is not State.MET or found.amount.money is None or objections_to_all(found):
        return None
    return found.amount.money.fen


def paid_by_level(found: Assessment) -> dict[Level, int]:
    """Who bears how much of what is due."""
    borne: dict[Level, int] = {}
    for line in found.shares:
        for part in line.borne_by:
            borne[part.level] = borne.get(part.level, 0) + part.money.fen
    return borne
