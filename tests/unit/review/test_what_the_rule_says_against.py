"""What the pinned rules say against a grant: every reason once, to the fen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from contracts.money import Money
from contracts.rule import AllOf, AnyOf, Condition, Fixed
from services.review.cases.entitlement import mismatch_with, obstacles_in
from services.review.cases.judging import judged
from tests.unit.review.review_kit import AMOUNT, facts, item_rules
from tests.unit.review.test_moving_facts import FILED


def codes(assessment: Any, asked: int | None = None, **more: Any) -> list[str]:
    return [each.code for each in obstacles_in(assessment, asked, **more)]


def of(*, rules: Any = None, **known: Any) -> Any:
    return judged(rules or item_rules(), facts(**known), (), FILED)


def test_nothing_stands_against_what_is_due_and_one_fen_more_or_less_does() -> None:
    assert codes(of(), AMOUNT) == [] == codes(of())
    assert codes(of(), AMOUNT - 1) == ["amount_mismatch"] == codes(of(), AMOUNT + 1)
    (said,) = obstacles_in(of(), 1)
    assert said.message == "金额 0.01 元与按事项规则测算的 300,000.00 元不一致。"


def test_a_condition_that_is_not_met_is_named_once_and_one_that_is_met_is_not() -> None:
    said = obstacles_in(of(above_scale=False))
    assert said[0].code == "not_eligible"
    assert said[0].message.count("规模以上企业") == 1


def test_what_is_missing_is_named_whether_the_verdict_or_the_amount_needs_it() -> None:
    assert codes(of(above_scale=None)) == ["facts_missing"]
    missing = obstacles_in(of(rd=None))
    assert [each.code for each in missing] == ["facts_missing"] and "研发投入" in missing[0].message


def test_what_is_not_money_needs_no_amount() -> None:
    assert codes(of(rd=None), in_kind=True) == []
    assert codes(of(above_scale=None), in_kind=True) == ["facts_missing"]
    nothing = of(rules=item_rules(amount=Fixed(value="0", unit="元")))
    assert codes(nothing) == ["nothing_to_pay"] and codes(nothing, in_kind=True) == []


def test_what_was_claimed_outside_its_window_is_not_granted() -> None:
    assert codes(of().model_copy(update={"claimable": "closed"}))[0] == "not_claimable"
    assert codes(of().model_copy(update={"claimable": "not_yet_open"}))[0] == "not_claimable"


@pytest.mark.parametrize(("due", "asked"), [(None, 5), (5, None), (5, 5), (None, None), (0, 0)])
def test_amounts_disagree_only_where_both_are_known(due: int | None, asked: int | None) -> None:
    assessment: Any = SimpleNamespace(amount=SimpleNamespace(money=None if due is None else Money(due)))
    assert mismatch_with(assessment, asked) is None


def test_nothing_asked_disagrees_with_something_due_and_the_other_way_round() -> None:
    for due, asked in ((5, 0), (0, 5)):
        assessment: Any = SimpleNamespace(amount=SimpleNamespace(money=Money(due)))
        assert mismatch_with(assessment, asked) is not None
    owed_nothing: Any = SimpleNamespace(amount=SimpleNamespace(money=Money(0)))
    said = mismatch_with(owed_nothing, 5)
    assert said is not None and said.message == "金额 0.05 元与按事项规则测算的 0.00 元不一致。"


def test_only_what_decides_it_is_named_of_what_is_not_met() -> None:
    scale = item_rules().eligibility
    much = Condition(fact="rd_expense", period="Y", operator="ge", value="1000", unit="万元")
    some = Condition(fact="rd_expense", period="Y", operator="ge", value="100", unit="万元")
    rules = item_rules().model_copy(update={"eligibility": AllOf(of=(AnyOf(of=(much, some)), scale))})
    (said, *_) = obstacles_in(judged(rules, facts(above_scale=False), (), FILED))
    assert "规模以上企业" in said.message and "研发投入" not in said.message
