"""Who is to receive the parts of a plan that are not the applicant's own, and what it signs in place of papers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.case_payees import NamedPayee
from contracts.intake import ApplicationSubmitted, SubmitApplication
from contracts.rule import PayeeKind, Payees
from contracts.rule.payees import PayeePart
from contracts.rule.plan import CreditTerms
from services.intake.applications.domain import ApplicationRefused
from services.intake.applications.receivers import about_credit, about_payees, needs_own_account
from services.intake.applications.use_cases import submit_application
from services.intake.catalog_copies.domain import Applicant, PublishedItem

SHARED = Payees(
    parts=(
        PayeePart(who=PayeeKind.GRADUATE, label="毕业生本人", fraction="1/2"),
        PayeePart(who=PayeeKind.APPLICANT, label="申报企业", fraction="3/10"),
        PayeePart(who=PayeeKind.BANK, label="经办银行"),
    )
)
OTHERS = Payees(parts=(PayeePart(who=PayeeKind.EVENT_HOST, label="承办单位"),))


def with_payees(item: PublishedItem, payees: Payees | None) -> PublishedItem:
    rules = item.content.rules.model_copy(update={"payees": payees})
    return replace(item, content=item.content.model_copy(update={"rules": rules}))


def named(part: int, holder: str = "h1", amount: int | None = None) -> NamedPayee:
    return NamedPayee(part=part, holder_id=holder, amount_fen=amount)


@pytest.mark.parametrize(
    ("payees", "said", "wrong"),
    [
        (None, [named(1)], [("payees_unexpected", "payees.0.part")]),
        (SHARED, [], []),
        (SHARED, [named(1), named(3, "h2")], []),
        (SHARED, [named(1, "h1", 10), named(1, "h2", 20)], []),
        (SHARED, [named(2)], [("payee_part_is_applicant", "payees.0.part")]),
        (SHARED, [named(4)], [("payee_part_unknown", "payees.0.part")]),
        (SHARED, [named(1, "h1", 0)], [("payee_amount_wrong", "payees.0.amount_fen")]),
        (
            SHARED,
            [named(1), named(1), named(9)],
            [
                ("payee_amount_missing", "payees.0.amount_fen"),
                ("payee_named_twice", "payees.1.holder_id"),
                ("payee_amount_missing", "payees.1.amount_fen"),
                ("payee_part_unknown", "payees.2.part"),
            ],
        ),
    ],
)
def test_everything_that_is_wrong_with_the_receivers_is_said_at_once_each_at_its_place(
    sample_item: Callable[..., PublishedItem],
    payees: Payees | None,
    said: list[NamedPayee],
    wrong: list[tuple[str, str]],
) -> None:
    rules = with_payees(sample_item("SD-002"), payees).content.rules
    assert [(each.code, each.field) for each in about_payees(rules, said)] == wrong


def test_an_account_of_its_own_is_needed_where_some_of_the_money_is_the_applicants(
    sample_item: Callable[..., PublishedItem],
) -> None:
    item = sample_item("SD-002")
    assert [needs_own_account(with_payees(item, each).content.rules) for each in (None, SHARED, OTHERS)] == [
        True,
        True,
        False,
    ]


def test_a_commitment_is_signed_where_the_plan_has_one(sample_item: Callable[..., PublishedItem]) -> None:
    plan = sample_item("SD-002").content.rules.plan
    offered = plan.model_copy(update={"credit": CreditTerms(commitment="承诺所填内容真实，愿接受核查")})
    assert [each.code for each in about_credit(plan, credit_commitment=True)] == ["credit_commitment_unknown"]
    assert about_credit(plan, credit_commitment=False) == about_credit(offered, credit_commitment=True) == []


def test_what_was_named_and_signed_travels_with_the_application(
    unit: FakeUnit,
    copies: Any,
    sample_item: Callable[..., PublishedItem],
    sample_enterprise: Callable[..., Applicant],
    first_day: dict[str, Any],
    cipher: AesCipher,
) -> None:
    credit = CreditTerms(commitment="承诺所填内容真实，愿接受核查")
    copies.items["SD-002"] = with_payees(sample_item("SD-002", credit=credit), SHARED)
    copies.known["e1"] = sample_enterprise(17, confirmed=False)
    said = {
        "item_id": "SD-002",
        "enterprise_id": "e1",
        "declared_facts": first_day["cases"][16]["declared_facts"],
        "commitments": ["invoices"],
        "credit_commitment": True,
        "payees": [{"part": 1, "holder_id": "h1"}],
    }
    receipt = submit_application(SubmitApplication.model_validate(said), unit, cipher)
    event = unit.events[-1]
    assert isinstance(event, ApplicationSubmitted)
    assert (event.payee, event.payees, event.credit_commitment) == (None, (named(1),), True)
    assert receipt.account_needed
    with pytest.raises(ApplicationRefused) as refused:
        submit_application(
            SubmitApplication.model_validate(said | {"payees": [{"part": 2, "holder_id": "h1"}]}), unit, cipher
        )
    assert "payee_part_is_applicant" in [each.code for each in refused.value.refusal().reasons]
