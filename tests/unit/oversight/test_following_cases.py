"""What a batch of events adds to which rows."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from chassis.testing.fakes import FakeUnit
from contracts.flow import FLOW
from contracts.intake import ReplacedClaim
from contracts.integrity_events import FindingEvent
from contracts.treasury import DisbursementReady
from services.notify.messages.templates import TEMPLATES
from services.oversight import use_cases
from services.oversight.domain import CASE_STATES, MONEY_STATES
from services.oversight.sentences import LABELS, ORDER, SENTENCES
from services.oversight.steps import step_of
from services.oversight.store import CaseTrail, Tracking
from tests.unit.oversight.case_story import (
    CIPHER,
    accepted,
    after,
    approved,
    claim,
    delivered,
    heard,
    kept,
    money,
    nominated,
    submitted,
)


class FakeTracking:
    """Remembers what it was told to add."""

    unit: FakeUnit | None = None

    def __init__(self) -> None:
        self.calls: list[list[CaseTrail]] = []

    def add(self, trails: Iterable[CaseTrail]) -> None:
        self.calls.append(list(trails))


@pytest.fixture
def tracking() -> FakeTracking:
    return FakeTracking()


@pytest.fixture
def uow(tracking: FakeTracking) -> FakeUnit:
    return FakeUnit(stores={Tracking: tracking})


def test_many_events_of_one_case_lengthen_one_row_in_one_call(uow: FakeUnit, tracking: FakeTracking) -> None:
    case = claim()
    batch = [
        heard(event, minute=minute) for minute, event in enumerate((submitted(case), accepted(case), approved(case)))
    ]
    use_cases.follow(batch, uow, CIPHER)
    ((trail,),) = tracking.calls
    assert [step.code for step in trail.steps.values()] == ["ApplicationSubmitted", "CaseAccepted", "CaseApproved"]
    assert [step.at for step in trail.steps.values()] == [after(0), after(1), after(2)]
    assert set(trail.steps) == {event.id for event in batch}
    assert (trail.query_code_digest, trail.submitted_at) == (kept(case.receipt), after(0))


def test_a_list_opens_one_row_per_enterprise_each_with_its_own_digest(uow: FakeUnit, tracking: FakeTracking) -> None:
    lines = [claim(f"GZ-{number}") for number in range(3)]
    use_cases.follow([heard(nominated(*lines))], uow, CIPHER)
    (trails,) = tracking.calls
    assert {trail.claim.receipt: trail.query_code_digest for trail in trails} == {
        each.receipt: kept(each.receipt) for each in lines
    }


def test_an_event_that_arrives_before_the_submission_opens_the_row_without_a_digest(
    uow: FakeUnit, tracking: FakeTracking
) -> None:
    use_cases.follow([heard(money(DisbursementReady, claim()))], uow, CIPHER)
    ((trail,),) = tracking.calls
    assert (trail.query_code_digest, trail.submitted_at) == (None, None)


def test_a_message_about_no_claim_adds_nothing(uow: FakeUnit, tracking: FakeTracking) -> None:
    notice = heard(delivered(None))
    use_cases.follow([notice], uow, CIPHER)
    assert tracking.calls == [[]]
    assert use_cases.tenants_of(notice) == set()


def test_the_unit_of_work_is_told_whose_row_an_event_adds_to() -> None:
    assert use_cases.tenants_of(heard(money(DisbursementReady, claim()), tenant="xingguo")) == {"ganzhou"}
    city_and_county = nominated(claim("GZ-1"), claim("XG-1", tenant="xingguo"))
    assert use_cases.tenants_of(heard(city_and_county)) == {"ganzhou", "xingguo"}


def test_every_event_about_a_claim_has_its_sentence_and_every_state_its_event() -> None:
    about_claims = {
        event
        for event, route in FLOW.items()
        if "oversight" in route.consumers
        and {"claim", "lines"} & set(event.model_fields)
        # What is held against a firm is no step of its case: nobody who tracks the claim reads of it.
        and not issubclass(event, FindingEvent)
    }
    assert set(SENTENCES) == about_claims
    assert set(CASE_STATES) | set(MONEY_STATES) <= set(ORDER)


def test_every_template_of_notify_has_its_word_and_a_newer_one_costs_no_step() -> None:
    assert {template.code for template in TEMPLATES.values()} <= set(LABELS["template"])
    newer = delivered(claim()).model_copy(update={"template": "year_cleared"})
    assert step_of(newer, claim(), after(9)).text == "短信已送达企业：其他事项"


def test_a_claim_in_anothers_place_is_linked_in_both_stories(uow: FakeUnit, tracking: FakeTracking) -> None:
    first = claim()
    replaced = ReplacedClaim(application_id=first.application_id, receipt=first.receipt)
    second = first.model_copy(update={"application_id": "again", "receipt": f"{first.receipt}-2", "replaces": replaced})
    event = heard(submitted(second))
    use_cases.follow([event], uow, CIPHER)
    (trails,) = tracking.calls
    stories = {trail.claim.receipt: trail for trail in trails}
    assert set(stories) == {first.receipt, second.receipt}
    assert first.receipt in stories[second.receipt].steps[event.id].text
    told = stories[first.receipt].steps[event.id]
    assert second.receipt in told.text
    assert told.code in ORDER
    assert stories[first.receipt].query_code_digest is None
