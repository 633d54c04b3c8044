"""Budget lines by department, whatever it is called, and whose turn it is with a payment: on a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from treasury_database import Treasury, registered

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.departments import DatedName, DepartmentChanged
from contracts.treasury import AppropriateBudget
from services.treasury.budget.books import RELEASE_HELD
from services.treasury.disbursements import payout_clock
from services.treasury.disbursements.use_cases import SEND
from services.treasury.rails.settlement import ASK
from tests.unit.treasury.treasury_kit import DEPARTMENT, FINANCE, ITEM, LAKH, approved, claim

TODAY = date(2026, 3, 10)
RENAMED = "工业信息化和科学技术局"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def treasury(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock
) -> Treasury:
    dsns = service_database("treasury")
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared(departments=False)


def renamed() -> DepartmentChanged:
    names = (DatedName(name=DEPARTMENT, since=date(2020, 1, 1)), DatedName(name=RENAMED, since=TODAY))
    return DepartmentChanged(department_id="dep-1", name=RENAMED, names=names, functions=frozenset({"policy"}))


def appropriates(treasury: Treasury, amount_fen: int = LAKH, **department: Any) -> dict[str, Any]:
    document = f"虔财〔2026〕{next(treasury.documents)}号"
    order = AppropriateBudget(
        year=2026, amount_fen=amount_fen, document_number=document, **{"item_id": None} | department
    )
    return treasury.ordered(order, actor=FINANCE)


def attentions(treasury: Treasury) -> list[tuple[str, Any]]:
    said = treasury.rows("SELECT type, body FROM outbox WHERE aggregate_type = 'disbursement' ORDER BY position")
    return [(type, json.loads(body)["data"].get("attention")) for type, body in said]


def asks(duty: str, department_id: str | None = None) -> dict[str, Any]:
    return {"tenant": "zhanggong", "department_id": department_id, "duty": duty}


def test_a_line_is_said_by_a_name_that_the_register_knows_or_by_the_departments_id(treasury: Treasury) -> None:
    treasury.hears(registered("dep-1", DEPARTMENT))
    by_name = appropriates(treasury, department=DEPARTMENT)["ok"]
    by_id = appropriates(treasury, department_id="dep-1")["ok"]
    assert (by_name["department"], by_name["department_id"]) == (DEPARTMENT, "dep-1")
    assert (by_id["line_id"], by_id["appropriated_fen"]) == (by_name["line_id"], 2 * LAKH)
    assert appropriates(treasury, department_id="dep-9")["refused"]["code"] == "department_unknown"
    assert appropriates(treasury)["refused"]["code"] == "department_not_said"


def test_a_line_for_a_department_that_does_not_exist_or_acts_no_more_is_refused(treasury: Treasury) -> None:
    treasury.hears(registered("dep-1", DEPARTMENT))
    treasury.hears(registered("elsewhere", "兴国县局"), tenant="xingguo")
    closed = renamed().model_copy(update={"department_id": "dep-2", "name": "撤销的局", "closed_on": TODAY})
    names = (DatedName(name="撤销的局", since=date(2020, 1, 1)),)
    treasury.hears(closed.model_copy(update={"names": names}))
    for said in ("没有登记的局", "兴国县局", "撤销的局"):
        assert appropriates(treasury, department=said)["refused"]["code"] == "department_unknown"
    for id in ("elsewhere", "dep-2"):
        assert appropriates(treasury, department_id=id)["refused"]["code"] == "department_unknown"
    assert treasury.rows("SELECT count(*) FROM budget_line") == [(0,)]


def test_a_county_may_have_a_line_for_a_department_of_its_city(treasury: Treasury) -> None:
    treasury.hears(registered("city-1", "市工业和信息化局"), tenant="ganzhou")
    assert appropriates(treasury, department="市工业和信息化局")["ok"]["department_id"] == "city-1"
    assert appropriates(treasury, department_id="city-1")["ok"]["appropriated_fen"] == 2 * LAKH


def unregistered(treasury: Treasury, **department: Any) -> dict[str, Any]:
    """A line as it was opened when nobody asked whether its department was registered."""
    treasury.inbox.apply([received(registered("dep-1", DEPARTMENT), subject="dep-1", sequence=1)])
    line: dict[str, Any] = appropriates(treasury, department=DEPARTMENT, **department)["ok"]
    treasury.changes("UPDATE budget_line SET department_id = NULL")
    return line


def test_money_for_a_renamed_department_goes_on_the_line_that_it_has(treasury: Treasury) -> None:
    first = unregistered(treasury)
    known = appropriates(treasury, department=DEPARTMENT)["ok"]
    assert (known["line_id"], known["department_id"]) == (first["line_id"], "dep-1")
    treasury.inbox.apply([received(renamed(), subject="dep-1", sequence=2)])
    for said in ({"department": RENAMED}, {"department_id": "dep-1"}):
        assert appropriates(treasury, **said)["ok"]["line_id"] == first["line_id"]
    of_item = appropriates(treasury, department=RENAMED, item_id=ITEM)["ok"]
    assert (of_item["department"], of_item["line_id"] == first["line_id"]) == (RENAMED, False)
    assert treasury.faults_in_the_books() == []


def test_a_claim_is_paid_from_its_departments_line_under_whatever_name_that_was_opened(treasury: Treasury) -> None:
    treasury.hears(renamed())
    appropriates(treasury, department=RENAMED)
    treasury.hears(approved("by-name"), approved("by-register", about=claim("by-register", department_id="dep-1")))
    states = {each.case_id: each.state for each in treasury.disbursements()}
    assert states == {"by-name": "held", "by-register": "ready"}
    assert treasury.rows("SELECT department_id FROM disbursement ORDER BY case_id") == [(None,), ("dep-1",)]
    assert treasury.faults_in_the_books() == []


def test_the_items_own_line_is_drawn_on_first_under_whatever_name(treasury: Treasury) -> None:
    general = unregistered(treasury)
    treasury.inbox.apply([received(renamed(), subject="dep-1", sequence=2)])
    own = appropriates(treasury, department=RENAMED, item_id=ITEM)["ok"]
    treasury.hears(*[approved(case, about=claim(case, department_id="dep-1")) for case in ("a", "b", "c")])
    lines = treasury.rows("SELECT line_id FROM disbursement ORDER BY case_id")
    assert lines == [(own["line_id"],), (general["line_id"],), (None,)]


def test_who_waits_is_served_when_money_comes_under_another_name(treasury: Treasury) -> None:
    treasury.hears(renamed())
    treasury.hears(approved(about=claim(department_id="dep-1")))
    assert treasury.only().state == "held"
    assert "dep-1" in treasury.jobs(RELEASE_HELD)
    appropriates(treasury, department=RENAMED)
    treasury.does(RELEASE_HELD)
    assert treasury.only().state == "ready"
    assert treasury.faults_in_the_books() == []


def test_money_that_comes_at_the_same_moment_is_found_by_whoever_commits_last(treasury: Treasury) -> None:
    """The approval does not see the line, and the line's own job runs before the approval is there."""
    treasury.hears(renamed())
    appropriates(treasury, department=RENAMED)
    treasury.changes("UPDATE budget_line SET department_id = 'hidden'")
    treasury.does(RELEASE_HELD)
    treasury.hears(approved(about=claim(department_id="dep-1")))
    treasury.changes("UPDATE budget_line SET department_id = 'dep-1'")
    assert treasury.only().state == "held"
    treasury.does(RELEASE_HELD)
    assert treasury.only().state == "ready"


def test_every_step_that_waits_for_somebody_says_for_whom(treasury: Treasury, clock: FixedClock) -> None:
    treasury.hears(
        registered("dep-1", DEPARTMENT),
        registered("dep-money", "财政局", "finance"),
        registered("dep-bureau", "行政审批局", "approval_bureau"),
    )
    treasury.hears(approved())
    treasury.appropriates(LAKH)
    treasury.does(RELEASE_HELD)
    treasury.passes(days=3)
    while treasury.does(payout_clock.ALARM):
        pass
    treasury.bank.loses = frozenset({"answer"})
    treasury.authorises(treasury.only())
    treasury.does(SEND)
    treasury.passes(minutes=5)
    treasury.does(ASK)
    said = dict(attentions(treasury))
    assert said["DisbursementHeld"] == asks("finance", "dep-money")
    assert said["DisbursementReady"] == asks("payment_check", "dep-bureau")
    assert said["PayoutDeadlineMissed"] == asks("payment_check", "dep-bureau")
    assert said["DisbursementUnknown"] == asks("payment_maker", "dep-bureau")
    assert (said["DisbursementAuthorised"], said["DisbursementSettled"]) == (None, None)


def test_where_no_department_is_registered_for_it_the_duty_alone_is_said(treasury: Treasury) -> None:
    treasury.hears(registered("elsewhere", "财政局", "finance"), tenant="xingguo")
    treasury.hears(approved())
    assert attentions(treasury) == [("DisbursementHeld", asks("finance"))]
