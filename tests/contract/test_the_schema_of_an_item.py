"""An officer's editor is told by one schema what an item may say: it takes what is right, and underlines what is wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from console.contracts.item_schema import FILE
from console.place import CHECKOUT
from console.policy.rules import main
from contracts.item import PolicyItemContent
from contracts.rule import ItemRules
from tests.contract.references import dangling

SCHEMA = json.loads((CHECKOUT / FILE).read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
SAMPLES = sorted((CHECKOUT / "sample" / "items").glob("*.json"))
SAMPLE = json.loads((CHECKOUT / "sample" / "items" / "SC-021.json").read_text(encoding="utf-8"))


def faults(item: Any) -> set[str]:
    return {"/".join(str(step) for step in error.absolute_path) for error in VALIDATOR.iter_errors(item)}


def with_amount(amount: Any) -> Any:
    item = copy.deepcopy(SAMPLE)
    item["rules"]["amount"] = amount
    return item


def test_the_schema_is_a_schema_and_refers_to_nothing_outside_of_itself():
    Draft202012Validator.check_schema(SCHEMA)
    assert dangling(SCHEMA) == []


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_every_sample_item_fits_whole_and_by_its_rules_alone(file: Any):
    item = json.loads(file.read_text(encoding="utf-8"))
    assert faults(item) == set()
    assert faults(item["rules"]) == set()
    assert faults({"$schema": "./item.schema.json", **item}) == set()


@pytest.mark.parametrize(
    ("amount", "place"),
    [
        ({"node": "fixed", "value": 5, "unit": "万元"}, "rules/amount/value"),
        ({"node": "fixed", "value": "5 万", "unit": "万元"}, "rules/amount/value"),
        ({"node": "fixed", "value": "5", "unit": "5 万元"}, "rules/amount/unit"),
        ({"node": "fact", "fact": "rent", "period": "2025-Q1"}, "rules/amount/period"),
        ({"node": "fact", "fact": "Rent"}, "rules/amount/fact"),
        ({"node": "cap", "scope": "yearly", "of": {}, "limit": {}}, "rules/amount/scope"),
        ({"node": "no_such_node"}, "rules/amount/node"),
        ({"value": "5", "unit": "万元"}, "rules/amount"),
        ({"node": "fixed", "value": "5", "unit": "万元", "units": "元"}, "rules/amount"),
        ({"node": "rate", "base": {"node": "fixed", "value": "5"}, "rate": {"node": "fixed", "value": "5", "unit": "%"}}, "rules/amount/base"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_underlined_where_it_stands(amount: Any, place: str):
    found = faults(with_amount(amount))
    assert place in found
    assert all(each.startswith("rules/amount") for each in found), "the rest of the item is not underlined with it"


def test_whatever_the_schema_takes_of_a_changed_sample_the_contract_takes_too():
    """Each field of a sample's amount and conditions left out in turn: both say the same of it."""
    for path in paths(SAMPLE["rules"]["amount"]):
        amount = copy.deepcopy(SAMPLE["rules"]["amount"])
        *above, last = path
        part = amount
        for step in above:
            part = part[step]
        del part[last]
        item = with_amount(amount)
        try:
            PolicyItemContent.model_validate(item)
            right = True
        except ValueError:
            right = False
        assert (faults(item) == set()) is right, path


def paths(part: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, each in steps:
        if isinstance(part, dict):
            yield (*above, step)
        yield from paths(each, (*above, step))


def test_every_kind_and_every_field_has_a_chinese_name_and_every_field_says_what_it_means():
    for name, kind in SCHEMA["$defs"].items():
        for field, said in kind.get("properties", {}).items():
            assert is_chinese(said["title"]), (name, field)
            assert field in ("node", "kind", "version") or is_chinese(said["description"]), (name, field)
        if "properties" in kind:
            assert is_chinese(kind.get("title", "")) or set(kind["properties"]) <= {"node", "kind"}, name


def is_chinese(text: str) -> bool:
    return any("一" <= sign <= "鿿" for sign in text)


def test_every_choice_has_a_label():
    for name, kind in SCHEMA["$defs"].items():
        for field, said in {"": kind, **kind.get("properties", {})}.items():
            if "enum" in said:
                assert len(said["enumDescriptions"]) == len(said["enum"]), (name, field)


def test_the_command_writes_it_and_a_file_that_names_it_is_still_read(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
):
    target = tmp_path / "item.schema.json"
    assert main(["schema", "--out", str(target)]) == 0
    assert json.loads(target.read_text(encoding="utf-8")) == SCHEMA
    assert "item.schema.json" in capsys.readouterr().out
    item = tmp_path / "item.json"
    item.write_text(json.dumps({"$schema": "./item.schema.json", **SAMPLE}), encoding="utf-8")
    assert main(["check", str(item)]) == 0
    ItemRules.model_validate(SAMPLE["rules"])
