"""What nobody should send, and a strict stand-in for all that lies behind the door."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx
import orjson
from door_kit import REGISTERS, YesMan
from fastapi import FastAPI

from console.contracts.schemas import message_types
from console.quality.testing import ALL_ATTACKS
from contracts.message import Command, Contract, Query, snake_case
from gateway.anybody import ANYBODY
from gateway.headers import PROGRAMS
from gateway.openapi import ProblemDetails
from gateway.places import Urgency

Json = dict[str, Any]
EVERY = 1 if os.environ.get(ALL_ATTACKS) else 6
"""In the everyday suite each leaf gets one value in so many, another one each; `./zhida attack` tries all with all."""

IN_AN_ADDRESS: Sequence[bytes] = tuple(
    each if isinstance(each, bytes) else each.encode("utf-8", "surrogatepass")
    for each in (
        "", " ", "x" * 9_000, "\0", "a\0b", b"\xff", b"\xc3\x28", "\ud800", "-1", "0", "1", str(10**20), "-" + str(10**20),
        str(2**31), str(2**63), "9" * 5_000, "NaN", "Infinity", "1e309", "1.5", "true", "null", "[]", "{}", '{"a":1}',
        "../../etc/passwd", "'; DROP TABLE tracking; --", "%", "%s%n", "2026-13-45", "9999-12-31", "0001-01-01",
        "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "10000-01-01T00:00:00Z", "２０２６", "٢٠٢٦", "²", "1_000", "🏭" * 20, "\u202e反",
        "a" * 401, "bnVsbA", "W10", "WzFd", "W251bGxd", "W3t9XQ", "WyJcdTAwMDAiXQ", "é" * 50,
    )
)  # fmt: skip
"""Values of a parameter, as bytes; the last ones are cursors of the wrong type and shape."""

IN_A_BODY: Sequence[Any] = (
    None, True, 0, -1, 1.5, 2**31, 2**63, -(2**63) - 1, 10**30, "", " ", "\0", "a\0b", "\ud800", "x" * 100_000, "-1", "NaN",
    [], {}, [None], [[[]]], {"a": {"b": 1}}, [{"unheard_of": 1}], "9999-12-31", "0001-01-01T00:00:00+14:00", "2026-02-30",
    "９９９", "٩٩٩", "²", "1_000", "'; DROP TABLE tracking; --", "\u202e反", [0] * 600,
)  # fmt: skip

WHOLE_BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a number": b"1e400",
    "no number": b"NaN",
    "no number inside": b'{"a": -Infinity}',
    "a name twice": b'{"a": 1, "a": 1}',
    "UTF-16": '{"a": "b"}'.encode("utf-16"),
    "UTF-32": '{"a": "b"}'.encode("utf-32-le"),
    "no text": b'{"a": "\xff\xfe"}',
    "half a character": b'{"\\ud800": "\\udc00"}',
    "300 levels": b'{"a":' * 300 + b"1" + b"}" * 300,
    "100,000 levels": b"[" * 100_000,
    "half of it": b'{"a": "b',
    "a long number": b'{"a": ' + b"9" * 6_000 + b"}",
    "many names": b"{" + b",".join(b'"n%d":1' % number for number in range(5_000)) + b"}",
}

HEADERS: Mapping[str, Sequence[bytes]] = {
    "If-Match": (
        b"", b"*", b'"1", "2"', b'"-1"', b'"' + b"9" * 5_000 + b'"', b'"18446744073709551616"', b"\xff\xfe", b'W/"x"', b"1e3",
        "３".encode(), b'"3" ',
    ),
    "If-None-Match": (b"", b"*", b"\xff", b'"' + b"x" * 5_000 + b'"', b'1-ndjson-\xff', b'"1-page-0"'),
    "Idempotency-Key": (b"", b"1234567", b"k" * 201, b"\xff" * 10, b"  a key  ", b"'; DROP TABLE x"),
    "Authorization": (b"", b"Bearer", b"Bearer ", b"Basic abc", b"bearer \xff", b"Bearer " + b"x" * 9_000, b"Bearer a b c"),
    "Accept-Language": (b"\xff", b"zh;q=x", b"," * 1_000),
    "traceparent": (b"\xff", b"00-0-0-0", b"x" * 500, b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01"),
    "X-Forwarded-For": (b"\xff", b"1.2.3.4, " * 200, b"::1, nobody"),
    "Cookie": (b"\xff=\xff", b"zhida=" + b"x" * 5_000, b"=;=;="),
    "Host": (b"\xff", b"", b"a b", b"[::1", b"x" * 300),
    "Content-Length": (b"-1", b"\xb2", b"9" * 5_000, b"1, 1"),
}  # fmt: skip

CONTENT_TYPES = (
    b"",
    b"text/plain",
    b"multipart/form-data; boundary=x",
    b"application/xml",
    b"\xff",
    b"application/json2",
)


def unfit(said: Any) -> Iterator[str]:
    """What in a message neither the bus nor a database can carry."""
    if isinstance(said, str):
        if "\0" in said or any("\ud800" <= each <= "\udfff" for each in said):
            yield repr(said[:40])
    elif isinstance(said, int):
        if not -(2**63) <= said < 2**63:
            yield f"{str(said)[:40]}"
    elif isinstance(said, date):
        if not 1900 <= said.year <= 2200:
            yield str(said)
    elif isinstance(said, Mapping):
        for name, value in said.items():
            yield from unfit(name)
            yield from unfit(value)
    elif isinstance(said, list | tuple | set | frozenset):
        for value in said:
            yield from unfit(value)
    elif hasattr(said, "__pydantic_fields__"):
        yield from unfit(said.__dict__)


CONTRACTS: Mapping[str, type[Contract]] = {
    snake_case(each.__name__): each for kind in (Command, Query) for each in message_types(kind)
}


@dataclass
class Behind:
    """Bus and registers: they take what a real one could carry, remember it, and say yes. What they could not is a fault."""

    envelopes: list[Json] = field(default_factory=list)
    refusal: Json | None = None

    async def call(self, service: str, method: str, payload: Json, **how: Any) -> Json:
        actor = payload.get("actor")
        signed_in = bool(actor) and actor["id"] != ANYBODY.id
        ordering = Urgency.ORDER if signed_in else Urgency.PUBLIC_ORDER
        reading = Urgency.READING if signed_in else Urgency.PUBLIC
        assert how["timeout"] > 0
        assert how["urgency"] is (ordering if issubclass(CONTRACTS[method], Command) else reading)
        self._take(CONTRACTS[method], payload)
        return {"refused": self.refusal} if self.refusal else await YesMan().call(service, method)

    def registers(self, contract: type[Contract], _handle: object, envelope: Json, **_: object) -> Json:
        self._take(contract, envelope)
        if self.refusal:
            return {"refused": self.refusal}
        return {"ok": REGISTERS.get(contract.__name__, {"version": 1, "person_id": "a-2"})}

    def _take(self, contract: type[Contract], envelope: Json) -> None:
        orjson.dumps(envelope)
        understood = contract.model_validate(envelope["body"])
        assert not list(unfit(envelope)) + list(unfit(understood)), contract.__name__
        self.envelopes.append(envelope)


def addressed(path: str, *parameters: tuple[str, bytes]) -> httpx.URL:
    """The address with parameters as they are, byte for byte."""
    query = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in parameters)
    return httpx.URL(f"http://door{path}{'?' + query if query else ''}")


def bodied(body: Any) -> bytes:
    """JSON of anything, halves of characters too."""
    return json.dumps(body).encode()


def sent(app: FastAPI, requests: Iterable[Json]) -> Iterator[tuple[Json, httpx.Response]]:
    """Each request with its answer; all over one client, one after the other."""
    listed = list(requests)

    async def all_of_them() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return [await client.request(**each) for each in listed]

    yield from zip(listed, asyncio.run(all_of_them()), strict=True)


def must_hold(app: FastAPI, requests: list[Json]) -> list[Any]:
    """Each is answered or refused, in the shape that is promised; the answers."""
    answers = []
    for request, answer in sent(app, requests):
        told = (request["method"], str(request["url"])[:200], str(request.get("content"))[:200], request.get("headers"))
        assert answer.status_code < 500, (told, answer.text)
        assert {name: answer.headers.get(name) for name in PROGRAMS} == PROGRAMS, told
        assert answer.headers.get("cache-control"), told
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", told
            problem = ProblemDetails.model_validate(answer.json())
            assert problem.status == answer.status_code, told
            assert problem.code != "http_error", told
            assert problem.detail.strip(), told
            assert "Traceback" not in answer.text, told
        answers.append(answer)
    return answers


def some(values: Any, at: int) -> Iterator[Any]:
    """Those of the values that this leaf gets."""
    return (value for number, value in enumerate(values) if (number + at) % EVERY == 0)


def plain(request: Json) -> Json:
    """The request with its address and body written out, so that they can be spoilt."""
    whole = {key: value for key, value in request.items() if key not in ("params", "json")}
    whole["url"] = addressed(request["url"], *((name, value.encode()) for name, value in request["params"].items()))
    if "json" in request:
        whole["content"] = bodied(request["json"])
        whole["headers"] = {**request["headers"], "Content-Type": "application/json"}
    return whole
