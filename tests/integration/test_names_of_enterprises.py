"""An enterprise's name on real databases: changed by two persons, heard by those who keep it, and told apart from its like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from front_office import (
    CHECKER,
    CLERK,
    FIRST_DAY,
    FrontOffice,
    catalog_replica,
    intake_replica,
)
from review_database import Review
from sqlalchemy import create_engine

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.enterprises import GetEnterprise, RegisterEnterprise
from contracts.message import Actor
from contracts.name_changes import ConfirmNameChange, ListNameChanges, NameChangeConfirmed, ProposeNameChange
from contracts.names import looks
from contracts.review import ListCases
from services.catalog.derived import fill_looks
from tests.unit.review.review_kit import application

NEW = "赣州示例控股（集团）有限公司"
BUREAU = Actor(id="bureau-1", roles=frozenset({"bureau"}))


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> FrontOffice:
    clock = FixedClock(NOON)
    catalog, intake = service_database("catalog"), service_database("intake")
    return FrontOffice(
        catalog_replica(service_frame("catalog", dsns=catalog, clock=clock), catalog),
        intake_replica(service_frame("intake", dsns=intake, clock=clock), intake),
    )


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns).prepared()


def propose(office: FrontOffice, enterprise: str, name: str = NEW, **more: Any) -> dict[str, Any]:
    said = {
        "name": name,
        "effective_on": "2026-03-02",
        "notice": "登字〔2026〕12 号",
        "notice_on": "2026-03-02",
        **more,
    }
    return office.catalog.ordered(ProposeNameChange(enterprise_id=enterprise, **said), actor=CLERK)


def renamed(office: FrontOffice, enterprise: str, name: str = NEW) -> dict[str, Any]:
    change = propose(office, enterprise, name)["ok"]
    return office.catalog.ordered(ConfirmNameChange(change_id=change["change_id"]), actor=CHECKER)["ok"]


def test_a_confirmed_name_stands_in_the_dossier_and_reaches_intake_and_its_former_name_is_kept(
    office: FrontOffice,
) -> None:
    enterprise = office.registers(17)
    former = FIRST_DAY["cases"][16]["enterprise"]["name"]
    assert renamed(office, enterprise)["state"] == "confirmed"
    office.deliver()
    office.deliver()
    dossier = office.catalog.asked(GetEnterprise(enterprise_id=enterprise))["ok"]
    assert dossier["name"] == NEW
    assert dossier["former_names"] == [{"name": former, "until": "2026-03-02"}]
    assert office.intake.rows("SELECT name FROM enterprise") == [(NEW,)]
    renamed(office, enterprise, former)
    office.deliver()
    assert office.intake.rows("SELECT name FROM enterprise") == [(former,)]
    changes = office.catalog.asked(ListNameChanges(enterprise_id=enterprise))["ok"]["items"]
    assert [(each["former_name"], each["name"]) for each in changes] == [(NEW, former), (former, NEW)]
    assert office.catalog.asked(ListNameChanges(state="proposed"))["ok"]["items"] == []


def test_the_database_lets_no_single_person_change_a_name_and_one_change_wait_at_a_time(office: FrontOffice) -> None:
    enterprise = office.registers(17)
    propose(office, enterprise)
    assert propose(office, enterprise, "又一个名称")["refused"]["code"] == "name_change_proposed_already"
    alone = "UPDATE enterprise_name_change SET state = 'confirmed', decided_by = proposed_by, decided_at = now()"
    with pytest.raises(psycopg.errors.CheckViolation):
        office.catalog.does(alone)


def test_a_name_that_is_taken_for_another_s_is_found_through_its_looks(office: FrontOffice) -> None:
    first = RegisterEnterprise(uscc="91360702DEM000014H", name="示例О电子", contact_mobile="19900000001")
    office.catalog.ordered(first, actor=CLERK)["ok"]
    second = RegisterEnterprise(uscc="91360702DEM000022C", name="示例 O 电子", contact_mobile="19900000002")
    refused = office.catalog.ordered(second, actor=CLERK)["refused"]
    assert refused["code"] == "name_looks_alike"
    assert "U+041E 西里尔字母" in refused["message"]
    compared = second.model_copy(update={"apart_from": first.uscc})
    assert office.catalog.ordered(compared, actor=CLERK)["ok"]["name"] == "示例 O 电子"


def test_what_names_look_like_is_filled_in_for_enterprises_of_a_former_version(office: FrontOffice) -> None:
    office.registers(17)
    office.registers(18)
    office.catalog.does("UPDATE enterprise SET name_looks = NULL")
    engine = create_engine(office.catalog.dsns.owner)
    with engine.begin() as connection:
        fill_looks(connection)
    engine.dispose()
    assert all(looks(name) == kept for name, kept in office.catalog.rows("SELECT name, name_looks FROM enterprise"))


def test_a_case_shows_what_its_enterprise_is_called_now_and_is_found_by_it(review: Review) -> None:
    filed = application()
    review.hears(filed)
    uscc, former = filed.claim.uscc, filed.claim.enterprise_name

    def case(about: str = "") -> Any:
        return review.asked(ListCases(about=about or None), actor=BUREAU)["ok"]["items"]

    assert [each["enterprise_called"] for each in case()] == [None]
    for change_id, name, day in (("change-2", NEW, "2026-03-02"), ("change-1", "中间的名称", "2026-02-02")):
        event = NameChangeConfirmed(enterprise_id="ent-1", uscc=uscc, former_name=former, name=name, effective_on=day)
        review.inbox.apply([received(event, tenant="zhanggong", subject=change_id)])
    (shown,) = case()
    assert (shown["claim"]["enterprise_name"], shown["enterprise_called"]) == (former, NEW)
    for about in ("示例控股(集团)", "示例控股 （集团）", former):
        assert [each["case_id"] for each in case(about)] == [shown["case_id"]], about
    assert case("别的名称") == []
