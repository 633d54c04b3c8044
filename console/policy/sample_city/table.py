"""The sample city's enterprises as a table that can be imported (docs/imports.md); some lines broken, if asked for."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel

from console.policy.sample_city.enterprises import SampleEnterprises, credit_code_of, draw, name_of
from console.policy.sample_city.facts import AS_OF, FactDraft, SampleFacts
from contracts.item import PolicyItemContent
from contracts.rule import ItemRules, absolute_period
from contracts.rule.facts import LISTS, FactKind

FACTS = (
    "registered_county",
    "industry_section",
    "enterprise_size",
    "established_on",
    "employees",
    "tax_credit_grade",
    "abnormal_operation_listed",
    "hi_tech_certified",
    "revenue",
    "tax_paid",
    "above_scale",
    "rd_expense",
)
YEAR = "2025"


def write_table(
    path: Path, count: int, *, broken_every: int | None = None, items: Sequence[PolicyItemContent] = ()
) -> int:
    """A CSV of `count` enterprises in UTF-8; returns how many lines are broken.

    Besides the everyday facts it has a column for each fact that one of `items` reads. Of `broken_every` lines one has a wrong check character and a number that is none: two reasons in one line.
    """
    enterprises = draw(count)
    columns = list(_columns(enterprises, items))
    values = [_by_row(each) for each in columns]
    broken = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["统一社会信用代码", "企业名称", "行业", "联系手机", *(_heading(each) for each in columns)])
        for row in range(count):
            cells = [*_fixed(enterprises, row), *(each.get(row, "") for each in values)]
            if broken_every and row % broken_every == broken_every - 1:
                cells[0], cells[-1] = cells[0][:-1] + "?", "not a number"
                broken += 1
            table.writerow(cells)
    return broken


def _columns(enterprises: SampleEnterprises, items: Sequence[PolicyItemContent]) -> Iterator[FactDraft]:
    declared = [each for item in items for each in item.rules.fact_types]
    wanted = {key for item in items for key in facts_read(item.rules, AS_OF.year)}
    for draft in SampleFacts(enterprises).columns(declared):
        everyday = draft.name in FACTS and draft.period in (None, YEAR)
        if everyday or ((draft.name, draft.period) in wanted and draft.kind not in LISTS):
            yield draft


def facts_read(rules: ItemRules, year: int) -> set[tuple[str, str | None]]:
    """(name, period) of every fact that some part of the rules refers to, for an item without a year of its own in
    `year`."""
    found: set[tuple[str, str | None]] = set()

    def look(part: object) -> None:
        if isinstance(part, BaseModel):
            if isinstance(name := getattr(part, "fact", None), str):
                found.add((name, absolute_period(getattr(part, "period", None), rules.reference_year or year)))
            for field in type(part).model_fields:
                look(getattr(part, field))
        elif isinstance(part, tuple | list):
            for each in part:
                look(each)

    look(rules)
    return found


def _fixed(enterprises: SampleEnterprises, row: int) -> Iterator[str]:
    yield credit_code_of(enterprises, row)
    yield name_of(enterprises, row)
    yield "示例行业"
    yield f"139{row:08d}"


def _heading(draft: FactDraft) -> str:
    kind = {FactKind.FLAG: "是否", FactKind.CODE: "代码", FactKind.DATE: "日期"}.get(draft.kind, draft.unit)
    return f"{draft.name}:{draft.period or ''}:{kind}"


def _by_row(draft: FactDraft) -> dict[int, str]:
    told = zip(draft.rows.tolist(), draft.values.tolist(), strict=True)
    return {
        row: ("是" if written else "否") if isinstance(written := draft.written(value), bool) else str(written)
        for row, value in told
    }
