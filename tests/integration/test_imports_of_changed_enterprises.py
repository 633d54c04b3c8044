"""A second import of columns that have changed: each is told with what is done about it, and a value may come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from front_office import CITY, ZHANGGONG, catalog_replica, onboarded
from import_kit import CODES, NAMES, Office, line, table

from chassis.edge.frame import Frame
from chassis.time.clock import SystemClock
from console.servers.provision import Dsns
from contracts.rule import Level


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], tmp_path: Path) -> Office:
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=SystemClock()), dsns)
    replica.hears(onboarded(CITY, None, Level.CITY, "GZ"), onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"))
    return Office(replica, tmp_path, lambda: pytest.fail("nobody asked for a feed"))


def told(office: Office, *lines: str) -> list[tuple[int, str | None, str, str]]:
    view = office.imports(table(lines))
    return [(each.line, each.column, each.outcome, each.code) for each in office.lines(view)]


def test_a_value_that_goes_back_to_what_it_was_counts(office: Office) -> None:
    for revenue, code in (
        ("100", "registered"),
        ("200", "facts_recorded"),
        ("100", "facts_recorded"),
        ("100", "unchanged"),
    ):
        assert [each[3] for each in told(office, line(0, revenue=revenue))] == [code]
        counts = {fact["name"]: fact["value"] for fact in office.file_of(0)["facts"]}
        assert counts["revenue"] == revenue


def test_every_column_that_differs_is_told_and_none_of_them_is_no_change(office: Office) -> None:
    office.imports(table([line(0)]))
    other = line(0).replace(NAMES[0], "另一家示例有限公司").replace("13800000000", "13911112222")
    assert told(office, other) == [
        (2, "企业名称", "refused", "name_change_needed"),
        (2, "联系手机", "refused", "contact_by_enterprise_only"),
    ]
    assert told(office, other.replace("软件业", "批发业").replace("1200.50", "7")) == [
        (2, "企业名称", "refused", "name_change_needed"),
        (2, "联系手机", "refused", "contact_by_enterprise_only"),
        (2, None, "accepted", "facts_recorded"),
    ]
    file = office.file_of(0)
    assert (file["name"], file["industry"], file["contact_masked"]) == (NAMES[0], "批发业", "138****0000")


def test_an_industry_that_changes_is_corrected_and_said(office: Office) -> None:
    office.imports(table([line(0)]))
    view = office.imports(table([line(0).replace("软件业", "批发业")]))
    (result,) = office.lines(view)
    assert (result.code, result.message) == ("industry_corrected", "行业由“软件业”更正为“批发业”。")
    assert told(office, line(0).replace("软件业", "批发业")) == [(2, None, "unchanged", "unchanged")]


def test_a_name_in_another_writing_is_the_same(office: Office) -> None:
    written = f"{CODES[0]},示例（集团）有限公司,软件业,13800000000,1,是,A"
    assert told(office, written)[0][3] == "registered"
    assert told(office, written.replace("（", "(").replace("）", " )")) == [(2, None, "unchanged", "unchanged")]
    assert office.file_of(0)["name"] == "示例（集团）有限公司"


def test_a_name_that_only_looks_like_a_known_one_is_refused_with_the_difference(office: Office) -> None:
    lines = [
        f"{CODES[row]},{name},软件业,1380000000{row},1,是,A"
        for row, name in enumerate(("示例О电子公司", "示例O电子公司", "示例\u200b电子公司", "示例О 电子公司"))
    ]
    view = office.imports(table(lines))
    results = office.lines(view)
    assert [(each.line, each.column, each.code) for each in results] == [
        (2, None, "registered"),
        (3, "企业名称", "name_looks_alike"),
        (4, "企业名称", "name_invalid"),
        (5, None, "registered"),
    ]
    assert "U+004F 拉丁字母" in results[1].message and "U+041E 西里尔字母" in results[1].message
    assert "U+200B" in results[2].message
    assert f"另有同名企业（{CODES[0]}）" in results[3].message
