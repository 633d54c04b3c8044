"""The connection under a call to the outside: a socket, with TLS or without, that ends at an instant.

A timeout of httpcore is one per read: a server that drips a byte a second is never late. Here the numbers that httpcore
hands on as timeouts are instants on the monotonic clock, and each wait is for what is left until then. TLS runs over
memory, so that every byte passes through these waits: eventlet's own TLS sockets wait anew for each part of a record.
It works the same in a thread and in a green thread.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import httpcore

from chassis.outside.reach import Reach

T = TypeVar("T")
PIECE = 64 * 1024
LOOK_UPS = 4
"""Names of one client that are looked up at once: a name server that hangs holds up that client alone."""

Fault = type[Exception]
CONNECTING: tuple[Fault, Fault] = (httpcore.ConnectTimeout, httpcore.ConnectError)
READING: tuple[Fault, Fault] = (httpcore.ReadTimeout, httpcore.ReadError)
WRITING: tuple[Fault, Fault] = (httpcore.WriteTimeout, httpcore.WriteError)


class AddressRefused(httpcore.ConnectError):
    """The name leads to where this client may not go."""


@contextmanager
def _said_as(faults: tuple[Fault, Fault]) -> Iterator[None]:
    late, broken = faults
    try:
        yield
    except TimeoutError as error:
        raise late(str(error) or "too late") from error
    except (OSError, ValueError) as error:  # names can be no names
        raise broken(f"{type(error).__name__}: {error}") from error


def _left(until: float | None) -> float:
    """Seconds until then. Raises TimeoutError."""
    assert until is not None, "every call has a deadline"
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the call's time is over")
    return seconds


class _Stream(httpcore.NetworkStream):
    """One connection. `timeout` is an instant everywhere."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._tls: ssl.SSLObject | None = None
        self._coming, self._going = ssl.MemoryBIO(), ssl.MemoryBIO()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _said_as(READING):
            if self._tls is None:
                return self._received(max_bytes, timeout)
            try:
                return self._through(partial(self._tls.read, max_bytes), timeout)
            except ssl.SSLZeroReturnError:
                return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _said_as(WRITING):
            if self._tls is None:
                self._send(buffer, timeout)
                return
            view = memoryview(buffer)
            while view:
                view = view[self._through(partial(self._tls.write, view[:PIECE]), timeout) :]

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with _said_as(CONNECTING):
            try:
                self._tls = ssl_context.wrap_bio(self._coming, self._going, server_hostname=server_hostname)
                self._through(self._tls.do_handshake, timeout)
            except BaseException:
                self.close()
                raise
        return self

    def close(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        return {"ssl_object": self._tls, "socket": self._socket}.get(info)

    def _through(self, act: Callable[[], T], until: float | None) -> T:
        """What TLS does, with what it wants to send and to hear meanwhile."""
        while True:
            try:
                done = act()
            except ssl.SSLWantReadError:
                self._send(self._going.read(), until)
                if got := self._received(PIECE, until):
                    self._coming.write(got)
                else:
                    self._coming.write_eof()
            else:
                self._send(self._going.read(), until)
                return done

    def _received(self, most: int, until: float | None) -> bytes:
        self._socket.settimeout(_left(until))
        return self._socket.recv(most)

    def _send(self, content: bytes, until: float | None) -> None:
        view = memoryview(content)
        while view:
            self._socket.settimeout(_left(until))
            view = view[self._socket.send(view) :]


class Wire(httpcore.NetworkBackend):
    """Makes connections: the name is looked up once, its addresses are judged, and one of these is connected to.

    TLS is verified against the name all the same. With `reach=None` the operator has named the server: no address is
    judged.
    """

    def __init__(self, reach: Reach | None) -> None:
        self._reach = reach
        self._names = ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="names")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        with _said_as(CONNECTING):
            found = self._looked_up(host, port, timeout)
        if self._reach is not None and not all(self._reach.allows(str(place[0]), port) for _, place in found):
            raise AddressRefused(f"{host}:{port} may not be called")
        with _said_as(CONNECTING):
            return _Stream(_connected(found, timeout))

    def close(self) -> None:
        """Wait for nothing: a name that is still being looked up is nobody's any more."""
        self._names.shutdown(wait=False, cancel_futures=True)

    def _looked_up(self, host: str, port: int, until: float | None) -> list[tuple[int, tuple[Any, ...]]]:
        """(family, address) of each of the host's addresses. Raises OSError."""
        asked = self._names.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            answer = asked.result(_left(until))
        except NotInTime as error:
            raise TimeoutError(f"{host} was not looked up in time") from error
        finally:
            asked.cancel()
        if not answer:
            raise OSError(f"{host} has no address")
        return [(int(each[0]), each[4]) for each in answer]


def _connected(found: list[tuple[int, tuple[Any, ...]]], until: float | None) -> socket.socket:
    """A connection to the first that takes one; each has its part of the time. Raises OSError."""
    failed: OSError | None = None
    for place, (family, address) in enumerate(found):
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(_left(until) / (len(found) - place))
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failed = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise failed or OSError("no address")
