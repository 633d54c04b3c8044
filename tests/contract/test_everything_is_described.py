"""Whoever makes a client reads what every field means: in Chinese, with its unit, once for each name."""

from __future__ import annotations

import re

from gateway.document.words import describe, lineage, meaning, table
from tests.contract.visible import gateway_document, shown

CHINESE = re.compile(r"[一-鿿]")
SHORTEST = 4


def test_every_field_and_every_parameter_is_described_in_chinese() -> None:
    silent = sorted({f"{each.owner}.{each.name}" for each in shown() if not CHINESE.search(each.description)})
    assert silent == [], "say what they mean in gateway/document/fields.toml"


def test_every_operation_says_what_it_does() -> None:
    for declared, operation in gateway_document()[1]:
        assert CHINESE.search(operation["description"]), f"{declared.name}: gateway/document/operations.toml"
    written = {declared.name: declared.function.__doc__ or "" for declared, _operation in gateway_document()[1]}
    assert [name for name in table("operations")["operations"] if CHINESE.search(written.get(name, "字"))] == []


def test_a_field_that_nobody_has_described_stays_silent_and_is_found() -> None:
    schemas = {"Claim": {"properties": {"receipt": {}, "brand_new_field": {}}}}
    describe(schemas)
    assert schemas["Claim"]["properties"]["receipt"]["description"] == meaning("Claim", "receipt")
    assert "description" not in schemas["Claim"]["properties"]["brand_new_field"]


def test_a_description_is_a_sentence_and_more_than_the_name() -> None:
    for each in shown():
        said = each.description
        assert said.rstrip("}。").strip() and said.endswith("。"), f"{each.owner}.{each.name}: {said}"
        assert len(said) >= SHORTEST and each.name != said.rstrip("。"), f"{each.owner}.{each.name}: {said}"


def test_money_says_that_it_is_in_fen_and_working_days_say_so() -> None:
    fen = [each for each in shown() if each.name.endswith("_fen")]
    assert len(fen) > 20
    assert [f"{each.owner}.{each.name}" for each in fen if "单位：分" not in each.description] == []
    days = [each for each in shown() if each.name.endswith("working_days") and "integer" in str(each.schema)]
    assert [each.name for each in days if "工作日" not in each.description] == []


def test_what_may_be_absent_in_an_answer_says_when_it_is() -> None:
    """A reader of an answer learns what null stands for. Rules say it of their parts where it is not plain."""
    document, _operations = gateway_document()
    answers = {name for name in document["components"]["schemas"] if name.endswith("View")}
    unsaid = [
        f"{each.owner}.{each.name}"
        for each in shown()
        if each.owner in answers
        and {"type": "null"} in each.schema.get("anyOf", ())
        and not re.search(r"空|没有|不填|未", each.description)
    ]
    assert unsaid == []


def test_no_sentence_is_left_over() -> None:
    """Of a field that is gone, or of a class that says it otherwise now."""
    meanings, used = table("meanings"), set()
    for each in shown():
        owner = next((name for name in lineage(each.owner) if each.name in meanings.get(name, {})), None)
        used |= {(owner, each.name)}
    assert {(owner, name) for owner, fields in meanings.items() for name in fields} - used == set()
    assert set(table("fields")["fields"]) - {each.name for each in shown()} == set()
