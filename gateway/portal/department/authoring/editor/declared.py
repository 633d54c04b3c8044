"""What a draft declares: its facts, outside figures and named values by name, as far as they are written soundly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "number": "数值",
    "flag": "是否",
    "code": "分类",
    "codes": "多项",
    "date": "日期",
    "numbers": "一串数",
    "dates": "一串日期",
}


@dataclass(frozen=True)
class DeclaredName:
    """A fact or figure as it is written in the draft. `codes`: its values with what they are called."""

    name: str
    label: str
    kind: str = ""
    unit: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)

    @property
    def called(self) -> str:
        told = "，".join(each for each in (KINDS.get(self.kind, ""), self.unit) if each)
        return f"{self.label}（{told}）" if told else self.label


@dataclass(frozen=True)
class Declared:
    facts: Mapping[str, DeclaredName]
    parameters: Mapping[str, DeclaredName]
    values: Mapping[str, DeclaredName] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Declared:
        rules = document.get("rules")
        rules = rules if isinstance(rules, Mapping) else {}
        return cls(
            {each.name: each for each in _names(rules.get("fact_types"))},
            {each.name: each for each in _names(rules.get("parameters"))},
            {each.name: each for each in _names(rules.get("values"))},
        )


def _names(texts: Any) -> Iterator[DeclaredName]:
    for each in texts if isinstance(texts, list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("name"), str):
            codes = each.get("codes")
            yield DeclaredName(
                each["name"],
                _text(each.get("label")) or each["name"],
                _text(each.get("kind")),
                _text(each.get("unit")),
                {
                    _text(code.get("code")): _text(code.get("label")) or _text(code.get("code"))
                    for code in (codes if isinstance(codes, list) else ())
                    if isinstance(code, Mapping) and code.get("code")
                },
            )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
