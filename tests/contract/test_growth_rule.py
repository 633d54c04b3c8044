"""The comparer of types, on pairs made to break each rule once, and to grow by each once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from console.contracts.growth import ContractChange, Use, compare, type_changes


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


Types = dict[str, dict[str, Any]]


def types_of(model: type[BaseModel]) -> Types:
    """The model's type, and those inside of it, by name."""
    schema = model.model_json_schema()
    return {**schema.pop("$defs", {}), "Message": schema}


def one(annotation: Any, default: Any = ...) -> Types:
    """A message with the one field `x`."""
    return types_of(create_model("Message", x=(annotation, default)))


def none() -> Types:
    return types_of(create_model("Message"))


def changes(old: Types, new: Types, use: Use = "taken") -> list[ContractChange]:
    """What is different in the message and in every type inside of it."""
    return [change for name in old if name in new for change in type_changes(name, old, new, (use,))]


def shrinkage(old: Types, new: Types, use: Use = "taken") -> list[ContractChange]:
    return [change for change in changes(old, new, use) if change.breaks]


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
        types_of(create_model("Message", __config__=ConfigDict(extra="forbid"), x=(int, ...))),
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
def test_a_message_has_shrunk_by(pair: tuple[Types, Types]) -> None:
    assert shrinkage(*pair)


@pytest.mark.parametrize("pair", GROWN.values(), ids=GROWN)
def test_a_message_has_only_grown_by(pair: tuple[Types, Types]) -> None:
    assert shrinkage(*pair) == []


@pytest.mark.parametrize("pair", GIVEN_SHRUNK.values(), ids=GIVEN_SHRUNK)
def test_an_answer_has_shrunk_by(pair: tuple[Types, Types]) -> None:
    assert shrinkage(*pair, "given")


def test_a_pattern_that_says_its_digits_out_is_the_same_pattern() -> None:
    """Ours has another reader than JSON Schema's, to whom the short way means the digits of every script."""
    short, long = (one(Annotated[str, Field(pattern=each)]) for each in (r"^1\d{9}$", "^1[0-9]{9}$"))
    assert shrinkage(short, long) == shrinkage(long, short) == []


def test_an_answer_may_say_more() -> None:
    assert shrinkage(none(), one(int), "given") == []
    assert shrinkage(one(Annotated[int, Field(ge=0)]), one(Annotated[int, Field(ge=1)]), "given") == []


def test_every_change_is_told_whether_or_not_it_breaks() -> None:
    for pairs in (SHRUNK, GROWN):
        for what, (old, new) in pairs.items():
            assert changes(old, new) or what == "nothing", what


def test_a_change_says_where_it_is_and_what_it_is() -> None:
    (change,) = changes(one(tuple[Inner, ...]), one(tuple[Wider, ...]))
    assert (change.where, change.en, change.breaks) == ("x[].b", "is new and optional", False)
    (change,) = changes(one(Literal["a"]), one(Literal["a", "b"]))
    assert (change.where, change.zh) == ("x", "新增取值 ['b']")


def test_a_break_deep_in_a_tree_is_found_once_and_named_by_its_type() -> None:
    old, new = one(Tree), one(Tree)
    new["Leaf"]["properties"].pop("size")
    new["Leaf"]["required"] = []
    assert [(each.where, each.en) for each in changes(old, new)] == [("size", "is gone")]
    assert type_changes("Message", old, new) == type_changes("Branch", old, new) == []


def test_a_type_that_got_another_name_is_compared_where_it_is_used() -> None:
    renamed = {**one(Tree), "Bud": one(Tree)["Leaf"]}
    assert (
        shrinkage(one(tuple[Leaf, ...]), {**one(tuple[Leaf, ...]), "Message": bud_list(), "Bud": renamed["Bud"]}) == []
    )
    smaller = {**renamed["Bud"], "properties": {"node": renamed["Bud"]["properties"]["node"]}, "required": []}
    new = {"Message": bud_list(), "Bud": smaller}
    assert [each.where for each in shrinkage(one(tuple[Leaf, ...]), new)] == ["x[].size"]


def bud_list() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"x": {"type": "array", "items": {"$ref": "#/$defs/Bud"}}},
        "required": ["x"],
    }


def test_a_branch_that_a_union_lost_is_named() -> None:
    old, new = one(Tree), one(Tree)
    for types in (old, new):
        types["Tree"] = types["Message"]["properties"]["x"]
        types["Message"]["properties"]["x"] = {"$ref": "#/$defs/Tree"}
    new["Tree"] = {"oneOf": [{"$ref": "#/$defs/Branch"}]}
    assert [each.en for each in type_changes("Tree", old, new)] == ["can no longer be Leaf"]
    assert type_changes("Message", old, new) == []
    assert [each.en for each in type_changes("Tree", new, old)] == ["may also be Leaf"]


def test_another_answer_may_say_all_that_the_earlier_one_did() -> None:
    old, new = one(Inner), one(Wider)
    assert not any(each.breaks for each in compare(old["Inner"], new["Wider"], old, new, ("given",)))
    assert any(each.breaks for each in compare(new["Wider"], old["Inner"], new, old, ("given",)))


def test_a_keyword_that_the_rule_does_not_know_is_reported() -> None:
    odd = {"Message": {**none()["Message"], "dependentRequired": {"a": ["b"]}}}
    (change,) = shrinkage(none(), odd)
    assert change.en == "keyword not understood: dependentRequired"
