"""What the editor calls things: one table of texts for every kind, field and choice of the contracts.

`texts/zh/rule.toml`: a table per type (`_`: its name, `_hint`: what it is for, `_nth`: one of several; a field's name, `<field>__hint`), a table
`field` for what is called the same everywhere, and `choice` for closed lists.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel

from contracts.typed import is_digits
from gateway.portal.department.authoring.editor.shapes import Kinds, Words, member
from gateway.portal.shell.language import PageTexts, TextUnknown

FILE = "rule"
FIRST = (
    "condition", "all", "any", "not",
    "fixed", "fact", "rate", "per_unit", "table", "lookup", "when", "cap", "sum", "growth", "difference",
)  # fmt: skip
"""The kinds that most items need; they are offered first."""


@cache
def texts() -> PageTexts:
    return PageTexts("zh")


@cache
def kind_label(model: type[BaseModel]) -> str:
    """What people call it. Raises TextUnknown."""
    return texts()(f"{FILE}.{model.__name__}._")


def nth_label(model: type[BaseModel], number: int) -> str:
    """The same of one of several: 第 2 档."""
    pattern = texts().find(f"{FILE}.{model.__name__}._nth")
    return pattern.format(n=number) if pattern else f"{kind_label(model)} {number}"


@cache
def kind_hint(model: type[BaseModel]) -> str:
    return texts().find(f"{FILE}.{model.__name__}._hint") or ""


@cache
def field_label(model: type[BaseModel], name: str) -> str:
    """What people call the field. Raises TextUnknown."""
    return texts().find(f"{FILE}.{model.__name__}.{name}") or texts()(f"{FILE}.field.{name}")


@cache
def field_hint(model: type[BaseModel], name: str) -> str:
    found = texts().find(f"{FILE}.{model.__name__}.{name}__hint")
    return found if found is not None else texts().find(f"{FILE}.field.{name}__hint") or ""


def choice_label(model: type[BaseModel], name: str, words: Words, value: Any) -> str:
    """What people call a choice: by its model's field, its own list's name, its field. Raises TextUnknown."""
    for table in (f"{model.__name__}.{name}", words.choices_of, name):
        found = texts().find(f"{FILE}.choice.{table}.{value}") if table else None
        if found is not None:
            return found
    if not str(value).isascii() or is_digits(str(value)):
        return str(value)
    raise TextUnknown(f"{FILE}.choice.{model.__name__}.{name}.{value}")


@cache
def choices(model: type[BaseModel], name: str) -> tuple[tuple[str, str], ...]:
    """(value, what it is called) of each choice of a field, in the order of the list."""
    found = member(model, name)
    assert found is not None
    assert isinstance(found.shape, Words)
    words = found.shape
    values = ("true", "false") if words.kind == "yes_no" else words.choices
    return tuple((str(value), choice_label(model, name, words, value)) for value in values)


@cache
def kinds_in_order(kinds: Kinds) -> tuple[tuple[str, str, str], ...]:
    """(tag, what it is called, what it is for) of each kind, the common ones first."""
    order = {tag: place for place, tag in enumerate(FIRST)}
    known = sorted(kinds.models, key=lambda each: order.get(each[0], len(FIRST)))
    return tuple((tag, kind_label(model), kind_hint(model)) for tag, model in known)


def section_title(name: str) -> str:
    """What people call a page of the editor. Raises TextUnknown."""
    return texts()(f"authoring.section.{name}")
