"""The SMS provider's book: the messages it took."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sandbox import desk
from sandbox.book import Book
from sandbox.desk import Clock, Desk, DeskReason, utc_now
from sandbox.sms.wire import MessageOrder, MessageRule

OWNER = 0x534D5342  # "SMSB"

SCHEMA = (
    desk.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS messages (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id  TEXT NOT NULL UNIQUE,
    "to"        TEXT NOT NULL,
    text        TEXT NOT NULL,
    sign        TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('delivered', 'failed', 'pending')),
    reason_code TEXT,
    reason      TEXT,
    due_at      TEXT CHECK (due_at IS NOT NULL OR status <> 'pending'),
    done_at     TEXT CHECK ((done_at IS NOT NULL) = (status = 'delivered'))
) STRICT;
CREATE INDEX IF NOT EXISTS messages_pending ON messages (due_at) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS messages_by_number ON messages ("to", seq);
"""
)


class MessageDesk(Desk[MessageOrder, MessageRule]):
    """Where messages are handed in."""

    table = "messages"
    key = "message_id"
    done_word = "delivered"

    def objection(self, connection: sqlite3.Connection, order: MessageOrder) -> DeskReason | None:
        """None: what no carrier would take was refused before it came to the desk."""
        return None


def open_desk(path: Path, *, clock: Clock = utc_now) -> MessageDesk:
    """The desk on the book at `path`. Raises NotOurBook if the file is anything else."""
    return MessageDesk(Book(path, owner=OWNER, schema=SCHEMA), MessageRule, clock)
