"""Why a text is no item: every problem at its own place, in Chinese, whatever the text looks like."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.place import CHECKOUT
from contracts.item import PolicyItemContent
from services.catalog.policies.texts import examine

SampleItem = Callable[[str], PolicyItemContent]
TODAY = date(2026, 3, 10)
SAMPLE = CHECKOUT / "sample" / "items" / "GZ-009.json"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


class NoDatabase:
    """Where no document is registered."""

    def execute(self, sql: str, parameters: Any = None) -> Any:
        return SimpleNamespace(first=lambda: None)


def problems(text: dict[str, Any]) -> dict[str, str]:
    found, _content = examine(text, NoDatabase(), "t", TODAY)
    return {each.where: each.code for each in found}


def resolved(text: Any, pointer: str) -> Any:
    """What a pointer points to. Raises KeyError or IndexError where there is nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        text = text[int(name)] if isinstance(text, list) else text[name]
    return text


def changed(text: dict[str, Any], *path: str | int, to: Any) -> dict[str, Any]:
    other = copy.deepcopy(text)
    here: Any = other
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = to
    return other


@pytest.fixture
def good(sample_item: SampleItem) -> dict[str, Any]:
    return sample_item("GZ-009").model_dump(mode="json")


def test_a_good_text_has_no_problem(good: dict[str, Any]) -> None:
    assert problems(good) == {}


@pytest.mark.parametrize(
    ("path", "to", "where", "code"),
    [
        (("level",), "乡", "/level", "field_enum"),
        (("guide", "contacts", 0, "phone"), "电话", "/guide/contacts/0/phone", "field_string_pattern_mismatch"),
        (("rules", "eligibility", "operator"), 3, "/rules/eligibility/operator", "field_enum"),
        (("rules", "amount", "value"), "很多", "/rules/amount/value", "field_string_pattern_mismatch"),
        (("rules", "plan", "steps", 0), {"kind": "joint_check"}, "/rules/plan/steps/0/departments", "field_missing"),
        (("unheard/of",), 1, "/unheard~1of", "field_extra_forbidden"),
    ],
)
def test_a_problem_points_into_the_text_itself(
    good: dict[str, Any], path: tuple[str | int, ...], to: Any, where: str, code: str
) -> None:
    assert problems(changed(good, *path, to=to)) == {where: code}


def test_what_is_missing_is_named(good: dict[str, Any]) -> None:
    del good["guide"]["basis"], good["title"]
    assert problems(good) == {"/guide/basis": "field_missing", "/title": "field_missing"}


@settings(max_examples=60)
@given(text=st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_no_text_is_too_broken_to_be_told_so(text: dict[str, Any]) -> None:
    found, content = examine(text, NoDatabase(), "t", TODAY)
    assert content is None
    assert found
    for each in found:
        assert any("\u4e00" <= char <= "\u9fff" for char in each.text)
        if each.code != "field_missing":
            resolved(text, each.where)


@settings(max_examples=60)
@given(data=st.data())
def test_any_part_of_a_good_text_may_be_broken(data: st.DataObject) -> None:
    text = PolicyItemContent.model_validate_json(SAMPLE.read_bytes()).model_dump(mode="json")
    path: list[str | int] = []
    here: Any = text
    while isinstance(here, dict | list) and here and (not path or data.draw(st.booleans())):
        names = sorted(here) if isinstance(here, dict) else list(range(len(here)))
        path.append(data.draw(st.sampled_from(names)))
        here = here[path[-1]]
    broken = changed(text, *path, to=data.draw(JSON))
    found, _content = examine(broken, NoDatabase(), "t", TODAY)
    for each in found:
        if each.code.startswith("field_") and each.code != "field_missing":
            resolved(broken, each.where)
