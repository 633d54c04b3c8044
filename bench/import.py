"""`./zhida bench import [--json FILE] [--lines N]`: a city's enterprises into the catalogue, from one uploaded table.

A catalogue of its own, in two processes as in production (one for the timers, which work it off, one for the rest,
which sends the events of it on their way), with its database and broker on this machine. Some lines are broken on
purpose. The same rows are then written by COPY alone (the floor). Then a shorter table is imported while the process
is killed half way, and everything in it must be there once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
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
from bench.surroundings import DATA_KEY, ROOT, Surroundings, report, surroundings
from chassis.frame import Frame
from chassis.migrate import migrate
from chassis.objects import Objects
from chassis.operation_runs import get_operation
from chassis.settings import Settings
from console.provision import Dsns, drop, provision
from console.sample_city.table import FACTS, write_table
from contracts.enterprise_imports import ImportEnterprises
from contracts.message import Actor
from contracts.operations import GetOperation, OperationView
from services.catalog.enterprises.imports import import_enterprises

LINES = 300_000
TENANT = "bench-city"
OFFICER = Actor(id="officer-1", roles=frozenset({"bureau"}), name="审批局")
KILLED_LINES = 4_000
BROKEN_EVERY = 1000
PROCESSES = ("timers", "rpc,events,relay")


class Catalogue:
    """The catalogue's database and processes; `frame` looks at the one and gives orders to the others."""

    def __init__(self, place: Surroundings, dsns: Dsns, folder: Path) -> None:
        self._broker = place.broker
        settings = Settings("catalog", dsns.app, dsns.frame, place.amqp_url, DATA_KEY)
        self.frame = Frame(settings)
        self.folder = folder
        self.owner = dsns.owner.replace("+psycopg", "")
        self._environment = {
            **os.environ,
            "DATABASE_URL": dsns.app,
            "FRAME_DATABASE_URL": dsns.frame,
            "AMQP_URL": place.amqp_url,
            "ZHIDA_DATA_KEY": DATA_KEY,
            "OBJECTS_URL": f"file://{folder / 'objects'}",
            "PYTHONPATH": str(ROOT),
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, roles: str) -> None:
        with (self.folder / "catalog.log").open("ab") as log:
            command = [sys.executable, "-m", "chassis.runner", "catalog", "--roles", roles]
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

    def begins(self, table: Path) -> str:
        """The table is uploaded and its import begun; → operation id."""
        sha256 = hashlib.sha256(table.read_bytes()).hexdigest()
        Objects.in_folder(self.folder / "objects")
        target = self.folder / "objects" / TENANT / sha256[:2] / sha256
        target.parent.mkdir(parents=True, exist_ok=True)
        table.replace(target)
        order = ImportEnterprises(format="csv", sha256=sha256, source="示例城市")
        with self.frame.unit([TENANT], action="import_enterprises", actor=OFFICER) as uow:
            return import_enterprises(order, uow).operation_id

    def view(self, operation: str) -> OperationView:
        with self.frame.reader([TENANT]) as reader:
            return get_operation(GetOperation(operation_id=operation), reader, "catalog")

    def until(self, operation: str, done: int | None = None, within: float = 1800.0) -> OperationView:
        """Wait for its end, or until `done` lines are done. Raises TimeoutError."""
        ends = time.monotonic() + within
        while time.monotonic() < ends:
            view = self.view(operation)
            if view.state != "running" or (done is not None and view.done >= done):
                return view
            time.sleep(0.1)
        raise TimeoutError(f"{operation} is still running; see {self.folder}")

    def used(self) -> dict[str, float]:
        """CPU seconds so far: of those who work imports off, of the other roles, of the database server, and of the
        broker where it is a process of this machine."""
        with self.frame.frame_engine.connect() as connection:
            backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        roots = {"timers": self._running["timers"].pid, "others": self._running[PROCESSES[1]].pid, "database": parent_of(backend)}
        if (broker := self._broker.pid()) is not None:
            roots["broker"] = broker
        return {name: cpu_seconds([pid]) for name, pid in roots.items()}

    def look(self, question: str) -> int:
        with self.frame.frame_engine.connect() as connection:
            return int(connection.exec_driver_sql(question).scalar_one())


def main(argv: list[str]) -> int:
    """Returns 0; 1 if a line was lost or done twice."""
    parser = argparse.ArgumentParser(prog="./zhida bench import")
    parser.add_argument("--json", help="结果写入文件 · write the figures to this file")
    parser.add_argument("--lines", type=int, default=LINES, help="行数 · lines of the table")
    options = parser.parse_args(argv)
    with surroundings() as place, catalogue(place) as ours:
        figures = _measured(ours, options.lines) | {"resumed": _resumed(ours)}
    report("批量导入 import", _rows(figures), figures, options.json)
    return 0 if figures["complete"] and figures["resumed"] else 1


@contextmanager
def catalogue(place: Surroundings) -> Iterator[Catalogue]:
    """Empty, migrated and running."""
    drop(place.admin, "zhida_catalog")
    dsns = provision(place.admin, "catalog")
    migrate("catalog", dsns.owner)
    # What an earlier run has told lies in the queues of those who do not run here: the broker would go through it anew.
    purge(place.amqp_url)
    with TemporaryDirectory(prefix="import-", dir=place.home) as folder:
        ours = Catalogue(place, dsns, Path(folder))
        try:
            for roles in PROCESSES:
                ours.start(roles)
            yield ours
        finally:
            ours.stop()
            purge(place.amqp_url)
            drop(place.admin, "zhida_catalog")


def _measured(ours: Catalogue, lines: int) -> dict[str, Any]:
    table = ours.folder / "table.csv"
    broken = write_table(table, lines, broken_every=BROKEN_EVERY)
    size = table.stat().st_size
    before = ours.used()
    operation = ours.begins(table)
    view = ours.until(operation)
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


def _resumed(ours: Catalogue) -> bool:
    """Whether an import whose process was killed half way ended with every line done once."""
    table = ours.folder / "again.csv"
    broken = write_table(table, KILLED_LINES + 1, broken_every=BROKEN_EVERY)  # another city: as many enterprises that nobody knows yet
    operation = ours.begins(table)
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
        ("行数 lines", f"{lines:,}", f"{figures['megabytes']} MB，每行 {figures['facts_per_line']} 列数据"),
        ("用时 seconds", f"{figures['seconds']:,}", f"折合 300,000 行 {figures['seconds'] * LINES / lines:,.0f} 秒（目标 120）"),
        ("每秒 per second", f"{figures['per_s']:,}", "含事件、审计与逐行结果"),
        ("处理器 CPU seconds", " + ".join(f"{used:.0f}" for used in figures["cpu_s"].values()),
         f"导入进程 + 其余进程 + 数据库 + 消息服务；{os.cpu_count()} 核，平均负载 {figures['load_average']}"),
        ("下限 floor", f"{figures['floor_s']} s", f"同样的行只用 COPY 写入无约束的表；为其 {figures['ratio_to_floor']} 倍"),
        ("错行 broken lines", f"{figures['broken_lines']:,}", "逐列说明原因，其余照常载入"),
        ("完整 complete", str(figures["complete"]), "每行恰好一次"),
        ("事件 events", f"{figures['events']:,}", f"导入结束后 {figures['events_sent_after_s']} 秒全部送出"),
        ("断点续传 resumed", str(figures["resumed"]), "中途强杀进程后由断点继续"),
    ]
