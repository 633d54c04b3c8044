"""Enterprises' files and accounts on a real database: once per code, never overwritten, seen by few."""

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
    CITY,
    CLERK,
    FIRST_DAY,
    XINGGUO,
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
from contracts.enterprise_lookup import FindEnterprise
from contracts.enterprises import (
    ConfirmPayeeAccount,
    GetEnterprise,
    RecordFacts,
    RegisterEnterprise,
    RegisterPayeeAccount,
)
from contracts.entitlements import CheckEntitlement
from contracts.policies import PublishPolicyItem
from contracts.rule import Fact, Level

CASE = FIRST_DAY["cases"][0]
ENTERPRISE = RegisterEnterprise.model_validate(CASE["enterprise"])


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Replica:
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=FixedClock(NOON)), dsns)
    replica.hears(
        onboarded(CITY, None, Level.CITY, "GZ"),
        onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"),
        onboarded(XINGGUO, CITY, Level.COUNTY, "XG"),
    )
    return replica


@pytest.fixture
def enterprise(catalog: Replica) -> str:
    """The id of a registered enterprise."""
    return str(catalog.ordered(ENTERPRISE, actor=CLERK)["ok"]["enterprise_id"])


def account(enterprise: str, number: str = "3607020000000000001") -> RegisterPayeeAccount:
    return RegisterPayeeAccount(
        enterprise_id=enterprise, account_name=ENTERPRISE.name, account_number=number, bank_name="示例银行章贡支行"
    )


def listed(value: bool, as_of: str, period: str | None = "2025") -> Fact:
    return Fact(
        name="tech_sme_first_listed",
        kind="flag",
        value=value,
        period=period,
        source="章贡区科技局",
        as_of=date.fromisoformat(as_of),
    )


def test_a_code_opens_one_file_in_each_place(catalog: Replica, enterprise: str) -> None:
    again = ENTERPRISE.model_copy(update={"uscc": f" {ENTERPRISE.uscc.lower()}", "name": "另一个名字"})
    assert catalog.ordered(again, actor=CLERK)["refused"]["code"] == "enterprise_registered_already"
    assert "ok" in catalog.ordered(ENTERPRISE, tenant=XINGGUO, actor=CLERK)


def test_a_file_is_read_by_its_own_enterprise_and_its_own_place_only(catalog: Replica, enterprise: str) -> None:
    question = GetEnterprise(enterprise_id=enterprise)
    seen = catalog.asked(question, actor=enterprise_actor(enterprise))["ok"]
    assert (seen["uscc"], seen["contact_masked"]) == (ENTERPRISE.uscc, "199****0001")
    assert catalog.asked(question, actor=enterprise_actor("other"))["refused"]["code"] == "enterprise_not_yours"
    assert catalog.asked(question, tenant=XINGGUO)["refused"]["code"] == "enterprise_unknown"


def test_an_enterprise_is_found_by_its_code_in_its_own_place_only(catalog: Replica, enterprise: str) -> None:
    question = FindEnterprise(uscc=f" {ENTERPRISE.uscc.lower()}")
    found = catalog.asked(question)["ok"]
    assert found == {"enterprise_id": enterprise, "uscc": ENTERPRISE.uscc, "name": ENTERPRISE.name}
    assert catalog.asked(question, tenant=XINGGUO)["refused"]["code"] == "uscc_unknown"


def test_another_place_touches_neither_the_file_nor_its_accounts(catalog: Replica, enterprise: str) -> None:
    account_id = catalog.ordered(account(enterprise), actor=CLERK)["ok"]["account_id"]
    facts = RecordFacts(enterprise_id=enterprise, facts=(listed(True, "2026-01-12"),))
    confirmation = ConfirmPayeeAccount(account_id=account_id)
    answers = [
        catalog.ordered(order, tenant=XINGGUO, actor=CHECKER) for order in (facts, account(enterprise), confirmation)
    ]
    assert [answer["refused"]["code"] for answer in answers] == [
        "enterprise_unknown",
        "enterprise_unknown",
        "payee_account_unknown",
    ]


def test_the_newest_fact_counts_and_none_is_lost(catalog: Replica, enterprise: str) -> None:
    told = [
        listed(True, "2026-01-12"),
        listed(False, "2026-02-01"),  # the correction
        listed(True, "2026-01-20"),  # an old paper that turns up later
        listed(True, "2026-03-01", period="2024"),
        listed(True, "2026-03-01", period=None),
    ]
    for fact in told[:3]:
        catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=(fact,)))
    view = catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=tuple(told[3:])))["ok"]
    current = [(fact["period"], fact["value"], fact["as_of"]) for fact in view["facts"]]
    assert current == [
        (None, True, "2026-03-01"),
        ("2024", True, "2026-03-01"),
        ("2025", False, "2026-02-01"),
    ]
    assert catalog.asked(GetEnterprise(enterprise_id=enterprise))["ok"]["facts"] == view["facts"]
    assert catalog.rows("SELECT count(*) FROM enterprise_fact") == [(5,)]


def test_of_two_facts_of_one_day_the_one_told_last_counts(catalog: Replica, enterprise: str) -> None:
    both = (listed(True, "2026-01-12"), listed(False, "2026-01-12"))
    view = catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=both))["ok"]
    assert [fact["value"] for fact in view["facts"]] == [False]


@pytest.mark.parametrize("statement", ["UPDATE enterprise_telling SET facts = '[]'", "DELETE FROM enterprise_telling"])
def test_the_service_itself_cannot_change_a_fact_or_take_it_back(
    catalog: Replica, enterprise: str, statement: str
) -> None:
    catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=(listed(True, "2026-01-12"),)))
    with (
        psycopg.connect(psycopg_url(catalog.dsns.app)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_the_audit_of_a_version_holds_the_facts_that_it_added(catalog: Replica, enterprise: str) -> None:
    catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=(listed(True, "2026-01-12"),)))
    found = catalog.rows("SELECT version, actor, body FROM audit_fact ORDER BY version")
    assert [(version, actor) for version, actor, _ in found] == [(1, "clerk-1"), (2, "exchange")]
    assert "tech_sme_first_listed" not in found[0][2]
    assert "tech_sme_first_listed" in found[1][2]


def test_no_number_is_stored_in_the_open(catalog: Replica, enterprise: str) -> None:
    catalog.ordered(account(enterprise), actor=CLERK)
    tables = [name for (name,) in catalog.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    stored = "\n".join(str(row) for table in tables for row in catalog.rows(f"SELECT * FROM {table}"))
    assert ENTERPRISE.contact_mobile not in stored
    assert "3607020000000000001" not in stored


def test_the_database_itself_refuses_a_confirmation_by_the_same_person(catalog: Replica, enterprise: str) -> None:
    account_id = catalog.ordered(account(enterprise), actor=CLERK)["ok"]["account_id"]
    refusal = catalog.ordered(ConfirmPayeeAccount(account_id=account_id), actor=CLERK)["refused"]
    assert refusal["code"] == "second_person_required"
    with (
        psycopg.connect(psycopg_url(catalog.dsns.owner)) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute(
            "UPDATE payee_account SET state = 'confirmed', confirmed_by = registered_by, confirmed_at = now()"
        )


def test_accounts_registered_at_once_are_counted_one_by_one(catalog: Replica, enterprise: str) -> None:
    def register(number: int) -> dict[str, Any]:
        return catalog.ordered(account(enterprise, f"36070200000000{number:05d}"), actor=CLERK)["ok"]

    with ThreadPoolExecutor(6) as pool:
        accounts = list(pool.map(register, range(12)))
    assert sorted(each["account_version"] for each in accounts) == list(range(1, 13))


def test_of_two_confirmations_at_once_the_account_is_told_once(catalog: Replica, enterprise: str) -> None:
    account_id = catalog.ordered(account(enterprise), actor=CLERK)["ok"]["account_id"]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda _: catalog.ordered(ConfirmPayeeAccount(account_id=account_id), actor=CHECKER), range(2))
        )
    assert sorted("ok" in answer for answer in answers) == [False, True]
    assert sum("PayeeAccountChanged" in body for body in catalog.said()) == 1


def test_an_entitlement_is_answered_with_reasons_from_the_file(catalog: Replica, enterprise: str) -> None:
    content = sample_content("GZ-009")
    order = PublishPolicyItem(content=content)
    item_id = catalog.ordered(order, tenant=CITY, actor=officer_of(content.rules.plan.department))["ok"]["item_id"]
    question = CheckEntitlement(item_id=item_id, enterprise_id=enterprise)
    unknown = catalog.asked(question)["ok"]
    assert unknown["verdict"]["state"] == "undetermined"
    assert [each["name"] for each in unknown["verdict"]["missing"]] == ["tech_sme_first_listed"]
    catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=(listed(True, "2026-01-12"),)))
    known = catalog.asked(question, actor=enterprise_actor(enterprise))["ok"]
    assert known["verdict"]["state"] == "met"
    assert known["amount"]["money"] == CASE["expected_fen"]
    assert catalog.asked(question, actor=enterprise_actor("other"))["refused"]["code"] == "enterprise_not_yours"


def test_the_items_of_a_neighbouring_county_entitle_nobody_here(catalog: Replica, enterprise: str) -> None:
    content = sample_content("GZ-009")
    order = PublishPolicyItem(content=content)
    officer = officer_of(content.rules.plan.department)
    item_id = catalog.ordered(order, tenant=XINGGUO, actor=officer)["ok"]["item_id"]
    question = CheckEntitlement(item_id=item_id, enterprise_id=enterprise)
    assert catalog.asked(question)["refused"]["code"] == "item_unknown"
