"""One database and three roles per service: who may do what is decided here, once, by the server itself.

| role | may | for |
|---|---|---|
| <svc>_owner | owns the database and its schema; passes row security | migrations only |
| <svc>_app | connect | the service; what it may touch is granted table by table in migrations |
| <svc>_frame | connect | relay, sweeper and verify; likewise |

None is a superuser, none may make databases or roles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from console.servers.credentials import Credentials
from console.servers.postgres import PostgresAdmin

KINDS = ("app", "frame", "owner")
NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")
LOCK = 0x7A686964  # "zhid": one provisioner at a time, whatever process it is in

# An abandoned call must not hold a row or a connection for long; a migration may work long, but must not queue
# behind traffic with everybody else queueing behind it.
LIMITS: Mapping[str, Mapping[str, str]] = {
    "app": {"statement_timeout": "15s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s"},
    "frame": {"statement_timeout": "30s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s"},
    "owner": {"statement_timeout": "15min", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"},
}


@dataclass(frozen=True)
class Dsns:
    """SQLAlchemy URLs of one database, one per role."""

    app: str
    frame: str
    owner: str

    def at_database(self, name: str) -> Dsns:
        """The same roles on another database, such as a test's clone."""
        return Dsns(*(urlsplit(dsn)._replace(path=f"/{name}").geturl() for dsn in (self.app, self.frame, self.owner)))

    def environment(self) -> dict[str, str]:
        """What a service reads. The owner's URL is left out: a running service has no use for it."""
        return {"DATABASE_URL": self.app, "FRAME_DATABASE_URL": self.frame}


def provision(admin: PostgresAdmin, service: str) -> Dsns:
    """Makes sure that `zhida_<service>` and its roles exist as described above; changes nothing that does.

    Safe to repeat and to run from several processes. Passwords are generated and kept in the home's credentials.
    """
    provision_with(admin, service, _passwords(admin, service))
    return dsns_of(admin, service)


def database_of(service: str) -> str:
    """What a service's database is called."""
    return f"zhida_{service}"


def make_database(admin: PostgresAdmin, service: str, database: str) -> None:
    """Another database of the same service, empty, in place of one that may have this name; its roles must exist."""
    drop(admin, database)
    with psycopg.connect(admin.dsn, autocommit=True) as connection:
        _create_database(connection, database, f"{service}_owner", "template1")
        _admit(connection, database, [f"{service}_app", f"{service}_frame"])


def provision_with(admin: PostgresAdmin, service: str, passwords: Mapping[str, str]) -> None:
    """The same with passwords that somebody else keeps, by kind of role; those of roles that exist are set anew."""
    database = database_of(service)
    with psycopg.connect(admin.dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
        for kind in KINDS:
            _ensure_role(connection, f"{service}_{kind}", kind, passwords[kind])
        _ensure_database(connection, database, owner=f"{service}_owner")
        _admit(connection, database, [f"{service}_app", f"{service}_frame"])
    with psycopg.connect(admin.dsn_of(database), autocommit=True) as connection:
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for kind in ("app", "frame"):
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(_name(f"{service}_{kind}")))


def dsns_of(admin: PostgresAdmin, service: str) -> Dsns:
    """The URLs alone, whether or not the server runs."""
    passwords = _passwords(admin, service)
    return Dsns(
        **{
            kind: f"postgresql+psycopg://{service}_{kind}:{passwords[kind]}@{admin.host}:{admin.port}/zhida_{service}"
            for kind in KINDS
        }
    )


def clone(admin: PostgresAdmin, template: str, name: str) -> None:
    """A database `name` that is a copy of `template`, with its owner and the same roles let in.

    For tests. Nobody may be connected to `template`. Raises psycopg errors, DuplicateDatabase for a taken name.
    """
    with psycopg.connect(admin.dsn, autocommit=True) as connection:
        row = connection.execute(
            "SELECT pg_get_userbyid(datdba), ARRAY(SELECT pg_get_userbyid(grantee) FROM aclexplode(datacl) "
            "WHERE privilege_type = 'CONNECT' AND grantee <> datdba AND grantee <> 0) "
            "FROM pg_database WHERE datname = %s",
            [template],
        ).fetchone()
        if row is None:
            raise ValueError(f"there is no database {template}")
        owner, admitted = row
        _create_database(connection, name, owner, template)
        _admit(connection, name, admitted)  # a copy takes the tables' grants along, but not the database's own


def drop(admin: PostgresAdmin, name: str) -> None:
    """Removes database `name`, ending its sessions; one that is not there is no fault."""
    with psycopg.connect(admin.dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_name(name)))


def _passwords(admin: PostgresAdmin, service: str) -> dict[str, str]:
    if not NAME.fullmatch(service):
        raise ValueError(f"not a usable service name: {service!r}")
    credentials = Credentials(admin.home)
    return {kind: credentials.secret(f"postgres:{service}_{kind}") for kind in KINDS}


def _ensure_role(connection: psycopg.Connection, role: str, kind: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if known else "CREATE"
    bypass = "BYPASSRLS" if kind == "owner" else "NOBYPASSRLS"
    connection.execute(
        sql.SQL(
            f"{verb} ROLE {{}} LOGIN NOSUPERUSER {bypass} NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {{}}"
        ).format(_name(role), sql.Literal(password))
    )
    for setting, value in LIMITS[kind].items():
        connection.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(_name(role), _name(setting), sql.Literal(value)))


def _ensure_database(connection: psycopg.Connection, database: str, owner: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        _create_database(connection, database, owner, "template1")


def _create_database(connection: psycopg.Connection, database: str, owner: str, template: str) -> None:
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(_name(database), _name(owner), _name(template))
    )


def _admit(connection: psycopg.Connection, database: str, roles: list[str]) -> None:
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(_name(database)))
    for role in roles:
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(_name(database), _name(role)))


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(name)
