"""What came over the wire, read strictly: what no JSON is, and what neither the bus nor a database can carry.

Everything that is wrong is told at once, as pydantic tells it (`Wrong`), so that it stands beside what does not fit the
contract.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

Wrong = dict[str, Any]
"""One thing that does not fit, as pydantic tells it."""

Place = tuple[str | int, ...]

MOST_LEVELS = 64
"""A rule of a policy item nests some twenty levels. The libraries on the way break at a few hundred."""

WIDEST = 2**63
YEARS = range(1900, 2201)
"""Days outside of these are typing errors, and beyond some of them no calendar can count."""

DAY = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}")

MALFORMED = frozenset({"json_invalid", "json_not_utf8", "json_not_finite", "json_name_twice", "json_too_deep"})
"""What no JSON is: nothing else can be said of such a body."""


def json_in(raw: bytes) -> Any:
    """The body's JSON, None for no body. Raises RequestValidationError: for bytes that are not UTF-8 (RFC 8259), what is
    not JSON, numbers that are none (NaN, Infinity), a name that stands twice in one object, and deeper nesting."""
    if not raw:
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestValidationError([_wrong("json_not_utf8", ("body", error.start))]) from None
    reading = _Reading()
    try:
        said = json.loads(
            text, parse_constant=reading.no_number, object_pairs_hook=reading.names_once, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        raise RequestValidationError([_wrong("json_invalid", ("body", error.pos))]) from None
    except RecursionError:
        raise RequestValidationError([_wrong("json_too_deep", ("body",), most=MOST_LEVELS)]) from None
    if _depth(said) > MOST_LEVELS:
        reading.wrong.append(_wrong("json_too_deep", ("body",), most=MOST_LEVELS))
    if reading.wrong:
        raise RequestValidationError(reading.wrong)
    return said


class _Reading:
    """What is noticed while one body is read."""

    def __init__(self) -> None:
        self.wrong: list[Wrong] = []

    def no_number(self, name: str) -> None:
        self.wrong.append(_wrong("json_not_finite", ("body",), name=name))

    def names_once(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _value in pairs]
            twice = sorted({name for name in names if names.count(name) > 1})
            self.wrong += [_wrong("json_name_twice", ("body", readable(name))) for name in twice]
        return found


def _whole(digits: str) -> int:
    # Python reads no more than 4300 digits; a number that long is as wrong as the widest that is read.
    return int(digits) if len(digits) <= 40 else int(digits[:40])


def readable(step: str | int) -> str | int:
    """A step of a place as it can be written: halves of characters are not."""
    return step.encode(errors="replace").decode() if isinstance(step, str) else step


def _depth(said: Any) -> int:
    deepest, todo = 0, [(said, 1)]
    while todo:
        here, level = todo.pop()
        deepest = max(deepest, level)
        inside = here.values() if isinstance(here, dict) else here if isinstance(here, list) else ()
        todo += [(each, level + 1) for each in inside]
    return deepest


def unfit_text(said: Any, place: Place) -> Iterator[Wrong]:
    """What of the text in `said` cannot be kept: NUL, which PostgreSQL's text cannot hold, and halves of characters (lone
    surrogates), which UTF-8 has not. Names count as well as values."""
    if isinstance(said, str):
        if "\0" in said:
            yield _wrong("string_unstorable", place)
        if not said.isascii() and any("\ud800" <= each <= "\udfff" for each in said):
            yield _wrong("string_unicode", place)
    elif isinstance(said, Mapping):
        for name, value in said.items():
            yield from unfit_text(name, (*place, readable(str(name))))
            yield from unfit_text(value, (*place, readable(str(name))))
    elif isinstance(said, list | tuple):
        for at, value in enumerate(said):
            yield from unfit_text(value, (*place, at))


def unfit_values(said: Any, place: Place = ()) -> Iterator[Wrong]:
    """What of the numbers and days in a contract, or in a parameter, is beyond what can be counted with."""
    if isinstance(said, BaseModel):
        said = said.__dict__
    if isinstance(said, int):
        if not -WIDEST <= said < WIDEST:
            yield _wrong("int_too_large", place)
    elif isinstance(said, date):
        if said.year not in YEARS:
            yield _wrong("date_out_of_range", place, first=YEARS[0], last=YEARS[-1])
    elif isinstance(said, Mapping):
        for name, value in said.items():
            yield from unfit_values(value, (*place, str(name)))
    elif isinstance(said, list | tuple):
        for at, value in enumerate(said):
            yield from unfit_values(value, (*place, at))


def unfit_writing(said: Any, kept: Any, place: Place = ()) -> Iterator[Wrong]:
    """What was read as a day or a number although nobody writes one so: seconds since 1970 (`0`), `1_000`.

    `kept` is the contract that was made of `said`.
    """
    if isinstance(kept, BaseModel):
        kept = kept.__dict__
    if isinstance(kept, Mapping) and isinstance(said, Mapping):
        for name in kept.keys() & said.keys():
            yield from unfit_writing(said[name], kept[name], (*place, str(name)))
    elif isinstance(kept, list | tuple) and isinstance(said, list | tuple):
        for at, (written, read) in enumerate(zip(said, kept, strict=False)):
            yield from unfit_writing(written, read, (*place, at))
    elif isinstance(kept, date):
        if not isinstance(said, date) and not (isinstance(said, str) and DAY.match(said)):
            yield _wrong("date_from_datetime_parsing", place)
    elif isinstance(kept, int) and isinstance(said, str) and "_" in said:
        yield _wrong("int_parsing", place)


def unknown_parameter(name: str, known: Iterator[str] | list[str]) -> Wrong:
    """A name in an address that the route does not know; without it there would be more in the answer than was asked for."""
    return _wrong("unknown_parameter", ("query", name), known="、".join(sorted(known)) or "无")


def given_twice(name: str) -> Wrong:
    """A parameter that stands twice in an address although it has one value: which was meant nobody knows."""
    return _wrong("given_twice", ("query", name))


def _wrong(kind: str, place: Place, **context: object) -> Wrong:
    return {"type": kind, "loc": place, "msg": kind, "ctx": context}
