"""How a route comes by its contract: from body, address, headers and token, validated once, all problems at once."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
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
from gateway.door import Door, body_of
from gateway.errors import problem_of
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


class DryUntil(Command[Painted]):
    owner: ClassVar[ServiceName] = "catalog"

    coats: int
    days: tuple[date, ...]


class ListWalls(PagedQuery[Page]):
    owner: ClassVar[ServiceName] = "catalog"

    colour: tuple[str, ...] = Field(default=(), max_length=2)
    wall_version: int | None = None
    dry: bool = False


PAINTING: Form[PaintWall] = Form(PaintWall, "/walls/{wall_id}/paint", in_body=True, versioned=True)
BUYING: Form[BuyPaint] = Form(BuyPaint, "/paint", in_body=True, own_enterprise=True)
DRYING: Form[DryUntil] = Form(DryUntil, "/drying", in_body=True)
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


def test_seconds_since_1970_are_no_day_and_underscores_no_part_of_a_number() -> None:
    said = {"coats": "1_000", "days": [0, "86400", "1700000000", "2026-03-01", "2026-03-02T00:00:00", "２０２６-03-01"]}
    assert problems(DRYING, door(said)) == [
        ("date_from_datetime_inexact", "body", "days", 2),
        ("date_from_datetime_parsing", "body", "days", 5),
    ]
    said["days"] = [0, "86400", "2026-03-01", "2026-03-02T00:00:00"]
    assert sorted(problems(DRYING, door(said)), key=str) == [
        ("date_from_datetime_parsing", "body", "days", 0),
        ("date_from_datetime_parsing", "body", "days", 1),
        ("int_parsing", "body", "coats"),
    ]
    good = {"coats": "2", "days": ["2026-03-01"]}
    assert read(DRYING, door(good)) == DryUntil(coats=2, days=(date(2026, 3, 1),))


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


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"colour": "\xff"}', ("json_not_utf8", "body", 12)),
        ('{"colour": "blue"}'.encode("utf-16"), ("json_not_utf8", "body", 0)),
        ('{"colour": "a\\u0000b"}'.encode("utf-16-le"), ("json_invalid", "body", 1)),
        (b"[" * 100_000, ("json_too_deep", "body")),
        (b'{"colour": ' + b"[" * 300 + b"]" * 300 + b"}", ("json_too_deep", "body")),
        (b'{"colour": ' + b'{"a":' * 64 + b"1" + b"}" * 64 + b"}", ("json_too_deep", "body")),
        (b'{"colour": NaN}', ("json_not_finite", "body")),
        (b'{"colour": [-Infinity]}', ("json_not_finite", "body")),
        (b'{"colour": "blue", "colour": "red"}', ("json_name_twice", "body", "colour")),
        (b'{"other": {"a": 1, "a": 1}}', ("json_name_twice", "body", "a")),
    ],
)
def test_a_body_that_is_no_json_is_a_bad_request(body: bytes, expected: tuple[Any, ...]) -> None:
    assert problems(BUYING, door(body)) == [expected]
    error = RequestValidationError(
        [{"type": expected[0], "loc": expected[1:], "msg": "", "ctx": {"most": 1, "name": "x"}}]
    )
    told = problem_of(error)
    assert (told.status, told.code) == (400, "malformed_json")
    assert told.reasons[0].message != "内容不符合要求"


def test_a_byte_order_mark_before_a_body_is_no_part_of_it() -> None:
    assert read(BUYING, door(b'\xef\xbb\xbf{"colour": "blue"}')).colour == "blue"


def test_everything_that_is_not_json_in_a_body_is_told_at_once() -> None:
    found = problems(BUYING, door(b'{"colour": NaN, "b": Infinity, "c": {"d": 1, "d": 2}}'))
    assert [each[0] for each in found] == ["json_not_finite", "json_not_finite", "json_name_twice"]


class Tin(Model):
    size: int = 1
    best_before: date | None = None


class OrderTins(Command[Painted]):
    owner: ClassVar[ServiceName] = "catalog"

    note: str = ""
    tins: tuple[Tin, ...] = ()
    by_name: dict[str, Tin] = {}
    one: Tin | None = None


ORDERING: Form[OrderTins] = Form(OrderTins, "/tins", in_body=True)


def test_unknown_names_are_refused_at_every_level_all_at_once_with_their_places() -> None:
    said = {
        "tins": [{"size": 1}, {"sise": 1}],
        "by_name": {"a": {"b": 1}},
        "one": {"best_befor": "2026-01-01", "size": "x"},
        "not": 1,
    }
    assert sorted(problems(ORDERING, door(said)), key=str) == sorted(
        [
            ("extra_forbidden", "body", "tins", 1, "sise"),
            ("extra_forbidden", "body", "by_name", "a", "b"),
            ("extra_forbidden", "body", "one", "best_befor"),
            ("int_parsing", "body", "one", "size"),
            ("extra_forbidden", "body", "not"),
        ],
        key=str,
    )


def test_the_bus_tolerates_what_the_door_refuses() -> None:
    assert OrderTins.model_validate({"one": {"size": 1, "newcomer": 2}}).one == Tin(size=1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"note": "\\ud800"}', [("string_unicode", "body", "note")]),
        (b'{"note": "a\\u0000b"}', [("string_unstorable", "body", "note")]),
        (b'{"by_name": {"a\\u0000": {}}}', [("string_unstorable", "body", "by_name", "a\0")]),
        (b'{"one": {"size": 9223372036854775808}}', [("int_too_large", "body", "one", "size")]),
        (b'{"one": {"size": -9223372036854775809}}', [("int_too_large", "body", "one", "size")]),
        (b'{"one": {"size": ' + b"9" * 5000 + b"}}", [("int_too_large", "body", "one", "size")]),
        (b'{"tins": [{"best_before": "9999-12-31"}]}', [("date_out_of_range", "body", "tins", 0, "best_before")]),
        (b'{"tins": [{"best_before": "1899-12-31"}]}', [("date_out_of_range", "body", "tins", 0, "best_before")]),
        (b'{"tins": [{"best_before": "2201-01-01"}]}', [("date_out_of_range", "body", "tins", 0, "best_before")]),
    ],
)
def test_what_nothing_behind_the_door_can_carry_is_refused_where_it_stands(
    body: bytes, expected: list[tuple[Any, ...]]
) -> None:
    assert problems(ORDERING, door(body)) == expected


def test_the_widest_numbers_and_days_pass() -> None:
    said = {"tins": [{"size": 2**63 - 1, "best_before": "2200-12-31"}, {"size": -(2**63), "best_before": "1900-01-01"}]}
    assert [each.size for each in read(ORDERING, door(said)).tins] == [2**63 - 1, -(2**63)]


def test_a_backslash_before_a_u_is_no_nul() -> None:
    assert read(ORDERING, door(b'{"note": "a path \\\\u0000"}')).note == "a path \\u0000"


def test_what_a_page_or_route_puts_together_itself_is_looked_at_before_it_travels() -> None:
    for wrong in (OrderTins(note="\0"), OrderTins(one=Tin(size=2**64)), OrderTins(tins=(Tin(best_before=date.max),))):
        with pytest.raises(RequestValidationError):
            body_of(wrong)
    assert body_of(OrderTins(note="n"))["note"] == "n"


@pytest.mark.parametrize(
    "said",
    [
        "*",
        '"1", "2"',
        "1,2",
        '"-1"',
        "-1",
        '"' + "9" * 5000 + '"',
        '"1000000000"',
        '""',
        "",
        '"³"',
        "1_0",
        '"x"',
        '"1',
    ],
)
def test_a_version_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(PAINTING, door({"colour": "blue"}, headers={"If-Match": said}, wall_id="w-1"))
    assert refused.value.reasons[0].code == "if_match_invalid"


@pytest.mark.parametrize("said", ['"3"', "3", 'W/"3"', "W/3", ' "3" '])
def test_a_version_may_be_weakened_on_its_way(said: str) -> None:
    assert read(PAINTING, door({"colour": "blue"}, headers={"If-Match": said}, wall_id="w-1")).expected_version == 3


def test_an_address_says_lists_numbers_and_the_callers_own_names() -> None:
    asked = read(LISTING, door(query="colour=blue&colour=red&version=3&dry=true&limit=5"))
    assert asked == ListWalls(colour=("blue", "red"), wall_version=3, dry=True, limit=5)
    assert read(LISTING, door()) == ListWalls()


def test_what_does_not_fit_in_an_address_is_named_as_the_caller_said_it() -> None:
    wrong = door(query="colour=a&colour=b&colour=c&version=x&limit=0")
    assert problems(LISTING, wrong) == [
        ("greater_than_equal", "query", "limit"),
        ("too_long", "query", "colour"),
        ("int_parsing", "query", "version"),
    ]


def test_an_unknown_filter_is_refused_with_the_known_ones_named() -> None:
    with pytest.raises(RequestValidationError) as refused:
        read(LISTING, door(query="color=blue&limit=1&limit=2&version=x"))
    told = problem_of(refused.value)
    assert (told.status, told.code) == (400, "unknown_parameter")
    assert {(each.code, each.field) for each in told.reasons} == {
        ("field_unknown_parameter", "color"),
        ("field_given_twice", "limit"),
        ("field_int_parsing", "version"),
    }
    assert "colour、cursor、dry、limit、version" in next(each.message for each in told.reasons if each.field == "color")


def test_an_address_says_nothing_where_the_body_orders() -> None:
    assert problems(BUYING, door({}, query="colour=red")) == [("unknown_parameter", "query", "colour")]


def test_where_there_is_nothing_to_fill_in_nothing_is_filled_in() -> None:
    class Whitewash(Command[Painted]):
        owner: ClassVar[ServiceName] = "catalog"

        wall_id: Id

    form: Form[Whitewash] = Form(Whitewash, "/walls/{wall_id}/whitewash", in_body=True)
    assert not form.in_body
    for body in (b"", b"{}"):
        assert read(form, door(body, wall_id="w-1")) == Whitewash(wall_id="w-1")
    assert problems(form, door(b'{"coats": 2}', wall_id="w-1")) == [("extra_forbidden", "body", "coats")]
    assert problems(form, door(b"not asked for", wall_id="w-1")) == [("json_invalid", "body", 0)]


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


class LetDry(Command[Painted]):
    owner: ClassVar[ServiceName] = "catalog"

    on: date
    until: datetime | None = None
    days: tuple[date, ...] = ()


@pytest.mark.parametrize("said", ["20260301", "86400", "1772323200", "0", " 46054", "1772323200.0", 86400, 1772323200])
def test_a_day_that_is_said_as_a_number_is_none(said: Any) -> None:
    """Pydantic would count seconds from 1970: 86400 is no 2 January 1970 to anybody here."""
    form: Form[LetDry] = Form(LetDry, "/walls/dry", in_body=True)
    with pytest.raises(RequestValidationError) as refused:
        asyncio.run(form.read(door({"on": said, "until": said, "days": ["2026-03-01", said]})))
    places = {each["loc"] for each in refused.value.errors()}
    assert ("body", "on") in places
    good = asyncio.run(form.read(door({"on": "2026-03-01", "until": "2026-03-01T08:00:00Z", "days": ["2026-03-02"]})))
    assert (good.on, good.days) == (date(2026, 3, 1), (date(2026, 3, 2),))


def test_days_by_number_are_refused_at_every_level_where_nothing_else_is_wrong() -> None:
    form: Form[LetDry] = Form(LetDry, "/walls/dry", in_body=True)
    body = {"on": "2026-03-01", "until": "20260301", "days": ["2026-03-01", "86400"]}
    with pytest.raises(RequestValidationError) as refused:
        asyncio.run(form.read(door(body)))
    assert {each["loc"] for each in refused.value.errors()} == {("body", "until"), ("body", "days", 1)}
