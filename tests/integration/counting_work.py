"""Long work that counts: its source is a range of numbers, and each line becomes a row.

As a program it works off what is due, once, on the database that its environment names: a crash point may end it.
"""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chassis.edge.frame import Frame
from chassis.foundation.settings import Settings
from chassis.operations.domain import Operation
from chassis.operations.work import Chunk, SourceAway, Worker, chunks_due
from chassis.time.jobs import claim
from chassis.write.uow import UnitOfWork
from contracts.operations import LineResult
from contracts.refusal import Invalid, Reason

COUNTED = """
CREATE TABLE counted (tenant text NOT NULL, number integer NOT NULL, by_whom text NOT NULL, PRIMARY KEY (tenant, number));
ALTER TABLE counted ENABLE ROW LEVEL SECURITY;
ALTER TABLE counted FORCE ROW LEVEL SECURITY;
CREATE POLICY counted_by_tenant ON counted
    USING (tenant = ANY (string_to_array(current_setting('zhida.tenants', true), ',')));
GRANT SELECT, INSERT ON counted TO catalog_app;
"""


class Unlucky(Invalid):
    """Thirteen is not counted."""

    code = "unlucky"
    sentence = "13 不计数。"


@dataclass(frozen=True)
class Number:
    line: int


class Counting:
    """Parameters: `to`, `chunk`; `away_at` and `broken_at` say before which line the source gives out."""

    def chunks(self, run: Operation) -> Iterator[Chunk[Number]]:
        asked = run.parameters
        first = (run.checkpoint or {"after": 0})["after"] + 1
        for start in range(first, asked["to"] + 1, asked["chunk"]):
            if asked.get("away_at") == start and run.stalls == 0:
                raise SourceAway("source_away", "数据源暂时不可用，稍后自动继续。")
            if asked.get("broken_at") == start:
                raise Invalid(Reason(code="source_broken", message="数据源已损坏。"))
            end = min(start + asked["chunk"] - 1, asked["to"])
            yield Chunk([Number(n) for n in range(start, end + 1)], {"after": end}, asked["to"])

    def take(self, lines: Sequence[Number], run: Operation, uow: UnitOfWork) -> list[LineResult]:
        if any(each.line == 13 for each in lines):
            raise Unlucky()
        if any(each.line == 17 for each in lines):
            raise ZeroDivisionError("seventeen")
        uow.execute(
            "INSERT INTO counted (tenant, number, by_whom) SELECT :tenant, n, :who FROM unnest(CAST(:n AS integer[])) n",
            {"tenant": uow.tenant, "who": uow.actor.id, "n": [each.line for each in lines]},
        )
        return [
            LineResult(line=each.line, outcome="unchanged" if each.line % 10 == 0 else "accepted", code="counted")
            for each in lines
        ]

    def key(self, line: Number) -> int:
        return line.line


def work_off(frame: Frame, worker: Worker[Number] | None = None) -> int:
    """Whatever is due, turn after turn; → how many turns."""
    due = chunks_due(frame, "count", Counting())
    turns = 0
    while jobs := claim(frame.frame_engine, due.kind, frame.clock.now(), 1):
        (worker or due.handle)(jobs)
        turns += 1
    return turns


def main() -> int:
    key = base64.b64encode(bytes(32)).decode()
    frame = Frame(
        Settings("catalog", os.environ["DATABASE_URL"], os.environ["FRAME_DATABASE_URL"], "amqp://nowhere", key)
    )
    work_off(frame)
    return 0


if __name__ == "__main__":
    sys.exit(main())
