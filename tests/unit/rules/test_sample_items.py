"""The demo's items and scene: sound, marked as samples, and worth exactly five million yuan."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from stdnum.cn import uscc

from contracts.item import PolicyItemContent
from contracts.money import Money
from contracts.rule import Fact, FactSheet, Level, Mode, State
from rules import assess, check_publication, sentences
from rules.text.layout import together
from tests.unit.rules.sample_files import ITEMS, SCENE

CASES = SCENE["cases"]


def facts_of(case: dict[str, Any], year: int = 2026) -> FactSheet:
    return FactSheet(facts=[*case["file_facts"], *case["declared_facts"]], reference_year=year)


@pytest.mark.parametrize("code", ITEMS)
def test_a_sample_item_is_ready_for_publication_and_says_that_it_is_a_sample(code: str):
    item = ITEMS[code]
    assert check_publication(item) == []
    assert item.code == code
    assert item.sample
    assert item.sample_notes
    assert "示例" in item.fair_competition.basis


@pytest.mark.parametrize("code", ITEMS)
def test_the_guide_says_what_the_rules_mean(code: str):
    item = ITEMS[code]
    words = sentences(item.rules)
    assert item.guide.conditions == together(words.eligibility, words.stacking)
    assert item.guide.standard == together(words.amount, words.instalments, words.payees, words.quotas)


@pytest.mark.parametrize("code", SCENE["items"])
def test_the_items_of_the_scene_are_open_whenever_the_demo_runs(code: str):
    assert ITEMS[code].rules.plan.window.closes is None


def test_nothing_is_published_without_a_fair_competition_conclusion():
    draft = next(iter(ITEMS.values())).model_copy(update={"fair_competition": None})
    assert [problem.code for problem in check_publication(draft)] == ["fair_competition_missing"]


def test_a_figure_that_nobody_knows_is_published_in_samples_only():
    unstated = next(item for item in ITEMS.values() if '"unstated"' in item.rules.model_dump_json())
    assert check_publication(unstated) == []
    own = unstated.model_copy(update={"sample": False})
    assert {problem.code for problem in check_publication(own)} == {"figure_unstated"}
    assert all(problem.where.startswith("/rules/") for problem in check_publication(own))


def test_problems_of_an_item_point_into_the_item():
    item = next(iter(ITEMS.values()))
    amount = {"node": "fixed", "value": "5", "unit": "%"}
    broken = item.model_dump(mode="json", exclude_none=True)
    broken["rules"]["amount"] = amount
    (problem,) = check_publication(PolicyItemContent.model_validate(broken))
    assert (problem.code, problem.where) == ("amount_not_money", "/rules/amount")


def test_the_first_day_is_five_million_yuan_in_twenty_four_payments_to_twenty_four_enterprises():
    payments = []
    for case in CASES:
        found = assess(ITEMS[case["item"]].rules, facts_of(case), date(2026, 11, 22))
        assert found.verdict.state is State.MET, case["number"]
        assert found.amount.money == Money(case["expected_fen"]), case["number"]
        payments.extend(found.shares)
    assert len(payments) == SCENE["payments"] == 24
    assert Money.total(payment.money for payment in payments) == Money(SCENE["total_fen"]) == Money(500_000_000)
    assert {payment.payer for payment in payments} == {Level.COUNTY}
    assert len({case["enterprise"]["uscc"] for case in CASES}) == 24


def test_the_scene_is_the_same_whatever_the_year_of_the_run():
    for case in CASES:
        rules = ITEMS[case["item"]].rules
        found = [assess(rules, facts_of(case, year), date(year, 6, 1)).amount for year in (2026, 2031)]
        assert found[0] == found[1]


def test_without_what_the_applicant_declares_nothing_is_certain():
    for case in CASES:
        if case["declared_facts"]:
            facts = FactSheet(facts=case["file_facts"], reference_year=2025)
            found = assess(ITEMS[case["item"]].rules, facts, date(2026, 11, 22))
            assert found.amount.state == "undetermined"
            assert found.shares == ()


def test_all_three_modes_occur_and_each_case_takes_the_way_of_its_item():
    assert {ITEMS[case["item"]].rules.plan.mode for case in CASES} == set(Mode)
    for case in CASES:
        plan = ITEMS[case["item"]].rules.plan
        assert (case["route"] == "nomination") == (plan.mode is Mode.NO_APPLICATION)
        asked = {field.fact for field in plan.form_fields}
        declared = [Fact.model_validate(declared) for declared in case["declared_facts"]]
        assert {fact.name for fact in declared} == asked
        if plan.mode is Mode.COMMITTED:
            assert "site_inspection" in {step.kind for step in plan.steps}
    assert SCENE["items"] == sorted({case["item"] for case in CASES})


def test_the_enterprises_are_samples_with_valid_credit_codes_of_the_district():
    for number, case in enumerate(CASES, 1):
        enterprise, account = case["enterprise"], case["account"]
        assert case["number"] == number
        assert enterprise["name"].startswith(f"示例企业{number:02d}（")
        assert uscc.is_valid(enterprise["uscc"])
        assert enterprise["uscc"][2:8] == SCENE["tenant"] == "360702"
        assert _organisation_check(enterprise["uscc"][8:16]) == enterprise["uscc"][16]
        assert enterprise["contact_mobile"].startswith("199000000")
        assert account["account_name"] == enterprise["name"]
        assert account["account_number"].isdigit()


def _organisation_check(body: str) -> str:
    """The check character of an organisation code (GB 11714)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(weight * int(char, 36) for weight, char in zip(weights, body, strict=True)) % 11
    return {0: "0", 1: "X"}.get(rest, str(11 - rest))


def test_two_items_are_shared_with_the_city_and_the_county_advances():
    shared = {code for code in SCENE["items"] if ITEMS[code].rules.shares.mode == "county_advances"}
    assert shared == {"GZ-009", "AH-002"}
    case = next(case for case in CASES if case["item"] == "AH-002")
    (line,) = assess(ITEMS["AH-002"].rules, facts_of(case), date(2026, 11, 22)).shares
    assert [(part.level, part.money) for part in line.borne_by] == [
        (Level.CITY, Money(26_100_000)),
        (Level.COUNTY, Money(26_100_000)),
    ]
