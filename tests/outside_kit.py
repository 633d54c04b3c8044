"""Servers that misbehave on the wire: they drip, say nothing, never end, break off, send somebody elsewhere."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OK = b"HTTP/1.1 200 OK\r\n"
DRIP_SECONDS = 0.05
"""Well below any time-out of one read: only a deadline for the whole call ends it."""

Conduct = Callable[["RudeServer", socket.socket], None]


def drips(server: RudeServer, connection: socket.socket) -> None:
    """A byte, and a byte, and a byte."""
    _send(connection, OK + b"Content-Length: 100000\r\n\r\n")
    while not server.closing.wait(DRIP_SECONDS):
        _send(connection, b" ")


def drips_its_headers(server: RudeServer, connection: socket.socket) -> None:
    _send(connection, OK)
    while not server.closing.wait(DRIP_SECONDS):
        _send(connection, b"x")


def half_open(server: RudeServer, connection: socket.socket) -> None:
    """Takes the connection and the request, and never says a word."""
    server.closing.wait()


def endless_body(server: RudeServer, connection: socket.socket) -> None:
    _send(connection, OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while not server.closing.is_set():
        _send(connection, b"4000\r\n" + b"x" * 0x4000 + b"\r\n")


def endless_headers(server: RudeServer, connection: socket.socket) -> None:
    _send(connection, OK)
    number = 0
    while not server.closing.is_set():
        number += 1
        _send(connection, b"x-%d: %s\r\n" % (number, b"y" * 200))


def endless_promises(server: RudeServer, connection: socket.socket) -> None:
    """Each is a whole answer of its own kind (RFC 9110, 15.2), and none is the last."""
    while not server.closing.is_set():
        _send(connection, b"HTTP/1.1 102 Processing\r\n\r\n")
        time.sleep(0.001)


def closes_in_the_middle(server: RudeServer, connection: socket.socket) -> None:
    _send(connection, OK + b"Content-Length: 1000\r\n\r\n{")


def compressed_bomb(server: RudeServer, connection: socket.socket) -> None:
    _send(connection, OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")


def answers(content: bytes, status: str = "200 OK", *headers: str) -> Conduct:
    def answer(server: RudeServer, connection: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Content-Type: application/json", *headers]
        _send(connection, "\r\n".join(lines).encode() + b"\r\n\r\n" + content)

    return answer


NEVER_DONE: dict[str, Conduct] = {
    "drip": drips,
    "drip in headers": drips_its_headers,
    "half-open": half_open,
    "endless": endless_body,
    "endless headers": endless_headers,
    "endless promises": endless_promises,
    "closes in the middle": closes_in_the_middle,
    "compressed": compressed_bomb,
}


class RudeServer:
    """One port of this machine; `asked` are the requests as they came, `conduct` what is done with each."""

    def __init__(self, conduct: Conduct, tls: ssl.SSLContext | None = None) -> None:
        self.conduct = conduct
        self.closing = threading.Event()
        self.asked: list[bytes] = []
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with contextlib.suppress(OSError), contextlib.ExitStack() as open_now:
            open_now.enter_context(connection)
            if self._tls is not None:
                connection = open_now.enter_context(self._tls.wrap_socket(connection, server_side=True))
            self.asked.append(_request(connection))
            self.conduct(self, connection)


@contextlib.contextmanager
def rude(conduct: Conduct, tls: ssl.SSLContext | None = None) -> Iterator[RudeServer]:
    server = RudeServer(conduct, tls)
    try:
        yield server
    finally:
        server.close()


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """TLS as the server of this name speaks it, and the file with whoever vouches for it: itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    try:
        called: x509.GeneralName = x509.IPAddress(ip_address(name))
    except ValueError:
        called = x509.DNSName(name)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([called]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "authority.pem").write_bytes(pem)
    (folder / "both.pem").write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context, folder / "authority.pem"


def _request(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(65536)
        if not piece:
            return got
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def _send(connection: socket.socket, content: bytes) -> None:
    connection.sendall(content)
