"""A consumer validates one message with the committed files alone, the way that docs/contracts.md shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from pydantic import BaseModel
from referencing import Registry, Resource

from chassis.testing.fakes import received
from console.contracts.schemas import families, urn
from console.place import CHECKOUT
from contracts.envelope import CommandEnvelope, QueryEnvelope
from contracts.intake import FilingReceipt, SubmitApplication
from contracts.message import SYSTEM, Model
from contracts.notify import MessageFailed
from contracts.refusal import StaleVersion
from contracts.review import ListCases

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
COMMAND = SubmitApplication(enterprise_id="e-1", item_id="BJ-001")
QUERY = ListCases(limit=20)
EVENT = MessageFailed(
    message_id="m-1", enterprise_id="e-1", receipt=None, channel="sms", template="paid", reason="号码停机"
)
ANSWER = FilingReceipt(
    application_id="a-1",
    receipt="BJ-20260302-00000001",
    query_code="12345678",
    item_id="BJ-001",
    item_version=1,
    item_title="研发投入奖励",
    estimated_fen=20_000_000,
    submitted_at=NOW,
)


def envelope(kind: type[CommandEnvelope] | type[QueryEnvelope], message: Model) -> dict[str, Any]:
    said = {"name": type(message).__name__, "body": message.model_dump(mode="json"), "tenant": "zhanggong"}
    return kind.model_validate({"idempotency_key": "o-1", "actor": SYSTEM, "body_hash": "00", **said}).model_dump(
        mode="json"
    )


def plain(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")


MESSAGES: Mapping[str, tuple[dict[str, Any], str]] = {
    "urn:zhida:commands:SubmitApplication:1": (plain(COMMAND), "item_id"),
    "urn:zhida:queries:ListCases:1": (plain(QUERY), ""),
    "urn:zhida:events:MessageFailed:1": (plain(EVENT), "channel"),
    "urn:zhida:answers:FilingReceipt:1": (plain(ANSWER), "receipt"),
    "urn:zhida:envelopes:CommandEnvelope:1": (envelope(CommandEnvelope, COMMAND), "tenant"),
    "urn:zhida:envelopes:QueryEnvelope:1": (envelope(QueryEnvelope, QUERY), "name"),
    "urn:zhida:envelopes:EventEnvelope:1": (json.loads(received(EVENT).body), "sequence"),
    "urn:zhida:shared:Refusal:1": (plain(StaleVersion().refusal()), "kind"),
    "urn:zhida:shared:PolicyItemContent:1": (
        json.loads((CHECKOUT / "sample" / "items" / "AH-002.json").read_text()),
        "rules",
    ),
}
"""What it is called → a real one, and a field that it must have."""


@pytest.fixture(scope="module")
def registry() -> Registry[Any]:
    """All that a consumer needs: the files, read once."""
    files = (CHECKOUT / "contracts" / "generated").glob("*.json")
    documents = [json.loads(file.read_text()) for file in files]
    return (
        Registry()
        .with_resources((each["$id"], Resource.from_contents(each)) for each in documents if "$id" in each)
        .crawl()
    )


def validator(registry: Registry[Any], name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": name}, registry=registry, format_checker=FormatChecker())


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_as_it_travels_is_valid_and_a_spoilt_one_is_not(registry: Registry[Any], name: str) -> None:
    message, needed = MESSAGES[name]
    validator(registry, name).validate(message)
    spoilt = {**message, "limit": "many"} if not needed else {k: v for k, v in message.items() if k != needed}
    with pytest.raises(ValidationError):
        validator(registry, name).validate(spoilt)


def test_a_rule_is_validated_down_to_its_leaves(registry: Registry[Any]) -> None:
    name = "urn:zhida:shared:PolicyItemContent:1"
    content, _ = MESSAGES[name]
    spoilt = json.loads(json.dumps(content))
    spoilt["rules"]["eligibility"]["node"] = "somehow"
    with pytest.raises(ValidationError):
        validator(registry, name).validate(spoilt)


def test_every_name_leads_to_its_type(registry: Registry[Any]) -> None:
    for family, models in families().items():
        for model in models:
            entry = registry.contents(urn(family, model))
            type_found = registry.resolver().lookup(entry["$ref"]).contents
            assert set(type_found.get("properties", {})) == set(model.model_fields), model


def test_an_index_says_who_owns_a_message_and_where_an_event_goes(registry: Registry[Any]) -> None:
    command = registry.contents("urn:zhida:commands:SubmitApplication:1")
    assert (command["x-owner"], command["x-answer"]) == ("intake", "urn:zhida:answers:FilingReceipt:1")
    event = registry.contents("urn:zhida:events:MessageFailed:1")
    assert (event["x-routing-key"], event["x-consumers"]) == ("notify.message.MessageFailed", ["oversight"])
