"""The JSON Schemas of everything that crosses a border, made from the types in `contracts`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any, TypeVar

import contracts
from contracts.envelope import CommandEnvelope, EventEnvelope, QueryEnvelope
from contracts.item import PolicyItemContent
from contracts.message import Command, Contract, Event, Model, Query, answer_of
from contracts.refusal import Refusal
from contracts.rule.facts import RulePart

Json = dict[str, Any]
M = TypeVar("M", Command, Query, Event)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ANSWER_FOLDER = "answers"
FOLDERS: dict[str, type[Command] | type[Query] | type[Event]] = {"commands": Command, "queries": Query, "events": Event}


def message_types(kind: type[M]) -> list[type[M]]:
    """Every command (query, event) of the contracts by name; those that others derive from are no messages."""
    for module in pkgutil.walk_packages(contracts.__path__, "contracts."):
        importlib.import_module(module.name)
    return sorted(_leaves(kind), key=lambda each: each.__name__)


def contract_types() -> list[type[Contract]]:
    """Every command and query: what a service may be asked for, and answers."""
    return [*message_types(Command), *message_types(Query)]


def schema_files() -> dict[str, Json]:
    """Path below `contracts/generated` → schema."""
    files: dict[str, Json] = {}
    for folder, kind in FOLDERS.items():
        for message in message_types(kind):  # type: ignore[type-var]
            files[f"{folder}/{message.__name__}.json"] = _schema(message, folder, message.version)
    for answer in {answer_of(contract) for contract in contract_types()}:
        files[f"{ANSWER_FOLDER}/{answer.__name__}.json"] = _schema(answer, ANSWER_FOLDER)
    for envelope in (CommandEnvelope, QueryEnvelope, EventEnvelope):
        files[f"envelopes/{envelope.__name__}.json"] = _schema(envelope, "envelopes")
    for single in (Refusal, PolicyItemContent):
        files[f"{single.__name__}.json"] = _schema(single, "shared")
    return files


def _schema(model: type[Model] | type[RulePart], family: str, version: int = 1) -> Json:
    return {
        "$schema": DIALECT,
        "$id": f"urn:zhida:{family}:{model.__name__}:{version}",
        **model.model_json_schema(mode="validation"),
    }


def _leaves(kind: type[M]) -> Iterator[type[M]]:
    below = [each for each in kind.__subclasses__() if each.__module__.startswith("contracts.")]
    for each in below:
        yield from _leaves(each)
    if not below:
        yield kind
