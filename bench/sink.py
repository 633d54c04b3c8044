"""A server that takes whatever it is sent and answers 200 with nothing: `python -m bench.sink PORT`.

It stands in for a trace collector while requests are measured (`GET /taken` tells how many exports it took, and
their bytes), and it is what the load generator's own ceiling is measured against.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop

from console.machine.ports import LOOPBACK

NOTHING = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Sink(asyncio.Protocol):
    """One connection with keep-alive."""

    exports = 0
    taken_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._received = bytearray()

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end])
            length = content_length(head)
            if len(self._received) < end + 4 + length:
                return
            del self._received[: end + 4 + length]
            self._transport.write(self._answer(head, length))

    @staticmethod
    def _answer(head: bytes, length: int) -> bytes:
        if head.startswith(b"POST"):
            Sink.exports += 1
            Sink.taken_bytes += length
        elif head.startswith(b"GET /taken "):
            told = b'{"exports": %d, "bytes": %d}' % (Sink.exports, Sink.taken_bytes)
            return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
                len(told),
                told,
            )
        return NOTHING


def content_length(head: bytes) -> int:
    """0 for a request without a body. Bodies in chunks are not understood."""
    lower = head.lower()
    start = lower.find(b"\r\ncontent-length:")
    if start < 0:
        return 0
    end = lower.find(b"\r\n", start + 2)
    return int(lower[start + 17 : end if end > 0 else None])


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, LOOPBACK, port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
