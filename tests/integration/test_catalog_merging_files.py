"""Two files of one enterprise become one: what moves, what stays readable, and how the others follow."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from front_office import (
    CHECKER,
    CLERK,
    FIRST_DAY,
    XINGGUO,
    ZHANGGONG,
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
from contracts.enterprises import GetEnterprise, RecordFacts
from contracts.fact_records import GetFactHistory
from contracts.intake import GetApplication, ListApplications, SubmitApplication
from contracts.materials import KeepMaterial, ListMaterials
from contracts.merges import ConfirmMerge, DeclineMerge, ListMerges, ProposeMerge
from contracts.message import Actor
from contracts.rule import Fact

OFFICER = Actor(
    id="tech-1", roles=frozenset({"department"}), department="科技局", speaks_for=frozenset({"intellectual_property"})
)


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> FrontOffice:
    clock = FixedClock(NOON)
    catalog, intake = service_database("catalog"), service_database("intake")
    return FrontOffice(
        catalog_replica(service_frame("catalog", dsns=catalog, clock=clock), catalog),
        intake_replica(service_frame("intake", dsns=intake, clock=clock), intake),
    )


@pytest.fixture
def files(office: FrontOffice) -> tuple[str, str]:
    """(absorbed, surviving): two files in Zhanggong that are to be one."""
    return office.registers(17), office.registers(18)


def patents(value: str, day: int) -> Fact:
    return Fact(
        name="invention_patents", kind="number", value=value, unit="件", source="市知识产权局", as_of=date(2026, 2, day)
    )


def propose(office: FrontOffice, files: tuple[str, str]) -> dict[str, Any]:
    order = ProposeMerge(absorbed_id=files[0], surviving_id=files[1], reason="同一企业换发新的信用代码")
    return office.catalog.ordered(order, actor=CLERK)["ok"]


def merged(office: FrontOffice, files: tuple[str, str]) -> dict[str, Any]:
    merge = propose(office, files)
    return office.catalog.ordered(ConfirmMerge(merge_id=merge["merge_id"]), actor=CHECKER)["ok"]


def codes(answer: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in answer["refused"]["reasons"]]


def test_facts_and_materials_move_with_their_sources_and_the_old_file_points_on(
    office: FrontOffice, files: tuple[str, str]
) -> None:
    old, new = files
    office.catalog.ordered(RecordFacts(enterprise_id=new, facts=(patents("5", 2),)), actor=OFFICER)["ok"]
    office.catalog.ordered(RecordFacts(enterprise_id=old, facts=(patents("3", 1),)), actor=OFFICER)["ok"]
    licence = KeepMaterial(
        enterprise_id=old,
        kind="permit",
        name="许可证",
        issuer="市场监管局",
        sha256="ab" * 32,
        valid_from=date(2025, 1, 1),
    )
    office.catalog.ordered(licence, actor=CLERK)["ok"]
    assert merged(office, files)["state"] == "confirmed"

    absorbed = office.catalog.asked(GetEnterprise(enterprise_id=old))["ok"]
    survivor = office.catalog.asked(GetEnterprise(enterprise_id=new))["ok"]
    assert absorbed["merged_into"] == new
    assert [(each["enterprise_id"], each["uscc"]) for each in survivor["absorbed"]] == [(old, absorbed["uscc"])]
    assert {fact["name"] for fact in absorbed["facts"]} <= {fact["name"] for fact in survivor["facts"]}
    newest = next(fact for fact in survivor["facts"] if fact["name"] == "invention_patents")
    assert (newest["value"], newest["source"], newest["as_of"]) == ("5", "市知识产权局", "2026-02-02")
    history = office.catalog.asked(GetFactHistory(enterprise_id=new, name="invention_patents"))["ok"]["items"]
    assert [(each["fact"]["value"], each["standing"], each["moved_from"]) for each in history] == [
        ("3", "superseded", old),
        ("5", "counts", None),
    ]
    (material,) = office.catalog.asked(ListMaterials(enterprise_id=new))["ok"]["items"]
    assert (material["moved_from"], material["ref"]["sha256"]) == (old, "ab" * 32)
    assert office.catalog.asked(ListMaterials(enterprise_id=old))["ok"]["items"] == []


def test_nothing_is_added_to_an_absorbed_file(office: FrontOffice, files: tuple[str, str]) -> None:
    merged(office, files)
    order = RecordFacts(enterprise_id=files[0], facts=(patents("3", 1),))
    refused = office.catalog.ordered(order, actor=OFFICER)["refused"]
    assert refused["code"] == "enterprise_merged_already"
    assert files[1] in refused["message"]


def test_one_person_alone_merges_nothing_and_the_database_says_so_too(
    office: FrontOffice, files: tuple[str, str]
) -> None:
    merge = propose(office, files)
    again = office.catalog.ordered(ConfirmMerge(merge_id=merge["merge_id"]), actor=CLERK)["refused"]
    assert again["code"] == "merge_second_person_required"
    with (
        psycopg.connect(psycopg_url(office.catalog.dsns.owner)) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute(
            "UPDATE enterprise_merge SET state = 'confirmed', decided_by = proposed_by, decided_at = now()"
        )


def test_what_cannot_be_one_file_is_refused_with_all_reasons(office: FrontOffice, files: tuple[str, str]) -> None:
    old, new = files
    other_place = office.registers(19, tenant=XINGGUO)
    assert propose(office, files)["state"] == "proposed"
    twice = ProposeMerge(absorbed_id=old, surviving_id=new, reason="重复建档")
    assert office.catalog.ordered(twice, actor=CHECKER)["refused"]["code"] == "merge_proposed_already"
    same = ProposeMerge(absorbed_id=other_place, surviving_id=other_place, reason="重复建档")
    assert codes(office.catalog.ordered(same, actor=CLERK)) == [
        "same_dossier",
        "enterprise_unknown",
        "enterprise_unknown",
    ]
    enterprise = office.catalog.ordered(twice, actor=enterprise_actor(new))["refused"]
    assert enterprise["code"] == "merge_by_staff_only"


def test_a_declined_merge_changes_nothing_and_may_be_proposed_again(
    office: FrontOffice, files: tuple[str, str]
) -> None:
    merge = propose(office, files)
    decline = DeclineMerge(merge_id=merge["merge_id"], reason="不是同一企业")
    assert office.catalog.ordered(decline, actor=CHECKER)["ok"]["state"] == "declined"
    confirm = ConfirmMerge(merge_id=merge["merge_id"])
    assert office.catalog.ordered(confirm, actor=CHECKER)["refused"]["code"] == "merge_decided_already"
    assert merged(office, files)["state"] == "confirmed"
    listed = office.catalog.asked(ListMerges())["ok"]["items"]
    assert [each["state"] for each in listed] == ["confirmed", "declined"]
    assert len(office.catalog.asked(ListMerges(state="declined"))["ok"]["items"]) == 1


def test_of_two_confirmations_at_once_one_merges_and_it_is_told_once(
    office: FrontOffice, files: tuple[str, str]
) -> None:
    order = ConfirmMerge(merge_id=propose(office, files)["merge_id"])
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: office.catalog.ordered(order, actor=CHECKER), range(2)))
    assert sorted("ok" in answer for answer in answers) == [False, True]
    assert sum("EnterpriseMerged" in body for body in office.catalog.said()) == 1


def form(number: int, item: str, enterprise: str) -> SubmitApplication:
    case = FIRST_DAY["cases"][number - 1]
    commitments = [
        each["code"]
        for each in sample_content("SD-002").model_dump()["rules"]["plan"]["materials"]
        if each.get("commitment")
    ]
    return SubmitApplication(
        item_id=item,
        enterprise_id=enterprise,
        declared_facts=tuple(Fact.model_validate(fact) for fact in case["declared_facts"]),
        commitments=tuple(commitments),
    )


def test_intake_follows_filed_claims_are_found_and_none_is_made_twice(
    office: FrontOffice, files: tuple[str, str]
) -> None:
    old, new = files
    item = office.publishes(sample_content("SD-002"))
    office.deliver()
    filed = office.intake.ordered(form(17, item, old), actor=enterprise_actor(old))["ok"]
    merged(office, files)
    office.deliver()
    boss = enterprise_actor(new)
    question = GetApplication(application_id=filed["application_id"])
    assert office.intake.asked(question, actor=boss)["ok"]["claim"]["receipt"] == filed["receipt"]
    listed = office.intake.asked(ListApplications(enterprise_id=new), actor=boss)["ok"]["items"]
    assert [each["claim"]["enterprise_id"] for each in listed] == [old]
    assert "enterprise_merged_already" in codes(office.intake.ordered(form(17, item, old), actor=enterprise_actor(old)))
    assert codes(office.intake.ordered(form(17, item, new), actor=boss)) == ["duplicate_application"]


def test_files_merged_in_two_steps_are_one_file_whichever_word_comes_first(
    office: FrontOffice, files: tuple[str, str]
) -> None:
    last = office.registers(19)
    item = office.publishes(sample_content("SD-002"))
    office.deliver()
    filed = office.intake.ordered(form(17, item, files[0]), actor=enterprise_actor(files[0]))["ok"]
    merged(office, files)
    merged(office, (files[1], last))
    office.deliver()
    listed = office.intake.asked(ListApplications(enterprise_id=last), actor=enterprise_actor(last))["ok"]["items"]
    assert [each["claim"]["receipt"] for each in listed] == [filed["receipt"]]
    assert office.catalog.asked(GetEnterprise(enterprise_id=files[0]))["ok"]["merged_into"] == files[1]
    assert office.intake.rows("SELECT count(*) FROM merged_enterprise") == [(2,)]
    assert office.intake.rows("SELECT DISTINCT tenant FROM merged_enterprise") == [(ZHANGGONG,)]
