"""One record of a feed: what it says of an enterprise, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from chassis.foundation.reasons import reasons_for
from contracts.refusal import Reason
from contracts.rule import Fact
from contracts.rule.facts import value_fits
from services.catalog.enterprises.credit_code import checked_credit_code
from services.catalog.enterprises.domain import CreditCodeInvalid
from services.catalog.imports.lines import MOBILE, MOST_KNOWN, NAME, EnterpriseLine, wrong_with_name

MOST_ALIKE = 10_000
"""Ways of telling a fact (who, what, when) that a feed's reader keeps at hand."""


@dataclass(slots=True)
class Alike:
    """Facts that differ in their value only: one of them, and those whose value has occurred."""

    like: Fact
    told: dict[Any, Fact] = field(default_factory=dict)


@dataclass(slots=True)
class RecordReader:
    """Reads the records of one feed. `today` is the day on which it does."""

    today: date
    _alike: dict[tuple[Any, ...], Alike] = field(default_factory=dict)
    _told: int = 0

    def read(self, line: int, record: Mapping[str, Any]) -> EnterpriseLine:
        """The fields of an enterprise, and facts as the contract writes them."""
        reasons: list[Reason] = []
        uscc = name = ""
        try:
            uscc = checked_credit_code(str(record.get("uscc", "")))
        except CreditCodeInvalid as error:
            reasons.append(Reason(code=error.code, message=error.message, field="uscc"))
        try:
            name = NAME.validate_python(record.get("name", ""))
        except ValidationError:
            why = wrong_with_name(str(record.get("name", "")))
            reasons.append(Reason(code="name_invalid", message=f"{why}。", field="name"))
        industry, mobile = record.get("industry"), record.get("contact_mobile")
        if industry is not None and not (isinstance(industry, str) and 0 < len(industry) <= 60):
            reasons.append(Reason(code="industry_too_long", message="行业应为 1 至 60 个字。", field="industry"))
        if mobile is not None and not (isinstance(mobile, str) and MOBILE.match(mobile)):
            reasons.append(Reason(code="mobile_invalid", message="应为 11 位手机号码。", field="contact_mobile"))
        facts = self._facts(record.get("facts", []), reasons)
        if reasons:
            return EnterpriseLine(line, reasons=tuple(reasons))
        return EnterpriseLine(line, uscc, name, industry, mobile, facts)

    def _facts(self, written: Any, reasons: list[Reason]) -> tuple[Fact, ...]:
        if not isinstance(written, list):
            reasons.append(Reason(code="facts_invalid", message="facts 应为列表。", field="facts"))
            return ()
        facts = []
        for index, each in enumerate(written):
            try:
                fact = self._fact(each)
            except ValidationError as error:
                reasons += _reasons_at(f"facts.{index}", error)
                continue
            if fact.as_of > self.today:
                reasons.append(Reason(code="as_of_invalid", message="数据日期晚于今天。", field=f"facts.{index}.as_of"))
            facts.append(fact)
        return tuple(facts)

    def _fact(self, written: Any) -> Fact:
        """Most facts of a feed are told in the same way, and many have the same few values: the way is checked once,
        and a value that is new to it by the rule of its kind. Raises ValidationError.
        """
        if not isinstance(written, dict) or "value" not in written:
            return Fact.model_validate(written)
        rest = written.copy()
        value = rest.pop("value")
        way = (*rest.items(),)
        try:
            alike = self._alike.get(way)
            known = alike.told.get(value) if alike is not None else None
        except TypeError:  # there is a list among it
            return Fact.model_validate(written)
        if known is not None:
            return known
        if alike is not None and isinstance(value, str) and value_fits(alike.like.kind, value):
            fact = alike.like.model_copy(update={"value": value})
        else:
            fact = Fact.model_validate(written)
        self._remember(way, value, fact)
        return fact

    def _remember(self, way: tuple[tuple[str, Any], ...], value: Any, fact: Fact) -> None:
        if not isinstance(value, bool | str):
            return
        alike = self._alike.get(way)
        # Text equals text only; 0 and false would be the same way.
        if (
            alike is None
            and len(self._alike) < MOST_ALIKE
            and all(part is None or type(part) is str for _, part in way)
        ):
            alike = self._alike[way] = Alike(fact)
        if alike is not None and self._told < MOST_KNOWN:
            self._told += 1
            alike.told[value] = fact


def _reasons_at(place: str, error: ValidationError) -> Iterator[Reason]:
    for each in reasons_for(error.errors(include_url=False, include_input=False)):
        yield each.model_copy(update={"field": f"{place}.{each.field}" if each.field else place})
