"""What docs/rules.md and docs/item-file.md list whole is what there is: units, kinds, fields; and every link leads somewhere."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import BaseModel

import contracts.item
import contracts.rule
from console.place import CHECKOUT
from contracts.rule import Award, AwardHistory, Fact, FactKind, FactType, ItemRules, PayeeKind
from contracts.rule.plan import AcceptanceTerms, CreditTerms, Criterion, Step, SupplementTerms
from rules.checking.eligibility import OPERATORS
from rules.units import _KNOWN, unit

DOCS = CHECKOUT / "docs"
RULES, ITEM_FILE, RECIPES = ("rules.md", "item-file.md", "rule-recipes.md")
PAGES = {name: (DOCS / name).read_text(encoding="utf-8") for name in (RULES, ITEM_FILE, RECIPES)}
MODELS: dict[str, type[BaseModel]] = {
    **vars(contracts.rule),
    **vars(contracts.item),
    **{part.__name__: part for part in (Step, Criterion, AcceptanceTerms, SupplementTerms, CreditTerms)},
}


def part(page: str, heading: str) -> str:
    """What stands below a heading, up to the next."""
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGES[page], re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def cells(text: str) -> list[list[str]]:
    """The rows of the tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    heads = {index - 1 for index, row in enumerate(rows) if set("".join(row)) <= {"-"}}
    return [row for index, row in enumerate(rows) if index not in heads and index - 1 not in heads]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


# -- units -------------------------------------------------------------------------------------------------


UNITS = cells(part(RULES, "### 单位"))


def test_every_known_unit_is_listed_and_no_other() -> None:
    assert sorted({word for row in UNITS for word in names(row[1])}) == sorted(_KNOWN)


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in UNITS])
def test_units_of_one_line_can_be_converted_as_it_says(row: list[str]) -> None:
    equations = re.findall(r"`([^`]+)` = ([0-9/]+) `([^`]+)`", row[1])
    told = {one for one, _, _ in equations}
    base = names(row[1])[0]
    assert told | {base} == set(names(row[1]))
    for one, factor, other in equations:
        assert unit(one).dimension == unit(other).dimension == unit(base).dimension, one
        assert unit(one).factor == Fraction(factor) * unit(other).factor, one


def test_units_of_different_lines_cannot() -> None:
    dimensions = [unit(names(row[1])[0]).dimension for row in UNITS]
    assert len(set(dimensions)) == len(dimensions)


# -- kinds, fields -----------------------------------------------------------------------------------------


def test_every_kind_of_fact_is_listed_with_the_comparisons_that_fit_it() -> None:
    rows = {names(row[0])[0]: row for row in cells(part(RULES, "### 数据项（fact_types）")) if len(row) == 4}
    assert set(rows) == {kind.value for kind in FactKind}
    for kind, operators in OPERATORS.items():
        said = {word for cell in names(rows[kind][3]) for word in cell.split()}
        assert said - {"each", "compare_dates"} == {each.value for each in operators}, kind


def test_every_field_of_a_declared_fact_and_of_a_fact_is_listed() -> None:
    rows = [row for row in cells(part(RULES, "### 数据项（fact_types）")) if len(row) == 2]
    told = [name for row in rows for name in names(row[0])]
    declared, given = len(FactType.model_fields), len(Fact.model_fields)
    assert set(told[:declared]) == set(FactType.model_fields)
    assert set(told[declared:]) == set(Fact.model_fields)
    assert len(told) == declared + given


def test_every_receiver_is_listed() -> None:
    told = {names(cell)[0] for row in cells(part(RULES, "## 十四、取整和尾差")) for cell in row[::2] if names(cell)}
    assert {kind.value for kind in PayeeKind} <= told


def test_every_field_of_earlier_awards_is_listed() -> None:
    """In the file money is written as `yuan`, what all instalments come to as `whole_yuan`."""
    told = [name for row in cells(part(RULES, "## 十五、以前拿过的怎样写(已获奖补)")) for name in names(row[0])]
    one, file = len(Award.model_fields), set(AwardHistory.model_fields)
    assert set(told[:one]) == set(Award.model_fields) - {"money"} | {"yuan"}
    assert set(told[one:]) == file - {"awards", "whole"} | {"whole_yuan"}


def test_every_part_of_the_rules_is_listed_and_what_must_be_there_said() -> None:
    rows = cells(part(RULES, "### 规则一段有哪些字段"))
    told = {name: "必填" in row[1] for row in rows for name in names(row[0])}
    assert told == {name: field.is_required() for name, field in ItemRules.model_fields.items()}


TABLES = re.findall(r"<!-- (\w+) -->\n\n(\|.*?)\n\n", PAGES[ITEM_FILE], re.DOTALL)


@pytest.mark.parametrize(("model", "table"), [pytest.param(*each, id=each[0]) for each in TABLES])
def test_every_field_around_the_rules_is_listed_and_what_must_be_there_said(model: str, table: str) -> None:
    told = {names(row[0])[0]: row[1] == "必填" for row in cells(table)}
    assert told == {name: field.is_required() for name, field in MODELS[model].model_fields.items()}


def test_no_part_of_an_item_is_left_out() -> None:
    listed = {model for model, _table in TABLES}
    around = {
        name
        for name, value in vars(contracts.item).items()
        if _is_part(value) and value.__module__ == contracts.item.__name__
    }
    plan = {"Plan", "TimeLimit", "Material", "FormField", "Window", "Step", "FairCompetitionConclusion"}
    plan |= {"Criterion", "AcceptanceTerms", "SupplementTerms", "CreditTerms"}
    assert listed == around | plan


def _is_part(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def test_every_step_of_a_plan_is_listed() -> None:
    told = {names(row[0])[0] for row in cells(part(ITEM_FILE, "### 步骤（steps）")) if "`" in row[0]}
    steps = {step.model_fields["kind"].default for step in Step.__subclasses__()}
    assert steps <= told


# -- links -------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#{1,6} (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    lost = []
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", PAGES[page]):
        file, _, anchor = target.partition("#")
        there = (DOCS / file).resolve() if file else DOCS / page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            lost.append(target)
    assert lost == []
