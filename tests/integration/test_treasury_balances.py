"""What the ledger stands at is kept as it is posted: it is the sum of all postings, whoever posted and however."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import pytest
from frame_kit import psycopg_url
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.treasury import GetLedgerTotals, SummariseDisbursements
from tests.unit.treasury.treasury_kit import LAKH, account_changed, approved

SUMS = """
    SELECT p.tenant, e.line_id, p.account, sum(p.amount_fen)::bigint FROM ledger_posting p
    JOIN ledger_entry e ON (e.tenant, e.id) = (p.tenant, p.entry_id) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
KEPT = "SELECT tenant, line_id, account, amount_fen FROM ledger_balance ORDER BY 1, 2, 3"
PAID = """
    SELECT tenant, line_id, state, count(*), sum(amount_fen)::bigint, count(previous_id) FROM disbursement
    WHERE state IN ('settled', 'returned') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
KEPT_PAID = """
    SELECT tenant, line_id, state, payments, amount_fen, renewed FROM disbursement_total WHERE payments > 0 ORDER BY 1, 2, 3
"""


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def agree(treasury: Treasury) -> None:
    """What is kept is what the rows come to."""
    assert treasury.rows(KEPT) == treasury.rows(SUMS)
    assert treasury.rows(KEPT_PAID) == treasury.rows(PAID)


def pays(treasury: Treasury, *cases: str) -> None:
    treasury.hears(*(approved(case) for case in cases))
    for each in treasury.disbursements(state="ready"):
        assert "ok" in treasury.authorises(each)
    treasury.does("send_disbursement")


def test_balances_and_payments_are_the_sums_of_what_was_posted_and_paid(treasury: Treasury) -> None:
    treasury.appropriates(10 * LAKH)
    agree(treasury)
    treasury.hears(approved("case-0"))
    agree(treasury)
    pays(treasury, "case-1", "case-2")
    agree(treasury)
    assert treasury.rows("SELECT sum(payments) FROM disbursement_total WHERE state = 'settled'") == [(3,)]
    totals = treasury.asked(GetLedgerTotals())["ok"]
    assert (totals["settled_count"], totals["settled_fen"]) == (3, 3 * LAKH)
    assert totals["accounts"] == {
        "appropriation": -10 * LAKH, "available": 7 * LAKH, "reserved": 0, "paid": 3 * LAKH,
    }  # fmt: skip


def test_a_returned_payment_is_settled_no_longer_and_its_renewal_counts_as_one(treasury: Treasury) -> None:
    treasury.hears(account_changed(1))
    treasury.appropriates(10 * LAKH)
    pays(treasury, "case-1", "case-2")
    back = treasury.disbursements(state="settled")[0]
    treasury.bank.comes_to(str(back.instruction_id), "returned", "账号与户名不符")
    treasury.passes(minutes=1)
    treasury.does("fetch_returns")
    treasury.does("confirm_return")
    agree(treasury)
    totals = treasury.asked(GetLedgerTotals())["ok"]
    assert (totals["settled_count"], totals["returned_count"], totals["returned_fen"]) == (1, 1, LAKH)
    treasury.hears(account_changed(2))
    treasury.passes(minutes=1)
    treasury.does("renew_attempt")
    pays(treasury)
    agree(treasury)
    for state in (None, "settled", "returned", "ready"):
        wanted = "" if state is None else f"WHERE state = '{state}'"
        (counted,) = treasury.rows(
            f"SELECT count(*), coalesce(sum(amount_fen), 0)::bigint, count(previous_id) FROM disbursement {wanted}"
        )
        summary = treasury.asked(SummariseDisbursements(state=state))["ok"]
        assert (summary["count"], summary["total_fen"], summary["renewed"]) == counted, state
        assert len(summary["largest"]) == min(3, counted[0]), state


def test_another_tenant_s_money_is_not_in_the_totals(treasury: Treasury) -> None:
    treasury.appropriates(5 * LAKH)
    treasury.appropriates(7 * LAKH, tenant="xingguo")
    assert treasury.asked(GetLedgerTotals())["ok"]["accounts"] == {"appropriation": -5 * LAKH, "available": 5 * LAKH}
    assert treasury.asked(GetLedgerTotals(), tenant="ganzhou")["ok"]["accounts"] == {}


def test_what_the_former_version_posts_is_kept_and_nobody_writes_a_balance(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    (line,) = treasury.rows("SELECT id FROM budget_line")
    with psycopg.connect(psycopg_url(treasury.dsns.app)) as former:
        former.execute("SELECT set_config('zhida.tenants', 'zhanggong', true)")
        former.execute(
            "INSERT INTO ledger_entry (tenant, id, line_id, kind, document, at)"
            " VALUES ('zhanggong', 'by-hand', %s, 'appropriate', '虔财〔2026〕2号', now())", line,
        )  # fmt: skip
        former.execute(
            "INSERT INTO ledger_posting VALUES ('zhanggong', 'by-hand', 'available', 5), ('zhanggong', 'by-hand', 'appropriation', -5)"
        )
    agree(treasury)
    with psycopg.connect(psycopg_url(treasury.dsns.app)) as app:
        app.execute("SELECT set_config('zhida.tenants', 'zhanggong', true)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("UPDATE ledger_balance SET amount_fen = 0")


def test_lines_that_are_first_paid_at_once_are_all_kept(treasury: Treasury) -> None:
    for year in range(2020, 2028):
        treasury.appropriates(LAKH, year=year)
    lines = [line for (line,) in treasury.rows("SELECT id FROM budget_line")]
    together = threading.Barrier(len(lines))

    def post(line: str) -> None:
        with psycopg.connect(psycopg_url(treasury.dsns.app)) as app:
            app.execute("SELECT set_config('zhida.tenants', 'zhanggong', true)")
            together.wait()
            app.execute("SELECT FROM budget_line WHERE tenant = 'zhanggong' AND id = %s FOR UPDATE", [line])
            app.execute(
                "INSERT INTO ledger_entry (tenant, id, line_id, kind, document, at)"
                " VALUES ('zhanggong', %s, %s, 'appropriate', '文', now())", [f"more-{line}", line],
            )  # fmt: skip
            app.execute(
                "INSERT INTO ledger_posting VALUES ('zhanggong', %(id)s, 'available', 7), ('zhanggong', %(id)s, 'appropriation', -7)",
                {"id": f"more-{line}"},
            )

    threads = [threading.Thread(target=post, args=[line]) for line in lines]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    agree(treasury)
