"""The worked examples of the sources, on the items as they are entered: cases that need a history or a decision."""

from __future__ import annotations

import json
from datetime import date

import pytest

from console.place import CHECKOUT
from contracts.money import Money
from contracts.rule import (
    Award,
    AwardHistory,
    AwardKey,
    Decision,
    Fact,
    FactSheet,
    InstalmentRecord,
    ItemRules,
    ParameterValue,
    State,
)
from rules import assess, compute_instalment
from tests.unit.rules.rule_writing import TODAY, fact, number_fact


def item(code: str) -> ItemRules:
    content = json.loads((CHECKOUT / "sample" / "items" / f"{code}.json").read_text("utf-8"))
    return ItemRules.model_validate(content["rules"])


def yuan(amount: int) -> Money:
    return Money.from_yuan(amount)


def award(family: str, year: int, money: int, level: str = "city", **keys: str) -> Award:
    told = tuple(AwardKey(fact=name, value=value) for name, value in keys.items())
    granted_on = date(year, 12, 1)
    return Award(family=family, level=level, year=year, money=yuan(money), granted_on=granted_on, keys=told)


# -- JX-008: three instalments, each with its recheck --------------------------------------------------------


def certified(year: int, tax: int, *, exempt: bool = False) -> FactSheet:
    facts = (
        fact("hi_tech_certified", "flag", True, None),
        fact("hi_tech_certification_kind", "code", "first", None),
        number_fact("tax_paid", tax, "元", str(year)),
        fact("statutory_tax_exemption", "flag", exempt, str(year)),
    )
    return FactSheet(facts=facts, reference_year=year)


def paid_over_three_years(taxes: tuple[int, int, int], *, exempt: bool = False) -> list[int]:
    rules, records = item("JX-008"), []
    for number, tax in enumerate(taxes, 1):
        history = AwardHistory(family="JX-008", claim_year=2025, instalments=tuple(records))
        facts, today = certified(2024 + number, tax, exempt=exempt), date(2024 + number, 12, 1)
        answer = compute_instalment(rules, number, facts, today, awards=history)
        assert answer.amount.money is not None
        due = answer.outcome == "due"
        records.append(InstalmentRecord(number=number, outcome="paid" if due else "skipped", money=answer.amount.money))
        assert assess(rules, facts, today, awards=history).amount.money == answer.amount.money
    return [int(record.money.yuan) for record in records]


def test_a_year_without_tax_pays_nothing_and_the_next_goes_on():
    assert paid_over_three_years((5000, 0, 5000)) == [100_000, 0, 50_000]
    assert paid_over_three_years((5000, 5000, 5000)) == [100_000, 50_000, 50_000]


def test_a_statutory_exemption_passes_the_recheck_without_tax():
    assert paid_over_three_years((0, 0, 0), exempt=True) == [100_000, 50_000, 50_000]


def test_a_recheck_without_the_facts_of_its_year_is_undetermined_and_names_them():
    last_year, history = certified(2025, 5000), AwardHistory(family="JX-008", claim_year=2025)
    this_year = last_year.model_copy(update={"reference_year": 2026})
    answer = compute_instalment(item("JX-008"), 2, this_year, TODAY, awards=history)
    assert answer.outcome == "undetermined"
    assert {missing.name for missing in answer.amount.missing} == {"tax_paid", "statutory_tax_exemption"}
    assert answer.amount.whole == yuan(200_000)


# -- FJ-012: a decided base, a top-up by sector, shares by county --------------------------------------------


def retailer(county: str) -> FactSheet:
    facts = (
        fact("newly_above_quota", "flag", True),
        fact("entered_statistics_monthly", "flag", True),
        fact("industry", "code", "retail", None),
        number_fact("sales_or_turnover", 6000, "万元"),
        fact("benefit_county", "code", county, None),
    )
    return FactSheet(facts=facts, reference_year=2025)


def decided(name: str, value: str, unit: str = "万元") -> Decision:
    return Decision(name=name, value=value, unit=unit, by="市商务局", on=date(2026, 3, 1))


def counties() -> dict[str, str]:
    types = item("FJ-012").fact_types_by_name
    return {entry.label: entry.code for entry in types["benefit_county"].codes}


def test_a_retailer_of_changting_gets_70000_of_which_the_city_bears_two_tenths():
    changting = next(code for label, code in counties().items() if "长汀" in label)
    base = decided("above_quota_base", "2")
    found = assess(item("FJ-012"), retailer(changting), TODAY, decisions=[base])
    assert found.amount.money == yuan(70_000)
    borne = {part.level: part.money.yuan for line in found.shares for part in line.borne_by}
    assert borne == {"city": 14_000, "county": 56_000}


def test_before_the_decision_the_amount_lies_between_the_top_up_and_all():
    changting = next(code for label, code in counties().items() if "长汀" in label)
    amount = assess(item("FJ-012"), retailer(changting), TODAY).amount
    assert (amount.state, amount.lowest, amount.highest) == ("undetermined", yuan(50_000), yuan(70_000))
    assert [missing.kind for missing in amount.missing] == ["decision"]


# -- FJ-010: topped up to the difference ---------------------------------------------------------------------


@pytest.mark.parametrize(("had", "expected"), [(0, 10_000_000), (3_000_000, 7_000_000), (12_000_000, 0)])
def test_a_higher_honour_pays_the_difference_to_the_lower_one(had: int, expected: int):
    rules = item("FJ-010")
    facts = FactSheet(
        facts=(
            fact("private_manufacturing_leader", "flag", True, None),
            fact("lighthouse_factory", "flag", True, None),
            fact("honour_subject", "code", "plant-1", None),
        ),
        reference_year=2025,
    )
    earlier = (award("FJ-LOWER", 2024, had, honour_subject="plant-1"),) if had else ()
    others = award("FJ-LOWER", 2024, 1_000_000, honour_subject="plant-2")
    history = AwardHistory(family="FJ-010", awards=(*earlier, others))
    found = assess(rules, facts, TODAY, awards=history).amount
    assert (found.money, found.before_caps) == (yuan(expected), False)
    assert Money.total(line.value for line in found.working) == yuan(expected)
    unknown = assess(rules, facts, TODAY).amount
    assert (unknown.money, unknown.before_caps) == (yuan(10_000_000), True)


# -- SC-021: caps of a year and of a lifetime ----------------------------------------------------------------


def tenant(year: int) -> FactSheet:
    period = str(year - 1)
    facts = (
        number_fact("leased_area", 4000, "平方米", None),
        number_fact("leased_months", 12, "月", period),
        number_fact("rent_paid", 4000 * 15 * 12, "元", period),
    )
    return FactSheet(facts=facts, reference_year=year)


def test_five_years_of_rent_reach_the_cap_of_a_lifetime():
    rules, awards, paid = item("SC-021"), [], []
    for year in range(2021, 2027):
        history = AwardHistory(family="SC-021", awards=tuple(awards))
        money = assess(rules, tenant(year), TODAY, awards=history).amount.money
        assert money is not None
        paid.append(int(money.yuan))
        awards.append(award("SC-021", year, int(money.yuan), "county"))
    assert paid == [240_000, 240_000, 240_000, 240_000, 40_000, 0]


def test_without_a_register_an_answer_says_that_it_is_before_caps():
    found = assess(item("SC-021"), tenant(2026), TODAY).amount
    assert (found.money, found.before_caps) == (yuan(240_000), True)
    assert found.working[-1].text_zh.startswith("以上为历次奖补扣减前的金额，尚未计入：累计封顶")


# -- CN-001: what lies above the LPR less 150 basis points ---------------------------------------------------


def borrower(rate: str) -> tuple[Fact, ...]:
    return (
        fact("small_micro", "flag", True),
        number_fact("startup_loan_principal", 3_000_000, "元", None),
        number_fact("startup_loan_rate", rate, "%", None),
        fact("loan_issued_on", "date", "2025-01-15", None),
        number_fact("startup_loan_days", 360, "天"),
    )


def lpr(value: str, day: str) -> ParameterValue:
    said = {"name": "lpr_one_year", "unit": "%", "source": "全国银行间同业拆借中心", "as_of": day}
    return ParameterValue(value=value, valid_from=day, **said)


def test_the_treasury_bears_the_interest_above_the_lpr_less_150_basis_points():
    rules, rate = item("CN-001"), "3.6"
    parameters = (lpr("3.1", "2024-10-21"), lpr("3.0", "2025-05-20"), lpr("3.35", "2024-07-22"))
    sheet = FactSheet(facts=borrower(rate), parameters=parameters, reference_year=2025)
    found = assess(rules, sheet, TODAY)
    assert found.amount.money == yuan(60_000)
    later = FactSheet(facts=borrower(rate), parameters=(lpr("3.0", "2025-05-20"),), reference_year=2025)
    missing = assess(rules, later, TODAY).amount.missing
    assert [(each.kind, each.name) for each in missing] == [("parameter", "lpr_one_year")]


def test_a_loan_below_the_enterprises_own_part_is_not_subsidised():
    sheet = FactSheet(facts=borrower("1.5"), parameters=(lpr("3.1", "2024-10-21"),), reference_year=2025)
    assert assess(item("CN-001"), sheet, TODAY).amount.money == yuan(0)


# -- FJ-014: growth bands under a second cap -----------------------------------------------------------------


@pytest.mark.parametrize(("before", "now", "expected"), [("8", "12", 4_160_000), ("5", "6.5", 1_500_000)])
def test_an_increment_is_paid_by_growth_and_waits_for_the_second_cap(before: str, now: str, expected: int):
    rules = item("FJ-014")
    facts = (
        number_fact("industrial_output", now, "亿元", "2020"),
        number_fact("industrial_output", before, "亿元", "2019"),
    )
    unknown = assess(rules, FactSheet(facts=facts, reference_year=2020), TODAY).amount
    assert (unknown.state, unknown.lowest, unknown.highest) == ("undetermined", yuan(0), yuan(expected))
    assert [missing.name for missing in unknown.missing] == ["district_tax_retained"]
    retained = number_fact("district_tax_retained", 200, "万元", "2020")
    capped = assess(rules, FactSheet(facts=(*facts, retained), reference_year=2020), TODAY).amount
    assert capped.money == min(yuan(expected), yuan(2_000_000))


def test_growth_below_the_entry_of_its_group_is_not_entitled():
    facts = (
        number_fact("industrial_output", "6.487", "亿元", "2020"),
        number_fact("industrial_output", "4.99", "亿元", "2019"),
        number_fact("district_tax_retained", 9999, "万元", "2020"),
    )
    found = assess(item("FJ-014"), FactSheet(facts=facts, reference_year=2020), TODAY)
    assert found.verdict.state is State.NOT_MET
    assert found.amount.money == yuan(0)
