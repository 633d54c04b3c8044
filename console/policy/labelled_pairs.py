"""The labelled set: sample items, enterprises with facts, and what the item's own words say of each (sample/labelled)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from console.place import CHECKOUT
from console.policy.json_files import BadFile, json_in, parse, read_bytes
from contracts.item import PolicyItemContent
from contracts.rule import Fact, FactKind, FactSheet, ItemRules, ParameterValue, State
from contracts.rule.facts import FactValue
from services.catalog.dictionary.facts import DictionaryFact, dictionary

SAMPLE = CHECKOUT / "sample"
PAIRS = SAMPLE / "labelled" / "pairs.jsonl"


class LabelledAnswer(BaseModel):
    """One record of a fact, where more than its value matters. `kind` is given for words that the dictionary does not have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: bool | str | tuple[str, ...]
    kind: FactKind | None = None
    as_of: date | None = None
    valid_until: date | None = None


class LabelledFigure(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    key: str | None = None
    period: str
    value: str


class LabelledPair(BaseModel):
    """One line of the set, as a person wrote it.

    `facts` are written `name@period`: a number with its unit, true or false, a code, a day; a list of codes, of days or
    of numbers in the unit of the dictionary; or records, the newest of which counts. `beside` are facts that a *met* label does not rest on: without any other
    of them nobody could say *met*. `note` says why we answer wrongly, or why the label is not another one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[A-Z]{2}-[0-9]{3}/[0-9]+$")
    item: str = Field(pattern=r"^[A-Z]{2}-[0-9]{3}$")
    enterprise: str = Field(min_length=2)
    day: date
    facts: dict[str, bool | str | LabelledAnswer | tuple[LabelledAnswer, ...] | tuple[str, ...]]
    parameters: tuple[LabelledFigure, ...] = ()
    label: State
    reason: str = Field(min_length=4)
    beside: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A pair as it is asked: the item's rules on one enterprise's facts on one day."""

    pair: LabelledPair
    rules: ItemRules
    facts: tuple[Fact, ...]
    parameters: tuple[ParameterValue, ...]

    def sheet(self) -> FactSheet:
        year = self.rules.reference_year or self.pair.day.year
        return FactSheet(facts=self.facts, reference_year=year, parameters=self.parameters)

    def without(self, key: str) -> Question:
        """The same, with nothing known of the fact `name@period`."""
        return replace(self, facts=tuple(fact for fact in self.facts if key_of(fact) != key))


def read_questions(path: Path = PAIRS) -> list[Question]:
    """Every pair in the order of the file, its facts typed by the fact dictionary. Raises BadFile."""
    pairs = [_pair(number, line, str(path)) for number, line in enumerate(_lines(path), 1) if line.strip()]
    rules = {code: _rules(code, str(path)) for code in sorted({pair.item for pair in pairs})}
    return [_question(pair, rules[pair.item], dictionary(), str(path)) for pair in pairs]


def key_of(fact: Fact) -> str:
    """`name@period`, as the pairs write it."""
    return fact.name if fact.period is None else f"{fact.name}@{fact.period}"


def _lines(path: Path) -> list[str]:
    try:
        return read_bytes(str(path)).decode("utf-8").split("\n")
    except OSError as fault:
        raise BadFile(str(path), [f"无法读取（{fault.strerror}）"]) from fault
    except UnicodeDecodeError as fault:
        raise BadFile(str(path), ["不是 UTF-8 编码的文本"]) from fault


def _pair(number: int, line: str, file: str) -> LabelledPair:
    return parse(LabelledPair, json_in(line, file, number), file, f"第 {number} 行 ")


def _rules(code: str, file: str) -> ItemRules:
    item = SAMPLE / "items" / f"{code}.json"
    if not item.is_file():
        raise BadFile(file, [f"没有编码为 {code} 的示例事项"])
    return PolicyItemContent.model_validate_json(item.read_bytes()).rules


def _question(pair: LabelledPair, rules: ItemRules, known: Mapping[str, DictionaryFact], file: str) -> Question:
    try:
        return Question(pair, rules, tuple(_facts(pair, known)), tuple(_figures(pair)))
    except KeyError as fault:
        told = f"{pair.id}：数据“{fault.args[0]}”不在数据项词典（./zhida facts）中，须写明 kind"
        raise BadFile(file, [told]) from fault
    except ValidationError as fault:
        said = "；".join(str(error["msg"]) for error in fault.errors())
        raise BadFile(file, [f"{pair.id}：数据写法不对（{said}）"]) from fault


def _facts(pair: LabelledPair, known: Mapping[str, DictionaryFact]) -> Iterator[Fact]:
    for key, given in pair.facts.items():
        name, _, period = key.partition("@")
        for said in _records(given):
            kind = said.kind or known[name].kind
            value, unit = _value(said, kind, known.get(name))
            yield Fact(
                name=name, kind=kind, value=value, unit=unit, period=period or None, source="示例",
                as_of=said.as_of or pair.day, valid_until=said.valid_until,
            )  # fmt: skip


def _value(said: LabelledAnswer, kind: FactKind, known: DictionaryFact | None) -> tuple[FactValue, str | None]:
    """The value, with its unit where it is a number; a list of numbers is in the unit of the dictionary."""
    if kind is FactKind.NUMBER:
        return _quantity(str(said.value))
    return said.value, known.unit if known is not None and kind is FactKind.NUMBERS else None


def _records(given: bool | str | LabelledAnswer | tuple[LabelledAnswer, ...] | tuple[str, ...]) -> list[LabelledAnswer]:
    if isinstance(given, LabelledAnswer):
        return [given]
    if isinstance(given, tuple) and given and isinstance(given[0], LabelledAnswer):
        return [said for said in given if isinstance(said, LabelledAnswer)]
    return [LabelledAnswer.model_validate({"value": given})]


def _figures(pair: LabelledPair) -> Iterator[ParameterValue]:
    for figure in pair.parameters:
        value, unit = _quantity(figure.value)
        yield ParameterValue(
            name=figure.name, key=figure.key, period=figure.period, value=value, unit=unit, source="示例",
            as_of=pair.day,
        )  # fmt: skip


def _quantity(text: str) -> tuple[str, str]:
    number, _, unit = text.partition(" ")
    return number, unit
