"""A pooler as PgBouncer is one, as far as a client can tell: it lends the server's sessions, for one transaction or for good."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

import psycopg
from psycopg.conninfo import make_conninfo

AUTHENTICATED = b"R" + struct.pack("!ii", 8, 0)
READY = b"Z" + struct.pack("!i", 5) + b"I"


class _Session:
    """A session of the server, logged in by the driver and taken from it to be spoken to by hand."""

    def __init__(self, conninfo: str) -> None:
        self._owner = psycopg.connect(conninfo, autocommit=True)
        self.socket = socket.socket(fileno=os.dup(self._owner.fileno()))
        self.socket.setblocking(True)
        self._came = b""

    def message(self) -> bytes:
        while len(self._came) < 5 or len(self._came) < 1 + struct.unpack("!i", self._came[1:5])[0]:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("the server is gone")
            self._came += data
        size = 1 + struct.unpack("!i", self._came[1:5])[0]
        message, self._came = self._came[:size], self._came[size:]
        return message

    def close(self) -> None:
        self.socket.close()
        self._owner.close()


class Pooler:
    """`returned` says which free session is taken next: the one that came back last, or the one that rested longest."""

    def __init__(
        self, conninfo: str, mode: Literal["transaction", "session"], sessions: int, returned: Literal["last", "first"]
    ) -> None:
        self._mode = mode
        self._returned = returned
        self._free = deque(_Session(conninfo) for _ in range(sessions))
        self._all = list(self._free)
        self._changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._all:
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError, ConnectionError):
            self._greet(client)
            lent: _Session | None = None
            try:
                while data := client.recv(65536):
                    if data[:1] == b"X":
                        return
                    lent = lent or self._take()
                    lent.socket.sendall(data)
                    if self._answered(lent, client) and self._mode == "transaction":
                        lent = self._give_back(lent)
            finally:
                if lent is not None:
                    self._give_back(lent)

    @staticmethod
    def _greet(client: socket.socket) -> None:
        """Everybody is let in; the number that a client is told is none of the server's."""
        while True:
            (size,) = struct.unpack("!i", client.recv(4, socket.MSG_WAITALL))
            if struct.unpack("!i", client.recv(size - 4, socket.MSG_WAITALL)[:4])[0] != 80877103:
                break
            client.sendall(b"N")  # no TLS here
        secret = b"K" + struct.pack("!iii", 12, 2_000_000_000, 7)
        told = b"".join(
            b"S" + struct.pack("!i", 4 + len(pair)) + pair
            for pair in (b"server_version\0" + b"18.0\0", b"client_encoding\0UTF8\0", b"TimeZone\0UTC\0")
        )
        client.sendall(AUTHENTICATED + told + secret + READY)

    @staticmethod
    def _answered(lent: _Session, client: socket.socket) -> bool:
        """Passes the answer on; whether no transaction is open after it."""
        while True:
            message = lent.message()
            client.sendall(message)
            if message[:1] == b"Z":
                return message[5:6] == b"I"

    def _take(self) -> _Session:
        with self._changed:
            self._changed.wait_for(lambda: self._free, timeout=20)
            return self._free.pop() if self._returned == "last" else self._free.popleft()

    def _give_back(self, lent: _Session) -> None:
        with self._changed:
            self._free.append(lent)
            self._changed.notify()


@contextmanager
def pooler(
    url: str, mode: Literal["transaction", "session"], *, sessions: int, returned: Literal["last", "first"] = "last"
) -> Iterator[str]:
    """The same database by way of a pooler with so many sessions."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    between = Pooler(make_conninfo(plain), mode, sessions, returned)
    try:
        at = plain.rpartition("@")
        yield f"postgresql+psycopg://{at[0].partition('://')[2]}@127.0.0.1:{between.port}/{at[2].partition('/')[2]}"
    finally:
        between.close()
