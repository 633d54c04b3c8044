"""The comparer of schemas, on pairs made to break each rule once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from console.contracts.growth import shrinkage


class Inner(BaseModel):
    a: int


class Wider(BaseModel):
    a: int
    b: int | None = None


class Leaf(BaseModel):
    node: Literal["leaf"] = "leaf"
    size: int


class Branch(BaseModel):
    node: Literal["branch"] = "branch"
    of: tuple[Tree, ...]


Tree = Annotated[Leaf | Branch, Field(discriminator="node")]


def one(annotation: Any, default: Any = ...) -> dict[str, Any]:
    """The schema of a message with the one field `x`."""
    return create_model("Message", x=(annotation, default)).model_json_schema()


def none() -> dict[str, Any]:
    return create_model("Message").model_json_schema()


SHRUNK = {
    "a removed field": (one(int), none()),
    "a newly required field": (one(int, 1), one(int)),
    "a new field that is required": (none(), one(int)),
    "a removed value": (one(Literal["a", "b"]), one(Literal["a"])),
    "a removed value next to a new one": (one(Literal["a", "b"]), one(Literal["a", "c"])),
    "a list of values where any was accepted": (one(str), one(Literal["a"])),
    "another type": (one(int), one(str)),
    "no longer nullable": (one(int | None), one(int)),
    "whole numbers only": (one(float), one(int)),
    "a shorter text": (one(Annotated[str, Field(max_length=9)]), one(Annotated[str, Field(max_length=8)])),
    "a limit where there was none": (one(str), one(Annotated[str, Field(max_length=8)])),
    "a higher floor": (one(Annotated[int, Field(ge=0)]), one(Annotated[int, Field(ge=1)])),
    "another pattern": (one(Annotated[str, Field(pattern="a")]), one(Annotated[str, Field(pattern="b")])),
    "elements of another type": (one(tuple[int, ...]), one(tuple[str, ...])),
    "values of another type": (one(dict[str, int]), one(dict[str, str])),
    "typed values where any were accepted": (one(dict[str, Any]), one(dict[str, str])),
    "a removed field further down": (one(Wider), one(Inner)),
    "an alternative fewer": (one(int | str | None), one(int | None)),
    "a lost branch of a tree": (one(Tree), one(Leaf)),
    "unknown fields refused": (
        one(int),
        create_model("Message", __config__=ConfigDict(extra="forbid"), x=(int, ...)).model_json_schema(),
    ),
}
GROWN = {
    "nothing": (one(Tree), one(Tree)),
    "an optional newcomer": (none(), one(int, 1)),
    "a field that need not be there any more": (one(int), one(int, 1)),
    "a new value": (one(Literal["a"]), one(Literal["a", "b"])),
    "a wider type": (one(int), one(int | None)),
    "numbers where there were whole ones": (one(int), one(float)),
    "a longer text": (one(Annotated[str, Field(max_length=8)]), one(Annotated[str, Field(max_length=9)])),
    "no limit any more": (one(Annotated[str, Field(max_length=8)]), one(str)),
    "a newcomer further down": (one(Inner), one(Wider)),
    "a branch more": (one(Leaf), one(Tree)),
    "anything": (one(int), one(Any)),
}
GIVEN_SHRUNK = {
    "a field that may be absent": (one(int), one(int, 1)),
    "a type that readers do not know": (one(int), one(int | None)),
    "a removed field": (one(int), none()),
    "another type": (one(int), one(str)),
}


@pytest.mark.parametrize("pair", SHRUNK.values(), ids=SHRUNK)
def test_a_message_has_shrunk_by(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert shrinkage(*pair)


@pytest.mark.parametrize("pair", GROWN.values(), ids=GROWN)
def test_a_message_has_only_grown_by(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert shrinkage(*pair) == []


@pytest.mark.parametrize("pair", GIVEN_SHRUNK.values(), ids=GIVEN_SHRUNK)
def test_an_answer_has_shrunk_by(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert shrinkage(*pair, "given")


def test_an_answer_may_say_more() -> None:
    assert shrinkage(none(), one(int), "given") == []
    assert shrinkage(one(Annotated[int, Field(ge=0)]), one(Annotated[int, Field(ge=1)]), "given") == []


def test_a_break_deep_in_a_tree_is_found_once_and_named_by_its_place() -> None:
    old, new = one(Tree), one(Tree)
    new["$defs"]["Leaf"]["properties"].pop("size")
    new["$defs"]["Leaf"]["required"] = []
    assert shrinkage(old, new) == ["/x/size: 字段消失 (field removed)"]


def test_a_keyword_that_the_rule_does_not_know_is_reported() -> None:
    assert shrinkage(none(), {**none(), "dependentRequired": {"a": ["b"]}}) == [
        ": 不认识的关键字 dependentRequired (keyword not understood)"
    ]
