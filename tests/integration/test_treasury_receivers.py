"""An approval with several receivers: each is paid once, to its own account, in the plan's time and from the plan's line."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from treasury_database import Treasury, registered

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.item import BenefitKind
from contracts.message import Actor
from contracts.payee_holders import HolderAccountChanged, PayeeHolder
from contracts.recoveries import SetWithheldTax
from contracts.review import CaseApproved, Share
from contracts.rule import TimeLimit, TimeUnit
from contracts.treasury import ListBudgetLines
from tests.unit.treasury.treasury_kit import CHECKER, LAKH, account_changed, approved, claim, payee

MAKER_OF_PAYMENTS = Actor(id="payer-1", roles=frozenset({"bureau"}), name="经办岗")
ENGINEER = PayeeHolder(kind="person", holder_id="holder-1", name="样本工程师", code_masked="3607***********1")


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def receiver(part: int, **changes: Any) -> CaseApproved:
    """What one of two receivers of one approval gets: the first is the applicant, the second an engineer of its."""
    words: dict[str, Any] = {"part": part, "parts": 2, "amount_fen": LAKH * part, "total_fen": 3 * LAKH}
    if part == 2:
        words |= {"payee_holder": ENGINEER, "payee": payee(1, sealed="sealed:engineer-1"), "payee_label": "高层次人才"}
    return approved(**words | changes)


def holder_account(version: int, holder: PayeeHolder = ENGINEER) -> HolderAccountChanged:
    return HolderAccountChanged(holder=holder, payee=payee(version, sealed=f"sealed:engineer-{version}"))


def pay(treasury: Treasury) -> None:
    for each in treasury.disbursements(state="ready"):
        assert "ok" in treasury.authorises(each)
    treasury.does("send_disbursement")


def credited(treasury: Treasury) -> dict[str, int]:
    return {payment.creditor_account: payment.amount_fen for payment in treasury.bank.credits()}


def test_a_second_receiver_of_an_approval_is_paid_too(treasury: Treasury) -> None:
    treasury.appropriates(3 * LAKH)
    treasury.hears(receiver(1), receiver(2))
    pay(treasury)
    assert credited(treasury) == {"62220001": LAKH, "engineer-1": 2 * LAKH}
    first, second = sorted(treasury.disbursements(), key=lambda each: each.part)
    assert (first.parts, first.payee_holder, second.payee_label) == (2, None, "高层次人才")
    assert (second.payee_holder, second.payee_of) == (ENGINEER, "holder-1")
    assert treasury.faults_in_the_books() == []


@pytest.mark.parametrize("seed", range(3))
def test_each_receiver_is_paid_once_in_whatever_order_and_however_often_it_is_said(
    treasury: Treasury, seed: int
) -> None:
    treasury.appropriates(6 * LAKH)
    told = [receiver(part, case_id=case, claim=claim(case)) for part in (1, 2) for case in ("case-1", "case-2")] * 3
    random.Random(seed).shuffle(told)
    for each in told[:6]:
        treasury.hears(each)
    treasury.hears(*told[6:])
    pay(treasury)
    treasury.hears(*told)
    assert len(treasury.disbursements()) == len(treasury.bank.credits()) == 4
    assert sum(payment.amount_fen for payment in treasury.bank.credits()) == 6 * LAKH
    assert treasury.faults_in_the_books() == []


def test_what_fails_for_one_receiver_leaves_the_other_alone(treasury: Treasury) -> None:
    treasury.appropriates(6 * LAKH)
    treasury.hears(receiver(1), receiver(2))
    pay(treasury)
    second = treasury.only(amount_fen=2 * LAKH)
    treasury.bank.comes_to(str(second.instruction_id), "returned", "账户已销户")
    treasury.passes(minutes=10)
    treasury.does("fetch_returns")
    treasury.does("confirm_return")
    treasury.hears(account_changed(7, sealed="sealed:applicant-7"))
    treasury.does("renew_attempt")
    assert len(treasury.disbursements()) == 2, "the applicant's new account is none of the holder's"
    treasury.hears(holder_account(2))
    treasury.passes(days=1)
    treasury.does("renew_attempt")
    pay(treasury)
    assert credited(treasury) == {"62220001": LAKH, "engineer-2": 2 * LAKH}
    renewed = treasury.only(amount_fen=2 * LAKH, state="settled")
    assert (renewed.previous_id, renewed.attempt, renewed.part) == (second.disbursement_id, 2, 2)


def test_what_is_not_sent_follows_the_holders_account_and_never_the_applicants(treasury: Treasury) -> None:
    treasury.appropriates(6 * LAKH)
    treasury.hears(holder_account(2))
    treasury.hears(receiver(2))
    assert treasury.only().account_version == 2, "confirmed after the case was filed"
    treasury.authorises(treasury.only())
    treasury.hears(account_changed(5, sealed="sealed:applicant-5"), holder_account(3))
    treasury.does("follow_account")
    treasury.does("follow_holder_account")
    recalled = treasury.only()
    assert (recalled.state, recalled.account_version) == ("ready", 3)
    treasury.hears(holder_account(1))
    pay(treasury)
    assert credited(treasury) == {"engineer-3": 2 * LAKH}


def test_a_holders_account_that_is_not_heard_of_before_it_is_sent_is_found_at_that_moment(treasury: Treasury) -> None:
    treasury.appropriates(2 * LAKH)
    treasury.hears(receiver(2))
    treasury.authorises(treasury.only())
    treasury.hears(holder_account(2))
    treasury.does("send_disbursement")
    assert treasury.only().state == "ready"
    assert treasury.bank.credits() == []


@pytest.mark.parametrize(
    ("limit", "due_after"),
    [
        (TimeLimit(limit=24, unit=TimeUnit.HOURS), timedelta(hours=24)),
        (TimeLimit(limit=3, unit=TimeUnit.CALENDAR_DAYS), None),
        (TimeLimit(limit=2, unit=TimeUnit.WORKING_DAYS), None),
    ],
)
def test_the_plans_payout_limit_runs_from_the_decision(
    treasury: Treasury, limit: TimeLimit, due_after: timedelta | None
) -> None:
    treasury.appropriates(LAKH)
    decided = NOON - timedelta(hours=2)
    treasury.hears(approved(payout_limit=limit, decided_at=decided))
    seen = treasury.only()
    assert seen.payout_limit == limit
    assert seen.due_at is not None
    if due_after is not None:
        assert seen.due_at == decided + due_after
    else:
        days = (seen.due_at.date() - decided.date()).days
        assert days >= limit.limit
    treasury.passes(days=10)
    while treasury.does("payout_alarm"):
        pass
    assert "PayoutDeadlineMissed" in treasury.told()


def test_without_a_limit_of_the_plan_the_tenants_counts(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    assert treasury.only().payout_limit == TimeLimit(limit=1, unit=TimeUnit.WORKING_DAYS)


def test_the_line_of_the_plans_code_pays_and_one_of_another_code_does_not(treasury: Treasury) -> None:
    treasury.appropriates(LAKH, code="2150805")
    treasury.hears(approved(budget_line="2150899"))
    assert treasury.only().state == "held"
    treasury.appropriates(LAKH, code="2150899")
    treasury.does("release_held")
    assert treasury.only().state == "ready"
    lines = {line["code"]: line for line in treasury.asked(ListBudgetLines())["ok"]["items"]}
    assert treasury.only().line_id == lines["2150899"]["line_id"]
    assert (lines["2150805"]["reserved_fen"], lines["2150899"]["reserved_fen"]) == (0, LAKH)
    assert treasury.faults_in_the_books() == []


def test_a_line_of_the_plans_code_is_drawn_on_before_one_without_a_code(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.appropriates(LAKH, code="2150899")
    treasury.hears(approved(budget_line="2150899"), approved("case-2", budget_line="2150899"))
    lines = {line["code"]: line for line in treasury.asked(ListBudgetLines())["ok"]["items"]}
    assert (lines["2150899"]["reserved_fen"], lines[None]["reserved_fen"]) == (LAKH, LAKH)
    treasury.hears(approved("case-3"))
    assert treasury.only(case_id="case-3").state == "held"


def test_the_payers_own_department_pays_whatever_the_claims_is_called(treasury: Treasury) -> None:
    treasury.hears(registered("science", "科学技术局"))
    treasury.appropriates(LAKH)
    treasury.hears(approved(paying_department_id="science"))
    assert treasury.only().state == "held", "the line of the department that handles the item is not the payer's"
    treasury.appropriates(LAKH, department=None, department_id="science")
    treasury.does("release_held")
    assert treasury.only().state == "ready"
    assert treasury.only().paying_department_id == "science"


def test_who_bears_it_is_shown_and_adds_up_to_the_fen(treasury: Treasury) -> None:
    treasury.appropriates(2 * LAKH)
    borne = (Share(payer="zhanggong", amount_fen=LAKH - 1), Share(payer="ganzhou", amount_fen=1))
    treasury.hears(approved(borne=borne, share_mode="county_advances", fund="省级专项", family="family-1"))
    seen = treasury.only()
    assert (seen.borne, seen.share_mode, seen.fund, seen.family) == (borne, "county_advances", "省级专项", "family-1")
    (wrong,) = treasury.hears(approved("case-2", borne=borne[:1]))
    assert (wrong.cause, "borne_differs" in wrong.reason) == ("refused", True)


def test_what_is_not_money_is_never_paid(treasury: Treasury) -> None:
    treasury.appropriates(2 * LAKH)
    for kind in (BenefitKind.QUALIFICATION, BenefitKind.TAX_RELIEF, BenefitKind.SERVICE):
        (no,) = treasury.hears(approved(benefit_kind=kind))
        assert (no.cause, "not_money" in no.reason) == ("refused", True)
    assert treasury.disbursements() == []


@pytest.mark.parametrize("kind", [BenefitKind.GRANT, BenefitKind.INTEREST])
def test_a_grant_and_a_banks_interest_are_money_and_are_paid(treasury: Treasury, kind: BenefitKind) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved(benefit_kind=kind))
    assert [each.state for each in treasury.disbursements()] == ["ready"]


def withholds(treasury: Treasury, fen: int, actor: Actor = MAKER_OF_PAYMENTS) -> dict[str, Any]:
    seen = treasury.only()
    order = SetWithheldTax(disbursement_id=seen.disbursement_id, withheld_fen=fen, expected_version=seen.version)
    return treasury.ordered(order, actor=actor)


def test_money_whose_tax_the_payer_withholds_never_goes_out_in_full(treasury: Treasury) -> None:
    treasury.appropriates(2 * LAKH)
    treasury.hears(receiver(2, income_tax="withheld"))
    held = treasury.only()
    assert (held.state, "代扣" in (held.reason or "")) == ("held", True)
    treasury.appropriates(2 * LAKH)
    treasury.does("release_held")
    assert treasury.only().state == "held", "more money does not release it"
    assert withholds(treasury, 2 * LAKH)["refused"]["code"] == "tax_too_high"
    answer = withholds(treasury, 500_000)
    assert (answer["ok"]["state"], answer["ok"]["amount_fen"]) == ("ready", 2 * LAKH - 500_000)
    assert withholds(treasury, 1)["refused"]["code"] == "tax_not_awaited"
    assert treasury.authorises(treasury.only(), actor=MAKER_OF_PAYMENTS)["refused"]["code"] == "maker_is_checker"
    pay(treasury)
    assert credited(treasury) == {"engineer-1": 2 * LAKH - 500_000}
    paid = treasury.only()
    assert (paid.withheld_fen, paid.withheld_by, paid.approved_fen) == (500_000, MAKER_OF_PAYMENTS.id, 2 * LAKH)
    assert treasury.faults_in_the_books() == []


def test_without_money_for_what_is_left_it_waits_for_it(treasury: Treasury) -> None:
    treasury.hears(receiver(2, income_tax="withheld"))
    answer = withholds(treasury, 1_000)
    assert (answer["ok"]["state"], "预算指标" in answer["ok"]["reason"]) == ("held", True)
    treasury.appropriates(2 * LAKH)
    treasury.does("release_held")
    assert (treasury.only().state, treasury.line().reserved_fen) == ("ready", 2 * LAKH - 1_000)


def test_a_tax_is_only_entered_where_the_payer_withholds_it(treasury: Treasury) -> None:
    treasury.hears(approved())
    assert withholds(treasury, 1)["refused"]["code"] == "tax_not_awaited"
    assert (
        withholds(treasury, 1, actor=Actor(id="x", roles=frozenset({"finance"})))["refused"]["code"] == "role_required"
    )
    assert CHECKER.id != MAKER_OF_PAYMENTS.id
