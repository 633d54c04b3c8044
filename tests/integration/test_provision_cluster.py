"""`python -m console.servers.provision_cluster` on a real PostgreSQL, with names that nobody else uses."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from console.place import database_names
from console.refusal import CommandRefusal
from console.servers.postgres import PostgresAdmin
from console.servers.provision import KINDS, drop
from console.servers.provision_cluster import main, provision_all


@pytest.fixture
def name(pg_admin: PostgresAdmin) -> Iterator[str]:
    name = f"provision_{secrets.token_hex(6)}"
    yield name
    drop(pg_admin, f"zhida_{name}")
    with psycopg.connect(pg_admin.dsn, autocommit=True) as connection:
        for kind in KINDS:
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_{kind}")))


def settings(admin: PostgresAdmin, name: str) -> dict[str, str]:
    passwords = {f"{name}_{kind}_password".upper(): secrets.token_urlsafe(24) for kind in KINDS}
    return {"ADMIN_DATABASE_URL": admin.dsn, **passwords}


def sign_in(admin: PostgresAdmin, name: str, kind: str, environ: dict[str, str]) -> psycopg.Connection:
    password = environ[f"{name}_{kind}_password".upper()]
    return psycopg.connect(
        host=admin.host, port=admin.port, dbname=f"zhida_{name}", user=f"{name}_{kind}", password=password
    )


def test_each_role_comes_in_with_its_password_and_again_after_it_was_changed(
    pg_admin: PostgresAdmin, name: str
) -> None:
    first, second = settings(pg_admin, name), settings(pg_admin, name)
    for environ in (first, second):
        assert provision_all(environ, [name]) == [name]
        for kind in KINDS:
            with sign_in(pg_admin, name, kind, environ) as connection:
                row = connection.execute(
                    "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
                assert row == (False, kind == "owner")
    with pytest.raises(psycopg.OperationalError, match="password"):
        sign_in(pg_admin, name, "app", first)


def test_every_setting_that_is_missing_or_unusable_is_named_before_anything_is_touched(
    pg_admin: PostgresAdmin, name: str
) -> None:
    environ = {**settings(pg_admin, name), f"{name}_APP_PASSWORD".upper(): "too short", "ADMIN_DATABASE_URL": ""}
    del environ[f"{name}_FRAME_PASSWORD".upper()]
    with pytest.raises(CommandRefusal) as refusal:
        provision_all(environ, [name])
    for setting in ("ADMIN_DATABASE_URL", f"{name}_APP_PASSWORD", f"{name}_FRAME_PASSWORD"):
        assert setting.upper() in str(refusal.value)
    assert f"{name}_OWNER_PASSWORD".upper() not in str(refusal.value)
    with psycopg.connect(pg_admin.dsn) as connection:
        assert connection.execute("SELECT 1 FROM pg_roles WHERE rolname LIKE %s", [f"{name}%"]).fetchone() is None


def test_the_command_asks_for_every_database_and_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main({}) == 1
    said = capsys.readouterr().err
    assert all(f"{name}_OWNER_PASSWORD".upper() in said for name in database_names())


def test_a_server_that_cannot_be_reached_is_a_sentence_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    passwords = {f"{n}_{k}_password".upper(): "x" * 20 for n in database_names() for k in KINDS}
    assert main({"ADMIN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/postgres", **passwords}) == 1
    assert "127.0.0.1" in capsys.readouterr().err
