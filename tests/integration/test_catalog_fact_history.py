"""The history of facts and accounts on a real database: nothing is lost, what was withdrawn counts no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

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
    onboarded,
)

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.enterprises import (
    ConfirmPayeeAccount,
    GetEnterprise,
    ListPayeeAccounts,
    RecordFacts,
    RegisterEnterprise,
    RegisterPayeeAccount,
    WithdrawPayeeAccount,
)
from contracts.fact_records import GetFactHistory, WithdrawFacts
from contracts.fact_sources import SourceKind
from contracts.message import Actor
from contracts.rule import Fact, Level

ENTERPRISE = RegisterEnterprise.model_validate(FIRST_DAY["cases"][0]["enterprise"])
OFFICER = Actor(
    id="tech-1", roles=frozenset({"department"}), department="科技局", speaks_for=frozenset({"intellectual_property"})
)


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
    """An enterprise whose patents were recorded (2-0), corrected (3-0) and, for another year, recorded (3-1)."""
    enterprise = str(catalog.ordered(ENTERPRISE, actor=CLERK)["ok"]["enterprise_id"])
    for facts in ((patents("3", 1),), (patents("5", 2), patents("2", 2, "2024"))):
        catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=facts), actor=OFFICER)["ok"]
    return enterprise


def patents(value: str, day: int, period: str | None = "2025") -> Fact:
    return Fact(
        name="invention_patents",
        kind="number",
        value=value,
        unit="件",
        period=period,
        source="市知识产权局",
        source_kind=SourceKind.INTELLECTUAL_PROPERTY,
        as_of=date(2026, 2, day),
    )


def records(catalog: Replica, enterprise: str, **wanted: object) -> list[tuple[str, str, str]]:
    page = catalog.asked(GetFactHistory(enterprise_id=enterprise, **wanted))["ok"]
    return [(each["record_id"], each["fact"]["value"], each["standing"]) for each in page["items"]]


def test_the_history_shows_every_record_with_what_became_of_it(catalog: Replica, enterprise: str) -> None:
    assert records(catalog, enterprise) == [("3-1", "2", "counts"), ("3-0", "5", "counts"), ("2-0", "3", "superseded")]
    order = WithdrawFacts(enterprise_id=enterprise, records=("3-0",), reason="专利尚未授权")
    view = catalog.ordered(order, actor=OFFICER)["ok"]
    assert [(fact["period"], fact["value"]) for fact in view["facts"]] == [("2024", "2"), ("2025", "3")]
    assert catalog.asked(GetEnterprise(enterprise_id=enterprise))["ok"]["facts"] == view["facts"]
    assert records(catalog, enterprise) == [("3-1", "2", "counts"), ("3-0", "5", "withdrawn"), ("2-0", "3", "counts")]
    withdrawn = catalog.asked(GetFactHistory(enterprise_id=enterprise))["ok"]["items"][1]
    assert (withdrawn["withdrawn_by"], withdrawn["withdrawn_why"]) == ("tech-1", "专利尚未授权")
    assert (withdrawn["recorded_by"], withdrawn["recorded_for"]) == ("tech-1", "科技局")
    assert withdrawn["fact"]["source_kind"] == "intellectual_property"


def test_pages_of_the_history_join_and_one_fact_is_found_by_name(catalog: Replica, enterprise: str) -> None:
    first = catalog.asked(GetFactHistory(enterprise_id=enterprise, limit=2))["ok"]
    rest = catalog.asked(GetFactHistory(enterprise_id=enterprise, limit=2, cursor=first["next_cursor"]))["ok"]
    assert [each["record_id"] for each in (*first["items"], *rest["items"])] == ["3-1", "3-0", "2-0"]
    assert rest["next_cursor"] is None
    assert records(catalog, enterprise, name="revenue") == []


def test_a_record_is_withdrawn_once_and_never_deleted(catalog: Replica, enterprise: str) -> None:
    order = WithdrawFacts(enterprise_id=enterprise, records=("3-0", "2-0"), reason="专利尚未授权")
    assert "ok" in catalog.ordered(order, actor=OFFICER)
    again = catalog.ordered(order, actor=OFFICER)["refused"]
    assert [each["code"] for each in again["reasons"]] == ["fact_withdrawn_already"] * 2
    assert catalog.rows("SELECT count(*) FROM enterprise_fact") == [(3,)]
    with (
        psycopg.connect(psycopg_url(catalog.dsns.app)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM enterprise_fact_withdrawal")


def test_the_audit_of_a_version_holds_what_it_took_back(catalog: Replica, enterprise: str) -> None:
    catalog.ordered(WithdrawFacts(enterprise_id=enterprise, records=("3-0",), reason="专利尚未授权"), actor=OFFICER)
    ((actor, body),) = catalog.rows("SELECT actor, body FROM audit_fact WHERE version = 4")
    assert actor == "tech-1"
    assert "专利尚未授权" in body


def test_another_enterprise_and_another_place_see_no_history(catalog: Replica, enterprise: str) -> None:
    question = GetFactHistory(enterprise_id=enterprise)
    assert catalog.asked(question, actor=enterprise_actor("other"))["refused"]["code"] == "enterprise_not_yours"
    assert catalog.asked(question, tenant=XINGGUO)["refused"]["code"] == "enterprise_unknown"


def test_the_history_of_accounts_is_whole_and_masked(catalog: Replica, enterprise: str) -> None:
    ids = []
    for number in range(4):
        order = RegisterPayeeAccount(
            enterprise_id=enterprise,
            account_name=ENTERPRISE.name,
            account_number=f"36070200000000{number:05d}",
            bank_name="示例银行章贡支行",
        )
        ids.append(catalog.ordered(order, actor=CLERK)["ok"]["account_id"])
    for account_id in ids[:2]:
        catalog.ordered(ConfirmPayeeAccount(account_id=account_id), actor=CHECKER)["ok"]
    withdrawal = WithdrawPayeeAccount(account_id=ids[2], reason="账号抄错")
    assert "ok" in catalog.ordered(withdrawal, actor=CLERK)
    refused = catalog.ordered(ConfirmPayeeAccount(account_id=ids[2]), actor=CHECKER)["refused"]
    assert refused["code"] == "payee_account_withdrawn"
    items = catalog.asked(ListPayeeAccounts(enterprise_id=enterprise), actor=enterprise_actor(enterprise))["ok"][
        "items"
    ]
    assert [(each["account_version"], each["standing"]) for each in items] == [
        (4, "waiting"),
        (3, "withdrawn"),
        (2, "paid"),
        (1, "superseded"),
    ]
    assert (items[1]["withdrawn_why"], items[2]["confirmed_by"], items[3]["registered_by"]) == (
        "账号抄错",
        CHECKER.id,
        CLERK.id,
    )
    assert "3607020000000000" not in str(items)
