"""The load generator against a server that does as little as one can."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from bench.load import request, run
from bench.sink import content_length

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
REFUSED = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


@contextmanager
def server(answer: bytes) -> Iterator[int]:
    """Answers everything with `answer`; with nothing, it hangs up instead."""

    def converse(connection: socket.socket) -> None:
        with connection:
            while answer and connection.recv(65_536):
                connection.sendall(answer)

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:  # the test is over
                return
            Thread(target=converse, args=(connection,), daemon=True).start()

    listening = socket.create_server(("127.0.0.1", 0))
    Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def test_every_answer_is_timed_and_counted() -> None:
    with server(CREATED) as port:
        outcome = run(port, [request("GET", "/")], connections=3, seconds=0.3)
    assert set(outcome.statuses) == {201}
    assert len(outcome.latencies) == outcome.statuses[201] > 3
    assert 0 < outcome.seconds < 5
    assert outcome.failures == {}


def test_each_request_is_sent_once_when_it_is_to_be_and_its_answer_kept() -> None:
    with server(CREATED) as port:
        requests = [request("POST", "/", body=b"{}") for _ in range(10)]
        outcome = run(port, requests, connections=4, seconds=30, once=True, bodies=True)
    assert outcome.statuses == {201: 10}
    assert outcome.bodies == ["{}"] * 10


@pytest.mark.parametrize(("answer", "failures"), [(REFUSED, {404: 5}), (b"", {0: 4})])
def test_what_is_not_a_success_is_a_failure(answer: bytes, failures: dict[int, int]) -> None:
    with server(answer) as port:
        outcome = run(port, [request("GET", "/")] * 5, connections=4, seconds=30, once=True)
    assert outcome.failures == failures


def test_the_sink_knows_how_long_a_body_is() -> None:
    assert content_length(b"POST / HTTP/1.1\r\nContent-Length: 12\r\nX: y") == 12
    assert content_length(b"GET / HTTP/1.1\r\nHost: a") == 0
