"""Receivers that are no applicants on a real database: one for each id, seen by whoever named them, never in the open."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    onboarded,
)

from chassis.edge.frame import Frame
from chassis.events.received import decode
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.enterprises import RegisterEnterprise
from contracts.message import Actor
from contracts.payee_holder_accounts import (
    ConfirmHolderAccount,
    CorrectPayeeHolder,
    GetPayeeHolder,
    ListPayeeHolders,
    RegisterHolderAccount,
    RegisterPayeeHolder,
    WithdrawHolderAccount,
)
from contracts.rule import Level

GRADUATE, NUMBER, ACCOUNT = "示例毕业生甲", "360702200001010016", "3607020000000000001"


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
def two(catalog: Replica) -> list[Actor]:
    """Who acts for the one enterprise and for the other."""
    found = [
        catalog.ordered(RegisterEnterprise.model_validate(case["enterprise"]), actor=CLERK)["ok"]["enterprise_id"]
        for case in FIRST_DAY["cases"][:2]
    ]
    return [enterprise_actor(each) for each in found]


def person(**said: Any) -> RegisterPayeeHolder:
    return RegisterPayeeHolder.model_validate({"kind": "person", "name": GRADUATE, "resident_id": NUMBER} | said)


def account(holder: str, number: str = ACCOUNT) -> RegisterHolderAccount:
    return RegisterHolderAccount(
        holder_id=holder, account_name=GRADUATE, account_number=number, bank_name="示例银行章贡支行"
    )


def listed(catalog: Replica, actor: Actor, **asked: Any) -> list[tuple[str, str, bool]]:
    found = catalog.asked(ListPayeeHolders(**asked), actor=actor)["ok"]["items"]
    return [(each["holder_id"], each["standing"], each["account_waits"]) for each in found]


def test_a_receiver_is_named_its_account_registered_and_confirmed_and_others_hear_of_it(
    catalog: Replica, two: list[Actor]
) -> None:
    own, _other = two
    holder = catalog.ordered(person(), actor=own)["ok"]["holder_id"]
    assert listed(catalog, own) == [(holder, "none", False)]
    named = catalog.ordered(account(holder), actor=own)["ok"]["account_id"]
    assert listed(catalog, CHECKER, account_waits=True) == [(holder, "waiting", True)]
    assert catalog.ordered(ConfirmHolderAccount(account_id=named), actor=CHECKER)["ok"]["confirmed"]
    assert listed(catalog, own) == [(holder, "paid", False)]
    assert listed(catalog, CHECKER, account_waits=True) == []
    told = [body for body in catalog.said() if "HolderAccountChanged" in body]
    (event,) = [decode(body, wanted=frozenset({"HolderAccountChanged"})).data for body in told]
    assert (event.holder.holder_id, event.holder.named_by) == (holder, own.enterprise_id)
    assert (event.payee.account_id, event.payee.account_masked) == (named, "3607…0001")


def test_the_same_person_named_by_two_is_one_and_each_sees_the_accounts_that_it_has_named(
    catalog: Replica, two: list[Actor]
) -> None:
    one, other = two
    holder = catalog.ordered(person(), actor=one)["ok"]["holder_id"]
    first = catalog.ordered(account(holder), actor=one)["ok"]["account_id"]
    strangers = [
        catalog.ordered(account(holder), actor=other),
        catalog.asked(GetPayeeHolder(holder_id=holder), actor=other),
        catalog.ordered(WithdrawHolderAccount(account_id=first, reason="抄错"), actor=other),
    ]
    assert [each["refused"]["code"] for each in strangers] == [
        "payee_holder_unknown",
        "payee_holder_unknown",
        "holder_account_unknown",
    ]
    assert listed(catalog, other) == []
    assert catalog.ordered(person(), actor=other)["ok"]["holder_id"] == holder
    second = catalog.ordered(account(holder, "36070200000009"), actor=other)["ok"]["account_id"]
    seen = {
        actor.id: [
            each["account_id"]
            for each in catalog.asked(GetPayeeHolder(holder_id=holder), actor=actor)["ok"]["accounts"]
        ]
        for actor in (one, other, CHECKER)
    }
    assert seen == {one.id: [first], other.id: [second], CHECKER.id: [second, first]}


def test_of_a_merged_dossier_the_receivers_and_accounts_are_those_of_the_one_that_stays(
    catalog: Replica, two: list[Actor]
) -> None:
    merged, stays = two
    holder = catalog.ordered(person(), actor=merged)["ok"]["holder_id"]
    named = catalog.ordered(account(holder), actor=merged)["ok"]["account_id"]
    catalog.does(
        f"UPDATE enterprise SET merged_into = '{stays.enterprise_id}', merged_at = now()"
        f" WHERE id = '{merged.enterprise_id}'"
    )
    assert listed(catalog, stays) == [(holder, "waiting", True)]
    assert "ok" in catalog.ordered(WithdrawHolderAccount(account_id=named, reason="抄错"), actor=stays)


def test_why_a_name_was_corrected_stands_in_the_audit(catalog: Replica, two: list[Actor]) -> None:
    holder = catalog.ordered(person(), actor=two[0])["ok"]["holder_id"]
    order = CorrectPayeeHolder(holder_id=holder, name="示例毕业生佳", reason="登记时抄错", expected_version=1)
    assert catalog.ordered(order, actor=CHECKER)["ok"]["name"] == "示例毕业生佳"
    facts = [str(row) for row in catalog.rows("SELECT * FROM audit_fact")]
    assert any("登记时抄错" in fact for fact in facts)


def test_another_place_knows_none_of_it(catalog: Replica, two: list[Actor]) -> None:
    holder = catalog.ordered(person(), actor=two[0])["ok"]["holder_id"]
    named = catalog.ordered(account(holder), actor=two[0])["ok"]["account_id"]
    confirmed = catalog.ordered(ConfirmHolderAccount(account_id=named), actor=CHECKER, tenant=XINGGUO)
    assert confirmed["refused"]["code"] == "holder_account_unknown"
    asked = catalog.asked(GetPayeeHolder(holder_id=holder), actor=CHECKER, tenant=XINGGUO)
    assert asked["refused"]["code"] == "payee_holder_unknown"
    assert catalog.ordered(person(), actor=CLERK, tenant=XINGGUO)["ok"]["holder_id"] != holder


def test_neither_a_resident_id_nor_a_number_is_stored_told_or_answered_in_the_open(
    catalog: Replica, two: list[Actor]
) -> None:
    answers = [catalog.ordered(person(), actor=two[0])]
    holder = answers[0]["ok"]["holder_id"]
    answers.append(catalog.ordered(account(holder), actor=two[0]))
    confirmation = ConfirmHolderAccount(account_id=answers[1]["ok"]["account_id"])
    answers.append(catalog.ordered(confirmation, actor=CHECKER))
    answers.append(catalog.ordered(person(name="示例毕业生乙"), actor=two[0]))
    answers.append(catalog.ordered(person(kind="enterprise"), actor=two[0]))
    answers.append(catalog.ordered(person(resident_id=NUMBER[:17] + "7"), actor=two[0]))
    answers.append(catalog.asked(GetPayeeHolder(holder_id=holder), actor=CHECKER))
    tables = [name for (name,) in catalog.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    stored = [str(row) for table in tables for row in catalog.rows(f"SELECT * FROM {table}")]
    for open_text in (str(answers), "\n".join(stored), "\n".join(catalog.said())):
        assert NUMBER[:17] not in open_text
        assert ACCOUNT not in open_text


def test_named_by_many_at_once_there_is_one_holder_and_accounts_are_counted_one_by_one(
    catalog: Replica, two: list[Actor]
) -> None:
    with ThreadPoolExecutor(6) as pool:
        named = list(pool.map(lambda actor: catalog.ordered(person(), actor=actor), two * 4))
    assert {each["refused"]["code"] for each in named if "ok" not in each} <= {"holder_named_at_once"}
    assert catalog.rows("SELECT count(*) FROM payee_holder") == [(1,)]
    holder = next(each["ok"]["holder_id"] for each in named if "ok" in each)
    with ThreadPoolExecutor(6) as pool:
        accounts = list(
            pool.map(lambda n: catalog.ordered(account(holder, f"36070200{n:05d}"), actor=CLERK)["ok"], range(8))
        )
    assert sorted(each["account_version"] for each in accounts) == list(range(1, 9))
    with ThreadPoolExecutor(2) as pool:
        confirmation = ConfirmHolderAccount(account_id=accounts[0]["account_id"])
        answers = list(pool.map(lambda _: catalog.ordered(confirmation, actor=CHECKER), range(2)))
    assert sorted("ok" in each for each in answers) == [False, True]


def test_the_database_itself_refuses_one_person_for_two_and_keeps_who_was_named(
    catalog: Replica, two: list[Actor]
) -> None:
    holder = catalog.ordered(person(), actor=two[0])["ok"]["holder_id"]
    catalog.ordered(account(holder), actor=two[0])
    with (
        psycopg.connect(psycopg_url(catalog.dsns.owner)) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute(
            "UPDATE holder_account SET state = 'confirmed', confirmed_by = registered_by, confirmed_at = now()"
        )
    with (
        psycopg.connect(psycopg_url(catalog.dsns.app)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM payee_holder_naming")
