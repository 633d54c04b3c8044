"""Every refusal there is, by its code: what a partner's program may be told, and what a person reads beside it."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

from console.contracts.schemas import Json
from contracts.refusal import Refused

PACKAGES = ("contracts", "rules", "chassis", "services", "gateway")
# Programs and entrypoints, which are not for importing (the runner makes the whole process green), and migrations.
NO_REFUSALS_HERE = {"__main__", "runner", "entrypoints", "service", "migrations"}


def refusal_classes() -> list[type[Refused]]:
    """Every class of refusal in the source, the kinds that others derive from included, in a stable order."""
    for package in PACKAGES:
        _import_all(package)
    found = {each for each in _below(Refused) if each.__module__.partition(".")[0] in PACKAGES and _in_source(each)}
    return sorted(found, key=lambda each: (each.__module__, each.__name__))


def refusal_table() -> Json:
    """Code → kind, whether to try again, and the sentence of each part of the house that says it."""
    table: Json = {}
    for refusal in refusal_classes():
        if "code" in vars(refusal):
            entry = table.setdefault(
                refusal.code, {"kind": refusal.kind, "retryable": refusal.retryable, "sentences": {}}
            )
            entry["retryable"] |= bool(refusal.rests_on)
            entry["sentences"][speaker_of(refusal)] = refusal.sentence
    return table


def speaker_of(refusal: type[Any]) -> str:
    """The service that says it, or the package."""
    parts = refusal.__module__.split(".")
    return parts[1] if parts[0] == "services" else parts[0]


def _import_all(package: str) -> None:
    module = importlib.import_module(package)
    for found in pkgutil.iter_modules(module.__path__, f"{package}."):
        if found.name.rpartition(".")[2].rpartition("_")[2] in NO_REFUSALS_HERE:
            continue
        if found.ispkg:
            _import_all(found.name)
        else:
            importlib.import_module(found.name)


def _in_source(refusal: type[Refused]) -> bool:
    return getattr(sys.modules.get(refusal.__module__), refusal.__name__, None) is refusal


def _below(kind: type[Refused]) -> Iterator[type[Refused]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
