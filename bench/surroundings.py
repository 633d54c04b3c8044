"""PostgreSQL and RabbitMQ for a measurement, in a home of its own beside the cluster's."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from chassis.foundation.keyring import KeyRing
from console.servers.credentials import Credentials
from console.servers.postgres import Postgres, PostgresAdmin
from console.servers.rabbitmq import RabbitMQ

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a measurement's database server and broker are."""

    home: Path
    admin: PostgresAdmin
    broker: RabbitMQ
    amqp_url: str

    def keys(self, service: str) -> dict[str, str]:
        """The environment by which a process of `service` seals and opens."""
        return Credentials(self.home).keys(service)

    def cipher(self, service: str) -> KeyRing:
        return KeyRing.from_env(service, self.keys(service))


@contextmanager
def surroundings() -> Iterator[Surroundings]:
    """Started for the measurement and stopped after it."""
    home = Path(os.environ.get("ZHIDA_HOME", ROOT / ".zhida")) / "bench"
    home.mkdir(parents=True, exist_ok=True)
    postgres, broker = Postgres(home), RabbitMQ(home)
    try:
        yield Surroundings(home, postgres.start(), broker, broker.start().url)
    finally:
        broker.stop()
        postgres.stop()


def report(title: str, rows: list[tuple[str, str, str]], figures: dict[str, Any], file: str | None) -> None:
    """Print (what, figure, remark) as a table; write `figures` as JSON if a file is named."""
    table = Table(title=title)
    for heading in ("项目 figure", "结果 result", "说明 remark"):
        table.add_column(heading)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
    if file:
        Path(file).write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")


def percentile(values: list[float], percent: float) -> float:
    """The nearest-rank percentile of `values`."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
