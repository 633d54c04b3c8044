"""What is looked at before money is released: searched, by time left, counted and summed; on a real database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from test_treasury_returns import paid, send_back
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.treasury import (
    BudgetTotals,
    DisbursementSummary,
    GetBudgetTotals,
    ListBudgetLines,
    ListDisbursements,
    SummariseDisbursements,
)
from tests.unit.treasury.treasury_kit import LAKH, account_changed, approved, claim


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def approvals(treasury: Treasury, *amounts: int, **words: Any) -> None:
    for n, amount in enumerate(amounts):
        treasury.hears(approved(f"case-{n}", amount_fen=amount, **words))
        treasury.passes(seconds=1)


def summary(treasury: Treasury, **where: Any) -> DisbursementSummary:
    return DisbursementSummary.model_validate(treasury.asked(SummariseDisbursements(**where))["ok"])


def cases(treasury: Treasury, **where: Any) -> list[str]:
    return [each["case_id"] for each in treasury.asked(ListDisbursements(**where))["ok"]["items"]]


def test_a_summary_counts_all_that_the_filter_leaves_and_shows_the_three_largest(treasury: Treasury) -> None:
    treasury.appropriates(10 * LAKH)
    approvals(treasury, LAKH, 3 * LAKH, 2 * LAKH, LAKH // 2)
    ready = summary(treasury, state="ready")
    assert (ready.count, ready.total_fen, ready.renewed) == (4, 6 * LAKH + LAKH // 2, 0)
    assert [each.amount_fen for each in ready.largest] == [3 * LAKH, 2 * LAKH, LAKH]
    assert summary(treasury, state="held").count == 0
    chosen = [each.disbursement_id for each in treasury.disbursements(amount_fen=LAKH)]
    assert summary(treasury, ids=chosen).total_fen == LAKH


def test_a_payment_is_found_by_receipt_credit_code_name_and_amount(treasury: Treasury) -> None:
    approvals(treasury, LAKH)
    about = claim("case-9", enterprise_name="赣州虔矿机电有限公司", receipt="ZD-2026-0009", uscc="91360702DEM000022A")
    treasury.hears(approved("case-9", about=about, amount_fen=7 * LAKH))
    for asked in (
        "虔矿",
        "zd-2026-0009",
        "ＺＤ－２０２６－０００９",
        "91360702dem000022a",
        "９１３６０７０２ＤＥＭ０００022A",
    ):
        assert cases(treasury, about=asked) == ["case-9"]
    assert cases(treasury, amount_fen=7 * LAKH) == ["case-9"]
    assert cases(treasury, case_id="case-0") == ["case-0"]
    assert cases(treasury, about="没有这家") == []
    assert treasury.asked(ListDisbursements(about="虔矿"), tenant="xingguo")["ok"]["items"] == []


def test_those_whose_payout_limit_ends_first_stand_first_and_are_overdue_when_it_has_ended(treasury: Treasury) -> None:
    treasury.appropriates(10 * LAKH)
    treasury.hears(approved("case-late"))
    treasury.passes(days=1)
    treasury.hears(approved("case-early", at=treasury.clock.now()))
    assert cases(treasury, order="due") == ["case-late", "case-early"]
    seen, cursor = [], None
    while True:
        page = treasury.asked(ListDisbursements(order="due", limit=1, cursor=cursor))["ok"]
        seen += [each["case_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["case-late", "case-early"]
    assert cases(treasury, overdue=True) == []
    treasury.passes(days=8)
    assert set(cases(treasury, overdue=True)) == {"case-late", "case-early"}
    assert summary(treasury).overdue == 2


def test_a_payment_says_its_account_version_its_line_and_when_it_was_approved(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    seen = treasury.only(state="ready")
    assert seen.line_id is not None
    assert (seen.account_version, seen.year, seen.revision, seen.instalment) == (1, 2026, 1, 1)
    assert seen.approved_at == NOON
    (line,) = treasury.asked(ListBudgetLines(line_id=seen.line_id))["ok"]["items"]
    assert line["reserved_fen"] == LAKH


def test_an_attempt_that_follows_a_return_counts_as_renewed(treasury: Treasury) -> None:
    treasury.hears(account_changed(1))
    first = paid(treasury)
    send_back(treasury, first)
    treasury.hears(account_changed(2))
    treasury.passes(minutes=1)
    treasury.does("renew_attempt")
    renewed = summary(treasury, state="ready")
    assert (renewed.count, renewed.renewed) == (1, 1)
    assert renewed.largest[0].previous_id == first.disbursement_id


def test_totals_are_those_of_all_lines_that_the_filter_leaves(treasury: Treasury) -> None:
    treasury.appropriates(5 * LAKH)
    treasury.appropriates(3 * LAKH, year=2027)
    treasury.hears(approved(amount_fen=2 * LAKH))
    totals = BudgetTotals.model_validate(treasury.asked(GetBudgetTotals())["ok"])
    assert (totals.lines, totals.appropriated_fen, totals.reserved_fen) == (2, 8 * LAKH, 2 * LAKH)
    assert totals.available_fen == 6 * LAKH
    assert BudgetTotals.model_validate(treasury.asked(GetBudgetTotals(year=2027))["ok"]).available_fen == 3 * LAKH
    assert treasury.asked(GetBudgetTotals(), tenant="xingguo")["ok"]["lines"] == 0
