"""What was verified stays verified: how far each book of a database has been looked through, and what stood there.

A checkpoint is set where a look found nothing wrong, and only where nothing changes any more: at a sealed block, at a
closed day, at an event that was published a while ago. `./zhida verify --full` looks behind all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Engine, text

READ = text("SELECT position, stands FROM verify_checkpoint WHERE book = :book")
OF_KIND = text("SELECT book, position, stands FROM verify_checkpoint WHERE starts_with(book, :kind)")
WRITE = text(
    "INSERT INTO verify_checkpoint (book, position, stands, verified_at)"
    " VALUES (:book, :position, CAST(:stands AS jsonb), :at) ON CONFLICT (book) DO UPDATE"
    " SET position = EXCLUDED.position, stands = EXCLUDED.stands, verified_at = EXCLUDED.verified_at"
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Up to `position` everything was in order; `stands` is what was there: a hash, totals."""

    position: int = 0
    stands: Mapping[str, Any] = field(default_factory=dict)


class Checkpoints:
    """Those of one database, by the frame's role. `forget`: as if there were none, until new ones are set."""

    def __init__(self, engine: Engine, *, forget: bool = False) -> None:
        self._engine = engine
        self._forget = forget

    def get(self, book: str) -> Checkpoint:
        """The checkpoint of this book; the beginning if there is none."""
        if self._forget:
            return Checkpoint()
        with self._engine.connect() as connection:
            row = connection.execute(READ, {"book": book}).first()
        return Checkpoint(row.position, row.stands) if row else Checkpoint()

    def under(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """What stands in each book whose name begins so."""
        if self._forget:
            return {}
        with self._engine.connect() as connection:
            return {row.book: row.stands for row in connection.execute(OF_KIND, {"kind": kind})}

    def set(self, book: str, position: int, stands: Mapping[str, Any], at: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                WRITE, {"book": book, "position": position, "stands": orjson.dumps(stands).decode(), "at": at}
            )
