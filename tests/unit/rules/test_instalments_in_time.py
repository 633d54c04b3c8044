"""Instalments with due years and days: early is not yet, late is judged by its own year, and nothing is forfeited."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.money import Money
from contracts.rule import (
    AwardHistory,
    DateFact,
    Day,
    FactSheet,
    Instalment,
    InstalmentPlan,
    InstalmentRecord,
    ItemRules,
    Rate,
    Recheck,
    Shifted,
    State,
)
from rules import assess, compute_instalment
from tests.unit.rules.rule_writing import condition, fact, fixed, item_rules, number_fact, quantity, sheet

SCALE = condition("above_scale", "is_true")
YEARS = range(2024, 2032)


def yuan(amount: int) -> Money:
    return Money.from_yuan(amount)


def scale(*fallen: int, year: int = 2025) -> FactSheet:
    """Above scale in each year but these, as the claim of `year` tells it."""
    return sheet(*(fact("above_scale", "flag", each not in fallen, str(each)) for each in YEARS), year=year)


def three_years(if_failed: str = "skip") -> ItemRules:
    """4:3:3 over three years, rechecked in each."""
    check = {"rechecks": (Recheck(condition=SCALE, if_failed=if_failed),)}
    parts = [
        Instalment(label=label, fraction=f"{tenths}/10", due_year=year or None, **(check if year else {}))
        for year, (label, tenths) in enumerate([("第一年", 4), ("第二年", 3), ("第三年", 3)])
    ]
    return item_rules(amount=fixed(10, "万元"), instalments=InstalmentPlan(parts=parts))


def history(*records: InstalmentRecord, claim_year: int | None = 2025, **more: object) -> AwardHistory:
    return AwardHistory(family="A", claim_year=claim_year, instalments=records, **more)


FIRST = InstalmentRecord(number=1, outcome="paid", money=yuan(40_000))


def claimed(rules: ItemRules, number: int, facts: FactSheet, today: date, awards: AwardHistory | None) -> str:
    answer = compute_instalment(rules, number, facts, today, awards=awards)
    money = answer.amount.money
    return answer.outcome if money is None else f"{answer.outcome} {int(money.yuan):,}"


@pytest.mark.parametrize("if_failed", ["skip", "stop", "wait"])
def test_a_part_that_is_claimed_too_early_is_not_yet_due_whatever_its_recheck_would_say(if_failed: str):
    """A failed recheck of the year before stopped all that was still to come."""
    answer = compute_instalment(
        three_years(if_failed), 2, scale(2025), date(2025, 12, 31), awards=history(FIRST, whole=yuan(100_000))
    )
    assert (answer.outcome, answer.amount.money, answer.records) == ("not_yet", Money(0), ())
    assert answer.due_from == date(2026, 1, 1)
    assert answer.reason == (
        "本期自 2026 年度起可以申报，这次申报的是 2025 年度，尚未到期；到期后照常申报，不影响本期和以后各期"
    )


def test_a_due_year_has_come_when_the_claim_is_for_it_and_the_calendar_is_in_it():
    rules, awards = three_years(), history(FIRST)
    this_year, next_year = scale(year=2025), scale(year=2026)
    assert claimed(rules, 2, this_year, date(2026, 1, 1), awards) == "not_yet 0"
    assert claimed(rules, 2, next_year, date(2025, 12, 31), awards) == "not_yet 0"
    assert claimed(rules, 2, next_year, date(2026, 1, 1), awards) == "due 30,000"
    assert claimed(rules, 3, next_year, date(2026, 12, 31), awards) == "not_yet 0"
    assert claimed(rules, 3, scale(year=2027), date(2027, 1, 1), awards) == "due 30,000"


def test_without_the_year_of_the_claim_nobody_can_tell_whether_a_later_part_is_due():
    rules = three_years()
    for awards in (None, history(FIRST, claim_year=None)):
        answer = compute_instalment(rules, 2, scale(year=2026), date(2026, 5, 1), awards=awards)
        assert (answer.outcome, answer.amount.money, answer.records) == ("undetermined", None, ())
        assert [(each.name, each.kind) for each in answer.amount.missing] == [("claim_year", "award")]
        assert answer.reason == "本期是否到期尚不能判定，缺少：首期的申报年度"
    without_whole = rules.model_copy(update={"amount": quantity("rd_expense")})
    answer = compute_instalment(without_whole, 2, scale(year=2026), date(2026, 5, 1))
    assert [each.name for each in answer.amount.missing] == ["claim_year", "rd_expense"]
    found = assess(rules, scale(year=2026), date(2026, 5, 1), awards=history(FIRST, claim_year=None))
    assert found.verdict.state is State.UNDETERMINED


def test_the_first_part_is_counted_from_the_year_that_it_is_claimed_for():
    later = [Instalment(label="次年兑付", fraction="1", due_year=1)]
    rules = item_rules(instalments=InstalmentPlan(parts=later))
    answer = compute_instalment(rules, 1, scale(), date(2025, 6, 1))
    assert (answer.outcome, answer.due_from) == ("not_yet", date(2026, 1, 1))
    registered = history(claim_year=2025)
    assert claimed(rules, 1, scale(year=2026), date(2026, 6, 1), registered) == "due 50,000"
    at_once = [Instalment(label="当年兑付", fraction="1", due_year=0)]
    assert claimed(item_rules(instalments=InstalmentPlan(parts=at_once)), 1, scale(), date(2025, 1, 1), None) == (
        "due 50,000"
    )


def test_who_claims_late_is_judged_by_the_year_that_the_part_is_for():
    """Else a year without taxes would be left out and claimed in a better one."""
    rules, awards = three_years(), history(FIRST)
    late = scale(2026, year=2027)
    answer = compute_instalment(rules, 2, late, date(2027, 3, 1), awards=awards)
    assert (answer.outcome, [each.number for each in answer.records]) == ("skipped", [2])
    assert claimed(rules, 2, scale(2027, year=2027), date(2027, 3, 1), awards) == "due 30,000"
    assert claimed(rules, 3, scale(2027, year=2027), date(2027, 3, 1), awards) == "skipped 0"


def test_who_claims_late_is_paid_what_the_year_of_the_part_comes_to():
    """Two parts that are claimed in one year are not both paid by the figures of that year."""
    share = Rate(base=quantity("rd_expense"), rate=fixed(10, "%"))
    parts = [
        Instalment(label="第一年", amount=share, due_year=0),
        Instalment(label="第二年", amount=share, due_year=1),
        Instalment(label="第三年", amount=share, due_year=2),
    ]
    rules = item_rules(instalments=InstalmentPlan(parts=parts))
    spent = [number_fact("rd_expense", 10 * (each - 2024), "万元", str(each)) for each in YEARS]
    facts = sheet(fact("above_scale", "flag", True), *spent, year=2027)
    assert claimed(rules, 2, facts, date(2027, 3, 1), history(FIRST)) == "due 20,000"
    assert claimed(rules, 3, facts, date(2027, 3, 1), history(FIRST)) == "due 30,000"


def test_what_waits_for_a_condition_looks_at_the_facts_of_now():
    rules, awards = three_years("wait"), history(FIRST)
    assert claimed(rules, 2, scale(2026, year=2026), date(2026, 3, 1), awards) == "waiting 0"
    assert claimed(rules, 2, scale(2026, year=2027), date(2027, 3, 1), awards) == "due 30,000"


def test_a_part_is_due_from_its_day_on():
    plan = InstalmentPlan(
        parts=[
            Instalment(label="首期", fraction="1/2"),
            Instalment(label="二期", fraction="1/2", due_on=Day(day=date(2026, 7, 1))),
        ]
    )
    rules = item_rules(instalments=plan)
    early = compute_instalment(rules, 2, scale(), date(2026, 6, 30), awards=history(FIRST))
    assert (early.outcome, early.due_from) == ("not_yet", date(2026, 7, 1))
    assert early.reason == "本期自 2026-07-01 起可以申报，尚未到期；到期后照常申报，不影响本期和以后各期"
    assert claimed(rules, 2, scale(), date(2026, 7, 1), history(FIRST)) == "due 25,000"


def test_a_day_that_nobody_knows_leaves_it_open_whether_a_part_is_due():
    due_on = Shifted(day=DateFact(fact="certified_on"), years=1)
    plan = InstalmentPlan(
        parts=[Instalment(label="首期", fraction="1/2"), Instalment(label="二期", fraction="1/2", due_on=due_on)]
    )
    rules = item_rules(instalments=plan)
    answer = compute_instalment(rules, 2, scale(), date(2026, 6, 30), awards=history(FIRST))
    assert (answer.outcome, [each.name for each in answer.amount.missing]) == ("undetermined", ["certified_on"])
    known = sheet(fact("certified_on", "date", "2025-07-01", None))
    assert claimed(rules, 2, known, date(2026, 6, 30), history(FIRST)) == "not_yet 0"
    assert claimed(rules, 2, known, date(2026, 7, 1), history(FIRST)) == "due 25,000"


def test_what_was_stopped_stays_stopped_before_and_after_its_year():
    rules = three_years("stop")
    stopped = history(FIRST, InstalmentRecord(number=2, outcome="stopped"))
    for year in (2026, 2027, 2028):
        assert claimed(rules, 2, scale(year=year), date(year, 2, 1), stopped) == "stopped 0"
        assert claimed(rules, 3, scale(year=year), date(year, 2, 1), stopped) == "stopped 0"


def test_an_early_claim_is_an_answer_of_its_own_beside_the_others():
    """Nothing is due, nothing is missing, and the next claim is for the same part."""
    rules, awards = three_years("stop"), history(FIRST, whole=yuan(100_000))
    found = assess(rules, scale(2025), date(2025, 9, 1), awards=awards)
    assert (found.verdict.state, found.verdict.reasons, found.amount.money) == (State.MET, (), Money(0))
    assert found.instalment is not None
    assert (found.instalment.number, found.instalment.outcome) == (2, "not_yet")
    assert found.amount.working[-1].text_zh.startswith("第 2 期：本期自 2026 年度起可以申报")
    again = assess(rules, scale(2025, year=2026), date(2026, 9, 1), awards=awards)
    assert (again.verdict.state, again.amount.money) == (State.MET, yuan(30_000))


def test_items_from_before_there_were_due_years_pay_as_they_did():
    """Pinned versions keep their meaning: no year of the claim is asked for, and the next part is due at once."""
    old = InstalmentPlan(
        parts=[Instalment(label="第一年", fraction="1/2"), Instalment(label="第二年", fraction="1/2", recheck=SCALE)]
    )
    rules = item_rules(instalments=old)
    assert claimed(rules, 2, scale(), date(2025, 5, 1), None) == "due 25,000"
    assert claimed(rules, 2, scale(2025), date(2025, 5, 1), history(FIRST, claim_year=None)) == "skipped 0"
