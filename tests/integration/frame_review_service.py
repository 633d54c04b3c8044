"""A service of one command and one question on the real runner, for tests of the process itself; its database is a gateway's."""

from __future__ import annotations

# First: it makes sockets and threads green.
from chassis.edge import runner

# isort: split
import os
import sys
import time
from typing import ClassVar

from chassis.edge.entrypoints import Service, command, query
from chassis.events import broker
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.message import Command, Model, Query, ServiceName


class Noted(Model):
    text: str


class Note(Command[Noted]):
    """Leave a row, and take `seconds` over it."""

    owner: ClassVar[ServiceName] = "notify"

    text: str
    seconds: float = 0


class Ponder(Query[Noted]):
    """A question that keeps the database busy for so many seconds, in so many statements."""

    owner: ClassVar[ServiceName] = "notify"

    seconds: float
    statements: int = 1


class NotingService(Service):
    name = "notify"

    @query
    def ponder(self, query: Ponder, reader: Reader) -> Noted:
        for _ in range(query.statements):
            reader.execute("SELECT pg_sleep(:seconds)", {"seconds": query.seconds})
        return Noted(text="pondered")

    @command
    def note(self, cmd: Note, uow: UnitOfWork) -> Noted:
        uow.execute(
            "INSERT INTO effect (tenant, event_id, subject, sequence) VALUES (:tenant, :id, :text, 1)",
            {"tenant": uow.tenant, "id": uow.new_id(), "text": cmd.text},
        )
        time.sleep(cmd.seconds)
        return Noted(text=cmd.text)


if __name__ == "__main__":
    runner.service_class = lambda _name: NotingService
    broker.HEARTBEAT = runner.HEARTBEAT = int(os.environ.get("HEARTBEAT", "20"))
    raise SystemExit(runner.main(sys.argv[1:]))
