"""An application from the form to its receipt, and what review is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.intake import ApplicationSubmitted, FilingReceipt, SubmitApplication
from contracts.message import Actor
from contracts.rule import Fact, PaymentFrequency
from services.intake.applications.domain import ApplicationRefused, DuplicateApplication
from services.intake.applications.use_cases import submit_application
from services.intake.catalog_copies.domain import Applicant, PublishedItem
from services.intake.whose import EnterpriseNotYours

SampleItem = Callable[..., PublishedItem]
SampleEnterprise = Callable[..., Applicant]


@pytest.fixture
def command(first_day: dict[str, Any]) -> SubmitApplication:
    """The application of case 17."""
    return application(first_day["cases"][16], ("invoices",))


def application(case: dict[str, Any], commitments: tuple[str, ...]) -> SubmitApplication:
    return SubmitApplication(
        item_id=case["item"],
        enterprise_id="e1",
        declared_facts=tuple(Fact.model_validate(each) for each in case["declared_facts"]),
        claimed_fen=case["expected_fen"],
        payee_name=case["account"]["account_name"],
        commitments=commitments,
    )


@pytest.fixture
def published(copies: Any, sample_item: SampleItem, sample_enterprise: SampleEnterprise) -> Any:
    """SD-002 and the enterprise of case 17 have arrived."""
    copies.items["SD-002"] = sample_item("SD-002")
    copies.known["e1"] = sample_enterprise(17)
    return copies


def refused(cmd: SubmitApplication, unit: FakeUnit, cipher: AesCipher) -> ApplicationRefused:
    with pytest.raises(ApplicationRefused) as raised:
        submit_application(cmd, unit, cipher)
    assert unit.events == []
    return raised.value


def test_the_receipt_and_its_query_code_can_be_read_out_and_cannot_be_guessed(
    published: Any, command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    receipt = submit_application(command, unit, cipher)
    assert re.fullmatch(r"ZG-20260310-[0-9A-HJKMNP-TV-Z]{8}", receipt.receipt)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", receipt.query_code)
    assert receipt.estimated_fen == 10_000_000
    assert receipt.submitted_at == unit.now


def test_a_receipt_bears_the_date_in_china(
    published: Any, command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    unit.now = datetime(2026, 3, 10, 16, 30, tzinfo=UTC)
    assert submit_application(command, unit, cipher).receipt.startswith("ZG-20260311-")


def test_review_is_told_the_claim_the_facts_and_the_payee_but_not_the_query_code(
    published: Any, command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    receipt = submit_application(command, unit, cipher)
    (event,) = unit.events
    assert isinstance(event, ApplicationSubmitted)
    assert (event.claim.receipt, event.claim.application_id) == (receipt.receipt, receipt.application_id)
    assert (event.claim.tenant, event.claim.filed_in) == ("360702", "360702")
    assert event.payee == published.known["e1"].payee
    assert event.estimated_fen == 10_000_000
    assert event.commitments == ("invoices",)
    assert event.submitted_by == "boss"
    assert receipt.query_code not in event.model_dump_json()
    told = f"{receipt.receipt}{receipt.query_code}".encode()
    assert event.query_code_digest != sha256(told).hexdigest()
    assert cipher.verify(
        sha256(told).hexdigest(), event.query_code_digest, purpose="query_code_digest", tenant="platform"
    )


def test_the_row_keeps_the_query_code_sealed(
    published: Any, applications: Any, command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    receipt = submit_application(command, unit, cipher)
    (row,) = applications.rows.values()
    assert receipt.query_code not in row.query_code_sealed
    assert cipher.open(row.query_code_sealed, purpose="query_code", tenant="360702") == receipt.query_code


def test_a_city_s_item_makes_a_case_of_the_city_with_the_city_s_prefix(
    published: Any,
    sample_item: SampleItem,
    command: SubmitApplication,
    unit: FakeUnit,
    cipher: AesCipher,
) -> None:
    published.items["SD-002"] = sample_item("SD-002", tenant="3607")
    receipt = submit_application(command, unit, cipher)
    assert receipt.receipt.startswith("GZ-")
    (recorded,) = unit.recorded
    assert recorded.to == "3607"
    assert (recorded.event.claim.tenant, recorded.event.claim.filed_in) == ("3607", "360702")


def test_the_item_of_a_neighbouring_county_is_unknown_here(
    published: Any,
    sample_item: SampleItem,
    command: SubmitApplication,
    unit: FakeUnit,
    cipher: AesCipher,
) -> None:
    published.items["SD-002"] = sample_item("SD-002", tenant="360732")
    assert [reason.code for reason in refused(command, unit, cipher).reasons] == ["item_unknown"]


def test_a_enterprise_applies_for_itself_only(
    published: Any, command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    unit.actor = Actor(id="boss-2", roles=frozenset({"enterprise"}), enterprise_id="e2")
    with pytest.raises(EnterpriseNotYours):
        submit_application(command, unit, cipher)


def test_the_window_takes_an_application_for_a_enterprise(
    published: Any, command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    unit.actor = Actor(id="clerk", roles=frozenset({"window"}))
    assert submit_application(command, unit, cipher).receipt


def test_the_first_reason_is_the_headline_of_a_refusal(
    published: Any, command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    wrong = command.model_copy(update={"claimed_fen": 1, "payee_name": "别家企业"})
    refusal = refused(wrong, unit, cipher).refusal()
    assert (refusal.kind, refusal.code) == ("invalid", "payee_name_mismatch")
    assert refusal.message == refusal.reasons[0].message
    assert [reason.code for reason in refusal.reasons] == ["payee_name_mismatch", "amount_mismatch"]


def test_the_same_claim_again_is_refused(
    published: Any, command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    submit_application(command, unit, cipher)
    unit.recorded.clear()
    assert refused(command, unit, cipher).code == "duplicate_application"
    wrong = command.model_copy(update={"claimed_fen": 1})
    assert [reason.code for reason in refused(wrong, unit, cipher).reasons] == [
        "amount_mismatch",
        "duplicate_application",
    ]


def test_of_two_at_once_the_one_that_saw_nothing_is_told_the_same(
    published: Any, applications: Any, command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    submit_application(command, unit, cipher)
    applications.unseen = True
    with pytest.raises(DuplicateApplication) as raised:
        submit_application(command, unit, cipher)
    refusal = raised.value.refusal()
    assert (refusal.kind, refusal.code) == ("invalid", "duplicate_application")
    assert [reason.code for reason in refusal.reasons] == ["duplicate_application"]


def test_a_yearly_item_can_be_claimed_again_in_the_next_year(
    published: Any,
    sample_item: SampleItem,
    command: SubmitApplication,
    unit: FakeUnit,
    cipher: AesCipher,
) -> None:
    published.items["SD-002"] = sample_item("SD-002", frequency=PaymentFrequency.YEARLY)
    submit_application(command, unit, cipher)
    unit.now = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in China: the new year has begun
    submit_application(command, unit, cipher)
    assert len(unit.events) == 2


def test_every_application_of_the_first_day_is_taken_at_its_published_amount(
    copies: Any,
    first_day: dict[str, Any],
    sample_item: SampleItem,
    sample_enterprise: SampleEnterprise,
    unit: FakeUnit,
    cipher: AesCipher,
) -> None:
    receipts: list[FilingReceipt] = []
    expected = []
    for case in first_day["cases"]:
        if case["route"] != "application":
            continue
        item = sample_item(case["item"])
        copies.items[case["item"]] = item
        copies.known["e1"] = sample_enterprise(case["number"], enterprise_id=f"e{case['number']}")
        pledged = tuple(
            material.code
            for material in item.content.rules.plan.materials
            if material.commitment and material.required and material.provided_by == "applicant"
        )
        receipts.append(submit_application(application(case, pledged), unit, cipher))
        expected.append(case["expected_fen"])
    assert [receipt.estimated_fen for receipt in receipts] == expected
    assert len({receipt.receipt for receipt in receipts}) == len(receipts) == 12
