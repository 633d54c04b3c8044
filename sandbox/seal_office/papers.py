"""The book of a seal office: departments' seals with their keys, and the papers that were sealed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sandbox import desk
from sandbox.book import Book
from sandbox.desk import Clock, Desk, DeskReason, Presented, utc_now
from sandbox.seal_office.seals import Seal, make_seal, put_on
from sandbox.seal_office.wire import SealKept, SealOrder, SealRule

OWNER = 0x5345414C  # "SEAL"

SCHEMA = (
    desk.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS seals (
    department_id TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('open', 'revoked')),
    key           BLOB NOT NULL,
    certificate   BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS papers (
    seq                INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id           TEXT NOT NULL UNIQUE,
    department_id      TEXT NOT NULL,
    paper_number       TEXT NOT NULL,
    sha256             TEXT NOT NULL,
    seal_name          TEXT,
    certificate_serial TEXT,
    sealed             BLOB,
    status             TEXT NOT NULL CHECK (status IN ('sealed', 'failed', 'pending')),
    reason_code        TEXT,
    reason             TEXT,
    due_at             TEXT CHECK (due_at IS NOT NULL OR status <> 'pending'),
    done_at            TEXT CHECK ((done_at IS NOT NULL) = (status = 'sealed'))
) STRICT;
CREATE INDEX IF NOT EXISTS papers_pending ON papers (due_at) WHERE status = 'pending';
"""
)


class SealDesk(Desk[SealOrder, SealRule]):
    """Where papers are handed in. A paper is sealed when it is taken, and is the same file ever after."""

    table = "papers"
    key = "order_id"
    done_word = "sealed"

    def objection(self, connection: sqlite3.Connection, order: SealOrder) -> DeskReason | None:
        if self._kept(connection, order.department_id)["state"] == "revoked":
            return DeskReason("seal_revoked", "该部门的电子印章已停用 / this seal has been revoked")
        return None

    def present(self, connection: sqlite3.Connection, orders: Sequence[SealOrder]) -> Presented[SealRule]:
        """As every desk. Raises NotAPaper for a file that cannot be sealed; nothing of it is then booked."""
        new = [order for order in orders if self.find(connection, order.id) is None]
        presented = super().present(connection, orders)
        for order in new:
            row = self.find(connection, order.id)
            if row is not None and row["status"] != "failed":
                self._seal(connection, order)
        return Presented([self.find(connection, order.id) for order in orders if presented.rows], presented.fault)

    def keep(self, connection: sqlite3.Connection, department_id: str, kept: SealKept) -> None:
        """From now on the department's seal has this name and state; another name is another seal, with its own key."""
        row = self._kept(connection, department_id)
        if row["name"] != kept.name:
            self._enter_seal(connection, department_id, make_seal(kept.name, self.clock()))
        connection.execute("UPDATE seals SET state = ? WHERE department_id = ?", (kept.state, department_id))

    def certificate(self, connection: sqlite3.Connection, department_id: str) -> bytes:
        """The certificate of the department's seal as DER."""
        certificate: bytes = self._kept(connection, department_id)["certificate"]
        return certificate

    def _seal(self, connection: sqlite3.Connection, order: SealOrder) -> None:
        row = self._kept(connection, order.department_id)
        seal = Seal(row["name"], row["key"], row["certificate"])
        connection.execute(
            "UPDATE papers SET sealed = ?, seal_name = ?, certificate_serial = ? WHERE order_id = ?",
            (put_on(order.pdf, seal, order.paper_number), seal.name, seal.serial, order.id),
        )

    def _kept(self, connection: sqlite3.Connection, department_id: str) -> sqlite3.Row:
        """The department's seal; it is made when it is first asked for."""
        found = "SELECT * FROM seals WHERE department_id = ?"
        row: sqlite3.Row | None = connection.execute(found, (department_id,)).fetchone()
        if row is None:
            self._enter_seal(connection, department_id, make_seal(f"{department_id} 电子印章", self.clock()))
            row = connection.execute(found, (department_id,)).fetchone()
        assert row is not None  # entered a line above
        return row

    def _enter_seal(self, connection: sqlite3.Connection, department_id: str, seal: Seal) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO seals (department_id, name, state, key, certificate) VALUES (?, ?, 'open', ?, ?)",
            (department_id, seal.name, seal.key, seal.certificate),
        )


def open_desk(path: Path, *, clock: Clock = utc_now) -> SealDesk:
    """The desk on the book at `path`. Raises NotOurBook if the file is anything else."""
    return SealDesk(Book(path, owner=OWNER, schema=SCHEMA), SealRule, clock)
