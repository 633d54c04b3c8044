"""How copies are written: a batch of events costs one statement, whatever its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from chassis.write.uow import UnitOfWork


def write_rows(uow: UnitOfWork, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute a statement that takes its rows as one JSON array, `:rows`."""
    if rows:
        uow.execute(statement, {"rows": orjson.dumps(rows).decode()})
