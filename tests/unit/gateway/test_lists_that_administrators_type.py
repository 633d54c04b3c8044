"""Departments as lines, holidays as they are announced, a year as months, and what a version changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.departments import FUNCTION_NAMES
from contracts.identity import SiteFooter, TenantSettings
from contracts.tenants import TenantVersion
from gateway.portal.platform.calendars.announced import AnnouncementUnclear, announced, listed
from gateway.portal.platform.calendars.months import months_of
from gateway.portal.platform.tenants.changes import changes_of
from gateway.portal.platform.tenants.department_lines import EXAMPLE, LinesWrong, departments_of, function_called

# -- departments --------------------------------------------------------------------------------------------------


def test_a_line_names_a_department_and_what_it_is_there_for() -> None:
    found = departments_of("兴国县行政审批局，行政审批\n\n 县发改委\t政策主管、发展改革 \n兴国县商务局")
    assert [(each.name, each.functions) for each in found] == [
        ("兴国县行政审批局", {"approval_bureau"}),
        ("县发改委", {"policy", "development_reform"}),
        ("兴国县商务局", {"policy"}),
    ]


@pytest.mark.parametrize(
    ("word", "function"),
    [
        ("财政", "finance"),
        ("财政局", "finance"),
        ("发展和改革委员会", "development_reform"),
        ("市场监督管理局", "market_regulation"),
        ("政策主管部门", "policy"),
        ("纪检监察机关", "discipline"),
        ("气象", None),
    ],
)
def test_a_function_is_known_by_what_people_call_it(word: str, function: str | None) -> None:
    assert function_called(word) == function


def test_an_error_or_a_word_for_nothing_is_no_department() -> None:
    with pytest.raises(LinesWrong) as refused:
        departments_of("#NAME?，财政\nNULL\n兴国县财政局，-\n—\t审计")
    assert [each.message.partition("：")[0] for each in refused.value.reasons] == ["第 1 行", "第 2 行", "第 4 行"]
    (plain,) = departments_of("兴国县财政局，-")
    assert plain.functions == {"policy"}


def test_every_function_is_known_by_its_own_name() -> None:
    assert {function_called(name) for name in FUNCTION_NAMES.values()} == set(FUNCTION_NAMES)


def test_all_lines_that_are_wrong_are_told_with_their_numbers() -> None:
    with pytest.raises(LinesWrong) as refused:
        departments_of("局，财政\n兴国县财政局，财政\n兴国县气象局，气象、财政")
    told = [each.message for each in refused.value.reasons]
    assert [each.partition("：")[0] for each in told] == ["第 1 行", "第 3 行"]
    assert "气象" in told[1]
    assert {each.field for each in refused.value.reasons} == {"department_lines"}


def test_what_stands_in_the_field_at_first_is_understood() -> None:
    assert {function for each in departments_of(EXAMPLE) for function in each.functions} >= {
        "policy",
        "approval_bureau",
        "finance",
        "discipline",
    }


# -- what the State Council announces ------------------------------------------------------------------------------

TEXT_2026 = """
国务院办公厅关于2026年部分节假日安排的通知
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
"""


def test_the_text_of_the_announcement_is_read() -> None:
    off, worked = announced(TEXT_2026, 2026)
    assert off[:4] == (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3), date(2026, 2, 15))
    assert len(off) == 3 + 9 + 3 + 7
    assert worked == (
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 9, 20),
        date(2026, 10, 10),
    )


def test_days_of_the_year_before_belong_to_its_own_announcement() -> None:
    off, _worked = announced("元旦：2022年12月31日至2023年1月2日放假调休，共3天。", 2023)
    assert off == (date(2023, 1, 1), date(2023, 1, 2))


def test_days_may_be_listed_one_by_one_and_as_spans() -> None:
    text = "2027-01-01\n1月3日至5日\n2027/2/10、2027/2/12\n2027-03-01 至 2027-03-02"
    assert listed(text, 2027, "rest_lines") == (
        date(2027, 1, 1),
        date(2027, 1, 3),
        date(2027, 1, 4),
        date(2027, 1, 5),
        date(2027, 2, 10),
        date(2027, 2, 12),
        date(2027, 3, 1),
        date(2027, 3, 2),
    )


def test_a_list_is_refused_with_all_its_lines_at_once_and_half_a_day_is_completed_by_no_other() -> None:
    with pytest.raises(AnnouncementUnclear) as refused:
        listed("元旦\n2027-12\n#N/A\n1月1日至3日，2027-12\n20270501\n放假 5月2日", 2027, "rest_lines")
    told = [each.message for each in refused.value.reasons]
    assert [each.partition("”")[0] for each in told] == ["“元旦", "“2027-12", "“#N/A"]
    assert listed("20270501、2027年5月2日\n５月３日（周一）放假", 2027, "rest_lines") == tuple(
        date(2027, 5, day) for day in (1, 2, 3)
    )


@pytest.mark.parametrize("line", ["2月30日", "13月1日", "5日", "3月9日至1日", "1月1日至12月31日"])
def test_a_day_that_there_is_not_is_refused_beside_its_field(line: str) -> None:
    with pytest.raises(AnnouncementUnclear) as refused:
        listed(line, 2027, "rest_lines")
    assert refused.value.reasons[0].field == "rest_lines"
    assert "不是日期" in refused.value.reasons[0].message


def test_what_names_no_days_has_none() -> None:
    assert announced("各地区、各部门要妥善安排好值班。", 2027) == ((), ())


# -- a year as months ----------------------------------------------------------------------------------------------


def test_a_month_shows_what_is_out_of_the_ordinary() -> None:
    months = months_of(2026, [date(2026, 1, 1)], [date(2026, 1, 4)], own=[date(2026, 1, 1)])
    days = {day.day: day for week in months[0].weeks for day in week if day is not None}
    assert (days[date(2026, 1, 1)].mark, days[date(2026, 1, 1)].own) == ("休", True)
    assert (days[date(2026, 1, 4)].mark, days[date(2026, 1, 4)].working) == ("班", True)
    assert (days[date(2026, 1, 2)].mark, days[date(2026, 1, 3)].mark) == ("", "")
    assert len(days) == 31
    assert months[0].working_days == 22
    assert [month.month for month in months] == list(range(1, 13))


# -- what a version changed -----------------------------------------------------------------------------------------


def version(number: int, name: str = "兴国县", **settings: Any) -> TenantVersion:
    return TenantVersion(
        version=number,
        parent_id="ganzhou",
        division_code="360732",
        division_code_since=None,
        name=name,
        settings=TenantSettings(**settings),
        why="原因",
        changed_by="admin-1",
        changed_by_name="李四",
        changed_at=datetime(2026, 11, 30, tzinfo=UTC),
    )


def test_a_version_is_told_by_what_it_has_otherwise_than_the_one_before() -> None:
    newest = version(3, "兴国市", closing_time="17:00", footer=SiteFooter(organiser="办公室"))
    changes = changes_of((newest, version(2, closing_time="17:00"), version(1)))
    assert [[(each.field, each.before, each.after) for each in of_one] for of_one in changes] == [
        [("name", "兴国县", "兴国市"), ("settings.footer.organiser", "", "办公室")],
        [("settings.closing_time", "17:30", "17:00")],
        [],
    ]
    assert changes_of(()) == []
