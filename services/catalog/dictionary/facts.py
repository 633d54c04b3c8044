"""What the dictionary holds: `facts.json`, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from contracts.rule import CodeLabel, FactKind, FactType
from contracts.rule.facts import FactName

FACTS = Path(__file__).with_name("facts.json")
SYNONYMS = Path(__file__).with_name("synonyms.json")


class MergedName(BaseModel):
    """A name that is used no more; `said` says why the present one means the same."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: FactName
    said: str = Field(min_length=4, max_length=200)


class DictionaryFact(BaseModel):
    """One fact of the dictionary: `meaning` says exactly what is counted, and which near fact is another one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    kind: FactKind
    unit: str | None = None
    codes: tuple[CodeLabel, ...] = ()
    meaning: str = ""
    formerly: tuple[MergedName, ...] = ()

    def typed(self, name: str) -> FactType:
        """As an item declares it."""
        return FactType(name=name, label=self.label, kind=self.kind, unit=self.unit, codes=self.codes)


@cache
def dictionary() -> Mapping[str, DictionaryFact]:
    """Every fact by its name, sorted by name."""
    return {name: DictionaryFact.model_validate(fact) for name, fact in json.loads(FACTS.read_bytes()).items()}


@cache
def present_names() -> Mapping[str, tuple[str, MergedName]]:
    """For a name that is used no more: the present one, and the former with its sentence."""
    return {former.name: (name, former) for name, fact in dictionary().items() for former in fact.formerly}


@cache
def synonyms() -> tuple[tuple[str, ...], ...]:
    """Groups of words that people say for the same."""
    return tuple(tuple(group) for group in json.loads(SYNONYMS.read_bytes()))
