"""Facts about an enterprise: typed, dated, sourced; and what an item declares about those it uses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, PydanticCustomError

from contracts.fact_sources import SourceKind


class RulePart(BaseModel):
    """A frozen part of the rule language.

    Unknown fields are refused, not ignored: a service of an older version must not read "10 % of X, at most
    Y" as "10 % of X".
    """

    # Built at the first use, as every message is (`contracts.message.Model`).
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class BuiltOnce:
    """Says of a field that its type is built on its own before what contains it.

    Else each message that contains the rules would build the whole tree again inside itself.
    """

    @staticmethod
    def __get_pydantic_core_schema__(source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        source.model_rebuild()
        return handler(source)


FactName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
"""What a fact is called everywhere, e.g. `rd_expense`."""

NumberText = Annotated[str, Field(pattern=r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?$")]
"""An exact decimal number as text: never a float, never an exponent."""

UnitText = Annotated[str, Field(pattern=r"^[^\s0-9,;]{1,24}$")]
"""A unit in Chinese: 元, 万元, 亿元, %, 倍, 平方米, 人, or built from such: 元/平方米·月."""

Code = Annotated[str, Field(pattern=r"^[^\s]{1,64}$")]
"""One value out of a list, e.g. `national_little_giant`."""

PeriodText = Annotated[str, Field(pattern=r"^[0-9]{4}(Q[1-4]|M(0[1-9]|1[0-2]))?$")]
"""The year, quarter or month that a fact is about: `2025`, `2025Q3`, `2025M07`."""

PeriodRef = Annotated[str, Field(pattern=r"^([0-9]{4}|Y(-[1-9])?)(Q[1-4]|M(0[1-9]|1[0-2]))?$")]
"""A period as a rule names it: a fixed one, or relative to the reference year: `Y-1` is the year before."""

FactValue = bool | Annotated[str, Field(max_length=64)] | Annotated[tuple[Code, ...], Field(max_length=200)]
"""true or false; a number, a date (ISO 8601) or a code as text; several codes as a list."""


class FactKind(StrEnum):
    NUMBER = "number"
    FLAG = "flag"
    CODE = "code"
    CODES = "codes"
    DATE = "date"
    NUMBERS = "numbers"
    DATES = "dates"


LISTS = frozenset({FactKind.CODES, FactKind.NUMBERS, FactKind.DATES})
"""Kinds whose value is a list: one entry for each person, project, loan, …, in the same order in all of them."""

WITH_UNIT = frozenset({FactKind.NUMBER, FactKind.NUMBERS})


UNIT_FORM = "数值（number、numbers）须写单位 unit，如 万元；其他类型没有单位"

VALUE_FORMS = {
    FactKind.NUMBER: '写成加引号的数字，如 "12.5"，不带单位和逗号',
    FactKind.FLAG: "写 true 或 false（不加引号）",
    FactKind.CODE: '写一个加引号的代码，不含空格，如 "national"',
    FactKind.CODES: '写代码的列表，如 ["luban"]',
    FactKind.DATE: '写加引号的日期，如 "2026-03-16"',
    FactKind.NUMBERS: '写加引号的数字的列表，如 ["812.5", "800"]',
    FactKind.DATES: '写加引号的日期的列表，如 ["2026-03-16"]',
}
"""How a value of each kind is written, for whoever wrote it otherwise."""


def misplaced(field: str, sentence: str) -> PydanticCustomError:
    """What does not fit in one field beside the others: `sentence` says what it should be like."""
    return PydanticCustomError("value_error", "{sentence}", {"sentence": sentence, "at": field})


def value_fits(kind: FactKind, value: FactValue) -> bool:
    """Whether `value` is written the way facts of this kind are."""
    if kind is FactKind.FLAG:
        return isinstance(value, bool)
    if kind is FactKind.CODES:
        return isinstance(value, tuple)
    if kind is FactKind.NUMBERS:
        return isinstance(value, tuple) and all(_NUMBER.match(each) for each in value)
    if kind is FactKind.DATES:
        return isinstance(value, tuple) and all(_is_date(each) for each in value)
    if not isinstance(value, str):
        return False
    if kind is FactKind.NUMBER:
        return _NUMBER.match(value) is not None
    if kind is FactKind.DATE:
        return _is_date(value)
    return _CODE.match(value) is not None


class Fact(RulePart):
    """One thing that somebody said about an enterprise.

    `value` is written as its `kind` asks; numbers have a `unit`, the others have none. `period` is what the
    fact is about (a fact about last year is another fact than the same about this year), `source` who said
    so in their own name and `source_kind` which of the 18 kinds of source that is, `as_of` when, and after
    `valid_until` (that day included) it counts as missing.
    """

    name: FactName
    kind: FactKind
    value: FactValue
    unit: UnitText | None = None
    period: PeriodText | None = None
    source: str = Field(min_length=1, max_length=80)
    source_kind: SourceKind | None = None
    as_of: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _value_is_of_its_kind(self) -> Fact:
        if not value_fits(self.kind, self.value):
            raise misplaced("value", f"{self.kind} 类数据的值{VALUE_FORMS[self.kind]}")
        if (self.unit is not None) != (self.kind in WITH_UNIT):
            raise misplaced("unit", UNIT_FORM)
        return self


class ParameterType(RulePart):
    """An outside figure that an item rests on: an industry's average, the LPR, an exchange rate.

    `key_label` says what tells its values apart, e.g. 行业; absent: there is one value at a time.
    """

    name: FactName
    label: str = Field(min_length=1, max_length=60)
    unit: UnitText
    key_label: str | None = Field(default=None, min_length=1, max_length=30)


class ParameterValue(RulePart):
    """What an outside figure was: for a `period`, or from `valid_from` to `valid_until` (both included).

    An open end is open. `source` published it, `as_of` that day; a later word counts instead of an earlier, and
    of two of one day the last in the list.
    """

    name: FactName
    value: NumberText
    unit: UnitText
    key: Code | None = None
    period: PeriodText | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    source: str = Field(min_length=1, max_length=80)
    as_of: date


class FactSheet(RulePart):
    """The facts that a rule is judged on, and the year that its relative periods are counted from.

    The same fact may be there several times: a correction is a newer fact. The one with the latest `as_of`
    counts, and of those the last in the list. `parameters` are the outside figures of the day, the same for
    every enterprise.
    """

    facts: tuple[Fact, ...] = ()
    reference_year: int = Field(ge=1980, le=2200)
    parameters: tuple[ParameterValue, ...] = ()

    @cached_property
    def _current(self) -> dict[tuple[str, str | None], Fact]:
        current: dict[tuple[str, str | None], Fact] = {}
        for fact in self.facts:
            known = current.get((fact.name, fact.period))
            if known is None or fact.as_of >= known.as_of:
                current[fact.name, fact.period] = fact
        return current

    @cached_property
    def _figures(self) -> dict[tuple[str, str | None], list[ParameterValue]]:
        found: dict[tuple[str, str | None], list[ParameterValue]] = {}
        for value in self.parameters:
            found.setdefault((value.name, value.key), []).append(value)
        return found

    def figures(self, name: str, key: str | None) -> Sequence[ParameterValue]:
        """The outside figures of this name and key, in their order."""
        return self._figures.get((name, key), ())

    def find(self, name: str, period: str | None) -> Fact | None:
        """The newest fact of this name about this period (as a rule names it), expired or not."""
        return self._current.get((name, absolute_period(period, self.reference_year)))


def absolute_period(period: str | None, reference_year: int) -> str | None:
    """`Y-1Q3` counted from 2026 is `2025Q3`; a fixed period, or none, stays as it is."""
    if period is None or period[0] != "Y":
        return period
    if period[1:2] == "-":
        return f"{reference_year - int(period[2]):04d}{period[3:]}"
    return f"{reference_year:04d}{period[1:]}"


class CodeLabel(RulePart):
    code: Code
    label: str = Field(min_length=1, max_length=60)


class FactType(RulePart):
    """What an item says about a fact it uses: how it is written and what people call it.

    `unit` is the unit in which the fact is asked for; facts in a unit of the same dimension fit too.
    `codes` lists the values of a code fact; empty means that any code may occur.
    """

    name: FactName
    label: str = Field(min_length=1, max_length=60)
    kind: FactKind
    unit: UnitText | None = None
    codes: tuple[CodeLabel, ...] = Field(default=(), max_length=400)

    @model_validator(mode="after")
    def _only_numbers_have_units(self) -> FactType:
        if (self.unit is not None) != (self.kind in WITH_UNIT):
            raise misplaced("unit", UNIT_FORM)
        return self

    def label_of(self, code: str) -> str:
        """What people call this code; the code itself when it is not listed."""
        return self._labels.get(code, code)

    def lists(self, code: str) -> bool:
        """Whether it is one of the codes that are listed."""
        return code in self._labels

    def codes_called(self, label: str) -> tuple[str, ...]:
        """The codes that people call so: one, where the name tells which."""
        return tuple(entry.code for entry in self.codes if entry.label == label)

    def name_instead_of_code(self, value: object) -> str | None:
        """What in the value of a code fact is a code's name and no code: it compares with nothing."""
        told = value if isinstance(value, tuple) else (value,)
        return next((each for each in told if isinstance(each, str) and each in self._names), None)

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {entry.code: entry.label for entry in self.codes}

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self._labels.values()) - frozenset(self._labels)


_NUMBER = re.compile(r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?\Z")
_CODE = re.compile(r"^\S{1,64}\Z")


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
