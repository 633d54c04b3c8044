"""A column that holds several numbers or days in one cell: one for each person, project or loan."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.rule.facts import FactKind, FactType
from services.catalog.imports.headings import HeadingRefused, read_heading
from services.catalog.imports.lines import LineReader, value_of

TODAY = date(2026, 3, 16)
WAGES = FactType(name="wages", label="每人工资", kind="numbers", unit="元")


def line(heading: str, cell: str):
    read = read_heading(["统一社会信用代码", "企业名称", heading], {"wages": WAGES, "每人工资": WAGES})
    return LineReader(read, "区人社局", None, TODAY, TODAY).read(2, ["91360702MA0000001X", "样例企业", cell])


@pytest.mark.parametrize("heading", ["wages:2025:多个元", "每人工资:2025"])
def test_a_cell_is_read_as_numbers_in_their_order(heading: str) -> None:
    read = read_heading(["统一社会信用代码", "企业名称", heading], {"wages": WAGES, "每人工资": WAGES})
    (column,) = read.facts
    assert (column.kind, column.unit) == (FactKind.NUMBERS, "元")
    assert value_of(column, "1,200.5；800、800") == ("1200.5", "800", "800")


def test_a_cell_with_anything_but_numbers_says_what_is_wrong() -> None:
    reasons = line("wages:2025:多个元", "1200；张三").reasons
    (reason,) = (each for each in reasons if each.code == "value_invalid")
    assert reason.message.startswith("C2：应为若干数字，以分号隔开")


def test_one_number_where_items_ask_for_several_is_refused_in_the_heading() -> None:
    with pytest.raises(HeadingRefused) as refused:
        read_heading(["统一社会信用代码", "企业名称", "wages:2025:元"], {"wages": WAGES})
    assert [each.code for each in refused.value.reasons] == ["column_kind"]


LOANS = FactType(name="loan_on", label="每笔放款日", kind="dates")


@pytest.mark.parametrize("heading", ["loan_on::多日期", "loan_on::dates", "每笔放款日"])
def test_a_cell_is_read_as_days_in_their_order(heading: str) -> None:
    read = read_heading(["统一社会信用代码", "企业名称", heading], {"loan_on": LOANS, "每笔放款日": LOANS})
    (column,) = read.facts
    assert (column.kind, column.unit) == (FactKind.DATES, None)
    assert value_of(column, "2025-06-01；2024/1/10、2024年1月10日") == ("2025-06-01", "2024-01-10", "2024-01-10")


def test_a_cell_with_anything_but_days_says_what_is_wrong() -> None:
    read = read_heading(["统一社会信用代码", "企业名称", "loan_on::多日期"], {"loan_on": LOANS})
    cells = ["91360702MA0000001X", "样例企业", "2024-02-30；2024-03-01"]
    line = LineReader(read, "区金融办", None, TODAY, TODAY).read(2, cells)
    (reason,) = (each for each in line.reasons if each.code == "value_invalid")
    assert reason.message.startswith("C2：应为若干日期，以分号隔开")
