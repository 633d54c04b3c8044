"""What stands in the cells of a workbook of items, as Excel and people write it; and where each fault is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contracts.item import PolicyItemContent
from contracts.refusal import Reason
from contracts.written import column_letters
from services.catalog.workbooks.cells import WorkbookItem, read_sheets
from services.catalog.workbooks.places import place_of
from services.catalog.workbooks.reading import read_items
from services.catalog.workbooks.sheets import SHEETS
from services.catalog.workbooks.writing import item_rows

SampleItem = Callable[[str], PolicyItemContent]
Rows = dict[str, list[dict[str, str]]]


@pytest.fixture
def rows(sample_item: SampleItem) -> Rows:
    return item_rows(sample_item("NM-002"))


def read(rows: Rows, heading: Callable[[str], str] = str) -> WorkbookItem:
    """As an import reads it: sheets with headings, rows by their numbers."""
    sheets = [
        (sheet, number, cells)
        for sheet, columns in SHEETS.items()
        for number, cells in enumerate(
            [
                [heading(column.heading) for column in columns],
                *([row.get(column.heading, "") for column in columns] for row in rows.get(sheet, ())),
            ],
            1,
        )
    ]
    return read_items(read_sheets(sheets))[0]


def cell(sheet: str, heading: str, number: int = 2) -> str:
    place = [column.heading for column in SHEETS[sheet]].index(heading)
    return f"{sheet}表第{number}行“{heading}”（{column_letters(place)}{number}）"


def told(item: WorkbookItem) -> dict[str | None, str]:
    assert item.content is None or not item.reasons
    places = [reason.field for reason in item.reasons]
    assert len(places) == len(set(places)), "one bad cell draws one reason"
    return {reason.field: reason.message for reason in item.reasons}


EVERY_COLUMN = [(sheet, column.heading) for sheet, columns in SHEETS.items() for column in columns]


@pytest.mark.parametrize(("sheet", "heading"), EVERY_COLUMN)
def test_an_error_of_excel_is_refused_in_every_column_by_its_cell(rows: Rows, sheet: str, heading: str) -> None:
    if not rows.get(sheet):
        rows[sheet] = [{"事项编码": "NM-002"}]
    rows[sheet][0][heading] = "#REF!"
    item = read(rows)
    reasons = [each for each in item.reasons if each.field == cell(sheet, heading)]
    if heading == "事项编码" and sheet not in ("事项", "数据"):
        return  # the row belongs to no item; the next test looks at it
    assert [each.code for each in reasons] == ["cell_is_error"]
    assert "#REF!" in reasons[0].message


@pytest.mark.parametrize("sheet", ["条件", "金额", "材料", "申报表"])
def test_a_row_whose_code_is_an_error_is_told_as_that(rows: Rows, sheet: str) -> None:
    rows.setdefault(sheet, [])
    rows[sheet] = [*rows[sheet], {"事项编码": "＃Ｎ／Ａ"}]
    sheets = [
        (name, number, cells)
        for name, columns in SHEETS.items()
        for number, cells in enumerate(
            [
                [column.heading for column in columns],
                *([row.get(column.heading, "") for column in columns] for row in rows.get(name, ())),
            ],
            1,
        )
    ]
    stray = read_items(read_sheets(sheets))[-1]
    assert [(each.code, each.field) for each in stray.reasons] == [
        ("cell_is_error", cell(sheet, "事项编码", len(rows[sheet]) + 1))
    ]


def test_words_for_nothing_are_nothing_by_the_kind_of_their_column(rows: Rows) -> None:
    rows["事项"][0] |= {"总额最高": "无", "受理开始": "—", "受理截止": "NULL", "审查日期": "/", "县级垫付": "-"}
    rows["事项"][0] |= {"文号": "暂无", "摘要": "nan", "联系人": "无"}
    assert told(read(rows)) == {cell("事项", "摘要"): "必填。"}, "a contact may be called so, a summary cannot be nan"


def test_days_are_read_in_every_way_that_the_guide_names(rows: Rows) -> None:
    rows["事项"][0] |= {"受理开始": "2026年3月1日", "受理截止": "２０２６/12/31", "发文日期": "2026年1月"}
    rows["事项"][0] |= {"政策年度": "2026年度"}
    item = read(rows)
    assert item.content is not None, item.reasons
    plan = item.content["rules"]["plan"]
    assert (plan["window"], item.content["document"]["date"], item.content["rules"]["reference_year"]) == (
        {"opens": "2026-03-01", "closes": "2026-12-31"},
        "2026-01",
        2026,
    )


@pytest.mark.parametrize("day", ["2026-03", "202603", "2026年3月", "46054", "26-3-1", "2026-02-30", "٢٠٢٦-٠٣-٠١"])
def test_what_is_no_whole_day_is_refused_and_never_guessed(rows: Rows, day: str) -> None:
    rows["事项"][0]["受理开始"] = day
    assert list(told(read(rows))) == [cell("事项", "受理开始")]


@pytest.mark.parametrize(
    ("figure", "kept"),
    [("20000.099999999999", "20000.1"), ("1，000", "1000"), ("9.00000000000000E+15", f"9{'0' * 15}")],
)
def test_a_figure_is_what_excel_shows(rows: Rows, figure: str, kept: str) -> None:
    rows["事项"][0] |= {"总额最高": figure, "总额最高单位": "万元"}
    item = read(rows)
    assert item.content is not None, item.reasons
    assert item.content["rules"]["amount"]["limit"]["value"] == kept


@pytest.mark.parametrize("figure", ["1,5", "1,0000", "1.23457E+11", "十", "１,5"])
def test_a_figure_that_may_be_another_is_refused(rows: Rows, figure: str) -> None:
    rows["事项"][0] |= {"总额最高": figure, "总额最高单位": "万元"}
    assert list(told(read(rows))) == [cell("事项", "总额最高")]


def test_a_number_whose_last_digits_are_gone_is_no_text(rows: Rows) -> None:
    rows["事项"][0]["文号"] = "9.13607020000000E+17"
    assert "请存为文本" in told(read(rows))[cell("事项", "文号")]


def test_values_of_conditions_are_read_as_their_facts_are(rows: Rows) -> None:
    numbers = [row for row in rows["条件"] if row["单位"]]
    assert numbers
    numbers[0]["值"] = "1,5"
    place = cell("条件", "值", rows["条件"].index(numbers[0]) + 2)
    assert list(told(read(rows))) == [place]


def test_an_error_among_several_codes_is_no_code(sample_item: SampleItem) -> None:
    rows = item_rows(sample_item("NM-002"))
    rows["数据"].append({"数据名称": "行业", "代码名": "sector", "类型": "分类"})
    rows["条件"].append({"事项编码": "NM-002", "数据名称": "行业", "关系": "属于", "值": "steel；#N/A"})
    assert list(told(read(rows))) == [cell("条件", "值", len(rows["条件"]) + 1)]


@pytest.mark.parametrize("heading", ["{}*", "＊{}", "{}（必填）", "{}(选填)", "【必填】 {}", " {} "])
def test_headings_are_known_with_what_is_put_to_them(rows: Rows, heading: str) -> None:
    assert read(rows, heading.format).reasons == ()


def test_everything_is_told_at_once_by_sheet_row_and_cell(rows: Rows) -> None:
    rows["事项"][0] |= {"摘要": "#REF!", "联系电话": "电话", "受理截止": "2026-12", "兑付时限": "很快"}
    rows["金额"][0]["标准"] = "1,5"
    assert set(told(read(rows))) == {
        cell("事项", "摘要"),
        cell("事项", "受理截止"),
        cell("事项", "兑付时限"),
        cell("金额", "标准"),
    }
    rows["事项"][0] |= {"摘要": "摘要", "受理截止": "", "兑付时限": "1个工作日"}
    rows["金额"][0]["标准"] = "1"
    rows["数据"][0]["代码名"] = "Not A Name"
    places = set(told(read(rows)))
    assert {cell("事项", "联系电话"), cell("数据", "代码名")} <= places, "what the contract refuses is told by its cell"
    assert all(place is not None and "表第" in place for place in places)


@pytest.mark.parametrize(
    ("path", "sheet", "heading", "number"),
    [
        ("/rules/plan/window", "事项", "受理截止", 2),
        ("/rules/plan/window/opens", "事项", "受理开始", 2),
        ("/rules/shares/parts/1", "事项", "资金分担", 2),
        ("/rules/eligibility/value", "条件", "值", 2),
        ("/rules/amount/bands/1/then/unit", "金额", "标准单位", 3),
        ("/rules/quotas/0", "事项", "其他规则JSON", 2),
        ("/issuer/county", "事项", "县", 2),
    ],
)
def test_a_problem_of_the_text_is_told_where_it_was_read(
    rows: Rows, path: str, sheet: str, heading: str, number: int
) -> None:
    item = read(rows)
    assert item.rows is not None, item.reasons
    assert place_of(path, item.rows) == cell(sheet, heading, number)


def test_reasons_of_an_item_have_no_path_of_the_text_in_them(rows: Rows) -> None:
    rows["事项"][0]["事项编码"] = rows["条件"][0]["事项编码"] = "有空 格"
    for sheet in ("条件", "金额", "材料", "申报表"):
        for row in rows.get(sheet, ()):
            row["事项编码"] = "有空 格"
    reasons: tuple[Reason, ...] = read(rows).reasons
    assert reasons and not any("rules." in each.message or "code：" in each.message for each in reasons)
