"""A claim is refused for now where nothing stands against it but what the catalogue may just have changed."""

from __future__ import annotations

import pytest

from contracts.flow import aggregates_heard_by
from contracts.refusal import Reason
from services.intake.applications.domain import RESTS_ON, ApplicationRefused, DuplicateApplication
from services.intake.nominations.domain import NominationRefused


def because(*codes: str) -> list[Reason]:
    return [Reason(code=code, message="有误") for code in codes]


@pytest.mark.parametrize("kind", [ApplicationRefused, NominationRefused])
def test_it_rests_on_the_catalogue_where_every_reason_does(kind: type[ApplicationRefused]) -> None:
    refused = kind(*because("payee_account_missing", "facts_missing", "payee_name_mismatch"))
    assert refused.refusal().rests_on == ("payee_account", "enterprise")
    assert not refused.refusal().retryable


def test_one_reason_that_is_the_applicants_to_mend_makes_it_final() -> None:
    assert ApplicationRefused(*because("payee_account_missing", "commitment_missing")).rests_on == ()
    assert ApplicationRefused(*because("item_withdrawn")).rests_on == ()
    assert DuplicateApplication().rests_on == ()


def test_it_rests_on_nothing_that_intake_does_not_hear_of() -> None:
    heard = {aggregate for _, aggregate in aggregates_heard_by("intake")}
    assert {of for each in RESTS_ON.values() for of in each} <= heard
