"""A form with files in it (multipart/form-data, RFC 7578), part by part as it comes: no file is ever whole in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

MULTIPART = "multipart/form-data"
MOST_HEADERS = 8
UNREADABLE = "提交的内容无法识别。"


@dataclass(frozen=True)
class BodyPart:
    """The head of one part. `file_name` is None for what is no file, and empty where nobody has chosen one."""

    name: str
    file_name: str | None
    media_type: str


Event = BodyPart | bytes | None
"""The head of a part, then pieces of it, then None for its end."""


def is_multipart(request: Request) -> bool:
    """Whether the body is a form with files."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == MULTIPART


async def events_of(request: Request, pieces: AsyncIterator[bytes]) -> AsyncIterator[Event]:
    """The body, in `pieces` as they come. Raises HTTPException 400 for what is no such form, and what `pieces` raise."""
    _kind, options = parse_options_header(request.headers.get("content-type", ""))
    reading = _Reading()
    try:
        parser = reading.parser(options.get(b"boundary", b""))
        async for piece in pieces:
            parser.write(piece)
            for event in reading.taken():
                yield event
        parser.finalize()
    except (FormParserError, UnicodeDecodeError):
        raise HTTPException(400, UNREADABLE) from None
    if not reading.ended:
        raise HTTPException(400, UNREADABLE)


async def data_of(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    """The pieces of the part whose head came last, to its end."""
    async for event in events:
        if not isinstance(event, bytes):
            return
        yield event


class _Reading:
    """What the parser has said and nobody has taken yet."""

    def __init__(self) -> None:
        self.ended = False
        self._said: list[Event] = []
        self._headers: dict[bytes, bytes] = {}
        self._field, self._value = b"", b""

    def parser(self, boundary: bytes) -> MultipartParser:
        """Raises FormParserError for a boundary that cannot be one."""
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_head,
                "on_part_data": lambda data, start, end: self._said.append(bytes(data[start:end])),
                "on_part_end": lambda: self._said.append(None),
                "on_end": self._on_end,
            },
            max_header_count=MOST_HEADERS,
        )

    def taken(self) -> list[Event]:
        said, self._said = self._said, []
        return said

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field, self._value = b"", b""

    def _on_head(self) -> None:
        _kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        file_name = options.get(b"filename")
        media_type = self._headers.get(b"content-type", b"").decode("latin-1")
        name = options.get(b"name", b"").decode()
        self._said.append(BodyPart(name, None if file_name is None else file_name.decode(errors="replace"), media_type))

    def _on_end(self) -> None:
        self.ended = True
