"""Tracking on a real database: rows of several tenants, events in any order, and who may see what."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from sqlalchemy import text
from tracking_kit import EVENTS, Oversight, parked_events

from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.events.received import Received
from chassis.testing.fakes import NOON
from chassis.time.jobs import Job
from console.servers.provision import Dsns
from contracts.departments import DatedName, DepartmentFunction, DepartmentRegistered
from contracts.message import Actor
from contracts.oversight import TrackingPage
from contracts.treasury import (
    DisbursementAuthorised,
    DisbursementFailed,
    DisbursementReady,
    DisbursementSent,
    DisbursementSettled,
)
from services.oversight import query_codes, use_cases, views
from services.oversight.store import CaseTrail, Tracking
from tests.unit.oversight.case_story import (
    AMOUNT,
    QUERY_CODE,
    accepted,
    after,
    approved,
    assigned,
    claim,
    delivered,
    digest_of,
    heard,
    money,
    nominated,
    rejected,
    submitted,
)

ENTERPRISE = Actor(id="enterprise-1", roles=frozenset({"enterprise"}), enterprise_id="ent-1")


@pytest.fixture
def oversight(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Oversight:
    dsns = service_database("oversight")
    return Oversight(service_frame("oversight", dsns=dsns), dsns)


def story() -> list[Received[Any]]:
    """A city's item, claimed and paid in a county: each event as its owner addresses it."""
    case = claim()
    said_by_review = partial(heard, origin="ganzhou", subject="case")
    said_by_treasury = partial(heard, tenant="xingguo", origin="xingguo", subject="d-1")
    return [
        heard(submitted(case), tenant="ganzhou", origin="xingguo"),
        said_by_review(accepted(case), sequence=1, minute=1),
        said_by_review(assigned(case), sequence=2, minute=1),
        said_by_review(approved(case), tenant="xingguo", sequence=3, minute=3),
        said_by_treasury(money(DisbursementReady, case), sequence=1, minute=4),
        said_by_treasury(money(DisbursementAuthorised, case), sequence=2, minute=5),
        said_by_treasury(money(DisbursementSent, case), sequence=3, minute=6),
        said_by_treasury(money(DisbursementSettled, case), sequence=4, minute=7),
        heard(delivered(case), tenant="xingguo", minute=9),
    ]


def test_a_case_of_the_city_paid_in_the_county_is_followed_to_the_money(oversight: Oversight) -> None:
    oversight.hears(*story())
    view = oversight.view()
    assert [step.code for step in view.steps] == [
        "ApplicationSubmitted",
        "CaseAccepted",
        "TaskAssigned",
        "CaseApproved",
        "DisbursementReady",
        "DisbursementAuthorised",
        "DisbursementSent",
        "DisbursementSettled",
        "MessageDelivered",
    ]
    assert (view.state, view.amount_fen, view.tenant) == ("settled", AMOUNT, "ganzhou")
    assert (view.submitted_at, view.paid_at, view.due_at, view.as_of) == (after(0), after(8), None, after(9))
    assert (view.enterprise_masked, view.mode, view.item_title) == ("赣州示例**", "instant", "首次入规奖励")


def test_events_shuffled_and_delivered_three_times_end_in_the_same_answer(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], oversight: Oversight
) -> None:
    events = story()
    oversight.hears(*events)
    expected = oversight.view()
    dsns = service_database("oversight")
    shuffled = Oversight(service_frame("oversight", dsns=dsns), dsns)
    deliveries = events * 3
    random.Random(7203).shuffle(deliveries)
    while deliveries:
        batch, deliveries = deliveries[:4], deliveries[4:]
        shuffled.hears(*batch)
        shuffled.hears(*parked_events(shuffled))
    while parked := parked_events(shuffled):
        shuffled.hears(*parked)
    assert shuffled.view() == expected


def test_money_heard_of_before_the_approval_opens_the_row_and_is_shown_after_it(oversight: Oversight) -> None:
    events = story()
    oversight.hears(*events[4:6])
    assert oversight.tracked()["refused"]["code"] == "case_untraceable"
    oversight.hears(events[0])
    assert (oversight.view().state, oversight.view().amount_fen) == ("authorised", None)
    oversight.hears(*events[1:4])
    view = oversight.view()
    assert (view.state, view.amount_fen) == ("authorised", AMOUNT)
    assert [step.at for step in view.steps] == sorted(step.at for step in view.steps)


def test_a_copy_of_the_database_does_not_give_the_query_code(oversight: Oversight) -> None:
    oversight.hears(*story())
    ((kept,),) = oversight.rows("SELECT DISTINCT query_code_digest FROM tracking")
    assert kept != digest_of("GZ-20260310-AAAA0001")
    assert kept == oversight.frame.cipher.hmac(
        digest_of("GZ-20260310-AAAA0001"), purpose="query_code_digest", tenant="platform"
    )
    assert "ok" in oversight.tracked()


def test_a_plain_digest_of_the_former_version_still_opens_and_is_keyed_by_the_job(oversight: Oversight) -> None:
    receipts = [f"GZ-20260310-AAAA{number:04d}" for number in range(1, 8)]
    for receipt in receipts:
        oversight.hears(heard(submitted(claim(receipt)), tenant="ganzhou", origin="xingguo", subject=receipt))
    with psycopg.connect(psycopg_url(oversight.dsns.owner)) as connection:
        for receipt in receipts:
            plain = {"plain": digest_of(receipt), "receipt": receipt}
            connection.execute("UPDATE tracking SET query_code_digest = %(plain)s WHERE receipt = %(receipt)s", plain)
    assert all("ok" in oversight.tracked(receipt) for receipt in receipts)
    assert "refused" in oversight.tracked(receipts[0], "WRONGCOD")
    jobs = [Job("ganzhou", query_codes.KEY_CODES, "-", NOON)]
    turns = 0
    while jobs:
        query_codes.key_codes(
            jobs, lambda tenants: oversight.frame.event_unit(tenants, action="x"), oversight.frame.cipher
        )
        due = oversight.rows(f"DELETE FROM job WHERE kind = '{query_codes.KEY_CODES}' RETURNING subject")
        jobs, turns = [Job("ganzhou", query_codes.KEY_CODES, subject, NOON) for (subject,) in due], turns + 1
    assert oversight.rows("SELECT count(*) FROM tracking WHERE length(query_code_digest) = 64") == [(0,)]
    assert all("ok" in oversight.tracked(receipt) for receipt in receipts)
    assert "refused" in oversight.tracked(receipts[0], "WRONGCOD")


def test_what_is_as_long_as_an_account_is_no_part_of_a_public_story(oversight: Oversight) -> None:
    said = "账号 6222021234567890123 不存在"
    oversight.hears(
        *story()[:7],
        heard(
            money(DisbursementFailed, claim()).model_copy(update={"reason": said}),
            tenant="xingguo",
            origin="xingguo",
            subject="d-1",
            sequence=4,
            minute=8,
        ),
    )
    texts = " ".join(step.text for step in oversight.view().steps)
    assert "付款未成功：账号 *** 不存在" in texts
    assert not re.search(r"\d{12}", texts)


def test_adding_the_same_steps_again_changes_nothing(oversight: Oversight) -> None:
    """A replay without an inbox."""
    case = claim()
    event = heard(submitted(case))
    for _ in range(2):
        with oversight.frame.unit(["ganzhou"], action="test") as uow:
            use_cases.follow([event], uow, oversight.frame.cipher)
    assert len(oversight.view().steps) == 1


@pytest.mark.parametrize(
    ("receipt", "code", "tenant"),
    [
        ("GZ-20260310-AAAA0001", "WRONGCODE", "ganzhou"),
        ("GZ-20260310-AAAA0002", QUERY_CODE, "ganzhou"),
        ("GZ-20260310-AAAA0001", QUERY_CODE, "zhanggong"),
        ("GZ-20260310-AAAA0001", QUERY_CODE, None),
    ],
)
def test_whatever_is_wrong_with_receipt_or_code_the_answer_is_the_same(
    oversight: Oversight, receipt: str, code: str, tenant: str | None
) -> None:
    oversight.hears(*story())
    wire = oversight.tracked(receipt, code, tenant=tenant)
    assert (wire["refused"]["kind"], wire["refused"]["code"]) == ("not_found", "case_untraceable")
    assert wire["refused"]["message"] == "收件编号或查询码不正确。"


def test_a_list_of_a_city_is_tracked_line_by_line_and_by_each_enterprise_in_its_county(oversight: Oversight) -> None:
    lines = [claim(f"GZ-L{number}000", filed_in=county) for number, county in enumerate(("xingguo", "zhanggong"))]
    oversight.hears(heard(nominated(*lines)))
    assert [oversight.view(receipt=line.receipt).state for line in lines] == ["submitted", "submitted"]
    for line in lines:
        page = TrackingPage.model_validate(oversight.own_cases(tenant=line.filed_in, actor=ENTERPRISE)["ok"])
        assert [item.receipt for item in page.items] == [line.receipt]


def test_a_enterprise_reads_its_own_cases_page_by_page_newest_first(oversight: Oversight) -> None:
    for number in range(5):
        filed = submitted(claim(f"GZ-P{number}0000")).model_copy(update={"submitted_at": after(number)})
        oversight.hears(heard(filed, origin="xingguo"))
    receipts: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        wire = oversight.own_cases(tenant="xingguo", actor=ENTERPRISE, limit=2, cursor=cursor)
        page = TrackingPage.model_validate(wire["ok"])
        receipts += [item.receipt for item in page.items]
        cursor = page.next_cursor
    assert (receipts, cursor) == ([f"GZ-P{number}0000" for number in (4, 3, 2, 1, 0)], None)
    broken = oversight.own_cases(tenant="xingguo", actor=ENTERPRISE, cursor="bm90IG91cnM")
    assert broken["refused"]["code"] == "cursor_invalid"


def test_a_enterprise_asks_for_one_case_or_for_those_that_stand_so(oversight: Oversight) -> None:
    """A page is as full as it can be, although only the steps say where a case stands."""
    for number in range(6):
        case = claim(f"GZ-S{number}0000")
        filed = submitted(case).model_copy(update={"submitted_at": after(number)})
        oversight.hears(heard(filed, origin="xingguo"))
        if number % 2:
            oversight.hears(heard(rejected(case), origin="ganzhou", subject=f"case-{number}", sequence=1, minute=9))

    def receipts(**asked: Any) -> tuple[list[str], str | None]:
        page = TrackingPage.model_validate(oversight.own_cases(tenant="xingguo", actor=ENTERPRISE, **asked)["ok"])
        return [item.receipt for item in page.items], page.next_cursor

    first, cursor = receipts(standing="under_way", limit=2)
    assert (first, cursor is not None) == (["GZ-S40000", "GZ-S20000"], True)
    assert receipts(standing="under_way", limit=2, cursor=cursor) == (["GZ-S00000"], None)
    assert receipts(standing="ended") == (["GZ-S50000", "GZ-S30000", "GZ-S10000"], None)
    assert receipts(standing="yours") == ([], None)
    assert receipts(receipt="GZ-S30000") == (["GZ-S30000"], None)
    assert receipts(receipt="GZ-S90000") == ([], None)


def test_an_officer_of_another_county_cannot_list_a_countys_cases(oversight: Oversight) -> None:
    oversight.hears(*story())
    officer = Actor(id="officer", roles=frozenset({"supervisor"}))
    assert oversight.own_cases(tenant="zhanggong", actor=officer)["refused"]["code"] == "enterprise_not_yours"
    # Whoever got hold of the enterprise's id acts for it in another tenant: there is no such enterprise there.
    assert oversight.own_cases(tenant="zhanggong", actor=ENTERPRISE)["ok"]["items"] == []


@pytest.mark.parametrize(("tenant", "seen"), [("ganzhou", 1), ("xingguo", 1), ("zhanggong", 0)])
def test_row_security_shows_a_case_to_its_own_tenant_and_to_its_enterprises(
    oversight: Oversight, tenant: str, seen: int
) -> None:
    oversight.hears(*story())
    with oversight.frame.reader([tenant]) as reader:
        assert reader.execute("SELECT count(*) FROM tracking").scalar_one() == seen


def test_the_enterprises_tenant_may_look_but_not_write(oversight: Oversight) -> None:
    oversight.hears(*story())
    with oversight.frame.unit(["xingguo"], action="test") as uow:
        changed = uow.execute("UPDATE tracking SET steps = '{}'").rowcount
    assert changed == 0


def test_without_the_declared_tenant_the_wall_stands_and_the_event_is_set_aside(oversight: Oversight) -> None:
    undeclared = Inbox(
        "oversight",
        [Subscription("follow", EVENTS, partial(use_cases.follow, cipher=oversight.frame.cipher))],
        oversight.frame.event_unit,
        max_attempts=3,
    )
    undeclared.apply([heard(money(DisbursementReady, claim()), tenant="xingguo")])
    assert oversight.rows("SELECT count(*) FROM tracking") == [(0,)]
    ((cause, error),) = oversight.rows("SELECT cause, error FROM parked")
    assert cause == "fault"
    assert "row-level security" in error


def test_tracking_reads_one_row_by_one_index(oversight: Oversight) -> None:
    many = [CaseTrail(claim(f"GZ-M{number:05d}"), {}, digest_of("x"), after(0)) for number in range(2000)]
    with oversight.frame.unit(["ganzhou"], action="test") as uow:
        uow.of(Tracking).add(many)
    with psycopg.connect(psycopg_url(oversight.dsns.owner), autocommit=True) as connection:
        connection.execute("ANALYZE tracking")
    with oversight.frame.reader(["ganzhou"]) as reader:
        plan = "\n".join(reader.execute(text(f"EXPLAIN {views.BY_RECEIPT.text}"), {"receipt": "GZ-M01000"}).scalars())
    assert "Index Scan using tracking_pkey" in plan
    assert "Seq Scan" not in plan


def department(tenant: str, id: str, name: str, function: DepartmentFunction, telephone: str) -> Received[Any]:
    names = (DatedName(name=name, since=date(2020, 1, 1)),)
    event = DepartmentRegistered(
        department_id=id, name=name, names=names, functions=frozenset({function}), telephone=telephone
    )
    return heard(event, tenant=tenant, subject=id)


def test_whose_turn_it_is_is_said_with_the_telephone_of_the_register(oversight: Oversight) -> None:
    oversight.hears(
        department("ganzhou", "dep-1", "市工业和信息化局", "policy", "0797-1"),
        department("xingguo", "bureau", "兴国县行政审批局", "approval_bureau", "0797-4"),
    )
    case = claim(department_id="dep-1")
    said = partial(heard, tenant="xingguo", origin="xingguo", subject="d-1")
    turns = []
    for event in (
        heard(submitted(case), tenant="ganzhou", origin="xingguo"),
        heard(accepted(case), origin="ganzhou", subject="case", minute=1),
        said(money(DisbursementReady, case), sequence=1, minute=4),
        said(money(DisbursementSettled, case), sequence=2, minute=7),
    ):
        oversight.hears(event)
        view = oversight.view()
        turns.append((view.state, view.turn, view.telephone))
    assert turns == [
        ("submitted", "市工业和信息化局", "0797-1"),
        ("accepted", "市工业和信息化局", "0797-1"),
        ("ready", "兴国县行政审批局", "0797-4"),
        ("settled", None, None),
    ]
    (own,) = oversight.own_cases(tenant="xingguo", actor=ENTERPRISE)["ok"]["items"]
    assert (own["turn"], own["telephone"]) == (None, None)
