"""The same import with review listening, beside it without: by turns, each of other figures of enterprises that are known.

Review has a database and one process of its own, with open cases of some of these enterprises, which rest on the figure that
changes in every line. While it listens it keeps what it is told and judges those cases again; while it does not, what is told waits
in its queue, and is heard before the next turn, untimed. Both kinds of turn write the same lines, and take turns in going first.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import psycopg

from bench.casework.claims import claim, submitted, wire
from bench.cpu import cpu_seconds
from bench.filings import sample_item
from bench.surroundings import ROOT, Surroundings
from chassis.edge.frame import Frame
from chassis.events.broker import connect
from chassis.events.inbox import Inbox, Subscription
from chassis.events.received import Received, decode
from chassis.foundation.migrate import migrate
from chassis.foundation.settings import Settings
from chassis.tenancy.learning import tenant_subscription
from console.policy.sample_city.table import write_table
from console.servers.provision import drop, provision
from contracts.enterprise_imports import ImportEnterprises
from contracts.flow import QUEUES
from contracts.identity import TenantOnboarded, TenantSettings
from contracts.item import PolicyItemContent
from contracts.message import Event
from contracts.operations import OperationView
from contracts.policies import PolicyPublished
from contracts.rule import Fact, Level
from services.review.cases.opening import open_cases
from services.review.item_copies.use_cases import remember_items

AIM = 0.9
TURNS = 3
FIGURE = "revenue:2025:万元"
ITEM = "heard-item"
HEARD_WITHIN_S = 900.0
QUIET_S = 0.5
HEARS = (
    Subscription("items", frozenset({"PolicyPublished"}), remember_items),
    Subscription("applications", frozenset({"ApplicationSubmitted"}), open_cases),
    tenant_subscription(),
)
CHANGES = "SELECT count(*) FROM case_fact_change"
RESTS_ON = "SELECT count(*) FROM review_case WHERE state = 'accepted' AND facts @> '{}'"
SAID = "SELECT count(*) FROM outbox WHERE aggregate_type = 'enterprise'"
HEARD = "SELECT count(*) FROM inbox WHERE type LIKE 'Enterprise%'"
MOVING = "SELECT (SELECT count(*) FROM moving_case) + (SELECT count(*) FROM job WHERE kind = 'facts_moved' AND due_at <= now())"


class Importer(Protocol):
    """The catalogue of `bench import`, as far as it is needed here."""

    folder: Path
    owner: str

    def command(self, table: Path, format: str) -> tuple[ImportEnterprises, int]: ...
    def begins(self, command: ImportEnterprises) -> str: ...
    def until(self, operation: str) -> OperationView: ...
    def look(self, question: str) -> int: ...
    def used(self) -> dict[str, float]: ...


class Firm(NamedTuple):
    """An enterprise of the table that has an open case."""

    enterprise_id: str
    uscc: str


class Listener:
    """Review: its database, and its process while it listens."""

    def __init__(self, place: Surroundings, folder: Path, tenant: str, source: str) -> None:
        drop(place.admin, "zhida_review")
        dsns = provision(place.admin, "review")
        migrate("review", dsns.owner)
        self._place, self._folder, self._tenant, self._source = place, folder, tenant, source
        self._owner = dsns.owner.replace("+psycopg", "")
        self._settings = Settings("review", dsns.app, dsns.frame, place.amqp_url, place.cipher("review"))
        self._environment = {
            **os.environ, "DATABASE_URL": dsns.app, "FRAME_DATABASE_URL": dsns.frame, "AMQP_URL": place.amqp_url,
            **place.keys("review"), "OBJECTS_URL": f"file://{folder / 'objects'}", "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    def opens(self, firms: Sequence[Firm], values: Sequence[str]) -> None:
        """An open case of each of these, on the figure as it is."""
        frame = Frame(self._settings)
        inbox = Inbox("review", HEARS, frame.event_unit, max_attempts=3)
        content = _item()
        told: list[tuple[Event, str]] = [
            (_onboarded(self._tenant), self._tenant),
            (PolicyPublished(item_id=ITEM, item_version=1, content=content, tenant=self._tenant), ITEM),
        ]
        for number, (firm, value) in enumerate(zip(firms, values, strict=True)):
            about = claim(number, content, ITEM).model_copy(
                update={"tenant": self._tenant, "filed_in": self._tenant, **firm._asdict()}
            )
            known = (_fact(value, self._source),)
            told.append((submitted(about).model_copy(update={"facts": known}), about.application_id))
        for event, subject in told:
            message: Received[Any] = decode(wire(event, subject, datetime.now(UTC), self._tenant), wanted=inbox.wanted)
            assert inbox.apply([message]).applied == 1, f"{type(event).__name__} was not taken"
        frame.stop()

    @contextmanager
    def listening(self, said: int) -> Iterator[subprocess.Popen[bytes]]:
        """Its process, after it has heard so many events of enterprises."""
        with (self._folder / "review.log").open("ab") as log:
            command = [sys.executable, "-m", "chassis.edge.runner", "review"]
            process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        try:
            self.hears_all(said, process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)

    def hears_all(self, said: int, process: subprocess.Popen[bytes]) -> float:
        """Wait until it has heard so many, and no case is moving; → how many seconds that took. Raises TimeoutError."""
        began = time.monotonic()
        while time.monotonic() < began + HEARD_WITHIN_S and process.poll() is None:
            if self._look(HEARD) >= said and not self._look(MOVING):
                return time.monotonic() - began
            time.sleep(QUIET_S)
        log = (self._folder / "review.log").read_text(errors="replace")[-2000:]
        raise TimeoutError(f"review has not heard all in {HEARD_WITHIN_S} s, or has ended: {log}")

    def changes(self) -> int:
        """How many facts of cases are others than they were filed on, each change counted."""
        return self._look(CHANGES)

    def resting_on(self, value: str) -> int:
        """How many open cases rest on this figure and no other."""
        return self._look(RESTS_ON.format(json.dumps([{"name": "revenue", "value": value}])))

    def _look(self, question: str) -> int:
        with psycopg.connect(self._owner) as connection:
            row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return int(row[0])


def heard_figures(
    place: Surroundings, ours: Importer, tenant: str, source: str, lines: int, open_cases_of: int
) -> dict[str, Any]:
    """Both kinds of turn in one run. `heard_complete`: every line was imported each time, and every open case rests on the
    last figure."""
    before = _empty(place, ours)
    table = _table(ours, lines)
    _import(ours, _with_figures(table, 0))
    firms = _firms(ours, open_cases_of)
    listener = Listener(place, ours.folder, tenant, source)
    listener.opens(firms, [figure(0)] * len(firms))
    turns = [_Turn(listens) for turn in range(TURNS) for listens in ((False, True) if turn % 2 == 0 else (True, False))]
    for number, turn in enumerate(turns, 1):
        turn.take(ours, _with_figures(table, number), listener, before)
    with listener.listening(ours.look(SAID) - before):
        changes, moved = listener.changes(), listener.resting_on(figure(len(turns)))
    drop(place.admin, "zhida_review")
    beside, heard = ([turn for turn in turns if turn.listens is kind] for kind in (False, True))
    seconds, beside_s = (sum(turn.seconds for turn in some) for some in (heard, beside))
    whole = all(turn.whole(lines) for turn in turns)
    return {
        "heard_lines": lines,
        "heard_turns": TURNS,
        "heard_open_cases": len(firms),
        "heard_without_per_s": round(lines * TURNS / beside_s),
        "heard_with_per_s": round(lines * TURNS / seconds),
        "heard_ratio": round(beside_s / seconds, 3),
        "heard_lag_s": round(sum(turn.lag for turn in heard) / TURNS, 1),
        "heard_cpu_s": round(sum(turn.cpu for turn in heard) / TURNS, 1),
        "heard_beside_cpu_s": round(sum(turn.cpu for turn in beside) / TURNS, 1),
        "heard_cpu_ratio": round(sum(turn.cpu for turn in beside) / sum(turn.cpu for turn in heard), 3),
        "heard_reassessed": changes,
        "heard_complete": whole and moved == len(firms),
    }


@dataclass
class _Turn:
    """One import of the table: how long review has listened on afterwards, and the CPU seconds of everybody until all was heard, or
    lay in the queues."""

    listens: bool
    lag: float = 0.0
    cpu: float = 0.0
    view: OperationView | None = None

    def take(self, ours: Importer, table: Path, listener: Listener, before: int) -> None:
        """`before`: how many events of enterprises review has never been told."""
        if not self.listens:
            began = sum(ours.used().values())
            self.view = _import(ours, table)
            _settle(ours)
            self.cpu = sum(ours.used().values()) - began
            return
        with listener.listening(ours.look(SAID) - before) as review:
            began = sum(ours.used().values()) + cpu_seconds([review.pid])
            self.view = _import(ours, table)
            self.lag = listener.hears_all(ours.look(SAID) - before, review)
            self.cpu = sum(ours.used().values()) + cpu_seconds([review.pid]) - began

    @property
    def seconds(self) -> float:
        assert self.view is not None and self.view.ended_at is not None
        return (self.view.ended_at - self.view.begun_at).total_seconds()

    def whole(self, lines: int) -> bool:
        view = self.view
        return view is not None and (view.state, view.done, view.refused) == ("finished", lines, 0)


def heard_rows(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What the report says of it."""
    of = figures.__getitem__
    beside = f"在听时每秒 {of('heard_with_per_s'):,} 行，不听时 {of('heard_without_per_s'):,} 行（目标 ≥ {AIM}）"
    turns = f"{of('heard_lines'):,} 行更正，轮流各 {of('heard_turns')} 次"
    judged = f"逐件重新核算 {of('heard_reassessed'):,} 次，齐全 {of('heard_complete')}"
    after = f"导入结束后 {of('heard_lag_s')} 秒审核全部听完"
    cpu = f"全部进程每次 {of('heard_cpu_s')} 秒，不听时 {of('heard_beside_cpu_s')} 秒；处理器占满时速度之比不高于此"
    return [
        ("审核旁听 heard", f"{of('heard_ratio')}", f"{beside}；{turns}"),
        ("    在办件 open cases", f"{of('heard_open_cases'):,}", f"{judged}；{after}"),
        ("    处理器之比 CPU", f"{of('heard_cpu_ratio')}", cpu),
    ]


def figure(number: int) -> str:
    """The figure of every enterprise in turn `number`."""
    return f"{1000 + number}.5"


def _table(ours: Importer, lines: int) -> Path:
    """So many enterprises that the catalogue does not know yet: review hears of them from their registration on."""
    with psycopg.connect(ours.owner) as connection:
        known = {uscc for (uscc,) in connection.execute("SELECT uscc FROM enterprise")}
    drawn, table = ours.folder / "drawn.csv", ours.folder / "heard.csv"
    write_table(drawn, len(known) + 2 * lines)
    with drawn.open(encoding="utf-8", newline="") as source, table.open("w", encoding="utf-8", newline="") as target:
        rows, written = csv.reader(source), csv.writer(target)
        written.writerow(next(rows))
        written.writerows(islice((cells for cells in rows if cells[0] not in known), lines))
    return table


def _with_figures(table: Path, number: int) -> Path:
    """The table again, with the figure of this turn in every line."""
    other = table.with_name(f"heard-{number}.csv")
    with table.open(encoding="utf-8", newline="") as source, other.open("w", encoding="utf-8", newline="") as target:
        rows, written = csv.reader(source), csv.writer(target)
        headings = next(rows)
        place = headings.index(FIGURE)
        written.writerow(headings)
        written.writerows([*cells[:place], figure(number), *cells[place + 1 :]] for cells in rows)
    return other


def _import(ours: Importer, table: Path) -> OperationView:
    return ours.until(ours.begins(ours.command(table, "csv")[0]))


def _settle(ours: Importer) -> None:
    """What is told lies in the queues before anybody begins to listen."""
    ends = time.monotonic() + HEARD_WITHIN_S
    while ours.look("SELECT count(*) FROM outbox WHERE published_at IS NULL") and time.monotonic() < ends:
        time.sleep(QUIET_S)


def _empty(place: Surroundings, ours: Importer) -> int:
    """What was told before is of other enterprises; → how much that was."""
    _settle(ours)
    with connect(place.amqp_url) as connection:
        connection.channel().queue_purge(QUEUES["review"])
    return ours.look(SAID)


def _firms(ours: Importer, count: int) -> list[Firm]:
    """The enterprises that were imported last."""
    with psycopg.connect(ours.owner) as connection:
        rows = connection.execute("SELECT id, uscc FROM enterprise ORDER BY id DESC LIMIT %s", [count]).fetchall()
    return [Firm(*row) for row in rows]


def _item() -> PolicyItemContent:
    """The sample item, for one in a thousand of the figure."""
    item = sample_item()
    fact = {"node": "fact", "fact": "revenue", "period": "Y"}
    rate = {"node": "rate", "base": fact, "rate": {"node": "fixed", "value": "1", "unit": "‰"}}
    condition = {"node": "condition", "fact": "revenue", "period": "Y", "operator": "gt", "value": "1", "unit": "万元"}
    item["rules"] |= {
        "fact_types": [{"name": "revenue", "label": "营业收入", "kind": "number", "unit": "万元", "codes": []}],
        "reference_year": 2025, "eligibility": condition, "amount": rate,
    }  # fmt: skip
    item["rules"]["plan"] |= {
        "materials": [],
        "form_fields": [],
        "steps": [{"kind": "material_check"}, {"kind": "approval"}],
    }
    return PolicyItemContent.model_validate(item)


def _fact(value: str, source: str) -> Fact:
    return Fact(
        name="revenue", kind="number", value=value, unit="万元", period="2025", source=source, as_of=date.today()
    )


def _onboarded(tenant: str) -> TenantOnboarded:
    return TenantOnboarded(
        id=tenant, parent_id=None, level=Level.COUNTY, division_code="360702", name=tenant,
        settings=TenantSettings(), settings_version=1,
    )  # fmt: skip
