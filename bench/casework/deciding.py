"""Cases of a three-step plan decided through the API, each command beside a minimal program that writes one row.

Cases are filed by events that are not timed. Then, in rounds: one department answers its joint check in each case of the round, the other
does, one person approves; after each of the three as many rows are written by the minimal program, by the same client. What is said
meanwhile has been heard before the minimal program has its turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
import psycopg

from bench import filings
from bench.casework.claims import CHECKED_BY, amount_fen, claim, submitted, three_step_item
from bench.casework.office import Desk, Office, open_office, publish
from bench.house import House
from bench.load import Outcome, request, run
from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from console.place import GATEWAY
from contracts.aggregate import Aggregate

CONNECTIONS = 64
ROUNDS = 4
WARM_UP = 32
AIM = 0.25
LIMIT_S = 300.0
OPEN_TASKS = "SELECT count(*) FROM case_task WHERE state = 'open' AND kind = '{kind}'"
CHECKS = "SELECT id, version FROM case_task WHERE kind = 'joint_check' AND state = 'open' AND slot = %s AND case_id = ANY (%s)"
VERSIONS = "SELECT id, version FROM review_case WHERE state = 'accepted' AND id = ANY (%s)"
SAID = "SELECT count(*) FROM outbox WHERE aggregate_type = 'case'"
Wires = Callable[[Sequence[str]], list[str]]


@dataclass
class Timed:
    """All rounds of one command, and of the rows written beside it."""

    ours: list[Outcome] = field(default_factory=list)
    minimal: list[Outcome] = field(default_factory=list)

    @property
    def per_s(self) -> float:
        return _rate(self.ours)

    @property
    def ratio(self) -> float:
        return self.per_s / _rate(self.minimal)


class Deciding:
    """The commands in their order. `failures`: what was not answered with success, by command and HTTP status."""

    def __init__(self, where: House, cases: int) -> None:
        self._where = where
        self._cases = cases
        self._number = 0
        self._item_id = ""
        self._office: Office
        self._said = 0
        self.commands: dict[str, Timed] = {}
        self.failures: dict[str, dict[int, int]] = {}

    def prepare(self) -> None:
        """Those who answer, the item, and everybody who must know of both."""
        gateway, catalog = self._frame(GATEWAY), self._frame("catalog")
        filings.onboard_places(gateway)
        self._office = open_office(gateway)
        self._where.settle()
        self._item_id = publish(catalog, three_step_item())
        gateway.stop()
        catalog.stop()
        self._where.settle()

    def rounds(self) -> None:
        """Decide all, after a few that do not count."""
        self._round(self._filed(WARM_UP))
        self.commands.clear()
        before = self._where.look("review", SAID)
        ids = self._filed(self._cases)
        size = max(1, -(-self._cases // ROUNDS))
        for first in range(0, self._cases, size):
            self._round(ids[first : first + size])
        self._where.settle()
        self._said = self._where.look("review", SAID) - before

    def figures(self) -> dict[str, Any]:
        """Each command's rate and ratio; `ratio_per_command` is that of the slowest."""
        seconds = sum(each.seconds for timed in self.commands.values() for each in timed.ours)
        figures: dict[str, Any] = {"cases": self._cases, "connections": CONNECTIONS}
        figures |= {"cases_per_s": round(self._cases / seconds, 2)}
        figures |= {"ratio_per_command": round(min(each.ratio for each in self.commands.values()), 3)}
        for name, each in self.commands.items():
            figures |= {f"{name}_per_s": round(each.per_s, 1), f"{name}_ratio": round(each.ratio, 3)}
        return figures | {"events_per_case": round(self._said / self._cases, 2)}

    def _round(self, ids: Sequence[str]) -> None:
        first, second = CHECKED_BY
        self._timed("first_check", ids, lambda some: self._answers(first, some))
        self._timed("second_check", ids, lambda some: self._answers(second, some))
        self._timed("approve", ids, self._approvals)

    def _timed(self, name: str, ids: Sequence[str], wires: Wires) -> None:
        requests = wires(ids)
        assert len(requests) == len(ids), f"{name}: {len(requests)} of {len(ids)} cases wait for it"
        timed = self.commands.setdefault(name, Timed())
        done = self._sent(GATEWAY, requests)
        timed.ours.append(done)
        if done.failures:
            self.failures[name] = done.failures
        self._where.settle()
        row = request("POST", "/applications", body=filings.form(self._item_id, 1))
        timed.minimal.append(self._sent("minimal", [row] * len(ids)))

    def _sent(self, name: str, requests: Sequence[str]) -> Outcome:
        connections = min(CONNECTIONS, len(requests))
        return run(self._where.port(name), requests, connections=connections, seconds=LIMIT_S, once=True)

    def _answers(self, word: str, ids: Sequence[str]) -> list[str]:
        desk = self._office.checkers[word]
        body = orjson.dumps({"answer": "clear", "source": desk.department, "as_of": date.today()})
        found = self._rows(CHECKS, (word, list(ids)))
        return [_order(desk, f"/api/v1/joint-checks/{id}/answer", version, body) for id, version in found]

    def _approvals(self, ids: Sequence[str]) -> list[str]:
        body = orjson.dumps({"amount_fen": amount_fen()})
        desk = self._office.approver
        found = self._rows(VERSIONS, (list(ids),))
        return [_order(desk, f"/api/v1/cases/{id}/approve", version, body) for id, version in found]

    def _filed(self, count: int) -> list[str]:
        """So many cases that wait for both departments; → their ids."""
        item, department = three_step_item(), self._office.approver.department_id
        intake = self._frame("intake")
        numbers = range(self._number, self._number + count)
        self._number += count
        claims = [claim(number, item, self._item_id, department) for number in numbers]
        for some in filings.chunks(claims):
            with intake.unit([filings.COUNTY], action="submit_application") as uow:
                for each in some:
                    application = Aggregate(id=each.application_id, tenant=filings.COUNTY)
                    application.record(submitted(each))
                    uow.saved(application, "application", {})
        intake.stop()
        self._await(2 * count)
        self._where.settle()
        wanted = [each.application_id for each in claims]
        return [
            str(row[0])
            for row in self._rows("SELECT id FROM review_case WHERE claim ->> 'application_id' = ANY (%s)", (wanted,))
        ]

    def _await(self, tasks: int) -> None:
        ends = time.monotonic() + LIMIT_S
        while self._where.look("review", OPEN_TASKS.format(kind="joint_check")) < tasks:
            if time.monotonic() > ends:
                raise TimeoutError(f"review has not given {tasks} tasks within {LIMIT_S} s")
            time.sleep(0.1)

    def _frame(self, service: str) -> Frame:
        return filings.frame_of(service, self._where.dsns[service], self._where.amqp_url, self._where.cipher(service))

    def _rows(self, question: str, given: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        owner = self._where.dsns["review"].owner.replace("+psycopg", "")
        with psycopg.connect(owner) as connection:
            return connection.execute(question.encode(), given).fetchall()


def _order(desk: Desk, path: str, version: int, body: bytes) -> str:
    said = {"Authorization": f"Bearer {desk.token}", "Idempotency-Key": new_id(), "If-Match": f'"{version}"'}
    return request("POST", path, said, body)


def _rate(rounds: Sequence[Outcome]) -> float:
    return sum(len(each.latencies) for each in rounds) / sum(each.seconds for each in rounds)
