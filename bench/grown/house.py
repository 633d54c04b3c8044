"""Databases of a house, filled, with a frame on each; no loops, no broker."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import create_engine

from bench.grown.size import NOW, Size
from bench.grown.statements import STATEMENTS
from bench.grown.templates import templates
from chassis.edge.frame import Frame
from chassis.foundation.secrecy import Cipher
from chassis.foundation.settings import Settings
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.identity import TenantSettings
from contracts.refusal_grounds import Remedies
from services.catalog.derived import rebuild

SETTINGS = TenantSettings(remedies=Remedies(reconsideration_body="人民政府", court="人民法院"))
DEFERRED = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgconstraint <> 0 AND NOT tgisinternal"


def fill(service: str, dsns: Dsns, size: Size, cipher: Cipher, *, without: Collection[str] = ()) -> None:
    """Put down everything, then let the server look at it as it does by itself some minutes later. `without`: tables that
    a former version of the database has not.
    """
    given: dict[str, Any] = {**size.parameters(), **templates(cipher), "settings": SETTINGS.model_dump_json()}
    with psycopg.connect(
        dsns.owner.replace("+psycopg", ""), autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as owner:
        owner.execute("SET statement_timeout = 0")
        # What is looked at row by row at the end of a transaction is right, and would be looked at for an hour.
        slow = owner.execute(DEFERRED).fetchall()
        for table, trigger in slow:
            owner.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{trigger}"'.encode())
        with owner.transaction():
            for statement in STATEMENTS[service]:
                if statement.split(maxsplit=3)[2] in without:
                    continue
                owner.execute(statement.encode(), given)
        for table, trigger in slow:
            owner.execute(f'ALTER TABLE {table} ENABLE TRIGGER "{trigger}"'.encode())
    if service == "catalog":
        engine = create_engine(dsns.owner)
        with engine.begin() as connection:
            rebuild(connection)
        engine.dispose()
    with psycopg.connect(dsns.owner.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


@contextmanager
def frames(dsns: Mapping[str, Dsns], cipher: Cipher) -> Iterator[Mapping[str, Frame]]:
    """By service, at an hour when the open cases have just been filed."""
    made = {
        service: Frame(
            Settings(
                service=service, database_url=each.app, frame_database_url=each.frame, amqp_url="amqp://nowhere",
                cipher=cipher,
            ),
            FixedClock(NOW),
        )
        for service, each in dsns.items()
    }  # fmt: skip
    try:
        yield made
    finally:
        for frame in made.values():
            frame.stop()
