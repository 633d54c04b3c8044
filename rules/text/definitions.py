"""Named values in words: said by their names, and defined once, behind the first sentence that uses them."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.rule import ItemRules, NamedValue
from rules.named import values_in
from rules.text.layout import laid_out, together
from rules.text.phrases import Names
from rules.text.trees import amount_sentence


def definition_text(value: NamedValue, names: Names) -> str:
    """What a named value is, not laid out yet: `可补贴租金＝…`."""
    return f"{value.label}＝{amount_sentence(value.of, names)}"


def definitions_sentence(rules: ItemRules) -> str:
    """All that an item defines."""
    names = Names(rules.fact_types_by_name, rules.reference_year, rules.parameters_by_name, rules.values_by_name)
    return together(*(laid_out(definition_text(value, names)) for value in rules.values))


def defined_once(said: Mapping[str, tuple[object, str]], names: Names) -> dict[str, str]:
    """The sentences, each with the definitions that no sentence before it has given; by their parts of the rules."""
    told: set[str] = set()
    sentences: dict[str, str] = {}
    for name, (part, text) in said.items():
        new = [value for value in values_in(part, names.values) if value.name not in told]
        told.update(value.name for value in new)
        meanings = [laid_out(definition_text(value, names)) for value in new]
        sentences[name] = together(text, "其中：" if meanings else "", *meanings)
    return sentences
