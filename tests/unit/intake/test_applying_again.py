"""An enterprise whose application was not granted applies again, in the place of the earlier one."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.intake import ApplicationSubmitted, SubmitApplication
from contracts.rule import Fact
from services.intake.applications.domain import ApplicationRefused
from services.intake.applications.use_cases import submit_application


@pytest.fixture
def command(first_day: dict[str, Any], copies: Any, sample_item: Any, sample_enterprise: Any) -> SubmitApplication:
    """The application of case 17; its item and enterprise have arrived."""
    copies.items["SD-002"] = sample_item("SD-002")
    copies.known["e1"] = sample_enterprise(17)
    case = first_day["cases"][16]
    return SubmitApplication(
        item_id="SD-002",
        enterprise_id="e1",
        declared_facts=tuple(Fact.model_validate(each) for each in case["declared_facts"]),
        commitments=("invoices",),
    )


def again(command: SubmitApplication, receipt: str) -> SubmitApplication:
    return command.model_copy(update={"replaces": receipt})


def reasons(command: SubmitApplication, unit: FakeUnit, cipher: AesCipher) -> list[tuple[str, str | None]]:
    with pytest.raises(ApplicationRefused) as refused:
        submit_application(command, unit, cipher)
    return [(reason.code, reason.field) for reason in refused.value.reasons]


def test_an_application_in_anothers_place_passes_the_duplicate_check_and_names_it_downstream(
    command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    first = submit_application(command, unit, cipher)
    second = submit_application(again(command, first.receipt), unit, cipher)
    assert second.receipt != first.receipt
    submitted = unit.events[-1]
    assert isinstance(submitted, ApplicationSubmitted)
    assert submitted.claim.replaces is not None
    assert (submitted.claim.replaces.application_id, submitted.claim.replaces.receipt) == (
        first.application_id,
        first.receipt,
    )


def test_without_naming_the_earlier_one_it_is_still_a_duplicate_and_the_enterprise_is_told_what_to_do(
    command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    submit_application(command, unit, cipher)
    with pytest.raises(ApplicationRefused, match="注明所替代的收件编号"):
        submit_application(command, unit, cipher)


def test_a_receipt_that_is_not_the_enterprises_for_this_item_and_period_cannot_be_replaced(
    command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    found = reasons(again(command, "ZG-20260101-UNKNOWN1"), unit, cipher)
    assert found == [("replaced_application_unknown", "replaces")]
    submit_application(command, unit, cipher)
    found = reasons(again(command, "ZG-20260101-UNKNOWN1"), unit, cipher)
    assert found == [("replaced_application_unknown", "replaces"), ("duplicate_application", "item_id")]


def test_an_application_is_replaced_once_and_the_last_one_is_named(
    command: SubmitApplication, unit: FakeUnit, cipher: AesCipher
) -> None:
    first = submit_application(command, unit, cipher)
    second = submit_application(again(command, first.receipt), unit, cipher)
    with pytest.raises(ApplicationRefused) as refused:
        submit_application(again(command, first.receipt), unit, cipher)
    (reason,) = refused.value.reasons
    assert (reason.code, reason.field) == ("application_already_replaced", "replaces")
    assert second.receipt in reason.message
    third = submit_application(again(command, second.receipt), unit, cipher)
    assert len({first.receipt, second.receipt, third.receipt}) == 3
