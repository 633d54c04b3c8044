"""The data exchange's book: records of feeds, numbered as they came, never changed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from sandbox import misbehaviour
from sandbox.book import Book, Result, Work
from sandbox.misbehaviour import Assignment, Rule

OWNER = 0x44584348  # "DXCH"

SCHEMA = (
    misbehaviour.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS records (
    feed     TEXT NOT NULL,
    position INTEGER NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (feed, position)
) STRICT, WITHOUT ROWID;
"""
)


@dataclass(frozen=True)
class PageAsked:
    """One request for a page: the records of `feed` after position `after`."""

    feed: str
    after: int
    limit: int


@dataclass(frozen=True)
class PageFound:
    """The rows (position, body) of a page, how many records the feed has, and the rule that befalls the answer."""

    rows: Sequence[sqlite3.Row]
    total: int
    rule: PageRule | None


class PageRule(Rule):
    """A fault on demand: for pages that begin at `after` or later, of one feed or of all."""

    behaviour: Literal["answer_late", "stop_half_way", "alter_byte", "timeout_before", "http_500"]
    feed: str | None = None
    after: int | None = Field(default=None, ge=0)

    def covers(self, order: PageAsked) -> bool:
        return self.feed in (None, order.feed) and order.after >= (self.after or 0)


class Records:
    """What the exchange holds, with the faults that it was asked to show."""

    rule_kind = PageRule

    def __init__(self, book: Book) -> None:
        self.book = book

    def add(self, connection: sqlite3.Connection, feed: str, bodies: Sequence[str]) -> int:
        """Append to a feed; returns the last position."""
        last = self._last(connection, feed)
        connection.executemany(
            "INSERT INTO records (feed, position, body) VALUES (?, ?, ?)",
            [(feed, last + number, body) for number, body in enumerate(bodies, start=1)],
        )
        return last + len(bodies)

    def page(self, connection: sqlite3.Connection, asked: PageAsked) -> PageFound:
        """The page, and what goes wrong with it; a rule is spent by it."""
        assignment = Assignment(misbehaviour.standing(connection, PageRule))
        rule = assignment.take(asked, outcome_is_open=True)
        assignment.spend(connection)
        rows = connection.execute(
            "SELECT position, body FROM records WHERE feed = ? AND position > ? ORDER BY position LIMIT ?",
            (asked.feed, asked.after, asked.limit),
        ).fetchall()
        return PageFound(rows, self._last(connection, asked.feed), rule)

    async def read(self, query: Work[Result]) -> Result:
        return await asyncio.wrap_future(self.book.read(query))

    async def write(self, work: Work[Result]) -> Result:
        return await asyncio.wrap_future(self.book.write(work))

    @staticmethod
    def _last(connection: sqlite3.Connection, feed: str) -> int:
        row = connection.execute("SELECT max(position) FROM records WHERE feed = ?", (feed,)).fetchone()
        return int(row[0] or 0)


def open_records(path: Path) -> Records:
    """The records in the book at `path`. Raises NotOurBook if the file is anything else."""
    return Records(Book(path, owner=OWNER, schema=SCHEMA))
