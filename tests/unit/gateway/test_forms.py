"""How a route comes by its contract: from body, address, headers and token, validated once, all problems at once."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import orjson
import pytest
from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.datastructures import Headers, QueryParams

from contracts.message import Actor, Command, Id, Model, Page, PagedQuery, ServiceName
from contracts.refusal import Invalid
from gateway.door import Door
from gateway.forms import ContractNotFilled, Form
from gateway.identity.views import Principal

ENTERPRISE = Principal("zhanggong", Actor(id="clerk", roles=frozenset({"enterprise"}), enterprise_id="enterprise-1"))


class Painted(Model):
    wall: str


class PaintWall(Command[Painted]):
    owner: ClassVar[ServiceName] = "catalog"

    wall_id: Id
    colour: str = Field(min_length=3)
    coats: int = 1
    expected_version: int = Field(ge=1)


class BuyPaint(Command[Painted]):
    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    colour: str = "white"


class ListWalls(PagedQuery[Page]):
    owner: ClassVar[ServiceName] = "catalog"

    colour: tuple[str, ...] = Field(default=(), max_length=2)
    wall_version: int | None = None
    dry: bool = False


PAINTING: Form[PaintWall] = Form(PaintWall, "/walls/{wall_id}/paint", in_body=True, versioned=True)
BUYING: Form[BuyPaint] = Form(BuyPaint, "/paint", in_body=True, own_enterprise=True)
LISTING: Form[ListWalls] = Form(ListWalls, "/walls", in_body=False, called={"wall_version": "version"})


def door(body: Any = b"", *, query: str = "", headers: dict[str, str] | None = None, **path: str) -> Door:
    async def whole() -> bytes:
        return body if isinstance(body, bytes) else orjson.dumps(body)

    asked = SimpleNamespace(
        body=whole, query_params=QueryParams(query), headers=Headers(headers or {}), path_params=path
    )
    return Door(cast("Request", asked), ENTERPRISE)


def read(form: Form[Any], at: Door) -> Any:
    return asyncio.run(form.read(at))


def problems(form: Form[Any], at: Door) -> list[tuple[Any, ...]]:
    """(type, place…) of everything that is wrong."""
    with pytest.raises(RequestValidationError) as refused:
        read(form, at)
    return [(each["type"], *each["loc"]) for each in refused.value.errors()]


def test_body_path_and_header_make_the_command() -> None:
    made = read(PAINTING, door({"colour": "blue"}, headers={"If-Match": '"7"'}, wall_id="w-1"))
    assert made == PaintWall(wall_id="w-1", colour="blue", expected_version=7)


def test_all_that_is_wrong_is_told_at_once_where_it_was_said() -> None:
    wrong = door({"colour": "x", "coats": "many", "brush": 1}, headers={"If-Match": '"0"'}, wall_id="w 1")
    assert problems(PAINTING, wrong) == [
        ("string_pattern_mismatch", "path", "wall_id"),
        ("string_too_short", "body", "colour"),
        ("int_parsing", "body", "coats"),
        ("greater_than_equal", "expected_version"),
        ("extra_forbidden", "body", "brush"),
    ]


@pytest.mark.parametrize(
    ("headers", "expected"), [({}, HTTPException), ({"If-Match": '"x"'}, Invalid), ({"If-Match": '"3"'}, None)]
)
def test_a_version_that_is_not_said_is_told_when_all_else_is_right(
    headers: dict[str, str], expected: type[Exception] | None
) -> None:
    assert problems(PAINTING, door({}, headers=headers, wall_id="w-1")) == [("missing", "body", "colour")]
    good = door({"colour": "blue"}, headers=headers, wall_id="w-1")
    if expected is None:
        assert read(PAINTING, good).expected_version == 3
    else:
        with pytest.raises(expected):
            read(PAINTING, good)


@pytest.mark.parametrize("field", ["wall_id", "expected_version"])
def test_what_path_or_header_say_is_not_the_bodys_to_say(field: str) -> None:
    said = door({"colour": "blue", field: "9"}, headers={"If-Match": '"7"'}, wall_id="w-1")
    assert problems(PAINTING, said) == [("extra_forbidden", "body", field)]


def test_the_enterprise_is_the_tokens_and_nobody_elses() -> None:
    assert read(BUYING, door({})) == BuyPaint(enterprise_id="enterprise-1")
    assert problems(BUYING, door({"enterprise_id": "enterprise-2"})) == [("extra_forbidden", "body", "enterprise_id")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", ("missing", "body")),
        (b"null", ("missing", "body")),
        (b"[1, 2]", ("model_attributes_type", "body")),
        (b'{"colour": ', ("json_invalid", "body", 11)),
    ],
)
def test_a_body_that_is_no_object_is_refused(body: bytes, expected: tuple[Any, ...]) -> None:
    assert problems(BUYING, door(body)) == [expected]


@pytest.mark.parametrize("body", [b'"\xff"', b"[" * 100_000])
def test_a_body_that_cannot_be_read_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(HTTPException) as refused:
        read(BUYING, door(body))
    assert refused.value.status_code == 400


def test_an_address_says_lists_numbers_and_the_callers_own_names() -> None:
    asked = read(LISTING, door(query="colour=blue&colour=red&version=3&dry=true&limit=5&unheard=1"))
    assert asked == ListWalls(colour=("blue", "red"), wall_version=3, dry=True, limit=5)
    assert read(LISTING, door()) == ListWalls()


def test_what_does_not_fit_in_an_address_is_named_as_the_caller_said_it() -> None:
    wrong = door(query="colour=a&colour=b&colour=c&version=x&limit=0")
    assert problems(LISTING, wrong) == [
        ("greater_than_equal", "query", "limit"),
        ("too_long", "query", "colour"),
        ("int_parsing", "query", "version"),
    ]


def test_an_unknown_filter_is_refused_where_the_question_is_closed() -> None:
    closed: Form[ListWalls] = Form(ListWalls, "/walls", in_body=False, closed=True)
    assert problems(closed, door(query="color=blue")) == [("extra_forbidden", "query", "color")]


def test_without_anything_to_fill_in_no_body_is_read() -> None:
    class Whitewash(Command[Painted]):
        owner: ClassVar[ServiceName] = "catalog"

        wall_id: Id

    form: Form[Whitewash] = Form(Whitewash, "/walls/{wall_id}/whitewash", in_body=True)
    assert not form.in_body
    assert read(form, door(b"not asked for", query="x=1", wall_id="w-1")) == Whitewash(wall_id="w-1")


@pytest.mark.parametrize(
    ("declared", "gap"),
    [
        ({"path": "/walls/{wall_id}/paint"}, "nobody says expected_version"),
        ({"path": "/walls/{wall}/paint", "versioned": True}, "it has no field wall"),
        ({"path": "/paint", "versioned": True, "without": frozenset({"wall_id"})}, "nobody says wall_id"),
        ({"path": "/paint", "versioned": True, "own_enterprise": True}, "it has no field enterprise_id"),
        ({"path": "/paint", "versioned": True, "called": {"tint": "colour"}}, "it has no field tint"),
    ],
)
def test_a_contract_that_nobody_fills_is_found_when_its_route_is_declared(declared: dict[str, Any], gap: str) -> None:
    with pytest.raises(ContractNotFilled, match=gap):
        Form(PaintWall, in_body=True, **declared)


def test_a_enterprise_is_said_once() -> None:
    with pytest.raises(ContractNotFilled, match="both path and token"):
        Form(BuyPaint, "/enterprises/{enterprise_id}/paint", in_body=True, own_enterprise=True)
