"""The generated files say what the code says, each thing once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, create_model

from console.contracts.files import FOLDER, generated_files, stale, write
from console.contracts.layout import WIDTH, text_of
from console.contracts.program import generated_texts, main
from console.contracts.schemas import FOLDERS, NOTE, message_types, references, types, types_of
from console.contracts.unions import SameNameTwice, name_unions
from console.place import CHECKOUT
from contracts.message import Command, Query, answer_of


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    return generated_texts()


@pytest.fixture(scope="module")
def documents(wanted: dict[str, str]) -> dict[str, Any]:
    """File name → document, of those in JSON."""
    return {Path(path).name: json.loads(text) for path, text in wanted.items() if path.startswith(FOLDER)}


def test_the_committed_files_are_what_the_code_generates(wanted: dict[str, str]) -> None:
    differences = stale(wanted)
    assert not differences, "run ./zhida contracts\n" + "\n".join(differences[:200])


def test_every_message_of_the_contracts_is_in_the_index_of_its_family(documents: dict[str, Any]) -> None:
    for folder, kind in FOLDERS.items():
        entries = documents[f"{folder}.json"]["$defs"]
        assert set(entries) == {message.__name__ for message in message_types(kind)}  # type: ignore[type-var]
        assert entries


def test_every_command_and_query_says_what_it_is_answered_with() -> None:
    for contract in (*message_types(Command), *message_types(Query)):
        assert issubclass(answer_of(contract), BaseModel), contract


def test_each_type_stands_once_and_all_that_it_refers_to_is_there(documents: dict[str, Any]) -> None:
    bundle = documents["schemas.json"]["$defs"]
    assert set(references(bundle)) <= set(bundle)
    assert "$defs" not in json.dumps(list(bundle.values())).replace("#/$defs/", "")
    referred = {each["$ref"].rpartition("/")[2] for name, each in documents["commands.json"]["$defs"].items()}
    assert referred == set(documents["commands.json"]["$defs"]) <= set(bundle)


@pytest.mark.parametrize("document", ["openapi.json", "asyncapi.json"])
def test_a_type_is_the_same_in_every_document(documents: dict[str, Any], document: str) -> None:
    described = documents[document]["components"]["schemas"]
    both = set(described) & set(types())
    assert len(both) > 100
    for name in both:
        assert in_essence(described[name]) == in_essence(types()[name]), name


def in_essence(schema: Any, *, field_names: bool = False) -> Any:
    """Without titles and what is said for people, and with references and discriminators that look alike in every kind of
    document. What is taken where a whole object is left out stands in a sentence where clients are made of it."""
    if isinstance(schema, list):
        return [in_essence(each) for each in schema]
    if isinstance(schema, str):
        return schema.replace("#/components/schemas/", "#/$defs/")
    if not isinstance(schema, dict):
        return schema
    return {
        key: in_essence(each, field_names=key == "properties")
        for key, each in schema.items()
        if field_names
        or (key not in ("title", "discriminator", "description") and not (key == "default" and isinstance(each, dict)))
    }


def test_two_types_of_one_name_are_an_error() -> None:
    here = create_model("Claim", __module__="here", amount=(int, ...))
    there = create_model("Claim", __module__="there", amount=(str, ...))
    with pytest.raises(SameNameTwice, match="Claim"):
        types_of([here, there])
    with pytest.raises(SameNameTwice, match="Claim"):
        types_of([create_model("One", claim=(here, ...)), create_model("Other", claim=(there, ...))])
    with pytest.raises(SameNameTwice, match="AmountRule"):
        name_unions({**types(), "Item": {"oneOf": types()["AmountRule"]["oneOf"]}})


def test_every_generated_file_says_that_it_is_generated_and_git_knows_it(wanted: dict[str, str]) -> None:
    for path, text in wanted.items():
        assert NOTE in text, path
    marked = {line.split()[0] for line in (CHECKOUT / ".gitattributes").read_text().splitlines() if "generated" in line}
    assert marked == {"contracts/baseline.json", "contracts/generated/**", "docs/flow.md", "docs/permissions.md"}


def test_keys_stand_in_a_stable_order_and_what_fits_on_a_line_stands_on_one(documents: dict[str, Any]) -> None:
    assert text_of({"b": [1, 2], "a": {}}) == '{"a": {}, "b": [1, 2]}\n'
    long = "字" * WIDTH
    assert text_of({"b": [long, 1], "a": 1}) == f'{{\n  "a": 1,\n  "b": [\n    "{long}",\n    1\n  ]\n}}\n'
    for document in documents.values():
        assert json.loads(text_of(document)) == document


def test_a_changed_a_missing_and_a_left_over_file_are_each_told_with_their_difference(tmp_path: Path) -> None:
    write(files(kept="1\n", changed="old\n", left="over\n"), tmp_path)
    differences = stale(files(kept="1\n", changed="new\n", missing="here\n"), tmp_path)
    assert {"-old", "+new", "+here", "-over"} <= set(differences)
    assert not any("kept.json" in line for line in differences)


def test_writing_makes_the_generated_files_exactly_what_is_wanted(tmp_path: Path) -> None:
    write({**files(a="1\n", b="2\n"), "docs/flow.md": "picture\n"}, tmp_path)
    assert write(files(a="1\n", c="3\n"), tmp_path) == [f"{FOLDER}/b.json", f"{FOLDER}/c.json", "docs/flow.md"]
    assert generated_files(tmp_path) == files(a="1\n", c="3\n")


def files(**texts: str) -> dict[str, str]:
    return {f"{FOLDER}/{name}.json": text for name, text in texts.items()}


def test_the_command_checks_without_writing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert "一致" in capsys.readouterr().out
