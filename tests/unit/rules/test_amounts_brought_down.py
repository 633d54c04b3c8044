"""An amount that a quota brings down: the working says why, and who bears it and gets it is worked out anew."""

from __future__ import annotations

from fractions import Fraction

from contracts.money import Money
from contracts.rule import BatchClaim, FactSheet, ItemRules, Quota
from rules import assess
from rules.batches import needs_batch, paid_part, takes_of
from rules.items import brought_down
from tests.unit.review.review_kit import COUNTY_ADVANCES, TWO_TO_EIGHT, facts, item_rules
from tests.unit.rules.rule_writing import TODAY
from tests.unit.rules.test_source_examples import fact, item, number_fact

SHEET = FactSheet(facts=facts("300"), reference_year=2025)
DUE = Money(30_000_000)


def less(rules: ItemRules, fen: int) -> list[tuple[str, int]]:
    found = brought_down(rules, SHEET, TODAY, assess(rules, SHEET, TODAY), Money(fen), "余额不足")
    assert found.amount.money == Money.total(line.value for line in found.amount.working)
    assert found.headline is not None and found.headline.due == Money(fen)
    return [(line.payer.value, line.money.fen) for line in found.shares]


def test_the_levels_share_what_is_left() -> None:
    assert less(item_rules(shares=TWO_TO_EIGHT), 10_000_001) == [("city", 2_000_000), ("county", 8_000_001)]
    assert less(item_rules(shares=COUNTY_ADVANCES), 10_000_000) == [("county", 10_000_000)]


def test_more_than_is_due_brings_nothing_down() -> None:
    found = assess(item_rules(), SHEET, TODAY)
    assert brought_down(item_rules(), SHEET, TODAY, found, DUE, "余额不足") == found


def test_what_a_claim_takes_is_its_money_or_what_the_quota_counts() -> None:
    claim = BatchClaim(claim_id="a", money=DUE, filed_at="2026-03-10T04:00:00Z", facts=SHEET)
    measure = {"node": "fact", "fact": "rd_expense", "period": "Y"}
    counted = Quota.model_validate({"pot": "900", "pot_unit": "万元", "measure": measure})
    assert takes_of(item_rules(), Quota(pot="10"), claim, TODAY) == Fraction(300_000)
    assert takes_of(item_rules(), counted, claim, TODAY) == Fraction(3_000_000)
    nothing_known = claim.model_copy(update={"facts": FactSheet(reference_year=2025)})
    assert takes_of(item_rules(), counted, nothing_known, TODAY) is None


def test_what_is_ranked_or_shared_in_proportion_needs_a_batch() -> None:
    ranked = {"places": 3, "order": {"node": "ranked", "keys": [{"by": {"node": "fact", "fact": "rd_expense"}}]}}
    assert needs_batch(Quota.model_validate(ranked))
    assert needs_batch(Quota(pot="10", when_short="pro_rata"))
    assert not needs_batch(Quota(pot="10", when_short="partial"))


def test_a_branch_that_is_not_taken_is_no_part_of_the_amount() -> None:
    rules = item("GZ-005")
    origin = fact("tourist_origin_city", "code", "360800", None)
    outstanding = FactSheet(
        facts=(
            origin,
            fact("exchange_award_kind", "code", "outstanding", None),
            number_fact("exchange_tourists", 30_000, "人", "2022"),
            fact("outstanding_contribution_selected", "flag", True, "2022"),
        ),
        reference_year=2022,
    )
    convoy = FactSheet(facts=(origin, fact("exchange_award_kind", "code", "convoy", None)), reference_year=2022)
    assert paid_part(rules, "自驾车队补贴", outstanding, TODAY) == Money(0)
    assert paid_part(rules, "自驾车队补贴", convoy, TODAY) == Money(1_000_000)
