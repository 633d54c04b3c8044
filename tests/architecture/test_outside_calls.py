"""There is one way to call somebody outside (chassis/outside): nobody else speaks HTTP or opens a socket."""

from __future__ import annotations

import ast

from tests.architecture.source_tree import imported, modules, tree_of, where
from tests.unit.chassis.outside_clients import CLIENTS

OURS = ("contracts", "rules", "chassis", "copies", "services", "gateway")
WIRES = {
    "aiohttp",
    "asyncio.open_connection",
    "certifi",
    "eventlet.green",
    "ftplib",
    "h11",
    "http.client",
    "httpcore",
    "httpx",
    "imaplib",
    "pycurl",
    "requests",
    "smtplib",
    "socket",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
    "werkzeug",
    "xmlrpc",
}
OWN_SOCKETS = {
    "chassis/edge/runner.py": "names are looked up in threads",
    "services/catalog/matching/line.py": "the matching process beside this one, over a file of ours",
}


def wires_in(tree: ast.AST) -> set[str]:
    names = imported(tree)
    return {wire for wire in WIRES if any(name == wire or name.startswith(f"{wire}.") for name in names)}


def test_nobody_but_the_one_client_speaks_to_the_outside() -> None:
    found = {where(file): wires_in(tree_of(file)) for file in modules(*OURS)}
    strays = {
        file: wires
        for file, wires in found.items()
        if wires and not file.startswith("chassis/outside/") and (file not in OWN_SOCKETS or wires != {"socket"})
    }
    assert strays == {}
    assert {file for file, wires in found.items() if wires == {"socket"}} >= OWN_SOCKETS.keys(), "one needs none"


def test_another_way_is_found() -> None:
    for line in (
        "import requests",
        "from urllib.request import urlopen",
        "import http.client",
        "from httpx import get",
    ):
        assert wires_in(ast.parse(line)), line
    assert not wires_in(ast.parse("from urllib.parse import urlsplit\nfrom starlette.requests import Request"))


def test_every_outside_client_stands_before_every_rude_server() -> None:
    """tests/unit/chassis/test_every_outside_client.py goes through this list."""
    making = {
        where(file)
        for file in modules(*OURS)
        if not where(file).startswith("chassis/outside/")
        and "chassis.outside.client.OutsideClient" in imported(tree_of(file))
    }
    assert making == set(CLIENTS)
