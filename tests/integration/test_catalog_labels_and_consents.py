"""Labels, consents, looks and materials on a real database: from the city down, seen by few, written down always."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from front_office import (
    CITY,
    CLERK,
    FIRST_DAY,
    SAMPLE,
    XINGGUO,
    ZHANGGONG,
    Replica,
    catalog_replica,
    enterprise_actor,
    onboarded,
)

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.consents import (
    ConsultLabel,
    GiveConsent,
    ListConsents,
    ListDisclosures,
    ReadContact,
    RevealContact,
    RevokeConsent,
)
from contracts.enterprises import GetEnterprise, RecordFacts, RegisterEnterprise
from contracts.labels import DefineLabel, LabelRule, ListLabels
from contracts.materials import KeepMaterial, ListExpiringMaterials, ListMaterials
from contracts.message import Actor
from contracts.rule import Fact, Level

ENTERPRISE = RegisterEnterprise.model_validate(FIRST_DAY["cases"][0]["enterprise"])
OFFICER = Actor(id="tech-1", roles=frozenset({"department"}), department="科技局", speaks_for=frozenset({"tax"}))
BANK = Actor(id="bank-1", roles=frozenset({"bank"}), name="示例银行")


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Replica:
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=FixedClock(NOON)), dsns)
    replica.hears(
        onboarded(CITY, None, Level.CITY, "GZ"),
        onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"),
        onboarded(XINGGUO, CITY, Level.COUNTY, "XG"),
    )
    for code in ("technology_score", "tech_sme"):
        assert "ok" in replica.ordered(DefineLabel(rule=rule(code)), tenant=CITY, actor=OFFICER)
    return replica


@pytest.fixture
def enterprise(catalog: Replica) -> str:
    """A technology enterprise of Zhanggong with a score of 64."""
    enterprise = str(catalog.ordered(ENTERPRISE, actor=CLERK)["ok"]["enterprise_id"])
    facts = (
        fact("tech_sme_listed", True, None, None),
        fact("rd_expense", "1200", "万元"),
        fact("rd_expense", "1000", "万元", "2024"),
        fact("rd_staff", "30", "人"),
        fact("employees", "200", "人"),
        fact("invention_applications", "4", "件"),
    )
    catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=facts), actor=OFFICER)["ok"]
    return enterprise


def rule(code: str, **changes: object) -> LabelRule:
    content = json.loads((SAMPLE / "labels" / f"{code}.json").read_bytes())
    return LabelRule.model_validate({**content, **changes})


def fact(name: str, value: Any, unit: str | None, period: str | None = "2025") -> Fact:
    kind = "flag" if isinstance(value, bool) else "number"
    return Fact(name=name, kind=kind, value=value, unit=unit, period=period, source="税务局", as_of=date(2026, 2, 1))


def labels(catalog: Replica, enterprise: str, tenant: str = ZHANGGONG) -> dict[str, Any]:
    return {
        each["code"]: each
        for each in catalog.asked(GetEnterprise(enterprise_id=enterprise), tenant=tenant)["ok"]["labels"]
    }


def consent(enterprise: str, **changes: Any) -> GiveConsent:
    fields = {
        "enterprise_id": enterprise,
        "grantee": "bank-1",
        "grantee_name": "示例银行",
        "labels": ("technology_score",),
        "purposes": ("credit_assessment",),
        "valid_from": date(2026, 3, 10),
        "valid_until": date(2026, 12, 31),
    }
    return GiveConsent(**{**fields, **changes})


LOOK = ConsultLabel(uscc=ENTERPRISE.uscc, label="technology_score", purpose="credit_assessment")


def test_a_file_shows_the_labels_of_the_city_as_the_facts_stand(catalog: Replica, enterprise: str) -> None:
    seen = labels(catalog, enterprise)
    assert seen["tech_sme"]["state"] == "met"
    assert seen["technology_score"]["score"]["points"] == 64
    assert seen["technology_score"]["defined_by"] == CITY
    more = fact("invention_applications", "10", "件").model_copy(update={"as_of": date(2026, 3, 1)})
    catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=(more,)), actor=OFFICER)
    assert labels(catalog, enterprise)["technology_score"]["score"]["points"] == 76


def test_a_enterprise_without_facts_is_undetermined_and_never_met(catalog: Replica) -> None:
    bare = str(catalog.ordered(ENTERPRISE, tenant=XINGGUO, actor=CLERK)["ok"]["enterprise_id"])
    seen = labels(catalog, bare, XINGGUO)["tech_sme"]
    assert (seen["state"], seen["missing"][0]["name"]) == ("undetermined", "tech_sme_listed")


def test_a_county_may_define_a_label_its_own_way_and_its_neighbour_keeps_the_citys(
    catalog: Replica, enterprise: str
) -> None:
    own = DefineLabel(rule=rule("tech_sme", name="章贡科技型企业"))
    assert catalog.ordered(own, actor=OFFICER)["ok"]["label_version"] == 1
    assert labels(catalog, enterprise)["tech_sme"]["name"] == "章贡科技型企业"
    names = [each["rule"]["name"] for each in catalog.asked(ListLabels(), tenant=XINGGUO)["ok"]["items"]]
    assert names == ["科技型中小企业", "科技积分"]


def test_a_label_is_revised_by_its_own_department_and_counts_its_versions(catalog: Replica, enterprise: str) -> None:
    order = DefineLabel(rule=rule("tech_sme", name="科技型企业"))
    stranger = Actor(id="x", roles=frozenset({"department"}), department="税务局")
    refused = catalog.ordered(order, tenant=CITY, actor=stranger)["refused"]
    assert refused["code"] == "label_of_other_department"
    assert catalog.ordered(order, tenant=CITY, actor=OFFICER)["ok"]["label_version"] == 2
    assert labels(catalog, enterprise)["tech_sme"]["label_version"] == 2


def test_a_bank_sees_the_score_with_the_enterprises_consent_and_the_enterprise_sees_the_look(
    catalog: Replica, enterprise: str
) -> None:
    given = catalog.ordered(consent(enterprise), actor=enterprise_actor(enterprise))["ok"]
    report = catalog.ordered(LOOK, actor=BANK)["ok"]
    assert (report["label"]["score"]["points"], report["label"]["score"]["grade"]) == (64, "B")
    assert (report["consent_id"], report["name"]) == (given["consent_id"], ENTERPRISE.name)
    (look,) = catalog.asked(ListDisclosures(enterprise_id=enterprise), actor=enterprise_actor(enterprise))["ok"][
        "items"
    ]
    assert (look["seen_by"], look["subject"], look["reason"], look["consent_id"]) == (
        "bank-1",
        "technology_score",
        "credit_assessment",
        given["consent_id"],
    )
    ((actor, action),) = catalog.rows("SELECT actor, action FROM audit_fact WHERE aggregate_type = 'disclosure'")
    assert (actor, action) == ("bank-1", "consult_label")


def test_what_the_consent_does_not_cover_is_refused_and_the_enterprise_reads_who_asked_and_why_not(
    catalog: Replica, enterprise: str
) -> None:
    boss = enterprise_actor(enterprise)
    given = catalog.ordered(consent(enterprise), actor=boss)["ok"]["consent_id"]
    others = (
        (LOOK.model_copy(update={"purpose": "post_loan_monitoring"}), BANK),
        (LOOK.model_copy(update={"label": "tech_sme"}), BANK),
        (LOOK, Actor(id="bank-2", roles=frozenset({"bank"}))),
        (LOOK.model_copy(update={"uscc": FIRST_DAY["cases"][1]["enterprise"]["uscc"]}), BANK),
    )
    codes = {catalog.ordered(order, actor=actor)["refused"]["code"] for order, actor in others}
    assert codes == {"consent_missing"}
    unknown = catalog.ordered(LOOK.model_copy(update={"label": "no_such"}), actor=BANK)["refused"]
    assert unknown["code"] == "label_unknown"
    assert catalog.ordered(RevokeConsent(consent_id=given), actor=boss)["ok"]["standing"] == "revoked"
    assert catalog.ordered(LOOK, actor=BANK)["refused"]["code"] == "consent_missing"
    looks = catalog.asked(ListDisclosures(enterprise_id=enterprise), actor=boss)["ok"]["items"]
    assert [
        (each["seen_by"], each["subject"], each["reason"], each["refused"]["code"]) for each in reversed(looks)
    ] == [
        ("bank-1", "technology_score", "post_loan_monitoring", "other_purpose"),
        ("bank-1", "tech_sme", "credit_assessment", "other_label"),
        ("bank-2", "technology_score", "credit_assessment", "no_consent"),
        ("bank-1", "technology_score", "credit_assessment", "revoked"),
    ]
    assert looks[0]["seen_by_name"] == "示例银行"
    (listed,) = catalog.asked(ListConsents(enterprise_id=enterprise), actor=boss)["ok"]["items"]
    assert listed["standing"] == "revoked"


def test_a_refused_look_is_written_down_once_per_order_with_its_audit_fact_and_says_nothing_to_the_bank(
    catalog: Replica, enterprise: str
) -> None:
    first = catalog.ordered(LOOK, actor=BANK, key="look-0002")
    assert catalog.ordered(LOOK, actor=BANK, key="look-0002") == first
    assert [each["code"] for each in first["refused"]["reasons"]] == ["consent_missing"]
    assert catalog.rows("SELECT seen_by, refused, consent_id FROM disclosure") == [("bank-1", "no_consent", None)]
    facts = catalog.rows("SELECT actor, action FROM audit_fact WHERE aggregate_type = 'disclosure'")
    assert facts == [("bank-1", "consult_label")]
    later = consent(enterprise, valid_from=date(2026, 3, 11))
    assert "ok" in catalog.ordered(later, actor=enterprise_actor(enterprise))
    assert catalog.ordered(LOOK, actor=BANK)["refused"]["reasons"] == first["refused"]["reasons"]
    assert catalog.rows("SELECT refused FROM disclosure ORDER BY id") == [("no_consent",), ("not_begun",)]


def test_the_same_look_asked_twice_is_one_look(catalog: Replica, enterprise: str) -> None:
    catalog.ordered(consent(enterprise), actor=enterprise_actor(enterprise))["ok"]
    first = catalog.ordered(LOOK, actor=BANK, key="look-0001")["ok"]
    assert catalog.ordered(LOOK, actor=BANK, key="look-0001")["ok"] == first
    assert catalog.rows("SELECT count(*) FROM disclosure") == [(1,)]


def test_the_contact_is_read_after_a_reason_is_given_and_stored_nowhere_in_the_open(
    catalog: Replica, enterprise: str
) -> None:
    order = RevealContact(enterprise_id=enterprise, reason="电话核实申报信息")
    look = catalog.ordered(order, actor=CLERK)["ok"]["disclosure_id"]
    assert (
        catalog.asked(ReadContact(disclosure_id=look), actor=CLERK)["ok"]["contact_mobile"] == ENTERPRISE.contact_mobile
    )
    stranger = Actor(id="clerk-9", roles=frozenset({"window"}))
    assert catalog.asked(ReadContact(disclosure_id=look), actor=stranger)["refused"]["code"] == "look_unknown"
    elsewhere = catalog.asked(ReadContact(disclosure_id=look), actor=CLERK, tenant=XINGGUO)["refused"]
    assert elsewhere["code"] == "look_unknown"
    tables = [name for (name,) in catalog.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    stored = "\n".join(str(row) for table in tables for row in catalog.rows(f"SELECT * FROM {table}"))
    assert ENTERPRISE.contact_mobile not in stored
    assert "电话核实申报信息" in stored


def test_a_look_is_never_changed_or_removed(catalog: Replica, enterprise: str) -> None:
    catalog.ordered(RevealContact(enterprise_id=enterprise, reason="电话核实"), actor=CLERK)["ok"]
    for statement in ("UPDATE disclosure SET reason = ''", "DELETE FROM disclosure"):
        with (
            psycopg.connect(psycopg_url(catalog.dsns.app)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)


def licence(enterprise: str, days: int | None, name: str) -> KeepMaterial:
    return KeepMaterial(
        enterprise_id=enterprise,
        kind="permit",
        name=name,
        issuer="市场监管局",
        sha256="ab" * 32,
        valid_from=date(2025, 1, 1),
        valid_until=date(2026, 3, 10) + timedelta(days=days) if days is not None else None,
    )


def test_what_runs_out_soon_is_listed_page_by_page_and_renewed_licences_are_not(
    catalog: Replica, enterprise: str
) -> None:
    kept = {}
    for days, name in ((20, "许可甲"), (5, "许可乙"), (5, "许可丙"), (31, "许可丁"), (None, "许可戊"), (1, "许可己")):
        kept[name] = catalog.ordered(licence(enterprise, days, name), actor=CLERK)["ok"]["ref"]["material_id"]
    renewed = licence(enterprise, 400, "许可己").model_copy(update={"replaces": kept["许可己"]})
    assert "ok" in catalog.ordered(renewed, actor=CLERK)
    first = catalog.asked(ListExpiringMaterials(limit=2))["ok"]
    rest = catalog.asked(ListExpiringMaterials(limit=2, cursor=first["next_cursor"]))["ok"]
    assert [each["name"] for each in (*first["items"], *rest["items"])] == ["许可乙", "许可丙", "许可甲"]
    assert rest["next_cursor"] is None
    mine = catalog.asked(ListMaterials(enterprise_id=enterprise), actor=enterprise_actor(enterprise))["ok"]["items"]
    standing = {each["name"]: each["standing"] for each in reversed(mine)}
    assert standing == {
        "许可甲": "expiring",
        "许可乙": "expiring",
        "许可丙": "expiring",
        "许可丁": "valid",
        "许可戊": "valid",
        "许可己": "valid",
    }
    assert catalog.asked(ListExpiringMaterials(within_days=366), tenant=XINGGUO)["ok"]["items"] == []
