"""A consumer that is held: what was just confirmed elsewhere is not kept as a no, and its own writer is not misled by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from front_office import (
    CHECKER,
    FIRST_DAY,
    FrontOffice,
    catalog_replica,
    enterprise_actor,
    intake_replica,
    sample_content,
)

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.enterprises import ConfirmPayeeAccount
from contracts.intake import SubmitApplication
from contracts.rule import Fact

KEY = "the-same-application"


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> FrontOffice:
    clock = FixedClock(NOON)
    catalog, intake = service_database("catalog"), service_database("intake")
    return FrontOffice(
        catalog_replica(service_frame("catalog", dsns=catalog, clock=clock), catalog),
        intake_replica(service_frame("intake", dsns=intake, clock=clock), intake),
    )


def applies(office: FrontOffice, item: str, enterprise: str, **how: Any) -> dict[str, Any]:
    case = FIRST_DAY["cases"][16]
    plan = sample_content(case["item"]).rules.plan
    form = SubmitApplication(
        item_id=item,
        enterprise_id=enterprise,
        declared_facts=tuple(Fact.model_validate(fact) for fact in case["declared_facts"]),
        claimed_fen=case["expected_fen"],
        payee_name=case["account"]["account_name"],
        commitments=tuple(each.code for each in plan.materials if each.commitment),
    )
    return office.intake.ordered(form, actor=enterprise_actor(enterprise), key=KEY, **how)


def test_an_account_is_confirmed_and_the_application_right_after_it_is_refused_for_now_and_passes_under_the_same_key(
    office: FrontOffice,
) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17, account=False)
    office.deliver()
    office.opens_account(17, enterprise)
    refused = applies(office, item, enterprise)["refused"]
    assert (refused["code"], refused["rests_on"]) == ("payee_account_missing", ["payee_account"])
    office.deliver()
    assert applies(office, item, enterprise)["ok"]["estimated_fen"] == 10_000_000


def test_a_no_that_rests_on_no_copy_is_kept_as_ever(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17)
    office.deliver()
    first = office.intake.ordered(
        SubmitApplication(item_id=item, enterprise_id=enterprise),
        actor=enterprise_actor("another"),
        key=KEY,
    )
    assert (first["refused"]["code"], first["refused"]["rests_on"]) == ("enterprise_not_yours", [])
    assert office.intake.rows("SELECT count(*) FROM idempotency_record") == [(1,)]


def test_whoever_confirmed_it_is_told_to_wait_until_it_is_here_and_nothing_was_begun(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17, account=False)
    office.deliver()
    account = office.opens_account(17, enterprise, confirmed=False)
    wrote = office.catalog.ordered(ConfirmPayeeAccount(account_id=account), actor=CHECKER)["wrote"]
    assert [(each["producer"], each["aggregate"], each["id"]) for each in wrote] == [
        ("catalog", "payee_account", account)
    ]
    assert applies(office, item, enterprise, after=wrote) == {"fault": {"retryable": True, "code": "copy_behind"}}
    assert office.intake.rows("SELECT count(*) FROM idempotency_record") == [(0,)]
    office.deliver()
    assert "ok" in applies(office, item, enterprise, after=wrote)


def test_a_repeat_tells_again_how_far_the_first_one_wrote(office: FrontOffice) -> None:
    account = office.opens_account(17, office.registers(17, account=False), confirmed=False)
    confirmation = ConfirmPayeeAccount(account_id=account)
    answers = [office.catalog.ordered(confirmation, actor=CHECKER, key=KEY) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["wrote"]


def test_a_county_that_is_not_known_yet_is_a_no_for_now(office: FrontOffice) -> None:
    refused = office.intake.frame.admission.refusal({"actor": {"roles": ["window"]}, "tenant": "nowhere"})
    assert refused is not None
    assert office.intake.frame.told(refused)["refused"]["rests_on"] == ["tenant"]
