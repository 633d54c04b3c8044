"""The bank's book: accounts, payments, returns, and what they come to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sandbox import desk
from sandbox.bank.wire import (
    AccountHeld,
    Credit,
    Credits,
    Days,
    DayTotals,
    DebtorTotals,
    PaymentOrder,
    PaymentResult,
    PaymentRule,
    Return,
    ReturnOrder,
    ReturnPage,
    Totals,
    bank_reference,
)
from sandbox.book import Book
from sandbox.desk import Clock, Desk, DeskReason, stamp, utc_now
from sandbox.misbehaviour import Fault

OWNER = 0x42414E4B  # "BANK"

# The triggers make the judge's book a record: nothing is deleted, no content changes, and a status
# moves only along pending -> settled -> returned, whatever the program above might get wrong.
SCHEMA = (
    desk.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS accounts (
    number TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'frozen', 'closed'))
) STRICT;
CREATE TABLE IF NOT EXISTS payments (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,
    instruction_id   TEXT NOT NULL UNIQUE,
    debtor_account   TEXT NOT NULL,
    creditor_account TEXT NOT NULL,
    creditor_name    TEXT NOT NULL,
    amount_fen       INTEGER NOT NULL CHECK (amount_fen > 0),
    currency         TEXT NOT NULL CHECK (currency = 'CNY'),
    purpose          TEXT NOT NULL,
    value_date       TEXT,
    status           TEXT NOT NULL CHECK (status IN ('settled', 'failed', 'pending', 'returned')),
    reason_code      TEXT,
    reason           TEXT,
    due_at           TEXT CHECK (due_at IS NOT NULL OR status <> 'pending'),
    done_at          TEXT CHECK ((done_at IS NOT NULL) = (status IN ('settled', 'returned')))
) STRICT;
CREATE INDEX IF NOT EXISTS payments_pending ON payments (due_at) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS payments_by_day ON payments (substr(done_at, 1, 10), instruction_id, status, amount_fen)
    WHERE done_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS returns (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    instruction_id TEXT NOT NULL UNIQUE REFERENCES payments (instruction_id),
    reason_code    TEXT NOT NULL,
    reason         TEXT NOT NULL,
    returned_at    TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS put_off (
    instruction_id TEXT PRIMARY KEY,
    content        TEXT NOT NULL,
    due_at         TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS lagging_returns (
    instruction_id TEXT PRIMARY KEY REFERENCES returns (instruction_id),
    due_at         TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS payments_stay BEFORE DELETE ON payments
BEGIN SELECT RAISE(ABORT, 'a payment is never deleted'); END;
CREATE TRIGGER IF NOT EXISTS returns_stay BEFORE DELETE ON returns
BEGIN SELECT RAISE(ABORT, 'a return is never deleted'); END;
CREATE TRIGGER IF NOT EXISTS return_content_stays BEFORE UPDATE ON returns
BEGIN SELECT RAISE(ABORT, 'a return never changes'); END;
CREATE TRIGGER IF NOT EXISTS payment_content_stays BEFORE UPDATE OF seq, instruction_id, debtor_account,
    creditor_account, creditor_name, amount_fen, currency, purpose, value_date ON payments
BEGIN SELECT RAISE(ABORT, 'the content of a payment never changes'); END;
CREATE TRIGGER IF NOT EXISTS payment_status_moves_on BEFORE UPDATE OF status ON payments
WHEN (OLD.status, NEW.status) NOT IN (VALUES ('pending', 'settled'), ('settled', 'returned'))
BEGIN SELECT RAISE(ABORT, 'a payment moves only from pending to settled to returned'); END;
"""
)

_NOT_OPEN = {
    "closed": DeskReason("account_closed", "收款账户已销户 / the creditor's account is closed"),
    "frozen": DeskReason("account_frozen", "收款账户已冻结 / the creditor's account is frozen"),
}
_NAME_DIFFERS = DeskReason("creditor_name_mismatch", "收款人户名与账号不符 / the name is not the account's")
_UNKNOWN = DeskReason("account_unknown", "收款账号不存在 / no such account")


CREDITS = (
    "SELECT p.*, n.times AS attempts_seen FROM payments p JOIN presentations n ON n.id = p.instruction_id"
    " WHERE p.done_at IS NOT NULL"
)
"""What reached an account has the instant at which it did (a check of the table)."""


def _credit(row: sqlite3.Row) -> Credit:
    names = [name for name in Credit.model_fields if name != "bank_reference"]
    return Credit(bank_reference=bank_reference(row["seq"]), **{name: row[name] for name in names})


class PaymentDesk(Desk[PaymentOrder, PaymentRule]):
    """Where payments are handed in. Every method runs inside one transaction of the book."""

    table = "payments"
    key = "instruction_id"
    done_word = "settled"

    def __init__(self, book: Book, *, knows_every_account: bool = False, clock: Clock = utc_now) -> None:
        super().__init__(book, PaymentRule, clock)
        self._knows_every_account = knows_every_account

    def objection(self, connection: sqlite3.Connection, order: PaymentOrder) -> DeskReason | None:
        """The name must be the account's, to the character, and the account open.

        An account that the bank does not hold is some other bank's, unless the bank knows them all.
        """
        held = connection.execute(
            "SELECT name, status FROM accounts WHERE number = ?", (order.creditor_account,)
        ).fetchone()
        if held is None:
            return _UNKNOWN if self._knows_every_account else None
        if held["status"] in _NOT_OPEN:
            return _NOT_OPEN[held["status"]]
        return None if held["name"] == order.creditor_name else _NAME_DIFFERS

    def hold_account(self, connection: sqlite3.Connection, number: str, account: AccountHeld) -> None:
        """Register an account or change what is held about it; payments already made stay as they are."""
        connection.execute(
            "INSERT INTO accounts (number, name, status) VALUES (?, ?, ?)"
            " ON CONFLICT (number) DO UPDATE SET name = excluded.name, status = excluded.status",
            (number, account.name, account.status),
        )

    def results(self, connection: sqlite3.Connection, ids: Sequence[str]) -> list[PaymentResult]:
        """How each of these stands, in the order asked."""
        rows = ((instruction_id, self.find(connection, instruction_id)) for instruction_id in ids)
        return [
            PaymentResult.of(row) if row else PaymentResult(instruction_id=missing, status="not_found")
            for missing, row in rows
        ]

    def send_back(self, connection: sqlite3.Connection, instruction_id: str, order: ReturnOrder) -> sqlite3.Row | None:
        """Return (退汇) a settled payment, once; the payment's row after that, None if there is none.

        A payment that is neither settled nor returned is left as it is.
        """
        self.end_what_is_due(connection)
        now = self.clock()
        listed = connection.execute(
            "INSERT INTO returns (instruction_id, reason_code, reason, returned_at)"
            " SELECT instruction_id, ?, ?, ? FROM payments WHERE instruction_id = ? AND status = 'settled'"
            " ON CONFLICT (instruction_id) DO NOTHING",
            (order.reason_code, order.reason, stamp(now), instruction_id),
        ).rowcount
        if listed:
            connection.execute(
                "INSERT INTO lagging_returns (instruction_id, due_at) VALUES (?, ?)",
                (instruction_id, stamp(now + timedelta(seconds=order.lags_seconds or 0))),
            )
            self.end_what_is_due(connection)
        return self.find(connection, instruction_id)

    def put_off(self, connection: sqlite3.Connection, orders: Sequence[PaymentOrder], rule: PaymentRule) -> None:
        """What nobody has heard of until then, and is executed all the same; an id once, whenever it comes again."""
        if rule.fault is not Fault.UNHEARD_THEN_DONE:
            return
        due_at = stamp(self.clock() + timedelta(seconds=rule.seconds or 0))
        connection.executemany(
            "INSERT INTO put_off (instruction_id, content, due_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(order.id, json.dumps(order.content()), due_at) for order in orders],
        )

    def end_what_is_due(self, connection: sqlite3.Connection) -> None:
        super().end_what_is_due(connection)
        now = stamp(self.clock())
        for row in connection.execute("SELECT * FROM put_off WHERE due_at <= ? ORDER BY due_at", (now,)).fetchall():
            columns = {**json.loads(row["content"]), "status": "settled", "done_at": row["due_at"]}
            names, places = ", ".join(columns), ", ".join(f":{name}" for name in columns)
            connection.execute(f"INSERT INTO payments ({names}) VALUES ({places}) ON CONFLICT DO NOTHING", columns)
            connection.execute("DELETE FROM put_off WHERE instruction_id = ?", (row["instruction_id"],))
        connection.execute(
            "UPDATE payments SET status = 'returned', reason_code = r.reason_code, reason = r.reason"
            " FROM returns r JOIN lagging_returns l USING (instruction_id)"
            " WHERE payments.instruction_id = r.instruction_id AND payments.status = 'settled' AND l.due_at <= ?",
            (now,),
        )

    def anything_due(self, connection: sqlite3.Connection) -> bool:
        now = stamp(self.clock())
        kept = connection.execute(
            "SELECT 1 FROM put_off WHERE due_at <= :now UNION ALL SELECT 1 FROM lagging_returns l"
            " JOIN payments USING (instruction_id) WHERE l.due_at <= :now AND status = 'settled' LIMIT 1",
            {"now": now},
        )
        return super().anything_due(connection) or kept.fetchone() is not None

    def returns(self, connection: sqlite3.Connection, after: int, limit: int) -> ReturnPage:
        """Returns later than the cursor `after`, oldest first."""
        rows = connection.execute(
            "SELECT r.*, p.seq AS payment_seq, p.creditor_account, p.amount_fen"
            " FROM returns r JOIN payments p USING (instruction_id)"
            " WHERE r.seq > ? ORDER BY r.seq LIMIT ?",
            (after, limit),
        ).fetchall()
        page = [
            Return(
                instruction_id=row["instruction_id"],
                bank_reference=bank_reference(row["payment_seq"]),
                creditor_account=row["creditor_account"],
                amount_fen=row["amount_fen"],
                reason_code=row["reason_code"],
                reason=row["reason"],
                returned_at=row["returned_at"],
            )
            for row in rows
        ]
        return ReturnPage(returns=page, next_after=rows[-1]["seq"] if rows else after)

    def credits(self, connection: sqlite3.Connection, after: str, limit: int, day: str | None = None) -> Credits:
        """Payments that reached an account (on this day, if one is given), by instruction id from `after` on."""
        of_day = " AND substr(p.done_at, 1, 10) = :day" if day else ""
        rows = connection.execute(
            f"{CREDITS} AND p.instruction_id > :after{of_day} ORDER BY p.instruction_id LIMIT :limit",
            {"after": after, "day": day, "limit": limit},
        ).fetchall()
        more = rows[-1]["instruction_id"] if len(rows) == limit else None
        return Credits(credits=[_credit(row) for row in rows], next_after=more)

    def credits_of(self, connection: sqlite3.Connection, ids: Sequence[str]) -> Credits:
        """Those of these payments that reached an account."""
        places = ", ".join("?" * len(ids))
        rows = connection.execute(f"{CREDITS} AND p.instruction_id IN ({places}) ORDER BY p.instruction_id", list(ids))
        return Credits(credits=[_credit(row) for row in rows], next_after=None)

    def days(self, connection: sqlite3.Connection, after: str, limit: int) -> Days:
        """What reached accounts on each day (UTC) later than `after`, and how much of it has come back since."""
        rows = connection.execute(
            "SELECT substr(done_at, 1, 10) AS day, count(*) AS credited_count, sum(amount_fen) AS credited_fen,"
            " count(*) FILTER (WHERE status = 'returned') AS returned_count,"
            " coalesce(sum(amount_fen) FILTER (WHERE status = 'returned'), 0) AS returned_fen"
            " FROM payments WHERE done_at IS NOT NULL AND substr(done_at, 1, 10) > ? GROUP BY 1 ORDER BY 1 LIMIT ?",
            (after, limit),
        ).fetchall()
        days = [DayTotals(**dict(row)) for row in rows]
        return Days(days=days, next_after=days[-1].day if len(days) == limit else None)

    def totals(self, connection: sqlite3.Connection) -> Totals:
        """Counts and sums over the whole book, and per debtor account."""
        by_debtor: dict[str, dict[str, int]] = {}
        overall: dict[str, int] = dict.fromkeys(DebtorTotals.model_fields, 0)
        rows = connection.execute(
            "SELECT debtor_account, status, count(*) AS n, sum(amount_fen) AS fen"
            " FROM payments GROUP BY debtor_account, status"
        )
        for row in rows:
            figures = {f"{row['status']}_count": row["n"], f"{row['status']}_fen": row["fen"]}
            shown = {name: figure for name, figure in figures.items() if name in overall}
            by_debtor.setdefault(row["debtor_account"], {}).update(shown)
            for name, figure in shown.items():
                overall[name] += figure
        return Totals(
            **overall,
            by_debtor={debtor: DebtorTotals(**figures) for debtor, figures in sorted(by_debtor.items())},
        )


def open_desk(path: Path, *, knows_every_account: bool = False, clock: Clock = utc_now) -> PaymentDesk:
    """The desk on the book at `path`. Raises NotOurBook if the file is anything else."""
    book = Book(path, owner=OWNER, schema=SCHEMA)
    return PaymentDesk(book, knows_every_account=knows_every_account, clock=clock)
