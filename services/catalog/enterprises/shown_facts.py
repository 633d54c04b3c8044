"""Facts in the words of a person. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from contracts.rule import Fact, FactSheet, FactType
from contracts.shown_facts import ShownFact
from rules.facts import label, value_text
from rules.text.phrases import Names


def shown_fact(fact: Fact, types: Mapping[str, FactType], today: date) -> ShownFact:
    """The fact as those declare it whose `types` these are; by its bare name where none does."""
    return ShownFact(
        name=fact.name,
        period=fact.period,
        label=Names(types).fact(fact.name, fact.period),
        value=value_text(fact, types),
        source=fact.source,
        as_of=fact.as_of,
        valid_until=fact.valid_until,
        expired=fact.valid_until is not None and fact.valid_until < today,
    )


def shown_facts(sheet: FactSheet, types: Mapping[str, FactType], today: date) -> tuple[ShownFact, ...]:
    """What the sheet says of the declared facts, in the order of their declaration, the newest word for each."""
    keys = sorted(
        {(fact.name, fact.period) for fact in sheet.facts if fact.name in types}, key=lambda key: (key[0], key[1] or "")
    )
    order = {name: place for place, name in enumerate(types)}
    found = [fact for name, period in keys if (fact := sheet.find(name, period)) is not None]
    return tuple(shown_fact(fact, types, today) for fact in sorted(found, key=lambda fact: order[fact.name]))


def in_order_of_names(facts: tuple[Fact, ...], types: Mapping[str, FactType], today: date) -> tuple[ShownFact, ...]:
    """A whole dossier; what has no name for people stands last."""
    ordered = sorted(facts, key=lambda fact: (fact.name not in types, label(fact.name, types), fact.period or ""))
    return tuple(shown_fact(fact, types, today) for fact in ordered)
