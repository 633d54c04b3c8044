"""How queries read: straight SQL to contract types, under the same row security as everything else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Executable, text

from chassis.foundation import open_units
from chassis.foundation.database import statement
from chassis.time.clock import Clock
from contracts.message import SYSTEM, Actor, TenantId

SET_TENANTS = text("SELECT set_config('zhida.tenants', :tenants, false)")


class Reader:
    """One question's view of the database: the rows of `tenants`, and public tables.

    The engine behind it is for readers only and in autocommit: a question is one statement, and its
    connection remembers whose rows it shows, so that the setting is sent only when it changes.
    """

    def __init__(self, engine: Engine, tenants: Sequence[TenantId], *, clock: Clock, actor: Actor = SYSTEM) -> None:
        self.tenants = tuple(sorted(set(tenants)))
        self.actor = actor
        self.now: datetime = clock.now()
        self._engine = engine
        self._connection: Connection | None = None

    def __enter__(self) -> Reader:
        connection = self._engine.connect()
        try:
            wanted = ",".join(self.tenants)
            if connection.info.get("zhida.tenants") != wanted:
                connection.execute(SET_TENANTS, {"tenants": wanted})
                connection.info["zhida.tenants"] = wanted
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

    @property
    def tenant(self) -> TenantId:
        """The one tenant that is asked about."""
        (tenant,) = self.tenants
        return tenant

    def execute(self, sql: str | Executable, parameters: Any = None) -> CursorResult[Any]:
        assert self._connection is not None, "the reader is not open"
        return self._connection.execute(statement(sql) if isinstance(sql, str) else sql, parameters)
