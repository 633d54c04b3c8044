"""`./zhida bench import [--format csv|xlsx|feed] [--lines N] [--json FILE]`: a city's enterprises into the catalogue,
from one uploaded table (CSV), the same as a workbook, or the same as records of the sandbox's data exchange.

A catalogue of its own, in two processes as in production (one for the timers, which work it off, one for the rest,
which sends the events of it on their way), with its database and broker on this machine. Some lines are broken on
purpose. Turning a workbook into lines and fetching the feed's pages are part of what is timed; making the workbook and
filling the exchange are not. The same rows are then written by COPY alone (the floor). Then a shorter source is
imported while the process is killed half way, and everything in it must be there once. Last, other figures of the same
enterprises are imported with review listening and without, by turns (bench/import_heard.py).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.bus import purge
from bench.cpu import cpu_seconds, parent_of
from bench.import_floor import seconds_by_copy
from bench.import_heard import heard_figures, heard_rows
from bench.import_sources import fill_feed, write_workbook
from bench.surroundings import ROOT, Surroundings, report, surroundings
from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from chassis.foundation.migrate import migrate
from chassis.foundation.settings import Settings
from chassis.operations.runs import get_operation
from console.policy.sample_city.table import FACTS, write_table
from console.servers.provision import Dsns, drop, provision
from contracts.enterprise_imports import ImportEnterprises
from contracts.message import Actor
from contracts.operations import GetOperation, OperationView
from sandbox.testing import RunningProgram
from services.catalog.imports.use_cases import import_enterprises

LINES = 300_000
TENANT = "bench-city"
OFFICER = Actor(id="officer-1", roles=frozenset({"bureau"}), name="审批局", speaks_for=frozenset({"others"}))
KILLED_LINES = 4_000
HEARD_LINES, OPEN_CASES = 20_000, 200
"""Of an import that review listens to: its lines, and the open cases of its enterprises: one in a hundred, as a city's 300,000 have
some thousands."""

BROKEN_EVERY = 1000
PROCESSES = ("timers", "rpc,events,relay")
SOURCE = "示例城市"
FORMATS = {"csv": "CSV", "xlsx": "Excel", "feed": "数据交换"}
REMARKS = {
    "csv": "上传不计时",
    "xlsx": "上传不计时；转成逐行文件计时",
    "feed": "装入平台不计时；取页、验签计时",
}
WHO_WORKS = {
    "timers": "导入进程",
    "others": "其余进程",
    "database": "数据库",
    "broker": "消息服务",
    "exchange": "数据交换平台",
}
EXCHANGE_SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Catalogue:
    """The catalogue's database and processes; `frame` looks at the one and gives commands to the others."""

    def __init__(self, place: Surroundings, dsns: Dsns, folder: Path, exchange: RunningProgram | None) -> None:
        self._broker = place.broker
        self._exchange = exchange
        settings = Settings("catalog", dsns.app, dsns.frame, place.amqp_url, place.cipher("catalog"))
        self.frame = Frame(settings)
        self.folder = folder
        self.owner = dsns.owner.replace("+psycopg", "")
        self._environment = {
            **os.environ,
            "DATABASE_URL": dsns.app,
            "FRAME_DATABASE_URL": dsns.frame,
            "AMQP_URL": place.amqp_url,
            **place.keys("catalog"),
            "OBJECTS_URL": f"file://{folder / 'objects'}",
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(folder),  # where a workbook becomes lines
        }
        if exchange is not None:
            self._environment |= {
                "DATA_EXCHANGE_URL": f"http://127.0.0.1:{exchange.port}",
                "DATA_EXCHANGE_SECRET": EXCHANGE_SECRET,
            }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, roles: str) -> None:
        with (self.folder / "catalog.log").open("ab") as log:
            command = [sys.executable, "-m", "chassis.edge.runner", "catalog", "--roles", roles]
            self._running[roles] = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def kill(self, roles: str) -> None:
        self._running[roles].kill()
        self._running.pop(roles).wait()

    def stop(self) -> None:
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            process.wait(timeout=30)
        self.frame.stop()

    def command(self, table: Path, format: str) -> tuple[ImportEnterprises, int]:
        """The table is made what the format asks for, and lies where it is imported from; → the command for that, and how
        many bytes there are (of a feed: of the table that its records were made of)."""
        size = table.stat().st_size
        if format == "feed":
            assert self._exchange is not None
            feed = table.stem
            fill_feed(table, self._exchange.client, feed, SOURCE)
            return ImportEnterprises(format="feed", feed=feed), size
        if format == "xlsx":
            workbook = table.with_suffix(".xlsx")
            write_workbook(table, workbook)
            table, size = workbook, workbook.stat().st_size
        with table.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        Objects.in_folder(self.folder / "objects")
        target = self.folder / "objects" / TENANT / sha256[:2] / sha256
        target.parent.mkdir(parents=True, exist_ok=True)
        table.replace(target)
        return ImportEnterprises.model_validate({"format": format, "sha256": sha256, "source": SOURCE}), size

    def begins(self, command: ImportEnterprises) -> str:
        """→ operation id."""
        with self.frame.unit([TENANT], action="import_enterprises", actor=OFFICER) as uow:
            return import_enterprises(command, uow).operation_id

    def view(self, operation: str) -> OperationView:
        with self.frame.reader([TENANT], actor=OFFICER) as reader:
            return get_operation(GetOperation(operation_id=operation), reader, "catalog")

    def until(
        self, operation: str, done: int | None = None, within: float = 1800.0, every: float = 0.1
    ) -> OperationView:
        """Wait for its end, or until `done` lines are done, with a look `every` so many seconds. Raises TimeoutError."""
        ends = time.monotonic() + within
        while time.monotonic() < ends:
            view = self.view(operation)
            if view.state != "running" or (done is not None and view.done >= done):
                return view
            time.sleep(every)
        raise TimeoutError(f"{operation} is still running; see {self.folder}")

    def used(self) -> dict[str, float]:
        """CPU seconds so far: of those who work imports off, of the other roles, of the database server, and of the
        broker where it is a process of this machine."""
        with self.frame.frame_engine.connect() as connection:
            backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        roots = {
            "timers": self._running["timers"].pid,
            "others": self._running[PROCESSES[1]].pid,
            "database": parent_of(backend),
        }
        if (broker := self._broker.pid()) is not None:
            roots["broker"] = broker
        if self._exchange is not None:
            roots["exchange"] = self._exchange.pid
        return {name: cpu_seconds([pid]) for name, pid in roots.items()}

    def look(self, question: str) -> int:
        with self.frame.frame_engine.connect() as connection:
            return int(connection.exec_driver_sql(question).scalar_one())


def main(argv: list[str]) -> int:
    """Returns 0; 1 if a line was lost or done twice."""
    parser = argparse.ArgumentParser(prog="./zhida bench import")
    parser.add_argument("--json", help="结果写入文件 · write the figures to this file")
    parser.add_argument("--format", choices=tuple(FORMATS), default="csv", help="来源 · where the lines come from")
    parser.add_argument("--lines", type=int, default=LINES, help="行数 · lines of the table")
    parser.add_argument("--heard", type=int, default=HEARD_LINES, help="审核旁听的行数 · lines with review listening")
    parser.add_argument("--open", type=int, default=OPEN_CASES, help="在办件数 · open cases of these enterprises")
    options = parser.parse_args(argv)
    with surroundings() as place, _exchange(place, options.format) as exchange, catalogue(place, exchange) as ours:
        figures = _measured(ours, options.lines, options.format) | {"resumed": _resumed(ours, options.format)}
        figures |= heard_figures(place, ours, TENANT, SOURCE, options.heard, options.open)
    report("批量导入 import", _rows(figures), figures, options.json)
    return 0 if figures["complete"] and figures["resumed"] and figures["heard_complete"] else 1


@contextmanager
def _exchange(place: Surroundings, format: str) -> Iterator[RunningProgram | None]:
    """The sandbox's data exchange with an empty book, if the format needs it."""
    if format != "feed":
        yield None
        return
    os.environ["DATA_EXCHANGE_SECRET"] = EXCHANGE_SECRET
    with (
        TemporaryDirectory(prefix="exchange-", dir=place.home) as folder,
        RunningProgram("sandbox.data_exchange", Path(folder) / "exchange.sqlite") as exchange,
    ):
        yield exchange


@contextmanager
def catalogue(place: Surroundings, exchange: RunningProgram | None) -> Iterator[Catalogue]:
    """Empty, migrated and running."""
    drop(place.admin, "zhida_catalog")
    dsns = provision(place.admin, "catalog")
    migrate("catalog", dsns.owner)
    # What an earlier run has told lies in the queues of those who do not run here: the broker would go through it anew.
    purge(place.amqp_url)
    with TemporaryDirectory(prefix="import-", dir=place.home) as folder:
        ours = Catalogue(place, dsns, Path(folder), exchange)
        try:
            for roles in PROCESSES:
                ours.start(roles)
            yield ours
        finally:
            ours.stop()
            purge(place.amqp_url)
            drop(place.admin, "zhida_catalog")


def _measured(ours: Catalogue, lines: int, format: str) -> dict[str, Any]:
    table = ours.folder / "table.csv"
    broken = write_table(table, lines, broken_every=BROKEN_EVERY)
    command, size = ours.command(table, format)
    before = ours.used()
    operation = ours.begins(command)
    view = ours.until(operation, every=0.5)
    assert view.ended_at is not None
    cpu = {name: round(used - before[name], 1) for name, used in ours.used().items()}
    seconds = (view.ended_at - view.begun_at).total_seconds()
    said = time.monotonic()
    while ours.look("SELECT count(*) FROM outbox WHERE published_at IS NULL") and time.monotonic() < said + 1800:
        time.sleep(0.5)
    sent_after = time.monotonic() - said
    load = os.getloadavg()[0]
    floor = seconds_by_copy(ours.owner, lines)
    return {
        "format": format,
        "lines": lines,
        "facts_per_line": len(FACTS),
        "megabytes": round(size / 1e6, 1),
        "seconds": round(seconds, 1),
        "per_s": round(lines / seconds),
        "cpu_s": cpu,
        "load_average": round(load, 1),
        "floor_s": round(floor, 1),
        "ratio_to_floor": round(seconds / floor, 2),
        "broken_lines": view.refused,
        "complete": (view.state, view.done, view.refused) == ("finished", lines, broken),
        "events": ours.look("SELECT count(*) FROM outbox"),
        "events_sent_after_s": round(sent_after, 1),
    }


def _resumed(ours: Catalogue, format: str) -> bool:
    """Whether an import whose process was killed half way ended with every line done once."""
    table = ours.folder / "again.csv"
    broken = write_table(
        table, KILLED_LINES + 1, broken_every=BROKEN_EVERY
    )  # another city: as many enterprises that nobody knows yet
    operation = ours.begins(ours.command(table, format)[0])
    ours.until(operation, done=KILLED_LINES // 4)
    ours.kill("timers")
    ours.start("timers")
    view = ours.until(operation)
    with ours.frame.reader([TENANT]) as reader:
        counted = reader.execute(
            "SELECT count(*), count(DISTINCT line) FROM operation_line WHERE operation_id = :id AND outcome <> 'refused'",
            {"id": operation},
        ).one()
    good = KILLED_LINES + 1 - broken
    return (view.state, view.done, view.refused, *counted) == ("finished", KILLED_LINES + 1, broken, good, good)


def _rows(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    lines = figures["lines"]
    return [
        ("来源 format", FORMATS[figures["format"]], REMARKS[figures["format"]]),
        ("行数 lines", f"{lines:,}", f"{figures['megabytes']} MB，每行 {figures['facts_per_line']} 列数据"),
        (
            "用时 seconds",
            f"{figures['seconds']:,}",
            f"折合 300,000 行 {figures['seconds'] * LINES / lines:,.0f} 秒（目标 120）",
        ),
        ("每秒 per second", f"{figures['per_s']:,}", "含事件、审计与逐行结果"),
        (
            "处理器 CPU seconds",
            " + ".join(f"{used:.0f}" for used in figures["cpu_s"].values()),
            f"{' + '.join(WHO_WORKS[name] for name in figures['cpu_s'])}；{os.cpu_count()} 核，平均负载 {figures['load_average']}",
        ),
        (
            "下限 floor",
            f"{figures['floor_s']} s",
            f"同样的行只用 COPY 写入无约束的表；为其 {figures['ratio_to_floor']} 倍",
        ),
        ("错行 broken lines", f"{figures['broken_lines']:,}", "逐列说明原因，其余照常载入"),
        ("完整 complete", str(figures["complete"]), "每行恰好一次"),
        ("事件 events", f"{figures['events']:,}", f"导入结束后 {figures['events_sent_after_s']} 秒全部送出"),
        ("断点续传 resumed", str(figures["resumed"]), "中途强杀进程后由断点继续"),
        *heard_rows(figures),
    ]
