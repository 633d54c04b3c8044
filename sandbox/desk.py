"""A counter where orders are handed in under an id, and each is carried out once.

The same id with the same content gets the standing of the first; with other content it is refused.
What a bank and an SMS provider have in common is here; what an order is, is theirs.
"""

from __future__ import annotations

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Generic, Protocol, TypeVar

from sandbox import misbehaviour
from sandbox.book import Book, Result, Work
from sandbox.misbehaviour import Assignment, Fault, Rule, StandingRule

SCHEMA = (
    misbehaviour.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS presentations (
    id    TEXT PRIMARY KEY,
    times INTEGER NOT NULL
) STRICT;
"""
)

Clock = Callable[[], datetime]


class Order(Protocol):
    """What is handed in: an id, and the columns that make up its content."""

    @property
    def id(self) -> str: ...

    def content(self) -> dict[str, str | int | None]: ...


OrderT = TypeVar("OrderT", bound=Order)
RuleT = TypeVar("RuleT", bound=Rule)


@dataclass(frozen=True)
class DeskReason:
    """Why something was not done: a stable code, and a sentence for a person."""

    code: str
    text: str


@dataclass(frozen=True)
class Presented(Generic[RuleT]):
    """What became of one request.

    `rows` holds, in the order presented, the book's row of each order, or None where the id is
    taken by other content; it is empty if `fault` kept the request from being booked.
    `fault` is the rule that befalls the answer, if any.
    """

    rows: list[sqlite3.Row | None]
    fault: RuleT | None


@dataclass(frozen=True)
class _Line(Generic[OrderT, RuleT]):
    order: OrderT
    objection: DeskReason | None
    rule: RuleT | None


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A moment as the book writes it: UTC, microseconds, of fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Desk(ABC, Generic[OrderT, RuleT]):
    """Orders of one kind, in the table `table` under the id column `key`.

    The table has, besides the order's content columns: seq, status (`done_word`, failed, pending,
    or what the program adds), reason_code, reason, due_at (when *pending* ends) and done_at.
    """

    table: ClassVar[str]
    key: ClassVar[str]
    done_word: ClassVar[str]

    def __init__(self, book: Book, rule_kind: type[RuleT], clock: Clock = utc_now) -> None:
        self.book = book
        self.rule_kind = rule_kind
        self.clock = clock

    @abstractmethod
    def objection(self, connection: sqlite3.Connection, order: OrderT) -> DeskReason | None:
        """Why the order cannot be carried out, by the program's own rules."""

    def present(self, connection: sqlite3.Connection, orders: Sequence[OrderT]) -> Presented[RuleT]:
        """Carry out, once each, the orders of one request, or repeat what became of them.

        Every presentation is counted, booked or not.
        """
        self.end_what_is_due(connection)
        self._count(connection, orders)
        assignment = Assignment(self.rules_of_requests(connection))
        lines = self._lines(connection, orders, assignment)
        rules = [line.rule for line in lines if line.rule is not None]
        preventing = next((rule for rule in rules if rule.fault.prevents_the_deed), None)
        assignment.spend(connection, only=preventing)
        if preventing is not None:
            self.put_off(connection, orders, preventing)
            return Presented([], preventing)
        return Presented([self._carry_out(connection, line) for line in lines], _loudest(rules))

    def put_off(self, connection: sqlite3.Connection, orders: Sequence[OrderT], rule: RuleT) -> None:
        """What a program keeps of a request that it does not book, to carry it out later; nothing, unless it says so."""

    def rules_of_requests(self, connection: sqlite3.Connection) -> list[StandingRule[RuleT]]:
        """The rules that a request can spend: all, unless the program says otherwise."""
        return misbehaviour.standing(connection, self.rule_kind)

    def find(self, connection: sqlite3.Connection, order_id: str) -> sqlite3.Row | None:
        """The row of this id as it stands."""
        row: sqlite3.Row | None = connection.execute(
            f"SELECT * FROM {self.table} WHERE {self.key} = ?", (order_id,)
        ).fetchone()
        return row

    def page(
        self, connection: sqlite3.Connection, where: Mapping[str, str | None], after: int, limit: int
    ) -> list[sqlite3.Row]:
        """At most `limit` rows later than position `after`, with `attempts_seen`.

        `where` maps columns, named by the program and never by a request, to the value they must
        have; None asks for nothing.
        """
        wanted = {column: value for column, value in where.items() if value is not None}
        conditions = "".join(f' AND "{column}" = :{column}' for column in wanted)
        return connection.execute(
            f"SELECT e.*, p.times AS attempts_seen FROM {self.table} e"
            f" JOIN presentations p ON p.id = e.{self.key}"
            f" WHERE seq > :after{conditions} ORDER BY seq LIMIT :limit",
            {**wanted, "after": after, "limit": limit},
        ).fetchall()

    def end_what_is_due(self, connection: sqlite3.Connection) -> None:
        """Carry out what was pending until now, at the time it was promised for.

        Done before anything looks at the book, so no timer is needed and a restart changes nothing.
        """
        connection.execute(
            f"UPDATE {self.table} SET status = ?, done_at = due_at WHERE status = 'pending' AND due_at <= ?",
            (self.done_word, stamp(self.clock())),
        )

    def anything_due(self, connection: sqlite3.Connection) -> bool:
        """Whether `end_what_is_due` has anything to do."""
        due = connection.execute(
            f"SELECT 1 FROM {self.table} WHERE status = 'pending' AND due_at <= ? LIMIT 1",
            (stamp(self.clock()),),
        )
        return due.fetchone() is not None

    async def read(self, query: Work[Result]) -> Result:
        """What the book says now, with everything carried out that is due."""
        if await asyncio.wrap_future(self.book.read(self.anything_due)):
            await self.write(self.end_what_is_due)
        return await asyncio.wrap_future(self.book.read(query))

    async def write(self, work: Work[Result]) -> Result:
        """What `work` returned, once it is on the disk."""
        return await asyncio.wrap_future(self.book.write(work))

    def _count(self, connection: sqlite3.Connection, orders: Sequence[OrderT]) -> None:
        connection.executemany(
            "INSERT INTO presentations (id, times) VALUES (?, ?)"
            " ON CONFLICT (id) DO UPDATE SET times = times + excluded.times",
            Counter(order.id for order in orders).items(),
        )

    def _lines(
        self, connection: sqlite3.Connection, orders: Sequence[OrderT], assignment: Assignment[RuleT]
    ) -> list[_Line[OrderT, RuleT]]:
        lines: list[_Line[OrderT, RuleT]] = []
        known: set[str] = set()
        for order in orders:
            is_new = order.id not in known and self.find(connection, order.id) is None
            objection = self.objection(connection, order) if is_new else None
            rule = assignment.take(order, outcome_is_open=is_new and objection is None)
            known.add(order.id)
            lines.append(_Line(order, objection, rule))
        return lines

    def _carry_out(self, connection: sqlite3.Connection, line: _Line[OrderT, RuleT]) -> sqlite3.Row | None:
        row = self.find(connection, line.order.id)
        if row is None:
            self._enter(connection, line)
            row = self.find(connection, line.order.id)
        assert row is not None  # entered a line above
        same = all(row[column] == value for column, value in line.order.content().items())
        return row if same else None

    def _enter(self, connection: sqlite3.Connection, line: _Line[OrderT, RuleT]) -> None:
        columns = {**line.order.content(), **self._outcome(line)}
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join(f":{name}" for name in columns)
        connection.execute(f"INSERT INTO {self.table} ({names}) VALUES ({places})", columns)

    def _outcome(self, line: _Line[OrderT, RuleT]) -> dict[str, str | None]:
        now, rule = self.clock(), line.rule
        if line.objection is not None:
            return _failed(line.objection)
        if rule is not None and rule.fault is Fault.FAIL:
            code = rule.reason_code or "refused_on_demand"
            return _failed(DeskReason(code, rule.reason or "沙盒按规则拒绝 / refused by a rule of the sandbox"))
        if rule is not None and rule.fault is Fault.PENDING_THEN_DONE:
            due = now + timedelta(seconds=rule.seconds or 0)
            return {"status": "pending", "due_at": stamp(due)}
        return {"status": self.done_word, "done_at": stamp(now)}


def _failed(reason: DeskReason) -> dict[str, str | None]:
    return {"status": "failed", "reason_code": reason.code, "reason": reason.text}


def _loudest(rules: Sequence[RuleT]) -> RuleT | None:
    """The one that decides how the request is answered: a lost connection, else the latest answer, else a false one."""
    lost = next((rule for rule in rules if rule.fault is Fault.DONE_THEN_TIMEOUT), None)
    late = [rule for rule in rules if rule.fault is Fault.ANSWER_LATE]
    false = next((rule for rule in rules if rule.fault is Fault.FALSE_WORD), None)
    return lost or max(late, key=lambda rule: rule.seconds or 0, default=None) or false
