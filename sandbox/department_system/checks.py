"""The book of a department's system: what it knows of firms, and the checks that it took."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox import desk, misbehaviour
from sandbox.book import Book
from sandbox.department_system.wire import CheckOrder, CheckRule, KnownFirm
from sandbox.desk import Clock, Desk, DeskReason, Presented, utc_now
from sandbox.misbehaviour import Assignment, Fault

OWNER = 0x44455053  # "DEPS"

SCHEMA = (
    desk.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS firms (
    uscc      TEXT PRIMARY KEY,
    answer    TEXT NOT NULL,
    ground    TEXT,
    condition TEXT,
    basis     TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS checks (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    check_id        TEXT NOT NULL UNIQUE,
    receipt         TEXT NOT NULL,
    uscc            TEXT NOT NULL,
    enterprise_name TEXT NOT NULL,
    grounds         TEXT NOT NULL,
    answer          TEXT NOT NULL DEFAULT 'no_record',
    ground          TEXT,
    condition       TEXT,
    basis           TEXT,
    status          TEXT NOT NULL CHECK (status IN ('answered', 'failed', 'pending')),
    reason_code     TEXT,
    reason          TEXT,
    due_at          TEXT CHECK (due_at IS NOT NULL OR status <> 'pending'),
    done_at         TEXT CHECK ((done_at IS NOT NULL) = (status = 'answered'))
) STRICT;
CREATE INDEX IF NOT EXISTS checks_pending ON checks (due_at) WHERE status = 'pending';
"""
)


@dataclass(frozen=True)
class CheckFound:
    """A check that was asked about, and the rule that befalls the answer."""

    row: sqlite3.Row | None
    rule: CheckRule | None


class CheckDesk(Desk[CheckOrder, CheckRule]):
    """Where checks are handed in. What is answered is decided when the check is taken, and stays."""

    table = "checks"
    key = "check_id"
    done_word = "answered"

    def objection(self, connection: sqlite3.Connection, order: CheckOrder) -> DeskReason | None:
        """None: whatever is asked is answered, and be it with no_record."""
        return None

    def present(self, connection: sqlite3.Connection, orders: Sequence[CheckOrder]) -> Presented[CheckRule]:
        new = [order for order in orders if self.find(connection, order.id) is None]
        presented = super().present(connection, orders)
        for order in new:
            if presented.rows:
                self._decide(connection, order)
        rows = [None if row is None else self.find(connection, row[self.key]) for row in presented.rows]
        if presented.fault is not None:
            return Presented(rows, presented.fault)
        return Presented(rows, self._lie(connection, rows[0] if rows else None))

    def ask(self, connection: sqlite3.Connection, check_id: str) -> CheckFound:
        """How a check stands, and what is said instead."""
        self.end_what_is_due(connection)
        row = self.find(connection, check_id)
        return CheckFound(row, self._lie(connection, row))

    def know(self, connection: sqlite3.Connection, uscc: str, firm: KnownFirm) -> None:
        """What the department says of this firm from now on; of checks that it has taken, nothing changes."""
        connection.execute(
            "INSERT OR REPLACE INTO firms (uscc, answer, ground, condition, basis)"
            " VALUES (:uscc, :answer, :ground, :condition, :basis)",
            {"uscc": uscc, **firm.model_dump()},
        )

    def _decide(self, connection: sqlite3.Connection, order: CheckOrder) -> None:
        firm = connection.execute("SELECT * FROM firms WHERE uscc = ?", (order.uscc,)).fetchone()
        if firm is None:
            return
        words = {name: firm[name] for name in ("answer", "ground", "condition", "basis")}
        if words["answer"] == "barred":
            words["ground"] = words["ground"] or (order.grounds[0] if order.grounds else "其他情形")
            words["condition"] = words["condition"] or f"不符合“{words['ground']}”"
            words["basis"] = words["basis"] or "《沙盒管理办法》第一条"
        connection.execute(
            "UPDATE checks SET answer = :answer, ground = :ground, condition = :condition, basis = :basis"
            " WHERE check_id = :check_id",
            {**words, "check_id": order.check_id},
        )

    def _lie(self, connection: sqlite3.Connection, row: sqlite3.Row | None) -> CheckRule | None:
        """The first rule about what is said that covers an answered check; it is spent with that."""
        if row is None or row["status"] != "answered":
            return None
        rules = [
            each
            for each in misbehaviour.standing(connection, self.rule_kind)
            if each.rule.fault is Fault.FALSE_WORD and each.remaining != 0
        ]
        assignment = Assignment(rules)
        rule = assignment.take(CheckOrder.of(row), outcome_is_open=False)
        assignment.spend(connection)
        return rule

    def rules_of_requests(self, connection: sqlite3.Connection) -> list[misbehaviour.StandingRule[CheckRule]]:
        """Lies are about answers: a request that is taken spends none."""
        standing = super().rules_of_requests(connection)
        return [each for each in standing if each.rule.fault is not Fault.FALSE_WORD]


def open_desk(path: Path, *, clock: Clock = utc_now) -> CheckDesk:
    """The desk on the book at `path`. Raises NotOurBook if the file is anything else."""
    return CheckDesk(Book(path, owner=OWNER, schema=SCHEMA), CheckRule, clock)
