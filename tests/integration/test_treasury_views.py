"""What treasury answers to questions, on a real database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.read.paging import encode_cursor
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.treasury import (
    DisbursementPage,
    GetDisbursement,
    GetLedgerTotals,
    ListBudgetLines,
    ListDisbursements,
)
from tests.unit.treasury.treasury_kit import LAKH, approved


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def test_pages_hold_every_disbursement_once_those_received_first_leading(treasury: Treasury) -> None:
    for n in range(7):
        treasury.hears(approved(f"case-{n}"))
        treasury.passes(seconds=1)
    seen, cursor = [], None
    while True:
        page = DisbursementPage.model_validate(treasury.asked(ListDisbursements(limit=3, cursor=cursor))["ok"])
        seen += [each.case_id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [f"case-{n}" for n in range(7)]
    assert treasury.disbursements(state="ready") == []


def test_budget_lines_are_paged_by_year_and_department(treasury: Treasury) -> None:
    for year in (2026, 2025, 2027):
        treasury.appropriates(LAKH, year=year)
    first = treasury.asked(ListBudgetLines(limit=2))["ok"]
    rest = treasury.asked(ListBudgetLines(limit=2, cursor=first["next_cursor"]))["ok"]
    assert [line["year"] for line in (*first["items"], *rest["items"])] == [2025, 2026, 2027]
    assert rest["next_cursor"] is None


def test_budget_lines_of_one_department_are_listed_alone(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    (line,) = treasury.asked(ListBudgetLines())["ok"]["items"]
    assert treasury.asked(ListBudgetLines(department=line["department"]))["ok"]["items"] == [line]
    assert treasury.asked(ListBudgetLines(department="另一部门"))["ok"]["items"] == []


def test_a_made_up_cursor_is_refused(treasury: Treasury) -> None:
    for question in (
        ListDisbursements(cursor=encode_cursor("yesterday", "x")),
        ListDisbursements(cursor=encode_cursor(5, "x")),
        ListDisbursements(cursor="!"),
        ListBudgetLines(cursor=encode_cursor("x", "y", "z")),
        ListBudgetLines(cursor=encode_cursor(None, "y", "z")),
    ):
        assert treasury.asked(question)["refused"]["code"] == "cursor_invalid"


def test_one_disbursement_can_be_read_and_its_account_stays_masked(treasury: Treasury) -> None:
    treasury.hears(approved())
    seen = treasury.only()
    answer = treasury.asked(GetDisbursement(disbursement_id=seen.disbursement_id))["ok"]
    assert answer["account_masked"] == "**** 0001"
    assert "62220001" not in str(answer)
    assert treasury.asked(GetDisbursement(disbursement_id="nobody"))["refused"]["code"] == "disbursement_not_found"


def test_the_ledgers_totals_are_a_tenants_own_and_sum_to_zero(treasury: Treasury) -> None:
    empty = treasury.asked(GetLedgerTotals())["ok"]
    assert (empty["accounts"], empty["settled_fen"]) == ({}, 0)
    treasury.appropriates(3 * LAKH)
    treasury.appropriates(LAKH, tenant="xingguo")
    treasury.hears(approved())
    accounts = treasury.asked(GetLedgerTotals())["ok"]["accounts"]
    assert accounts == {"appropriation": -3 * LAKH, "available": 2 * LAKH, "reserved": LAKH}
    assert sum(accounts.values()) == 0
