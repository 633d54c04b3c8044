"""Verify reads books that are longer than memory: what it takes does not grow with what it reads."""

from __future__ import annotations

import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from key_kit import key_ring

from chassis.write import audit
from chassis.write.audit import AuditFact, broken_links, facts_parameter
from console.operating.checks import bank_pass, like_the_bank, messages, paid_once
from console.operating.checks.addresses import Addresses, OpenBooks
from console.operating.checks.findings import Finding
from console.operating.checks.look import Invariant, Look
from console.servers.provision import Dsns
from sandbox.testing import RunningProgram

CIPHER = key_ring("ACCOUNTS")
ACCOUNT = "3607020000000000001"
NOW = datetime.now(UTC)
FEW, MANY = 2_000, 12_000

LINE = """
INSERT INTO budget_line (tenant, id, version, sequence, year, department, mode, appropriated_fen, reserved_fen, settled_fen,
    returned_fen, swept_fen)
VALUES ('zhanggong', 'line', 1, 0, 2026, 'd', 'quota', 1000000000, 0, 0, 0, 0) ON CONFLICT DO NOTHING
"""
PAID = """
INSERT INTO disbursement (tenant, id, version, sequence, case_id, claim, department, item_id, amount_fen, payee, revision,
    instalment, attempt, approved_by, approved_at, received_at, year, payout_days, clock_started_at, alarmed, state,
    line_id, authorised_by, authorised_at, instruction_id, sent_at, unheard, bank_reference, settled_at)
SELECT 'zhanggong', 'd' || n, 1, 0, 'c' || n, '{"receipt": "ZG-1", "filed_in": "zhanggong"}', 'd', 'i', 500,
    jsonb_build_object('account_name', '示例企业', 'account_sealed', %(sealed)s::text), 1, 1, 1, 'a', now(), now(), 2026, 1,
    now(), 0, 'settled', 'line', 'b', now(), 'i-' || lpad(n::text, 8, '0'), now(), 0, %(reference)s || lpad(n::text, 12, '0'), now()
FROM generate_series(%(first)s::integer, %(last)s::integer) n
"""


class Books:
    """A treasury and a bank with the same payments, written straight into both."""

    def __init__(self, dsns: Dsns, bank: RunningProgram, book: Path) -> None:
        self.dsns, self.bank, self._book = dsns, bank, book
        self.paid = 0
        self.sealed = CIPHER.seal(ACCOUNT, purpose="payee_account", tenant="zhanggong")

    def pay(self, up_to: int) -> None:
        first, self.paid = self.paid + 1, up_to
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            connection.execute("SELECT set_config('zhida.tenants', 'zhanggong', false)")
            connection.execute(LINE)
            given = {"first": first, "last": up_to, "sealed": self.sealed, "reference": "SBK"}
            connection.execute(PAID, given)
        with sqlite3.connect(self._book) as book:
            rows = [(f"i-{n:08d}", n) for n in range(first, up_to + 1)]
            book.executemany(
                "INSERT INTO payments (seq, instruction_id, debtor_account, creditor_account, creditor_name, amount_fen,"
                " currency, purpose, status, done_at) VALUES (?2, ?1, 'POOL-zhanggong',"
                f" '{ACCOUNT}', '示例企业', 500, 'CNY', '', 'settled', '{NOW:%Y-%m-%d}T00:00:00.000000+00:00')",
                rows,
            )
            book.executemany("INSERT INTO presentations (id, times) VALUES (?, 1)", [row[:1] for row in rows])

    def change(self, statement: str) -> None:
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            connection.execute("SELECT set_config('zhida.tenants', 'zhanggong', false)")
            assert connection.execute(statement).rowcount > 0  # type: ignore[call-overload]

    def look(self, *invariants: Invariant, full: bool = False) -> list[str]:
        databases = {"treasury": self.dsns, "oversight": self.dsns}
        addresses = Addresses(databases, str(self.bank.client.base_url), CIPHER)
        with OpenBooks(addresses) as books:
            look = Look(books, ("zhanggong",), NOW, full)
            said = [each for invariant in invariants for each in invariant.look(look)]
        return [each.text for each in said if isinstance(each, Finding)]


@pytest.fixture
def books(service_database: Callable[[str], Dsns], tmp_path: Path) -> Iterator[Books]:
    with RunningProgram("sandbox.bank", tmp_path / "bank.sqlite") as bank:
        yield Books(service_database("treasury"), bank, tmp_path / "bank.sqlite")


def peak(work: Callable[[], Any]) -> int:
    work()  # what is made once and kept is not counted
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("full", [False, True])
def test_a_bank_s_book_six_times_as_long_takes_no_more_memory(books: Books, full: bool) -> None:
    def work() -> None:
        assert books.look(paid_once.INVARIANT, like_the_bank.INVARIANT, full=full) == []

    books.pay(FEW)
    few = peak(work)
    books.pay(MANY)
    assert peak(work) < 1.5 * few


def test_one_payment_among_thousands_that_is_not_the_bank_s_is_found(books: Books) -> None:
    books.pay(FEW)
    books.change("UPDATE disbursement SET amount_fen = 501 WHERE id = 'd1234'")
    (said,) = books.look(paid_once.INVARIANT, like_the_bank.INVARIANT)
    assert "金额不符：资金账 5.01 元，银行 5.00 元" in said
    (said,) = books.look(paid_once.INVARIANT, like_the_bank.INVARIANT, full=True)


def test_a_closed_day_that_was_verified_is_not_compared_again(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_pass, "CLOSED_AFTER", timedelta(days=-2))
    invariants = paid_once.INVARIANT, like_the_bank.INVARIANT
    books.pay(FEW)
    assert books.look(*invariants) == []
    asked: list[str | None] = []
    monkeypatch.setattr(bank_pass.BankLine, "credits", lambda _self, day=None: asked.append(day) or iter(()))
    assert books.look(*invariants) == []
    assert asked == []


def test_totals_that_differ_open_the_days_that_were_closed(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_pass, "CLOSED_AFTER", timedelta(days=-2))
    invariants = paid_once.INVARIANT, like_the_bank.INVARIANT
    books.pay(FEW)
    assert books.look(*invariants) == []
    books.change("UPDATE disbursement SET amount_fen = 501 WHERE id = 'd7'")
    (said,) = books.look(*invariants)
    assert "i-00000007" in said
    books.change("UPDATE disbursement SET amount_fen = 500, state = 'sent', settled_at = NULL WHERE id = 'd7'")
    (said,) = books.look(*invariants)
    assert "银行为已到账，资金账为“已发送银行”" in said


def test_a_day_that_is_not_over_or_not_sound_is_no_checkpoint(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.pay(3)
    assert books.look(like_the_bank.INVARIANT) == []
    assert days(books) == 0
    monkeypatch.setattr(bank_pass, "CLOSED_AFTER", timedelta(days=-2))
    books.change("UPDATE disbursement SET bank_reference = 'x' WHERE id = 'd2'")
    assert len(books.look(like_the_bank.INVARIANT)) == 1
    assert days(books) == 0
    books.change("UPDATE disbursement SET bank_reference = 'SBK000000000002' WHERE id = 'd2'")
    assert books.look(like_the_bank.INVARIANT) == []
    assert days(books) == 1


def days(books: Books) -> int:
    with psycopg.connect(psycopg_url(books.dsns.owner)) as connection:
        row = connection.execute("SELECT count(*) FROM verify_checkpoint WHERE book LIKE 'bank/%'").fetchone()
    assert row
    return int(row[0])


def test_more_suspects_than_anybody_reads_are_counted(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_pass, "MOST_SUSPECTS", 10)
    books.pay(30)
    books.change("UPDATE disbursement SET amount_fen = 501 WHERE id <> 'd30'")
    said = books.look(like_the_bank.INVARIANT)
    assert len([each for each in said if "金额不符" in each]) == 10
    assert "另有 19 笔与银行不一致，未逐一列出" in said


# F


def write_facts(dsns: Dsns, first: int, last: int) -> None:
    facts = [
        AuditFact("zhanggong", "thing", f"t{n}", 1, "made", "somebody", NOW, '{"text": "' + "x" * 300 + '"}')
        for n in range(first, last)
    ]
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute("SELECT set_config('zhida.tenants', 'zhanggong', false)")
        given = facts_parameter(facts)
        assert given is not None
        statement = audit.INSERT_FACTS.replace(":facts", "%(facts)s").replace(":states", "%(states)s")
        connection.execute(statement, given)  # type: ignore[call-overload]


def test_a_chain_six_times_as_long_takes_no_more_memory(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BLOCK_LIMIT", 700)
    with OpenBooks(Addresses({"treasury": books.dsns}, "", CIPHER)) as opened:
        engine = opened.frame("treasury")

        def grow(first: int, last: int) -> int:
            write_facts(books.dsns, first, last)
            while audit.seal(engine, NOW):
                pass
            return peak(lambda: [said for said in broken_links(engine) if isinstance(said, str)])

        few = grow(0, FEW)
        assert grow(FEW, MANY) < 1.5 * few
        ends = [said for said in broken_links(engine) if not isinstance(said, str)]
        assert [end.block for end in ends] == [18]


# E


def say(dsns: Dsns, first: int, last: int) -> None:
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute("SELECT set_config('zhida.tenants', 'zhanggong', false)")
        connection.execute(
            "INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence, type,"
            " routing_key, body, created_at, published_at) SELECT 'zhanggong', 'zhanggong', 'e' || n, 0, 'disbursement',"
            " 'd' || n, 1, 'DisbursementSettled', 'k', '', now(), now() FROM generate_series(%s::integer, %s::integer) n",
            (first, last),
        )
        connection.execute(
            "INSERT INTO position (tenant, aggregate_type, aggregate_id, sequence) SELECT 'zhanggong', 'disbursement',"
            " 'd' || n, 1 FROM generate_series(%s::integer, %s::integer) n",
            (first, last),
        )


def test_outboxes_six_times_as_long_take_no_more_memory(books: Books) -> None:
    def work() -> None:
        assert books.look(messages.INVARIANT, full=True) == []

    say(books.dsns, 1, FEW)
    few = peak(work)
    say(books.dsns, FEW + 1, MANY)
    assert peak(work) < 1.5 * few
    books.change("DELETE FROM position WHERE aggregate_id = 'd11111'")
    said = books.look(messages.INVARIANT, full=True)
    assert said
    assert all("disbursement/d11111 到第 1 条，oversight 只收到第 0 条" in each for each in said)
