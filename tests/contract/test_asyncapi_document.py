"""The AsyncAPI document is sound, and says of the bus what is so.

Its form is judged by the meta-schema that the AsyncAPI initiative publishes as an npm package. Where npm or its
registry cannot be reached, that one test is skipped; all others need nothing from outside.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, ValidationError

from chassis.events.topology import EXCHANGES, queues
from chassis.testing.fakes import received
from console.contracts import asyncapi
from contracts.flow import EXCHANGE, FLOW, QUEUES, binding_keys, routing_key
from contracts.message import ServiceName
from contracts.notify import MessageFailed
from tests.contract.references import dangling, references

SPECS = "@asyncapi/specs@6.11.1"
FAILED = MessageFailed(
    message_id="m-1", enterprise_id="e-1", receipt=None, channel="sms", template="paid", reason="号码停机"
)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi.document()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Draft7Validator:
    """The meta-schema of AsyncAPI 3.0.0, fetched once per test home."""
    folder = Path(os.environ.get("ZHIDA_TEST_HOME") or tmp_path_factory.mktemp("specs")) / "asyncapi-specs"
    archive = next(folder.glob("*.tgz"), None) or fetched(folder)
    if archive is None:
        pytest.skip(f"npm cannot fetch {SPECS} here")
    with tarfile.open(archive) as files:
        member = files.extractfile("package/schemas/3.0.0-without-$id.json")
        assert member is not None
        return Draft7Validator(json.load(member))


def fetched(folder: Path) -> Path | None:
    npm = shutil.which("npm")
    if npm is None:
        return None
    fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
    fresh.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run([npm, "pack", SPECS], cwd=fresh, capture_output=True, timeout=90, check=True)
    except (subprocess.SubprocessError, OSError):
        return None
    archive = next(fresh.glob("*.tgz"))
    folder.mkdir(exist_ok=True)
    kept = archive.replace(folder / archive.name)
    fresh.rmdir()
    return kept


def test_it_validates_against_the_published_meta_schema(document: dict[str, Any], published: Draft7Validator) -> None:
    published.validate(document)


def test_the_published_meta_schema_would_notice(document: dict[str, Any], published: Draft7Validator) -> None:
    broken = copy.deepcopy(document)
    broken["operations"]["catalog.sends.PolicyPublished"]["action"] = "shout"
    with pytest.raises(ValidationError):
        published.validate(broken)


def test_it_refers_to_nothing_outside_and_describes_nothing_unused(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert dangling(document) == []
    used = set(references(document))
    for family in ("messages", "schemas"):
        assert {f"#/components/{family}/{name}" for name in document["components"][family]} <= used
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_an_operation_speaks_only_of_messages_of_its_own_channel(document: dict[str, Any]) -> None:
    for name, operation in document["operations"].items():
        channel = operation["channel"]["$ref"]
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{channel}/messages/"), name


def test_each_event_is_sent_once_by_its_producer_under_its_routing_key(document: dict[str, Any]) -> None:
    sends = {name: each for name, each in document["operations"].items() if each["action"] == "send"}
    assert set(sends) == {f"{route.producer}.sends.{event.__name__}" for event, route in FLOW.items()}
    addresses = {document["channels"][event.__name__]["address"] for event in FLOW}
    assert addresses == {routing_key(event) for event in FLOW}


def test_each_queue_is_received_from_by_its_service_with_all_that_its_bindings_let_in(document: dict[str, Any]) -> None:
    receives = {name: each for name, each in document["operations"].items() if each["action"] == "receive"}
    assert set(receives) == {f"{service}.receives" for service in QUEUES}
    for service in QUEUES:
        patterns = [key.removesuffix("*") for key in binding_keys(service)]
        let_in = {event.__name__ for event in FLOW if any(routing_key(event).startswith(each) for each in patterns)}
        told = {message["$ref"].rpartition("/")[2] for message in receives[f"{service}.receives"]["messages"]}
        assert told == let_in
        meant = {event.__name__ for event, route in FLOW.items() if service in route.consumers}
        assert meant <= told


def test_the_bindings_are_those_that_the_frame_declares(document: dict[str, Any]) -> None:
    for name in QUEUES.values():
        queue = document["channels"][name]["bindings"]["amqp"]["queue"]
        assert (queue["name"], queue["durable"]) == (name, True)
        assert name in queues()
        assert document["channels"][name]["x-bindings"]["exchange"] == EXCHANGE
    assert EXCHANGE in EXCHANGES
    assert set(QUEUES) < set(get_args(ServiceName))


def test_an_event_as_it_travels_fits_the_description_of_its_message(document: dict[str, Any]) -> None:
    travelling = json.loads(received(FAILED).body)
    message_validator(document, "MessageFailed").validate(travelling)
    for spoilt in (
        {**travelling, "type": "zhida.notify.MessageDelivered"},
        {**travelling, "sequence": 0},
        {**travelling, "data": {**travelling["data"], "channel": "fax"}},
        {name: value for name, value in travelling.items() if name != "tenant"},
    ):
        with pytest.raises(ValidationError):
            message_validator(document, "MessageFailed").validate(spoilt)


def message_validator(document: dict[str, Any], name: str) -> Draft202012Validator:
    payload = document["components"]["messages"][name]["payload"]
    return Draft202012Validator({**payload, "components": document["components"]})
