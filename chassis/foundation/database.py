"""Connections to PostgreSQL, the check of who we are there, and which errors are the infrastructure's."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Engine, TextClause, create_engine, text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

CONNECT_TIMEOUT = 5
"""Seconds to wait for a connection before it counts as an infrastructure fault."""

STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 10_000
IDLE_IN_TRANSACTION_MS = 60_000
"""A greenlet that times out leaves its query running in the server: the server itself must stop it."""


GENERIC_PLANS = "force_generic_plan"
"""Our statements are few and the same every time. Left to itself the server plans those with arrays among their
parameters anew at each execution (docs/performance.md)."""

OWN_PLANS = "force_custom_plan"
"""For whoever asks seldom and for much: a plan for what is asked this time."""


class RoleTooStrong(Exception):
    """The role would not be bound by row-level security. A service refuses to start with it."""


def connect_engine(
    url: str,
    *,
    size: int,
    name: str,
    isolation_level: str | None = None,
    statement_timeout_ms: int = STATEMENT_TIMEOUT_MS,
    plans: str = GENERIC_PLANS,
) -> Engine:
    """An engine with at most `size` connections, each with limits that the server enforces.

    `isolation_level` is that of its connections from the first to the last; whoever changes it at each use pays
    for it at each use. In autocommit there is nothing to roll back when a connection comes back.
    """
    isolation: dict[str, Any] = {"isolation_level": isolation_level} if isolation_level else {}
    if isolation_level == "AUTOCOMMIT":
        isolation["pool_reset_on_return"] = None
    return create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=CONNECT_TIMEOUT,
        pool_recycle=1800,
        **isolation,
        # What a statement was about may be personal, and what an error says is logged and shown to operators.
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
            "application_name": name,
            "options": _options(statement_timeout_ms, plans),
        },
    )


def _options(statement_timeout_ms: int, plans: str) -> str:
    return (
        f"-c plan_cache_mode={plans} "
        f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={LOCK_TIMEOUT_MS} "
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS} -c timezone=UTC"
    )


@lru_cache(maxsize=1024)
def statement(sql: str) -> TextClause:
    """`sql` with its `:names` found; the same few are executed over and over, and finding them is dear."""
    return text(sql)


def refuse_strong_role(engine: Engine) -> None:
    """Raise RoleTooStrong if the role is superuser, exempt from row security, or owns a table here."""
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT current_user, rolsuper, rolbypassrls, EXISTS ("
                " SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
                " AND pg_has_role(current_user, c.relowner, 'MEMBER'))"
                " FROM pg_roles WHERE rolname = current_user"
            )
        ).one()
    role, superuser, exempt, owner = row
    if superuser or exempt or owner:
        raise RoleTooStrong(
            f"数据库角色 {role} 权限过大（superuser={superuser}, bypassrls={exempt}, owner={owner}），"
            "行级安全对它不起作用，拒绝启动。"
        )


def is_infrastructure_fault(error: BaseException) -> bool:
    """Whether `error` says nothing about the data: lost connections, deadlocks, full disks, time limits.

    By SQLSTATE class: 08 connection, 40 rollback (serialisation, deadlock), 53 resources (disk full),
    55P03 lock not available, 57 operator intervention (shutdown, cancel), 58 system error, 25006 read-only (what
    we are connected to is a standby now).
    """
    if isinstance(error, PoolTimeout | InterfaceError | ConnectionError):
        return True
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        error = error.orig or error
    if isinstance(error, psycopg.InterfaceError):
        return True
    if isinstance(error, psycopg.Error):
        state = error.sqlstate
        if state is None:
            return isinstance(error, psycopg.OperationalError)
        return state[:2] in {"08", "40", "53", "57", "58"} or state in {"55P03", "25006"}
    return False


def took_too_long(error: BaseException) -> bool:
    """Whether the server stopped a statement because its time was up (SQLSTATE 57014)."""
    origin = getattr(error, "orig", None) or error
    return isinstance(origin, psycopg.Error) and origin.sqlstate == "57014"


def violated_constraint(error: BaseException) -> str | None:
    """The name of the constraint that an integrity error is about."""
    origin = getattr(error, "orig", None)
    return origin.diag.constraint_name if isinstance(origin, psycopg.Error) else None
