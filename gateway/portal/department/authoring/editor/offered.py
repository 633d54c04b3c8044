"""Words that are offered while one types: nobody has to know how a unit or a period is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contracts.documents import DocumentView
from contracts.drafting import DraftView
from gateway.portal.department.authoring.editor.writing import period_shown

UNITS = (
    "元", "万元", "亿元", "%", "‰", "倍", "个百分点", "人", "户", "家", "项", "个", "份", "亩", "平方米", "月", "年", "天",
    "吨", "千瓦", "千瓦时", "美元", "万美元", "标箱", "元/人", "万元/人", "元/亩", "万元/亩", "元/平方米", "元/平方米·月",
    "元/人·月", "元/月", "万元/项", "万元/家", "万元/份", "元/千瓦时", "元/吨",
)  # fmt: skip
PERIODS = ("Y", "Y-1", "Y-2", "Y-3", *(f"{year}{part}" for year in ("Y", "Y-1") for part in ("Q1", "Q2", "Q3", "Q4")))
NOWHERE_ELSE = 40
"""Names of departments that are offered at most."""


def offered_words(
    draft: DraftView, department: str | None, documents: Sequence[DocumentView]
) -> Mapping[str, list[tuple[str, str]]]:
    """(value, text) of each list by its name: units and periods for all, departments and documents for some."""
    year = draft.created_at.year
    periods = (*PERIODS, *(str(each) for each in range(year - 4, year + 2)))
    return {
        "units": [(each, each) for each in UNITS],
        "periods": [(period_shown(each), period_shown(each)) for each in periods],
        "departments": [(each, each) for each in _departments(draft, department)],
        "documents": [(each.document_id, _called(each)) for each in documents],
    }


def _called(document: DocumentView) -> str:
    text = document.document
    number = f"（{text.number}）" if text.number else ""
    repealed = "　已废止" if document.state == "repealed" else ""
    return f"《{text.name}》{number}{repealed}"


def _departments(draft: DraftView, department: str | None) -> Iterable[str]:
    plan = draft.content.get("rules", {})
    named = [department, draft.department, *_named_in(plan.get("plan") if isinstance(plan, Mapping) else None)]
    return [each for each in dict.fromkeys(named) if each][:NOWHERE_ELSE]


def _named_in(plan: Any) -> Iterator[str]:
    steps = plan.get("steps") if isinstance(plan, Mapping) else None
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, Mapping):
            yield from (each for each in step.get("departments") or () if isinstance(each, str))
