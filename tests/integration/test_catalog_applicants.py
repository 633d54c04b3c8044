"""What an enterprise is shown before it applies, on a real database: evidence, the form, its dossier in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from front_office import (
    CHECKER,
    CITY,
    CLERK,
    FIRST_DAY,
    ZHANGGONG,
    Replica,
    catalog_replica,
    enterprise_actor,
    officer_of,
    onboarded,
    sample_content,
)

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.application_forms import GetApplicationForm
from contracts.enterprises import (
    ConfirmPayeeAccount,
    GetDossierSheet,
    RecordFacts,
    RegisterEnterprise,
    RegisterPayeeAccount,
)
from contracts.entitlements import CheckEntitlement
from contracts.payee_holder_accounts import RegisterPayeeHolder
from contracts.policies import PublishPolicyItem
from contracts.rule import Fact, Level

CASE = FIRST_DAY["cases"][0]
ENTERPRISE = RegisterEnterprise.model_validate(CASE["enterprise"])


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Replica:
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=FixedClock(NOON)), dsns)
    replica.hears(onboarded(CITY, None, Level.CITY, "GZ"), onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"))
    return replica


@pytest.fixture
def enterprise(catalog: Replica) -> str:
    """The id of a registered enterprise."""
    return str(catalog.ordered(ENTERPRISE, actor=CLERK)["ok"]["enterprise_id"])


def published(catalog: Replica, code: str) -> str:
    content = sample_content(code)
    order = PublishPolicyItem(content=content)
    officer = officer_of(content.rules.plan.department)
    return str(catalog.ordered(order, tenant=CITY, actor=officer)["ok"]["item_id"])


def known(catalog: Replica, enterprise: str) -> None:
    facts = tuple(Fact.model_validate(fact) for fact in CASE["file_facts"])
    catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=facts))


def test_a_check_tells_what_the_dossier_says_with_source_and_date(catalog: Replica, enterprise: str) -> None:
    item = published(catalog, "GZ-009")
    question = CheckEntitlement(item_id=item, enterprise_id=enterprise)
    assert catalog.asked(question, actor=enterprise_actor(enterprise))["ok"]["evidence"] == []
    known(catalog, enterprise)
    (fact,) = catalog.asked(question, actor=enterprise_actor(enterprise))["ok"]["evidence"]
    told = next(each for each in CASE["file_facts"] if each["name"] == fact["name"])
    assert (fact["source"], fact["as_of"], fact["value"]) == (told["source"], told["as_of"], "是")
    assert fact["label"] != fact["name"]


def test_a_form_says_what_the_dossier_knows_and_which_account_is_paid(catalog: Replica, enterprise: str) -> None:
    item, own = published(catalog, "SD-002"), enterprise_actor(enterprise)
    question = GetApplicationForm(item_id=item, enterprise_id=enterprise)
    plan = sample_content("SD-002").rules.plan
    form = catalog.asked(question, actor=own)["ok"]
    assert [field["name"] for field in form["fields"]] == [field.fact for field in plan.form_fields]
    assert (form["payee"], form["account_waits"], form["enterprise_name"]) == (None, False, ENTERPRISE.name)
    order = RegisterPayeeAccount(enterprise_id=enterprise, **CASE["account"])
    account = catalog.ordered(order, actor=CLERK)["ok"]["account_id"]
    assert catalog.asked(question, actor=own)["ok"]["account_waits"]
    catalog.ordered(ConfirmPayeeAccount(account_id=account), actor=CHECKER)
    form = catalog.asked(question, actor=own)["ok"]
    assert (form["payee"]["account_name"], form["account_waits"]) == (ENTERPRISE.name, False)
    assert catalog.asked(question, actor=enterprise_actor("other"))["refused"]["code"] == "enterprise_not_yours"


def test_a_form_says_which_parts_are_others_and_whom_the_enterprise_has_named(
    catalog: Replica, enterprise: str
) -> None:
    own = enterprise_actor(enterprise)
    shared, plain = (
        GetApplicationForm(item_id=published(catalog, code), enterprise_id=enterprise) for code in ("HB-002", "SD-002")
    )
    person = RegisterPayeeHolder(kind="person", name="示例毕业生甲", resident_id="360702200001010016")
    holder = catalog.ordered(person, actor=own)["ok"]["holder_id"]
    form = catalog.asked(shared, actor=own)["ok"]
    assert [(each["part"], each["who"]) for each in form["parts"]] == [(1, "graduate")]
    assert [(each["holder_id"], each["standing"]) for each in form["receivers"]] == [(holder, "none")]
    assert form["own_account"] is True
    form = catalog.asked(plain, actor=own)["ok"]
    assert (form["parts"], form["receivers"], form["own_account"], form["credit"]) == ([], [], True, None)


def test_what_the_dossier_says_is_not_asked_for_again(catalog: Replica, enterprise: str) -> None:
    item = published(catalog, "SD-002")
    question = GetApplicationForm(item_id=item, enterprise_id=enterprise)
    first: dict[str, Any] = catalog.asked(question, actor=enterprise_actor(enterprise))["ok"]["fields"][0]
    fact = Fact(
        name=first["name"],
        kind=first["kind"],
        value={"number": "12", "flag": True, "date": "2026-01-02"}.get(first["kind"], "x"),
        unit=first["unit"],
        period=first["period"],
        source="章贡区税务局",
        as_of=NOON.date(),
    )
    catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=(fact,)))
    asked = catalog.asked(question, actor=enterprise_actor(enterprise))["ok"]["fields"][0]
    assert asked["known"]["source"] == "章贡区税务局"


def test_a_dossier_is_told_in_the_words_of_the_items_on_offer(catalog: Replica, enterprise: str) -> None:
    known(catalog, enterprise)
    published(catalog, "GZ-009")
    question = GetDossierSheet(enterprise_id=enterprise)
    sheet = catalog.asked(question, actor=enterprise_actor(enterprise))["ok"]
    assert sheet["enterprise"]["uscc"] == ENTERPRISE.uscc
    labels = {fact["name"]: fact["label"] for fact in sheet["facts"]}
    assert labels["tech_sme_first_listed"] != "tech_sme_first_listed"
    assert catalog.asked(question, actor=enterprise_actor("other"))["refused"]["code"] == "enterprise_not_yours"
