"""A workbook and items: what is written is read, and what is wrong is told at its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.item import PolicyItemContent
from contracts.refusal import Reason
from contracts.rule import ItemRules
from rules import check_publication
from services.catalog.workbooks import cells
from services.catalog.workbooks.cells import SheetLine, WorkbookItem, WorkbookRefused, read_sheets
from services.catalog.workbooks.json_cells import json_object
from services.catalog.workbooks.reading import read_items
from services.catalog.workbooks.sheets import SHEETS
from services.catalog.workbooks.writing import item_rows, read_back, sayable, workbook_rows
from tests.unit.rules.plan_writing import GUIDE_PLAN, PROJECT_AWARD

ROOT = Path(__file__).resolve().parents[3]
CODES = sorted(path.stem for path in (ROOT / "sample" / "items").glob("*.json"))
SampleItem = Callable[[str], PolicyItemContent]


def with_facts_of(read: PolicyItemContent, item: PolicyItemContent) -> PolicyItemContent:
    """The order in which facts are declared means nothing."""
    assert set(read.rules.fact_types) == set(item.rules.fact_types)
    return read.model_copy(update={"rules": read.rules.model_copy(update={"fact_types": item.rules.fact_types})})


@pytest.mark.parametrize("code", CODES)
def test_an_item_written_into_a_workbook_is_read_as_the_same_item(code: str, sample_item: SampleItem):
    item = sample_item(code)
    read = read_back(item_rows(item))
    assert read is not None
    assert with_facts_of(read, item) == item


def test_an_item_whose_facts_occur_in_its_named_values_alone_is_read_as_the_same_item(sample_item: SampleItem):
    item = sample_item("SC-021")
    value = {"node": "value", "value": "subsidy"}
    above = {"node": "compare", "operator": "gt", "left": value, "right": {"node": "fixed", "value": "0", "unit": "元"}}
    subsidy = {"name": "subsidy", "label": "补助金额", "of": {"node": "fact", "fact": "rent_paid", "period": "Y"}}
    rules = item.rules.model_dump(mode="json", exclude_none=True)
    rules |= {"values": [subsidy], "amount": value, "eligibility": above}
    rules["plan"]["form_fields"] = []
    rules["fact_types"] = [{"name": "rent_paid", "label": "实缴租金", "kind": "number", "unit": "元"}]
    written = item.model_copy(update={"rules": ItemRules.model_validate(rules)})
    assert read_back(item_rows(written)) == written


def test_a_plan_with_all_that_it_may_have_is_read_as_the_same_plan(sample_item: SampleItem):
    item = sample_item("SC-021")
    rules = item.rules.model_dump(mode="json", exclude_none=True) | {"amount": PROJECT_AWARD, "plan": GUIDE_PLAN}
    rules.pop("payees", None)
    written = item.model_copy(update={"rules": ItemRules.model_validate(rules)})
    read = read_back(item_rows(written))
    assert read is not None
    assert read.rules.plan == written.rules.plan


def test_whether_tax_is_withheld_is_read_as_it_was_written(sample_item: SampleItem):
    read = read_back(item_rows(sample_item("HB-002")))
    assert read is not None
    assert read.rules.payees is not None
    assert [part.income_tax for part in read.rules.payees.parts] == ["not_withheld", None]


def test_the_sheets_say_the_rules_of_a_good_many_items_without_json(sample_item: SampleItem):
    said = [code for code in CODES if sayable(item_rows(sample_item(code))["事项"])]
    assert len(said) >= 25, said


def test_many_items_share_one_workbook_and_its_facts(sample_item: SampleItem):
    # One workbook has one word for one thing, and all items of the sample say it alike.
    items = [sample_item(code) for code in CODES]
    sheets = workbook_rows(items)
    rows = [(sheet, number, cells) for sheet, lines in sheets.items() for number, cells in enumerate(lines, 1)]
    read = read_items(read_sheets(rows))
    assert [each.reasons for each in read if each.reasons] == []
    assert [each.code for each in read] == [item.code for item in items]
    assert all(check_publication(PolicyItemContent.model_validate(each.content)) == [] for each in read)


def lines_of(item: PolicyItemContent) -> dict[str, list[dict[str, str]]]:
    return item_rows(item)


def read_one(rows: dict[str, list[dict[str, str]]]) -> WorkbookItem:
    lines = {
        sheet: [SheetLine(sheet, number, row) for number, row in enumerate(rows.get(sheet, ()), 2)] for sheet in SHEETS
    }
    return read_items(lines)[0]


def told(reasons: tuple[Reason, ...]) -> set[tuple[str, str | None]]:
    return {(reason.code, reason.field) for reason in reasons}


def test_everything_that_is_wrong_with_an_item_is_told_at_once_with_sheet_row_and_column(sample_item: SampleItem):
    rows = lines_of(sample_item("NM-002"))
    rows["事项"][0] |= {"兑现方式": "随到随办", "兑付时限": "很快", "预算科目": ""}
    rows["条件"][0] |= {"关系": "不小于"}
    rows["金额"][0] |= {"标准": "十"}
    assert told(read_one(rows).reasons) == {
        ("word_unknown", "事项表第2行“兑现方式”"),
        ("duration_unreadable", "事项表第2行“兑付时限”"),
        ("cell_empty", "事项表第2行“预算科目”"),
        ("word_unknown", "条件表第2行“关系”"),
        ("number_unreadable", "金额表第2行“标准”"),
    }


def test_a_fact_that_the_workbook_does_not_declare_is_refused(sample_item: SampleItem):
    rows = lines_of(sample_item("NM-002"))
    rows["条件"][0]["数据名称"] = "员工幸福感"
    assert ("fact_unknown", "条件表第2行“数据名称”") in told(read_one(rows).reasons)


def test_a_part_that_mixes_two_ways_of_computing_is_refused(sample_item: SampleItem):
    rows = lines_of(sample_item("NM-002"))
    assert len(rows["金额"]) > 1
    rows["金额"][1]["算法"] = "定额"
    assert ("part_mixed", "金额表第3行“算法”") in told(read_one(rows).reasons)


def test_rows_of_an_item_that_is_not_there_are_told():
    lines = {sheet: [] for sheet in SHEETS} | {"条件": [SheetLine("条件", 7, {"事项编码": "X-1"})]}
    (stray,) = read_items(lines)
    assert told(stray.reasons) == {("item_missing", "条件表第7行“事项编码”")}


def test_a_code_that_occurs_twice_is_refused_both_times(sample_item: SampleItem):
    rows = lines_of(sample_item("NM-002"))
    lines = {sheet: [SheetLine(sheet, number, row) for number, row in enumerate(rows[sheet], 2)] for sheet in SHEETS}
    lines["事项"].append(SheetLine("事项", 9, rows["事项"][0]))
    assert [told(item.reasons) for item in read_items(lines)] == [
        {("code_twice", "事项表第2行“事项编码”")},
        {("code_twice", "事项表第9行“事项编码”")},
    ]


def test_bounds_say_whether_they_are_included(sample_item: SampleItem):
    rows = lines_of(sample_item("NM-002"))
    rows["金额"][0] |= {"下限": ">1", "上限": "≤2"}
    read = read_one(rows)
    assert read.content is not None
    band = read.content["rules"]["amount"]["bands"][0]
    assert (band["low"], band["low_inclusive"], band["high"], band["high_inclusive"]) == ("1", False, "2", True)


def test_a_guide_that_says_nothing_of_conditions_and_standard_gets_the_words_of_the_rules(sample_item: SampleItem):
    item = sample_item("NM-002")
    rows = lines_of(item)
    rows["事项"][0] |= {"条件说明": "", "标准说明": ""}
    read = read_back(rows)
    assert read is not None
    assert (read.guide.conditions, read.guide.standard) == (item.guide.conditions, item.guide.standard)


def test_a_workbook_that_does_not_fit_the_template_is_refused_with_every_reason():
    with pytest.raises(WorkbookRefused) as refused:
        read_sheets([("事项", 1, ["事项编码", "备忘"]), ("条件", 1, ["事项编码", "事项编码"])])
    codes = {reason.code for reason in refused.value.reasons}
    assert codes == {"column_missing", "column_unknown", "column_twice"}
    with pytest.raises(WorkbookRefused) as without:
        read_sheets([("说明", 1, ["请填写"])])
    assert [reason.code for reason in without.value.reasons] == ["sheet_missing"]


def test_every_column_is_in_the_guide():
    guide = (ROOT / "docs" / "item-import.md").read_text(encoding="utf-8")
    missing = [
        f"{sheet}/{column.heading}"
        for sheet, columns in SHEETS.items()
        for column in columns
        if f"| {column.heading} |" not in guide
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ('{"a":' * 6_000, "嵌套太深（超过 100 层）"),
        ('{"a":' * 200 + "1" + "}" * 200, "嵌套太深（超过 100 层）"),
        ('{"a": [' * 5_000 + "]}" * 5_000, "嵌套太深（超过 100 层）"),
        ('{"a": ' + "9" * 5_000 + "}", "不是有效的 JSON 对象"),
        ('{"a": 9223372036854775808}', "不是有效的 JSON 对象"),
        ('{"a": NaN}', "不是有效的 JSON 对象"),
        ("[1]", "不是有效的 JSON 对象"),
        ("{", "不是有效的 JSON 对象"),
    ],
)
def test_a_cell_with_json_without_end_spoils_its_own_item_alone(sample_item: SampleItem, cell: str, why: str):
    rows = lines_of(sample_item("NM-002"))
    rows["事项"][0]["其他规则JSON"] = cell
    read = read_one(rows)
    assert (read.content, [(each.code, each.message) for each in read.reasons]) == (
        None,
        [("json_unreadable", f"{why}。")],
    )


def test_the_deepest_json_that_is_taken_has_a_hundred_levels():
    deepest = '{"a":' * 99 + '{"b": 9223372036854775807}' + "}" * 99
    assert json_object(deepest)["a"]
    with pytest.raises(ValueError, match="嵌套太深"):
        json_object(f'{{"a":{deepest}}}')


def test_more_lines_than_a_province_has_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cells, "MOST_LINES", 3)
    heading = [column.heading for column in SHEETS["事项"] if column.required]
    rows = [("事项", 1, heading), *(("事项", n, ["x", *[""] * 9]) for n in range(2, 4))]
    assert len(read_sheets([*rows, ("事项", 9, ["", ""]), ("说明", 1, ["x"])])["事项"]) == 2
    with pytest.raises(WorkbookRefused) as refused:
        read_sheets([*rows, ("条件", 1, ["事项编码"])])
    assert [reason.code for reason in refused.value.reasons] == ["too_many_lines"]


def test_ten_thousand_items_are_told_apart_in_one_go_and_others_have_their_turn(monkeypatch: pytest.MonkeyPatch):
    """Each with its own lines, in time that grows with the lines and not with their square."""
    turns: list[float] = []
    monkeypatch.setattr(time, "sleep", turns.append)
    lines = {sheet: [SheetLine(sheet, n, {"事项编码": f"X-{n}"}) for n in range(3_000)] for sheet in SHEETS}
    asked: list[str] = []

    class Counted(dict[str, str]):
        def __getitem__(self, heading: str) -> str:
            asked.append(heading)
            return super().__getitem__(heading)

        def get(self, heading: str, default: str = "") -> str:  # type: ignore[override]
            asked.append(heading)
            return super().get(heading, default)

    lines["条件"] = [SheetLine("条件", n, Counted({"事项编码": f"X-{n}"})) for n in range(3_000)]
    assert len(read_items(lines)) == 3_000
    assert len(turns) == 3_000
    assert asked.count("事项编码") < 10 * 3_000
