"""One record of a feed: what it says of an enterprise, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from chassis.foundation.reasons import reasons_for
from contracts.fact_sources import SourceKind
from contracts.refusal import Reason
from contracts.rule import Fact
from contracts.rule.facts import FactType, value_fits
from contracts.typed import half_width
from contracts.written import is_no_code, says_nothing
from services.catalog.enterprises.credit_code import checked_credit_code, never
from services.catalog.enterprises.domain import CreditCodeInvalid
from services.catalog.enterprises.sources import Voice
from services.catalog.imports.fact_cells import CODED, CellRefused, spoiled_cell
from services.catalog.imports.headings import choice_of
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
    """Reads the records of one feed. `today` is the day on which it does; `voice`: for which sources the feed may speak;
    `vocabulary` has by name what items list of the codes of a fact."""

    today: date
    voice: Voice
    admitted: Callable[[str], bool] = never
    vocabulary: Mapping[str, FactType] = field(default_factory=dict)
    _alike: dict[tuple[Any, ...], Alike] = field(default_factory=dict)
    _told: int = 0
    _heard: dict[tuple[str, SourceKind | None], Reason | None] = field(default_factory=dict)

    def read(self, line: int, record: Mapping[str, Any]) -> EnterpriseLine:
        """The fields of an enterprise, and facts as the contract writes them."""
        reasons: list[Reason] = []
        uscc = name = ""
        try:
            uscc = checked_credit_code(str(record.get("uscc", "")), self.admitted)
        except CreditCodeInvalid as error:
            reasons.append(Reason(code=error.code, message=error.message, field="uscc"))
        try:
            name = NAME.validate_python(record.get("name", ""))
            if says_nothing(name):
                reasons.append(Reason(code="name_invalid", message=f"“{name}”不是企业名称。", field="name"))
        except ValidationError:
            said = str(record.get("name", ""))
            wrong = spoiled_cell(said) or ("name_invalid", wrong_with_name(said))
            reasons.append(Reason(code=wrong[0], message=f"{wrong[1]}。", field="name"))
        industry, mobile = record.get("industry"), record.get("contact_mobile")
        if isinstance(industry, str) and (spoiled := spoiled_cell(industry)) is not None:
            reasons.append(Reason(code=spoiled[0], message=f"{spoiled[1]}。", field="industry"))
        if industry is not None and not (isinstance(industry, str) and 0 < len(industry) <= 60):
            reasons.append(Reason(code="industry_too_long", message="行业应为 1 至 60 个字。", field="industry"))
        if mobile is not None and not (isinstance(mobile, str) and MOBILE.match(mobile := half_width(mobile))):
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
            except CellRefused as error:
                reasons.append(Reason(code=error.code, message=f"{error.why}。", field=f"facts.{index}.value"))
                continue
            if fact is None:
                continue
            if fact.as_of > self.today:
                reasons.append(Reason(code="as_of_invalid", message="数据日期晚于今天。", field=f"facts.{index}.as_of"))
            against = self._against(fact, f"facts.{index}.source")
            if against is not None:
                reasons.append(against)
            facts.append(fact)
        return tuple(facts)

    def _against(self, fact: Fact, where: str) -> Reason | None:
        """A feed has few sources and many facts: each source is looked at once."""
        said = (fact.source, fact.source_kind)
        if said not in self._heard:
            if len(self._heard) >= MOST_ALIKE:
                self._heard.clear()
            self._heard[said] = self.voice.against(fact.source, fact.source_kind, "source")
        found = self._heard[said]
        return (
            None
            if found is None
            else found.model_copy(update={"field": where.removesuffix("source") + (found.field or "")})
        )

    def _fact(self, written: Any) -> Fact | None:
        """Most facts of a feed are told in the same way, and many have the same few values: the way is checked once,
        and a value that is new to it by the rule of its kind. None where the value is a word for nothing.

        Raises ValidationError, or CellRefused for an error of a spreadsheet and for a code that is not listed.
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
            return Fact.model_validate(written) if self._tells(written) else None
        if known is not None:
            return known
        if not self._tells(written):
            return None
        if alike is not None and isinstance(value, str) and value_fits(alike.like.kind, value):
            fact = alike.like.model_copy(update={"value": value})
        else:
            fact = Fact.model_validate(written)
        self._remember(way, value, fact)
        return fact

    def _tells(self, written: Mapping[str, Any]) -> bool:
        """Whether there is anything in the value. Raises CellRefused."""
        declared = self.vocabulary.get(str(written.get("name")))
        coded = written.get("kind") in CODED
        listed = declared.codes if declared is not None and coded else ()
        value = written["value"]
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, str) and (spoiled := spoiled_cell(each)) is not None:
                raise CellRefused(*spoiled)
            if coded and isinstance(value, list) and isinstance(each, str) and is_no_code(each):
                raise CellRefused("value_invalid", f"“{each}”不是代码")
            if listed and all(each != code.code for code in listed):
                raise CellRefused("code_unknown", f"“{str(each)[:40]}”不是可选的代码，应为：{choice_of(listed)}")
        return not isinstance(value, str) or bool(listed) or not says_nothing(value)

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
