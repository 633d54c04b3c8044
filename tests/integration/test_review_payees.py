"""Receivers of cases and their accounts on a real database: naming, accounts from another tenant, merges, lists."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from review_database import SUBSCRIPTIONS, USE_CASES, Review

from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import claim
from console.servers.provision import Dsns
from contracts.case_payees import NamedPayee
from contracts.case_sheet import GetCaseSheet
from contracts.enterprises import Payee, PayeeAccountChanged
from contracts.merges import EnterpriseMerged
from contracts.naming_payees import NamePayees
from contracts.payee_holders import HolderAccountChanged, PayeeHolder
from contracts.review import ApproveCase, CaseView, GetCase, ListCases
from services.review.account_copies import use_cases as copies
from services.review.payees import use_cases as payees
from tests.unit.review.review_kit import (
    AMOUNT,
    OFFICER,
    PAYEE,
    STRANGER,
    TWO_TO_EIGHT,
    USCC,
    application,
    line,
    nomination,
)
from tests.unit.review.test_payees_of_a_case import GRADUATE_PART, rules

ACCOUNTS = [
    Subscription("accounts", frozenset({"PayeeAccountChanged"}), copies.keep_accounts),
    Subscription("holders", frozenset({"HolderAccountChanged"}), copies.keep_holder_accounts),
]
JOBS = {"follow_account": payees.follow_accounts, "case_accounts": payees.take_up_elsewhere}


@pytest.fixture
def review(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], monkeypatch: pytest.MonkeyPatch
) -> Review:
    dsns = service_database("review")
    frame = service_frame("review", dsns=dsns, clock=FixedClock(NOON))
    found = Review(frame, dsns)
    found.inbox = Inbox("review", [*SUBSCRIPTIONS, *ACCOUNTS], frame.event_unit, max_attempts=3)
    monkeypatch.setitem(USE_CASES, "name_payees", payees.name_payees)
    return found


def follows(review: Review) -> int:
    """Do what is due about accounts, as the timers do; returns how many jobs there were."""
    done = 0
    for kind, handle in JOBS.items():
        jobs = claim(review.frame.frame_engine, kind, review.frame.clock.now(), 50)
        if jobs:
            handle(jobs, lambda tenants, kind=kind: review.frame.event_unit(tenants, action=kind))
        done += len(jobs)
    return done


def account(version: int = 1, **words: Any) -> Payee:
    return PAYEE.model_copy(update={"account_version": version, "account_id": f"account-{version}"} | words)


def holder(id: str, version: int = 1) -> HolderAccountChanged:
    who = PayeeHolder(kind="person", holder_id=id, name=f"示例{id}")
    return HolderAccountChanged(holder=who, payee=account(version, account_id=f"{id}-{version}", account_name=who.name))


def only_case(review: Review, tenant: str = "zhanggong") -> CaseView:
    (case,) = review.asked(ListCases(), tenant=tenant)["ok"]["items"]
    return CaseView.model_validate(case)


def names(review: Review, *said: tuple[Any, ...], tenant: str = "zhanggong", **more: Any) -> dict[str, Any]:
    case = only_case(review, tenant)
    named = tuple(NamedPayee(part=each[0], holder_id=each[1], amount_fen=(*each, None)[2]) for each in said)
    order = NamePayees(case_id=case.case_id, payees=named, expected_version=case.version)
    return review.ordered(order, tenant=tenant, **more)


def approves(review: Review, tenant: str = "zhanggong") -> dict[str, Any]:
    case = only_case(review, tenant)
    order = ApproveCase(case_id=case.case_id, amount_fen=AMOUNT, expected_version=case.version)
    return review.ordered(order, tenant=tenant)


def told(review: Review) -> list[tuple[str, int, str, int]]:
    """(payer, number, account, amount) of every approval that was said."""
    rows = review.rows("SELECT addressed_to, body FROM outbox WHERE type = 'CaseApproved' ORDER BY position")
    found = [(to, orjson.loads(body)["data"]) for to, body in rows]
    return [(to, data["part"], data["payee"]["account_id"], data["amount_fen"]) for to, data in found]


def without_account() -> Any:
    return application().model_copy(update={"payee": None})


def test_receivers_are_named_and_each_payer_is_told_of_each(review: Review) -> None:
    review.prepared(rules(shares=TWO_TO_EIGHT)).hears(application(), holder("g1"), holder("g2"))
    answer = names(review, (1, "g1", 3_333_333), (1, "g2", GRADUATE_PART - 3_333_333))["ok"]
    assert answer == review.asked(GetCase(case_id=answer["case_id"]))["ok"]
    assert [each["account_masked"] for each in answer["payees"]] == [PAYEE.account_masked] * 3
    assert review.asked(GetCaseSheet(case_id=answer["case_id"]))["ok"]["case"]["payees"] == answer["payees"]
    assert approves(review)["ok"]["state"] == "approved"
    cells = told(review)
    assert len({(to, number) for to, number, _, _ in cells}) == len(cells) == 6
    for number, due in ((1, 3_333_333), (2, GRADUATE_PART - 3_333_333), (3, AMOUNT - GRADUATE_PART)):
        assert sum(fen for _, part, _, fen in cells if part == number) == due
    assert sum(fen for to, _, _, fen in cells if to == "ganzhou") == AMOUNT * 2 // 10


def test_another_department_names_nobody(review: Review) -> None:
    review.prepared(rules()).hears(application())
    assert names(review, (1, "g1"), actor=STRANGER)["refused"]["code"] == "not_your_department"


def test_wrong_names_leave_nothing_behind(review: Review) -> None:
    review.prepared(rules()).hears(application())
    refused = names(review, (1, "g1", 1), (1, "g2", 2), (7, "g3"))["refused"]
    assert sorted(each["code"] for each in refused["reasons"]) == ["payee_amounts_differ", "payee_part_unknown"]
    assert review.rows("SELECT count(*) FROM case_holder") == [(0,)]


def test_a_case_filed_without_an_account_takes_it_up_when_it_is_confirmed(review: Review) -> None:
    review.prepared().hears(without_account())
    assert [each.code for each in only_case(review).obstacles] == ["payee_account_needed"]
    assert approves(review)["refused"]["code"] == "payee_account_needed"
    review.hears(PayeeAccountChanged(enterprise_id="enterprise-1", payee=account()))
    assert follows(review) == 1
    assert only_case(review).obstacles == ()
    assert approves(review)["ok"]["state"] == "approved"


def test_a_citys_case_learns_of_the_account_of_a_countys_enterprise_whichever_comes_first(review: Review) -> None:
    review.prepared()
    known = PayeeAccountChanged(enterprise_id="enterprise-1", payee=account(2))
    review.hears(known)
    follows(review)
    submitted = application(tenant="ganzhou")
    review.hears(submitted, tenant="ganzhou")
    assert follows(review) == 1
    review.hears(PayeeAccountChanged(enterprise_id="enterprise-1", payee=account(3)))
    assert follows(review) == 1
    assert approves(review, "ganzhou")["ok"]["state"] == "approved"
    assert {payee for _, _, payee, _ in told(review)} == {"account-3"}


def test_a_holder_that_the_enterprises_county_registered_is_paid_in_the_citys_case(review: Review) -> None:
    review.prepared(rules()).hears(application(tenant="ganzhou"), tenant="ganzhou")
    assert "ok" in names(review, (1, "g1"), tenant="ganzhou")
    follows(review)
    review.hears(holder("g1"), tenant="zhanggong")
    follows(review)
    assert approves(review, "ganzhou")["ok"]["state"] == "approved"
    assert [payee for _, _, payee, _ in told(review)] == ["g1-1", "account-1"]


def test_another_tenants_copy_is_not_seen_by_a_command_of_this_one(review: Review) -> None:
    review.prepared(rules()).hears(application())
    review.hears(holder("g1"), tenant="xingguo")
    assert "ok" in names(review, (1, "g1"))
    follows(review)
    assert approves(review)["refused"]["code"] == "payee_account_needed"


def test_an_open_case_of_an_absorbed_enterprise_is_paid_to_the_surviving_one(review: Review) -> None:
    review.prepared().hears(application(enterprise_id="enterprise-old"))
    review.hears(PayeeAccountChanged(enterprise_id="enterprise-1", payee=account(1, account_id="of-survivor")))
    follows(review)
    merged = EnterpriseMerged(
        absorbed_id="enterprise-old",
        absorbed_uscc="91360702DEM000022C",
        surviving_id="enterprise-1",
        surviving_uscc=USCC,
    )
    review.hears(merged)
    assert follows(review) == 1
    assert approves(review)["ok"]["state"] == "approved"
    assert [payee for _, _, payee, _ in told(review)] == ["of-survivor"]


def test_an_older_account_that_comes_late_changes_nothing(review: Review) -> None:
    review.prepared().hears(application())
    review.hears(PayeeAccountChanged(enterprise_id="enterprise-1", payee=account(3)))
    review.hears(PayeeAccountChanged(enterprise_id="enterprise-1", payee=account(2)))
    follows(review)
    assert approves(review)["ok"]["state"] == "approved"
    assert [payee for _, _, payee, _ in told(review)] == ["account-3"]


def test_a_line_of_a_list_is_granted_as_listed_once_its_receiver_has_an_account(review: Review) -> None:
    review.prepared(rules(mode="no_application")).hears(nomination(line()))
    assert "ok" in names(review, (1, "g1"))
    assert only_case(review).state == "accepted"
    review.hears(holder("g1"))
    follows(review)
    case = only_case(review)
    assert (case.state, case.decided_by) == ("approved", OFFICER.id)
    assert [(number, fen) for _, number, _, fen in told(review)] == [(1, GRADUATE_PART), (2, AMOUNT - GRADUATE_PART)]


def test_an_account_that_is_told_twice_changes_the_case_once(review: Review) -> None:
    review.prepared().hears(without_account())
    for _ in range(2):
        review.hears(PayeeAccountChanged(enterprise_id="enterprise-1", payee=account()))
        follows(review)
    assert only_case(review).version == 2


def test_nobody_is_named_in_a_case_that_is_decided(review: Review) -> None:
    review.prepared(rules()).hears(application(), holder("g1"))
    assert "ok" in names(review, (1, "g1"))
    assert approves(review)["ok"]["state"] == "approved"
    assert names(review, (1, "g2"))["refused"]["code"] == "case_already_decided"
    ((kept,),) = review.rows("SELECT emitted FROM review_case")
    assert [(each["number"], each["holder_id"], each["amount_fen"]) for each in kept] == [
        (1, "g1", GRADUATE_PART),
        (2, None, AMOUNT - GRADUATE_PART),
    ]


def test_a_case_from_before_receivers_were_shown_learns_of_them(review: Review) -> None:
    review.prepared(rules()).hears(application())
    review.does("SET LOCAL zhida.tenants = 'zhanggong'; UPDATE review_case SET receivers = '[]', obstacles = '[]'")
    case_id = only_case(review).case_id
    with review.frame.event_unit(["zhanggong"], action="test") as uow:
        uow.schedule("case_accounts", case_id, at=NOON, tenant="zhanggong")
    assert follows(review) == 1
    case = only_case(review)
    assert [each.label for each in case.payees] == ["毕业生本人", "申报企业"]
    assert [each.code for each in case.obstacles] == ["payee_not_named"]


def test_of_naming_and_approving_at_once_one_passes_and_the_other_reads_again(review: Review) -> None:
    review.prepared(rules()).hears(application(), holder("g1"), holder("g2"))
    assert "ok" in names(review, (1, "g1"))
    case = only_case(review)
    named = (NamedPayee(part=1, holder_id="g2"),)
    orders: list[Any] = [
        NamePayees(case_id=case.case_id, payees=named, expected_version=case.version),
        ApproveCase(case_id=case.case_id, amount_fen=AMOUNT, expected_version=case.version),
    ]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(review.ordered, orders))
    assert sorted("ok" in each for each in answers) == [False, True]
    assert next(each for each in answers if "refused" in each)["refused"]["code"] in (
        "stale_version",
        "case_already_decided",
    )
    paid = [payee for _, number, payee, _ in told(review) if number == 1]
    assert paid in ([], ["g1-1"])
