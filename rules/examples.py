"""A worked example of an item's amount, on facts that are made up and said to be: for whoever reads the sentence.

Only what the amount itself looks at is made up. A value is one that the rule's own comparisons let through, else a usual
one of its unit; where nothing comes to more than nothing, there is no example. Pure, and the same for the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from contracts.money import Money
from contracts.rule import Fact, FactKind, FactSheet, ItemRules, absolute_period
from contracts.rule.facts import RulePart
from contracts.typed import is_digits
from rules.facts import label, value_text
from rules.items import assess
from rules.named import with_values
from rules.text.phrases import period_text

SOURCE = "示例"
USUAL: Mapping[str, str] = {
    "元": "100000", "万元": "1000", "亿元": "10", "人": "10", "家": "5", "户": "5", "项": "2", "个": "2", "件": "2", "份": "2",
    "平方米": "1000", "亩": "50", "月": "12", "年": "2", "天": "30", "吨": "1000", "千瓦": "1000", "千瓦时": "100000", "倍": "2",
}  # fmt: skip
"""A middling figure of each unit."""

OTHERWISE = "10"
SHARES = frozenset({"%", "‰"})
FACTORS = ("1", "2", "5", "10", "20", "50", "100", "0.5", "0.2")
"""By what the figures are multiplied until there is something to pay; shares of something (%) are not."""

GROWS = Decimal("1.2")
"""A later period's figure is so much of the one before: many rules pay for growth."""

AT_LEAST = frozenset({"ge", "gt"})
ENTRIES = 2
"""How many people or things a list has."""

Asked = tuple[str, str | None]
"""A fact and the period that it is about."""


@dataclass(frozen=True, slots=True)
class Example:
    """`supposed` are the facts in words, `working` how the amount comes of them."""

    supposed: tuple[str, ...]
    working: tuple[str, ...]
    amount: Money


def example_of(rules: ItemRules, on: date) -> Example | None:
    """What the rules pay on supposed facts; None where no such facts are found, or a person decides the figure."""
    year = rules.reference_year or on.year
    parts = with_values(rules.amount, rules.values_by_name)
    amount = [part.model_dump(mode="json", exclude_none=True) for part in parts if isinstance(part, RulePart)]
    asked = list(dict.fromkeys((name, absolute_period(period, year)) for name, period in facts_in(amount)))
    if any(name not in rules.fact_types_by_name for name, _period in asked):
        return None
    hints = {**_hints(rules.eligibility.model_dump(mode="json", exclude_none=True)), **_hints(amount)}
    for factor in FACTORS:
        facts = tuple(_supposed(asked, rules, hints, Decimal(factor), on))
        found = assess(rules, FactSheet(facts=facts, reference_year=year), on).amount
        if found.money is not None and found.money.fen > 0:
            working = tuple(line.text_zh for line in found.working)
            return Example(tuple(_said(facts, rules, working)), working, found.money)
        if not asked:
            return None
    return None


def facts_in(part: Any) -> Iterator[Asked]:
    """Every fact that a part of the rules names, with its period as the rule says it."""
    if isinstance(part, list):
        for each in part:
            yield from facts_in(each)
    elif isinstance(part, dict):
        if isinstance(part.get("fact"), str):
            yield part["fact"], part.get("period")
        for each in part.values():
            yield from facts_in(each)


def _said(facts: Iterable[Fact], rules: ItemRules, working: Iterable[str]) -> Iterator[str]:
    """The facts that the working speaks of, each once. A code that stands for one project says nothing to a reader."""
    types = rules.fact_types_by_name
    spoken = "".join(working)
    for fact in facts:
        called = label(fact.name, types)
        if called in spoken and not (fact.kind is FactKind.CODE and not types[fact.name].codes):
            yield f"{period_text(fact.period)}{called}：{value_text(fact, types)}"


def _hints(part: Any) -> dict[str, Any]:
    """A value that each comparison of a fact lets through, by the fact's name; the last comparison counts."""
    found: dict[str, Any] = {}
    for node in _nodes(part):
        operator, value = node.get("operator"), node.get("value")
        if node.get("node") != "condition" or operator is None:
            continue
        if operator in ("is_true", "is_false"):
            found[node["fact"]] = operator == "is_true"
        elif operator in ("in", "between") and value:
            found[node["fact"]] = value[0]
        elif operator in ("eq", "contains", *AT_LEAST) and value is not None:
            found[node["fact"]] = value
    return found


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, list):
        for each in part:
            yield from _nodes(each)
    elif isinstance(part, dict):
        yield part
        for each in part.values():
            yield from _nodes(each)


def _supposed(
    asked: Iterable[Asked], rules: ItemRules, hints: Mapping[str, Any], factor: Decimal, on: date
) -> Iterator[Fact]:
    periods: dict[str, list[str]] = {}
    for name, period in asked:
        periods.setdefault(name, []).append(period or "")
    days = on - timedelta(days=400)
    for name, period in asked:
        declared = rules.fact_types_by_name[name]
        hint = hints.get(name)
        later = sorted(periods[name]).index(period or "")
        value: Any
        if declared.kind is FactKind.FLAG:
            value = hint if isinstance(hint, bool) else True
        elif declared.kind in (FactKind.DATE, FactKind.DATES):
            days += timedelta(days=60)
            value = (days.isoformat(),) * ENTRIES if declared.kind is FactKind.DATES else days.isoformat()
        elif declared.kind in (FactKind.CODE, FactKind.CODES):
            code = hint if isinstance(hint, str) else next((each.code for each in declared.codes), "a")
            value = (code,) * ENTRIES if declared.kind is FactKind.CODES else code
        else:
            scale = Decimal(1) if declared.unit in SHARES else factor * GROWS**later
            figure = _figure(hint, declared.unit, scale)
            value = (figure,) * ENTRIES if declared.kind is FactKind.NUMBERS else figure
        yield Fact(
            name=name, kind=declared.kind, value=value, unit=declared.unit, period=period, source=SOURCE, as_of=on
        )


def _figure(hint: Any, unit: str | None, factor: Decimal) -> str:
    base = hint if isinstance(hint, str) and _is_figure(hint) else USUAL.get(unit or "", OTHERWISE)
    figure = (Decimal(base) * factor).quantize(Decimal("0.01")).normalize()
    return f"{figure:f}"


def _is_figure(text: str) -> bool:
    return is_digits(text.replace(".", "", 1))
