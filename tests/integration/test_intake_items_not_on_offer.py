"""An item that is suspended, withdrawn or expired takes no new application, and says so; a revised one is the newest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from front_office import (
    FIRST_DAY,
    FrontOffice,
    catalog_replica,
    enterprise_actor,
    intake_replica,
    officer_of,
    sample_content,
)

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.entitlements import CheckEntitlement
from contracts.intake import NominateEnterprises, NominationLine, SubmitApplication
from contracts.policies import (
    DirectGround,
    ResumePolicyItem,
    RevisePolicyItem,
    SuspendPolicyItem,
    WithdrawPolicyItem,
)
from contracts.rule import Fact

CODE, NUMBER = "SD-002", 17
CONTENT = sample_content(CODE)
OWNER = officer_of(CONTENT.rules.plan.department)


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> FrontOffice:
    services = {}
    for name, replica in (("catalog", catalog_replica), ("intake", intake_replica)):
        dsns = service_database(name)
        services[name] = replica(service_frame(name, dsns=dsns, clock=FixedClock(NOON)), dsns)
    return FrontOffice(services["catalog"], services["intake"])


def applies(office: FrontOffice, item_id: str, enterprise: str) -> dict[str, Any]:
    """The form of the case, as the demo fills it in, when everything that was said has arrived."""
    case = FIRST_DAY["cases"][NUMBER - 1]
    order = SubmitApplication(
        item_id=item_id,
        enterprise_id=enterprise,
        declared_facts=tuple(Fact.model_validate(fact) for fact in case["declared_facts"]),
        claimed_fen=case["expected_fen"],
        payee_name=case["account"]["account_name"],
        commitments=tuple(each.code for each in CONTENT.rules.plan.materials if each.commitment),
    )
    office.deliver()
    return office.intake.ordered(order, actor=enterprise_actor(enterprise))


def reasons(answer: dict[str, Any]) -> dict[str, str]:
    return {reason["code"]: reason["message"] for reason in answer["refused"]["reasons"]}


def test_a_suspended_item_takes_no_application_until_it_is_resumed(office: FrontOffice) -> None:
    item_id, enterprise = office.publishes(CONTENT), office.registers(NUMBER)
    office.catalog.ordered(SuspendPolicyItem(item_id=item_id, expected_version=1, reason="资金用完"), actor=OWNER)["ok"]
    told = reasons(applies(office, item_id, enterprise))
    assert told == {"item_suspended": "该事项已暂停受理，恢复时间以主管部门公告为准（资金用完）"}
    line = NominationLine(enterprise_id=enterprise)
    listed = office.intake.ordered(NominateEnterprises(item_id=item_id, lines=(line,)), actor=OWNER)
    assert "item_suspended" in reasons(listed), "neither does it take a list"
    office.catalog.ordered(ResumePolicyItem(item_id=item_id, expected_version=2, reason="已补充"), actor=OWNER)["ok"]
    assert "ok" in applies(office, item_id, enterprise)


def test_a_withdrawn_item_takes_nothing_any_more(office: FrontOffice) -> None:
    item_id, enterprise = office.publishes(CONTENT), office.registers(NUMBER)
    office.catalog.ordered(WithdrawPolicyItem(item_id=item_id, expected_version=1, reason="文件废止"), actor=OWNER)[
        "ok"
    ]
    assert reasons(applies(office, item_id, enterprise)) == {"item_withdrawn": "该事项已废止，不再受理（文件废止）"}


def test_new_applications_are_judged_by_the_newest_version(office: FrontOffice) -> None:
    item_id, enterprise = office.publishes(CONTENT), office.registers(NUMBER)
    newer = CONTENT.model_copy(update={"title": "修订后的事项"})
    ground = DirectGround(kind="minor_change", text="更正名称")
    order = RevisePolicyItem(item_id=item_id, expected_version=1, content=newer, reason="更正", ground=ground)
    office.catalog.ordered(order, actor=OWNER)["ok"]
    office.deliver()
    rows = office.intake.rows("SELECT version, content ->> 'title' FROM item_version ORDER BY version")
    assert rows == [(1, CONTENT.title), (2, "修订后的事项")]
    assert office.intake.rows("SELECT state FROM item_state") == [("published",)]
    assert "ok" in applies(office, item_id, enterprise)
    assert office.intake.rows("SELECT claim ->> 'item_version' FROM application") == [("2",)]


def test_a_suspended_item_is_shown_to_the_enterprise_as_suspended_and_one_that_has_ended_no_more(
    office: FrontOffice,
) -> None:
    item_id, enterprise = office.publishes(CONTENT), office.registers(NUMBER)
    actor = enterprise_actor(enterprise)
    asked = CheckEntitlement(item_id=item_id, enterprise_id=enterprise)
    assert office.catalog.asked(asked, actor=actor)["ok"]["item_state"] == "published"
    office.catalog.ordered(SuspendPolicyItem(item_id=item_id, expected_version=1, reason="资金用完"), actor=OWNER)
    shown = office.catalog.asked(asked, actor=actor)["ok"]
    assert shown["item_state"] == "suspended"
    office.catalog.ordered(WithdrawPolicyItem(item_id=item_id, expected_version=2, reason="政策调整"), actor=OWNER)
    assert office.catalog.asked(asked, actor=actor)["refused"]["code"] == "item_unknown"
