"""One bad value draws one reason: not a second one for the list that it stands in, nor one for each thing it might have been."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from door_kit import YesMan, ask, door_with, operations, registers, request_for
from fastapi import FastAPI
from pydantic import BaseModel, Field, ValidationError

from chassis.foundation.reasons import reasons_for
from gateway.strict import unfit_text

BAD = (None, "\0", -1, {}, "x" * 9000)
FORMS = (
    "/facts",
    "/labels",
    "/consultation",
    "/outside-figures",
    "/nominations",
    "/mandates",
    "/consents",
    "/policies",
)


class ListLine(BaseModel):
    code: str = Field(min_length=2, pattern=r"^[a-z]+$")
    kind: Literal["agree", "object"] = "agree"


class LineList(BaseModel):
    lines: tuple[ListLine, ...] = Field(min_length=1, max_length=1)
    quorum: Literal["all", "any"] | int = "all"
    value: str | bool | tuple[str, ...] = ""


def told(body: dict[str, Any]) -> list[tuple[str | None, str]]:
    unfit = list(unfit_text(body, ()))
    try:
        LineList.model_validate(body)
    except ValidationError as error:
        unfit += error.errors(include_url=False)
    return [(each.field, each.code) for each in reasons_for(unfit)]


def test_a_list_with_one_wrong_line_is_not_too_short_besides() -> None:
    assert told({"lines": [{"code": "ab", "kind": "maybe"}]}) == [("lines.0.kind", "field_literal_error")]
    assert told({"lines": []}) == [("lines", "field_too_short")]
    assert told({"lines": [{"code": "ab"}] * 2}) == [("lines", "field_too_long")]


def test_what_cannot_be_read_has_no_wrong_shape_besides() -> None:
    assert told({"lines": [{"code": "\0"}]}) == [("lines.0.code", "field_string_unstorable")]


def test_a_value_that_fits_none_of_several_things_is_wrong_once() -> None:
    good = [{"code": "ab"}]
    assert told({"lines": good, "quorum": "most"}) == [("quorum", "field_literal_error")]
    assert [field for field, _ in told({"lines": good, "value": 3.5})] == ["value"]


def test_everything_else_is_told_all_at_once() -> None:
    assert {field for field, _ in told({"lines": [{"kind": "maybe"}], "quorum": "most"})} == {
        "lines.0.code",
        "lines.0.kind",
        "quorum",
    }


def test_what_may_be_chosen_is_listed_without_english_in_between() -> None:
    (reason,) = reasons_for(
        [{"type": "literal_error", "loc": ("kind",), "ctx": {"expected": "'agree', 'changes' or 'object'"}}]
    )
    assert reason.message == "kind：不在允许的取值之内（agree、changes、object）"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return door_with(YesMan(), registers)


def leaves(body: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for step, value in inside:
        yield from leaves(value, (*place, step))
    if not isinstance(body, dict | list) and place:
        yield place


def with_value(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    spoilt = copy.deepcopy(body)
    node = spoilt
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    return spoilt


def test_no_leaf_of_a_body_draws_a_reason_for_what_it_stands_in(app: FastAPI) -> None:
    document = app.openapi()
    found = []
    for method, path, operation in operations(document):
        request = request_for(document, method, path, operation)
        if method != "POST" or not path.endswith(FORMS) or not isinstance(request.get("json"), dict):
            continue
        places = list(leaves(request["json"]))
        for number, place in enumerate(places[:: max(1, len(places) // 12)]):
            answer = ask(app, {**request, "json": with_value(request["json"], place, BAD[number % len(BAD)])})
            fields = [str(each.get("field")) for each in answer.json().get("errors", ())] if answer.is_error else []
            doubled = [field for field in fields if fields.count(field) > 1]
            around = [one for one in fields for other in fields if other.startswith(f"{one}.")]
            if doubled or around:
                found.append((path, place, fields))
    assert found == []
