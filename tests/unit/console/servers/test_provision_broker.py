"""The provisioning of a broker that a city runs itself: one call to its management plugin, or a file."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from console.refusal import CommandRefusal
from console.servers import provision_broker
from console.servers.broker_topology import USERS, user_name
from contracts.flow import SERVICES

PASSWORDS = {f"{name.upper()}_BROKER_PASSWORD": f"password-of-{name}-1234" for name in USERS}


class Management(BaseHTTPRequestHandler):
    """The management plugin's `POST /api/definitions`."""

    answer = (204, "")
    asked: list[tuple[str, str, Any]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, self.headers["Authorization"], body))
        status, text = self.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said on the terminal."""


@pytest.fixture
def management(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Management, "asked", [])
    with HTTPServer(("127.0.0.1", 0), Management) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://administrator:p%40ss@127.0.0.1:{server.server_port}/city"
        server.shutdown()


def test_all_of_it_goes_there_in_one_call_as_the_administrator(
    management: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert provision_broker.main(environ={**PASSWORDS, "BROKER_ADMIN_URL": management}) == 0
    ((path, login, body),) = Management.asked
    assert path == "/api/definitions"
    assert login == "Basic " + base64.b64encode(b"administrator:p@ss").decode()
    assert {user["name"] for user in body["users"]} == {user_name(name) for name in USERS}
    assert all(each["vhost"] == "city" for kind in ("permissions", "queues", "bindings") for each in body[kind])
    assert not any(password in json.dumps(body) for password in PASSWORDS.values()), "hashes only"
    assert "ready" in capsys.readouterr().out


@pytest.mark.parametrize(("status", "said"), [(401, "不是管理员"), (400, "bad_request")])
def test_what_the_broker_says_against_it_is_passed_on(
    status: int, said: str, management: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Management, "answer", (status, "bad_request: no such thing"))
    assert provision_broker.main(environ={**PASSWORDS, "BROKER_ADMIN_URL": management}) == 1
    assert said in capsys.readouterr().err


def test_a_broker_that_is_away_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = {**PASSWORDS, "BROKER_ADMIN_URL": "http://a:b@127.0.0.1:1/city"}
    assert provision_broker.main(environ=nowhere) == 1
    assert "无法访问" in capsys.readouterr().err


def test_every_setting_that_is_missing_or_unusable_is_named_before_anything_is_sent() -> None:
    given = {**PASSWORDS, "NOTIFY_BROKER_PASSWORD": "short"}
    with pytest.raises(CommandRefusal, match=r"BROKER_ADMIN_URL.*NOTIFY_BROKER_PASSWORD") as refused:
        provision_broker.wanted(given)
    assert "TREASURY_BROKER_PASSWORD" not in str(refused.value)


def test_the_definitions_can_be_written_instead_for_an_administrator_who_imports_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    environ = {**PASSWORDS, "BROKER_ADMIN_URL": "https://nobody@nowhere/city"}
    assert provision_broker.main(["--print"], environ) == 0
    written = json.loads(capsys.readouterr().out)
    assert {queue["name"] for queue in written["queues"]} >= {f"rpc-{name}" for name in SERVICES}


def test_importing_it_again_changes_nothing() -> None:
    environ = {**PASSWORDS, "BROKER_ADMIN_URL": "https://nobody@nowhere/city"}
    assert provision_broker.wanted(environ) == provision_broker.wanted(environ)
