"""From the firm's file to the officer's screen: what was given travels with the claim, and is read by those whose case it is alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from front_office import (
    CITY,
    FIRST_DAY,
    ZHANGGONG,
    FrontOffice,
    catalog_replica,
    enterprise_actor,
    intake_replica,
    officer_of,
    onboarded,
    sample_content,
)
from review_database import Review
from test_joint_checks import CITY_POLICE, CITY_TAX, answers, does_jobs, prepared, tasks, with_check

from chassis.edge.frame import Frame
from chassis.events.received import decode
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.given_materials import FiledMaterial, GivenMaterial, ListCaseMaterials, OpenKeptMaterial, OpenMaterial
from contracts.intake import SubmitApplication
from contracts.materials import KeepMaterial, WithdrawMaterial
from contracts.message import Actor
from contracts.review import ListCases
from contracts.rule import Fact, Level
from tests.unit.review.review_kit import OFFICER, STRANGER, application

PAPER = "ab" * 32
INVOICE = FiledMaterial(code="invoices", material_id="m1", name="设备发票", sha256=PAPER, size=9, kept_in="zhanggong")
FIRM = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="enterprise-1")


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns)


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> FrontOffice:
    clock, catalog, intake = FixedClock(NOON), service_database("catalog"), service_database("intake")
    return FrontOffice(
        catalog_replica(service_frame("catalog", dsns=catalog, clock=clock), catalog),
        intake_replica(service_frame("intake", dsns=intake, clock=clock), intake),
    )


def keeps(office: FrontOffice, enterprise: str, **more: Any) -> str:
    order = KeepMaterial(
        enterprise_id=enterprise,
        kind="contract",
        name="设备发票",
        issuer="示例设备公司",
        sha256=PAPER,
        size=4096,
        valid_from=date(2026, 1, 1),
        **more,
    )
    kept = office.catalog.ordered(order, actor=enterprise_actor(enterprise))["ok"]
    return str(kept["ref"]["material_id"])


def form(item: str, enterprise: str, *materials: GivenMaterial) -> SubmitApplication:
    case = FIRST_DAY["cases"][16]
    return SubmitApplication(
        item_id=item,
        enterprise_id=enterprise,
        declared_facts=tuple(Fact.model_validate(fact) for fact in case["declared_facts"]),
        materials=materials,
    )


def opened(review: Review) -> list[tuple[Any, ...]]:
    return review.rows("SELECT tenant, material_id, opened_by FROM material_opening ORDER BY id")


def test_what_a_firm_gives_is_read_by_the_officer_of_its_case_and_that_is_kept(
    office: FrontOffice, review: Review
) -> None:
    content = sample_content("SD-002")
    code = next(each.code for each in content.rules.plan.materials if each.commitment)
    item, enterprise = office.publishes(content), office.registers(17)
    material = keeps(office, enterprise)
    office.deliver()
    filed = office.intake.ordered(
        form(item, enterprise, GivenMaterial(code=code, material_id=material)), actor=enterprise_actor(enterprise)
    )
    assert "ok" in filed, filed
    review.hears(onboarded(CITY, None, Level.CITY, "GZ"), tenant=CITY)
    review.hears(onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"), tenant=ZHANGGONG)
    told = [*office.catalog.said(), *office.intake.said()]
    review.inbox.apply([decode(body, wanted=review.inbox.wanted) for body in told])
    officer = officer_of(content.rules.plan.department)
    (case,) = (
        review.asked(ListCases(state="received"), tenant=ZHANGGONG, actor=officer)["ok"]["items"]
        or review.asked(ListCases(), tenant=ZHANGGONG, actor=officer)["ok"]["items"]
    )
    (given,) = review.asked(ListCaseMaterials(case_id=case["case_id"]), tenant=ZHANGGONG, actor=officer)["ok"]["items"]
    assert (given["material_id"], given["code"], given["size"], given["round"]) == (material, code, 4096, 0)
    order = OpenMaterial(case_id=case["case_id"], material_id=material)
    answer = review.ordered(order, tenant=ZHANGGONG, actor=officer)["ok"]
    assert (answer["sha256"], answer["tenant"], answer["name"]) == (PAPER, ZHANGGONG, "设备发票")
    assert opened(review) == [(ZHANGGONG, material, officer.id)]
    facts = review.rows("SELECT actor, action FROM audit_fact WHERE aggregate_type = 'material_opening'")
    assert facts == [(officer.id, "open_material")]


def test_a_material_that_is_another_firm_s_or_gone_is_not_taken(office: FrontOffice) -> None:
    content = sample_content("SD-002")
    code = next(each.code for each in content.rules.plan.materials if each.commitment)
    item, enterprise, other = office.publishes(content), office.registers(17), office.registers(16)
    own, theirs = keeps(office, enterprise), keeps(office, other)
    office.catalog.ordered(WithdrawMaterial(material_id=own, reason="传错文件"), actor=enterprise_actor(enterprise))[
        "ok"
    ]
    office.deliver()
    given = [GivenMaterial(code=code, material_id=each) for each in (own, theirs)]
    refused = office.intake.ordered(form(item, enterprise, *given), actor=enterprise_actor(enterprise))["refused"]
    assert [(each["code"], each["field"]) for each in refused["reasons"]] == [
        ("material_gone", "materials.0.material_id"),
        ("material_not_in_file", "materials.1.material_id"),
    ]


def test_a_firm_reads_its_own_file_and_no_other_s(office: FrontOffice) -> None:
    enterprise, other = office.registers(17), office.registers(16)
    material = keeps(office, enterprise)
    order = OpenKeptMaterial(material_id=material)
    assert office.catalog.ordered(order, actor=enterprise_actor(enterprise))["ok"]["sha256"] == PAPER
    assert office.catalog.ordered(order, actor=enterprise_actor(other))["refused"]["code"] == "material_unknown"
    assert office.catalog.ordered(order, tenant=CITY)["refused"]["code"] == "material_unknown"
    assert len(office.catalog.rows("SELECT * FROM material_opening")) == 1


def the_case_id(review: Review) -> str:
    (found,) = review.asked(ListCases())["ok"]["items"]
    return str(found["case_id"])


def reads(review: Review, case_id: str, actor: Actor, tenant: str = "zhanggong", material: str = "m1") -> str:
    """What comes of the order: `ok`, or the code of its refusal. What is listed agrees with it."""
    answer = review.ordered(OpenMaterial(case_id=case_id, material_id=material), tenant=tenant, actor=actor)
    listed = review.asked(ListCaseMaterials(case_id=case_id), tenant=tenant, actor=actor)
    known = "ok" in listed and material in {each["material_id"] for each in listed["ok"]["items"]}
    assert known is ("ok" in answer)
    return "ok" if "ok" in answer else str(answer["refused"]["code"])


def test_nobody_reads_in_a_case_that_is_not_theirs_and_nothing_is_kept_of_it(review: Review) -> None:
    review.prepared().hears(application(materials=(INVOICE,)))
    case_id = the_case_id(review)
    assert reads(review, case_id, STRANGER) == "not_your_department"
    assert reads(review, case_id, FIRM) == "not_your_department"
    assert reads(review, case_id, OFFICER, tenant="ganzhou") == "case_not_found"
    assert reads(review, "another-case", OFFICER) == "case_not_found"
    assert reads(review, case_id, OFFICER, material="m2") == "paper_unknown"
    assert opened(review) == []
    assert reads(review, case_id, OFFICER) == "ok"
    assert opened(review) == [("zhanggong", "m1", OFFICER.id)]


def test_a_department_of_the_city_reads_in_the_county_s_case_while_it_has_a_task_there(review: Review) -> None:
    prepared(review, with_check("税务部门", level=Level.CITY)).hears(application(materials=(INVOICE,)))
    case_id = the_case_id(review)
    assert reads(review, case_id, CITY_TAX, tenant="ganzhou") == "case_not_found"
    does_jobs(review)
    assert reads(review, case_id, CITY_TAX, tenant="ganzhou") == "ok"
    assert reads(review, case_id, CITY_POLICE, tenant="ganzhou") == "case_not_found"
    assert opened(review) == [("ganzhou", "m1", CITY_TAX.id)]
    (task,) = tasks(review)
    answers(review, task)
    does_jobs(review)
    assert reads(review, case_id, CITY_TAX, tenant="ganzhou") == "ok", "whoever has answered may be asked about it"


def test_what_a_department_says_is_not_its_own_it_reads_no_more(review: Review) -> None:
    prepared(review, with_check("税务部门", level=Level.CITY)).hears(application(materials=(INVOICE,)))
    case_id = the_case_id(review)
    does_jobs(review)
    (task,) = tasks(review)
    answers(review, task, answer="not_ours", remark="由县税务局负责")
    does_jobs(review)
    assert reads(review, case_id, CITY_TAX, tenant="ganzhou") == "case_not_found"
