"""Whoever is slow, or says nothing at all, keeps nobody else from being paid."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from urllib.parse import urlsplit

import pytest
from scene_kit import INSTANT, NOMINATED, small_scene
from system_kit import House

IDLE, DRIPPING, UNREAD = 1000, 40, 40
"""Sockets that say nothing; requests that never come to their end; answers that nobody reads."""

HEAD = b"GET /api/v1/policies HTTP/1.1\r\nHost: attacker\r\nX-Slow: "
BODY = (
    b"POST /api/v1/applications HTTP/1.1\r\nHost: attacker\r\nAuthorization: Bearer junk\r\n"
    b"Content-Type: application/json\r\nContent-Length: 200000\r\nIdempotency-Key: attack-key-1\r\n\r\n{"
)
LARGE = b"GET /api/v1/open-data/policies.ndjson HTTP/1.1\r\nHost: attacker\r\n\r\n"
EVERY_S = 0.5


@contextmanager
def open_sockets(house: House, number: int, first: bytes = b"") -> Iterator[Sequence[socket.socket]]:
    """So many connections to the gateway, each after it has said `first`; a closed door is no failure of the test's."""
    address = urlsplit(house.url)
    with ExitStack() as stack:
        opened = []
        for _ in range(number):
            each = stack.enter_context(closing(socket.create_connection((address.hostname, address.port), timeout=5)))
            if first:
                each.sendall(first)
            opened.append(each)
        yield opened


@contextmanager
def dripping(sockets: Sequence[socket.socket]) -> Iterator[None]:
    """One byte more on each of them, again and again, while the block runs."""
    ended = threading.Event()

    def drip() -> None:
        left = list(sockets)
        while left and not ended.wait(EVERY_S):
            left = [each for each in left if _sends(each, b"x")]

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=10)


def _sends(each: socket.socket, content: bytes) -> bool:
    try:
        each.sendall(content)
    except OSError:
        return False  # The door has had enough of it, as it should.
    return True


@pytest.mark.attack_only
def test_payments_go_through_while_a_thousand_sockets_say_nothing_and_others_drip(house: House) -> None:
    stage = house.prepare(small_scene("slow", [NOMINATED, INSTANT, INSTANT]))
    with (
        open_sockets(house, IDLE),
        open_sockets(house, DRIPPING, HEAD) as heads,
        open_sockets(house, DRIPPING, BODY) as bodies,
        open_sockets(house, UNREAD, LARGE),
        dripping([*heads, *bodies]),
    ):
        house.play(stage, within=60)
    house.must_hold()
