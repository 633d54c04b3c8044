"""How queries read: straight SQL to contract types, under the same row security as everything else."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Executable, text

from chassis.foundation import open_units
from chassis.foundation.database import STATEMENT_TIMEOUT_MS, statement
from chassis.time.calendar import Calendar
from chassis.time.clock import Clock
from contracts.message import SYSTEM, Actor, TenantId

PREPARE = text(
    "SELECT set_config('zhida.tenants', :tenants, false), set_config('statement_timeout', CAST(:limit AS text), false)"
)

STEP_MS = 250
"""Time limits are set in steps, rounded up, so that nearly every statement finds its connection's as it should be."""

LEAST_MS = 20
"""Whoever has less time left need not begin a statement."""


class TookTooLong(Exception):
    """The question's time is up: whoever asked has gone or is about to."""


class Reader:
    """One question's view of the database: the rows of `tenants`, and public tables.

    The engine behind it is for readers only and in autocommit: a question is one statement, and its
    connection remembers whose rows it shows and how long a statement may take, so that the settings are sent only when
    they change. The server itself stops what takes longer than until `deadline` (monotonic seconds).
    """

    def __init__(
        self,
        engine: Engine,
        tenants: Sequence[TenantId],
        *,
        clock: Clock,
        actor: Actor = SYSTEM,
        deadline: float | None = None,
        calendar_of: Callable[[TenantId], Calendar] | None = None,
    ) -> None:
        self.tenants = tuple(sorted(set(tenants)))
        self.actor = actor
        self.now: datetime = clock.now()
        self._engine = engine
        self._deadline = deadline
        self._calendar_of = calendar_of
        self._connection: Connection | None = None

    def __enter__(self) -> Reader:
        connection = self._engine.connect()
        try:
            self._prepare(connection)
        except TookTooLong:
            connection.close()
            raise
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        self._connection = connection
        open_units.opened()
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            open_units.closed()
            self._connection.close()
            self._connection = None

    def calendar(self, tenant: TenantId) -> Calendar:
        """The tenant's working days as they are now: what is derived from them when it is asked for follows by itself."""
        assert self._calendar_of is not None, "this reader was made without a calendar"
        return self._calendar_of(tenant)

    @property
    def tenant(self) -> TenantId:
        """The one tenant that is asked about."""
        (tenant,) = self.tenants
        return tenant

    def execute(self, sql: str | Executable, parameters: Any = None) -> CursorResult[Any]:
        """Raises TookTooLong once the question's time is up."""
        assert self._connection is not None, "the reader is not open"
        self._prepare(self._connection)
        return self._connection.execute(statement(sql) if isinstance(sql, str) else sql, parameters)

    def _prepare(self, connection: Connection) -> None:
        wanted = ",".join(self.tenants), self._limit_ms()
        if connection.info.get("zhida.reader") != wanted:
            connection.execute(PREPARE, {"tenants": wanted[0], "limit": wanted[1]})
            connection.info["zhida.reader"] = wanted

    def _limit_ms(self) -> int:
        if self._deadline is None:
            return STATEMENT_TIMEOUT_MS
        left = (self._deadline - time.monotonic()) * 1000
        if left < LEAST_MS:
            raise TookTooLong()
        return math.ceil(left / STEP_MS) * STEP_MS
