"""A contact changes on a real database: kept for good, seen masked, and accounts wait two working days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

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
    ChangeContact,
    ConfirmPayeeAccount,
    GetEnterprise,
    ListContactChanges,
    RegisterEnterprise,
    RegisterPayeeAccount,
)
from contracts.rule import Level

ENTERPRISE = RegisterEnterprise.model_validate(FIRST_DAY["cases"][0]["enterprise"])
NEW = "13900000002"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Replica:
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=clock), dsns)
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


def change(enterprise: str, version: int, mobile: str = NEW) -> ChangeContact:
    return ChangeContact(
        enterprise_id=enterprise,
        contact_name="王五",
        contact_mobile=mobile,
        reason="原联系人离职",
        expected_version=version,
    )


def test_a_change_is_kept_seen_masked_and_stored_nowhere_in_the_open(catalog: Replica, enterprise: str) -> None:
    own = enterprise_actor(enterprise)
    changed = catalog.ordered(change(enterprise, 1), actor=own)["ok"]
    assert (changed["contact_masked"], changed["version"]) == ("139****0002", 2)
    assert catalog.asked(GetEnterprise(enterprise_id=enterprise), actor=own)["ok"] == changed | {
        "labels": catalog.asked(GetEnterprise(enterprise_id=enterprise))["ok"]["labels"]
    }
    (kept,) = catalog.asked(ListContactChanges(enterprise_id=enterprise), actor=own)["ok"]["items"]
    assert (kept["former_masked"], kept["contact_masked"], kept["reason"]) == (
        "199****0001",
        "139****0002",
        "原联系人离职",
    )
    tables = [name for (name,) in catalog.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    stored = "\n".join(str(row) for table in tables for row in catalog.rows(f"SELECT * FROM {table}"))
    assert NEW not in stored
    assert ENTERPRISE.contact_mobile not in stored


def test_strangers_and_the_window_change_no_contact_and_read_no_changes_of_others(
    catalog: Replica, enterprise: str
) -> None:
    order = change(enterprise, 1)
    assert catalog.ordered(order, actor=CLERK)["refused"]["code"] == "contact_by_enterprise_only"
    assert catalog.ordered(order, actor=enterprise_actor("other"))["refused"]["code"] == "enterprise_not_yours"
    question = ListContactChanges(enterprise_id=enterprise)
    assert catalog.asked(question, actor=enterprise_actor("other"))["refused"]["code"] == "enterprise_not_yours"
    assert catalog.asked(question, tenant=XINGGUO, actor=CLERK)["refused"]["code"] == "enterprise_unknown"


@pytest.mark.parametrize(
    "statement", ["UPDATE enterprise_contact_change SET reason = 'x'", "DELETE FROM enterprise_contact_change"]
)
def test_the_service_itself_cannot_change_what_was_kept(catalog: Replica, enterprise: str, statement: str) -> None:
    catalog.ordered(change(enterprise, 1), actor=enterprise_actor(enterprise))
    with (
        psycopg.connect(psycopg_url(catalog.dsns.app)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_an_account_waits_until_the_second_working_day_is_over(
    catalog: Replica, enterprise: str, clock: FixedClock
) -> None:
    own = enterprise_actor(enterprise)
    order = RegisterPayeeAccount(
        enterprise_id=enterprise,
        account_name=ENTERPRISE.name,
        account_number="3607020000000000001",
        bank_name="示例银行章贡支行",
    )
    account = catalog.ordered(order, actor=own)["ok"]["account_id"]
    catalog.ordered(change(enterprise, 1), actor=own)
    confirmation = ConfirmPayeeAccount(account_id=account)
    refusal = catalog.ordered(confirmation, actor=CHECKER)["refused"]
    assert refusal["code"] == "contact_changed_recently"
    assert "自 2026-03-13 起可以复核" in refusal["message"]
    # Noon on Tuesday; the second working day is Thursday, and ends with it.
    clock.advance(timedelta(hours=12 + 48) - timedelta(seconds=1))
    assert catalog.ordered(confirmation, actor=CHECKER)["refused"]["code"] == "contact_changed_recently"
    clock.advance(timedelta(seconds=1))
    assert catalog.ordered(confirmation, actor=CHECKER)["ok"]["confirmed"]


def test_of_two_changes_of_one_dossier_the_second_reads_it_again(catalog: Replica, enterprise: str) -> None:
    own = enterprise_actor(enterprise)
    catalog.ordered(change(enterprise, 1), actor=own)
    assert catalog.ordered(change(enterprise, 1, "13900000003"), actor=own)["refused"]["code"] == "stale_version"
    assert sum("EnterpriseContactChanged" in body for body in catalog.said()) == 1
