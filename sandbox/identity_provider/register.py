"""The provider's book: who there is, who may ask, its keys, and the codes that it has given out."""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from joserfc.jwk import ECKey

from sandbox import misbehaviour
from sandbox.book import Book, Result, Work
from sandbox.misbehaviour import Assignment, Fault, Rule

OWNER = 0x4F494450  # "OIDP"
CODE_SECONDS = 120

SCHEMA = (
    misbehaviour.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS people (sub TEXT PRIMARY KEY, claims TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS clients (id TEXT PRIMARY KEY, secret TEXT, redirect_uri TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS keys (kid TEXT PRIMARY KEY, jwk TEXT NOT NULL, made INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS codes (
    code       TEXT PRIMARY KEY,
    client     TEXT NOT NULL,
    sub        TEXT NOT NULL,
    nonce      TEXT,
    challenge  TEXT,
    auth_time  INTEGER NOT NULL,
    given_at   INTEGER NOT NULL,
    times_used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS access_tokens (token TEXT PRIMARY KEY, sub TEXT NOT NULL) STRICT;
"""
)

Place = Literal["discovery", "jwks", "authorize", "token", "userinfo"]


class ProviderRule(Rule):
    """A fault on demand; without `at` it befalls whatever is asked. False words are said in tokens alone."""

    own_words: ClassVar[Mapping[str, Fault]] = {
        "rotate_keys": Fault.FALSE_WORD,
        "wrong_nonce": Fault.FALSE_WORD,
        "wrong_audience": Fault.FALSE_WORD,
        "wrong_issuer": Fault.FALSE_WORD,
        "wrong_at_hash": Fault.FALSE_WORD,
        "expired": Fault.FALSE_WORD,
        "alg_none": Fault.FALSE_WORD,
        "other_key": Fault.FALSE_WORD,
        "take_code_again": Fault.FALSE_WORD,
        "other_person": Fault.FALSE_WORD,
    }
    behaviour: Literal[
        "answer_late",
        "timeout_before",
        "http_500",
        "rotate_keys",
        "wrong_nonce",
        "wrong_audience",
        "wrong_issuer",
        "wrong_at_hash",
        "expired",
        "alg_none",
        "other_key",
        "take_code_again",
        "other_person",
    ]
    at: Place | None = None

    def covers(self, order: Place) -> bool:
        if self.fault is Fault.FALSE_WORD:
            return order == ("userinfo" if self.behaviour == "other_person" else "token")
        return self.at in (None, order)


@dataclass(frozen=True)
class Grant:
    """What a code was given for. `taken`: how often it had been handed in before."""

    client: str
    sub: str
    nonce: str | None
    challenge: str | None
    auth_time: int
    taken: int
    run_out: bool


class Register:
    """The provider's book with what is done in it; each of them within one of its transactions."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.rule_kind = ProviderRule

    async def read(self, query: Work[Result]) -> Result:
        return await asyncio.wrap_future(self.book.read(query))

    async def write(self, work: Work[Result]) -> Result:
        return await asyncio.wrap_future(self.book.write(work))

    def fault(self, connection: sqlite3.Connection, place: Place) -> ProviderRule | None:
        """The rule that befalls a request, which is spent by it."""
        assignment = Assignment(misbehaviour.standing(connection, ProviderRule))
        rule = assignment.take(place, outcome_is_open=True)
        assignment.spend(connection)
        return rule

    def put_person(self, connection: sqlite3.Connection, sub: str, claims: Mapping[str, Any]) -> None:
        connection.execute("INSERT OR REPLACE INTO people VALUES (?, ?)", (sub, json.dumps(claims)))

    def people(self, connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
        rows = connection.execute("SELECT sub, claims FROM people ORDER BY sub")
        return {row["sub"]: json.loads(row["claims"]) for row in rows}

    def put_client(self, connection: sqlite3.Connection, id: str, secret: str | None, redirect_uri: str) -> None:
        connection.execute("INSERT OR REPLACE INTO clients VALUES (?, ?, ?)", (id, secret, redirect_uri))

    def client(self, connection: sqlite3.Connection, id: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = connection.execute("SELECT * FROM clients WHERE id = ?", (id,)).fetchone()
        return row

    def keys(self, connection: sqlite3.Connection) -> list[dict[str, Any]]:
        """All keys, the one that signs first; one is made when there is none."""
        rows = connection.execute("SELECT jwk FROM keys ORDER BY made DESC").fetchall()
        return [json.loads(row["jwk"]) for row in rows] or [self.rotate(connection)]

    def rotate(self, connection: sqlite3.Connection) -> dict[str, Any]:
        """A new key in the place of all others."""
        made = connection.execute("SELECT coalesce(max(made), 0) + 1 FROM keys").fetchone()[0]
        jwk = {**ECKey.generate_key("P-256").as_dict(private=True), "kid": f"key-{made}-{secrets.token_hex(4)}"}
        connection.execute("DELETE FROM keys")
        connection.execute("INSERT INTO keys VALUES (?, ?, ?)", (jwk["kid"], json.dumps(jwk), made))
        return jwk

    def give_code(
        self, connection: sqlite3.Connection, client: str, sub: str, nonce: str | None, challenge: str | None
    ) -> str:
        code, now = secrets.token_urlsafe(24), int(time.time())
        connection.execute(
            "INSERT INTO codes (code, client, sub, nonce, challenge, auth_time, given_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (code, client, sub, nonce, challenge, now, now),
        )
        return code

    def take_code(self, connection: sqlite3.Connection, code: str) -> Grant | None:
        row = connection.execute("SELECT * FROM codes WHERE code = ?", (code,)).fetchone()
        if row is None:
            return None
        connection.execute("UPDATE codes SET times_used = times_used + 1 WHERE code = ?", (code,))
        named = ("client", "sub", "nonce", "challenge", "auth_time")
        run_out = time.time() - row["given_at"] > CODE_SECONDS
        return Grant(**{name: row[name] for name in named}, taken=row["times_used"], run_out=run_out)

    def give_access(self, connection: sqlite3.Connection, sub: str) -> str:
        token = secrets.token_urlsafe(24)
        connection.execute("INSERT INTO access_tokens VALUES (?, ?)", (token, sub))
        return token

    def access(self, connection: sqlite3.Connection, token: str) -> str | None:
        row = connection.execute("SELECT sub FROM access_tokens WHERE token = ?", (token,)).fetchone()
        return row["sub"] if row is not None else None


def open_register(path: Path) -> Register:
    """The register on the book at `path`. Raises NotOurBook if the file is anything else."""
    return Register(Book(path, owner=OWNER, schema=SCHEMA))
