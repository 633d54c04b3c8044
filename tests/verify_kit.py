"""Breaking things on purpose, for tests of `verify`: changed databases, and a bank that lies."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx
import psycopg
from system_kit import House

from console.operating.checks.report import INVARIANTS, Report
from console.operating.verify import verify

EVERYTHING_HOLDS = dict.fromkeys(INVARIANTS, True)


def look(house: House, *, full: bool = False, **changed: Any) -> Report:
    """One look, without waiting for anything to settle."""
    return verify(replace(house.addresses, **changed), settle_s=0, full=full)


def only(letter: str) -> dict[str, bool]:
    return {**EVERYTHING_HOLDS, letter: False}


def texts(report: Report) -> str:
    return "\n".join(finding.text for finding in report.findings)


@contextmanager
def changed(house: House, database: str, statement: str, undo: str) -> Iterator[None]:
    """Does to a database what no service and no role of its could, and undoes it afterwards."""

    def run(text: str) -> None:
        with psycopg.connect(house.cluster.postgres.admin().dsn_of(f"zhida_{database}")) as connection:
            connection.execute("SET session_replication_role = replica")  # past triggers and foreign keys
            assert connection.execute(text).rowcount > 0, text  # type: ignore[arg-type]

    run(statement)
    try:
        yield
    finally:
        run(undo)


@contextmanager
def lying_bank(house: House, **lies: Any) -> Iterator[str]:
    """The bank's book as a bank that was tampered with shows it: `lies` are paths, and what they say."""
    with httpx.Client(base_url=house.addresses.bank_url, trust_env=False) as bank:
        book = {path: bank.get(f"/{path}").json() for path in ("credits", "totals", "returns", "days")}
        book["payments"] = bank.get("/payments", params={"status": "pending"}).json()
    book.update(lies)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.strip("/").partition("?")
            first = dict(parse_qsl(query)).get("after", "0") in ("", "0")
            # A page that begins later holds nothing more.
            said = book[path] if first or path == "totals" else {path: [], "next_after": 10**9}
            self._say({"next_after": None, **said})

        def do_POST(self) -> None:
            wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["instruction_ids"]
            found = [each for each in book["credits"]["credits"] if each["instruction_id"] in wanted]
            self._say({"credits": found, "next_after": None})

        def _say(self, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def credited_again(house: House) -> dict[str, Any]:
    """What a bank says that has executed its last instruction twice: lies for `lying_bank`."""
    book = credits(house)
    with httpx.Client(base_url=house.addresses.bank_url, trust_env=False) as bank:
        totals, days = bank.get("/totals").json(), bank.get("/days").json()
    totals["settled_fen"] += book[-1]["amount_fen"]
    days["days"][-1]["credited_count"] += 1
    days["days"][-1]["credited_fen"] += book[-1]["amount_fen"]
    return {"credits": {"credits": [*book, book[-1]]}, "totals": totals, "days": days}


def credits(house: House) -> list[dict[str, Any]]:
    answer = httpx.get(f"{house.addresses.bank_url}/credits", trust_env=False)
    found: list[dict[str, Any]] = answer.json()["credits"]
    return found
