"""What a claim meets besides its conditions: the days on which it can be made, and the quotas that it falls under."""

from __future__ import annotations

from datetime import date

from contracts.rule import Quota
from rules import assess
from tests.unit.rules.rule_writing import TODAY, fact, item_rules, sheet

MET = fact("above_scale", "flag", True)


def test_both_ends_of_the_window_belong_to_it():
    rules = item_rules(plan={"window": {"opens": "2026-04-01", "closes": "2026-04-30"}})
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)]
    assert [assess(rules, sheet(MET), TODAY, claimed_on=day).claimable for day in days] == [
        "not_yet_open", "open", "open", "closed",
    ]  # fmt: skip


def test_a_payment_depends_on_the_quotas_that_there_are():
    def depends(**quota: object) -> tuple[str, ...]:
        return assess(item_rules(quotas=[Quota(**quota)]), sheet(MET), TODAY).subject_to

    assert depends(places=3) == ("places", "first_come")
    assert depends(pot="30", pot_unit="万元") == ("pot", "first_come")
    assert depends(pot="30", pot_unit="万元", when_short="pro_rata") == ("pot",)
    assert depends(pot="30", pot_unit="万元", places=3, when_short="pro_rata") == ("places", "pot", "first_come")
