"""A record of a feed is an enterprise with its facts, or every reason why not; however many records are alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.rule import Fact
from contracts.rule.facts import FactType
from contracts.written import says_nothing
from services.catalog.imports.exchange import GATHERING
from services.catalog.imports.lines import EnterpriseLine
from services.catalog.imports.records import RecordReader

TODAY = date(2026, 11, 29)
REVENUE = {
    "name": "revenue",
    "kind": "number",
    "value": "1200.50",
    "unit": "万元",
    "period": "2025",
    "source": "省税务局",
    "source_kind": "tax",
    "as_of": "2026-03-01",
}
FLAG = {
    "name": "above_scale",
    "kind": "flag",
    "value": True,
    "period": "2025",
    "source": "省税务局",
    "as_of": "2026-03-01",
}
CODES = {"name": "honours", "kind": "codes", "value": ["a", "b"], "source": "科技局", "as_of": "2026-03-01"}


def read(*facts: Any, reader: RecordReader | None = None, **more: Any) -> EnterpriseLine:
    enterprise = {
        "uscc": "91360732M00000019B",
        "name": "示例企业有限公司",
        "contact_mobile": "13800000001",
        "facts": list(facts),
    }
    return (reader or RecordReader(TODAY, GATHERING)).read(7, {**enterprise, **more})


def told(line: EnterpriseLine) -> list[tuple[str, str | None]]:
    return [(reason.code, reason.field) for reason in line.reasons]


def test_every_reason_is_told_at_once_with_its_place() -> None:
    wrong = read(
        {**REVENUE, "value": "1e5", "as_of": "yesterday"},
        {**FLAG, "extra": 1},
        {**REVENUE, "as_of": "2026-11-30"},
        {**REVENUE, "unit": None},
        "no fact",
        uscc="91360732M00000019C",
        name="",
        industry="",
        contact_mobile="12345",
    )
    assert told(wrong) == [
        ("uscc_invalid", "uscc"),
        ("name_invalid", "name"),
        ("industry_too_long", "industry"),
        ("mobile_invalid", "contact_mobile"),
        ("field_date_from_datetime_parsing", "facts.0.as_of"),
        ("field_extra_forbidden", "facts.1.extra"),
        ("as_of_invalid", "facts.2.as_of"),
        ("field_value_error", "facts.3.unit"),
        ("field_model_type", "facts.4"),
    ]
    assert wrong.facts == ()


@pytest.mark.parametrize("facts", [{"revenue": "1"}, "revenue", 3])
def test_facts_that_are_no_list_are_refused_and_not_passed_over(facts: Any) -> None:
    assert told(read(facts=facts)) == [("facts_invalid", "facts")]


def test_a_value_is_checked_though_thousands_were_told_in_the_same_way() -> None:
    reader = RecordReader(TODAY, GATHERING)
    assert read(REVENUE, FLAG, CODES, reader=reader).reasons == ()
    for wrong in (
        {**REVENUE, "value": "1,200"},
        {**REVENUE, "value": 1200},
        {**REVENUE, "value": True},
        {**REVENUE, "value": None},
        {**REVENUE, "value": "1" * 19},
        {**FLAG, "value": "是"},
        {**FLAG, "value": 2},
        {**CODES, "value": "a"},
        {**CODES, "value": ["a b"]},
        {**REVENUE, "unit": "元 / 人"},
        {**REVENUE, "as_of": ["2026-03-01"]},
        {key: part for key, part in REVENUE.items() if key != "value"},
        list(REVENUE.items()),
    ):
        line = read(wrong, reader=reader)
        assert line.facts == () and {field[:7] for _, field in told(line) if field} == {"facts.0"}, wrong


def test_a_day_that_was_to_come_is_refused_however_often_it_is_told() -> None:
    reader = RecordReader(TODAY, GATHERING)
    for _ in range(3):
        assert told(read({**REVENUE, "as_of": "2026-11-30"}, reader=reader)) == [("as_of_invalid", "facts.0.as_of")]
    reader.today = date(2026, 11, 30)
    assert read({**REVENUE, "as_of": "2026-11-30"}, reader=reader).reasons == ()


PARTS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["revenue", "grade", "Bad"]),
        "kind": st.sampled_from(["number", "flag", "code", "codes", "date", "numbers", "other"]),
        "value": st.sampled_from(
            [
                "1",
                "1.50",
                "2026-01-31",
                "A",
                "a b",
                "",
                "x" * 65,
                True,
                False,
                0,
                1,
                1.0,
                None,
                ["1", "2"],
                ["A"],
                [],
                [1],
            ]
        ),
        "as_of": st.sampled_from(["2026-03-01", "2026-3-1", 0, False, None]),
    },
    optional={
        "unit": st.sampled_from(["元", None, 1]),
        "period": st.sampled_from(["2025", 2025, None]),
        "valid_until": st.sampled_from(["2027-01-01", None]),
        "source": st.sampled_from(["统计局", "", None]),
    },
)


@given(st.lists(PARTS, min_size=2, max_size=30))
def test_a_record_says_what_the_contract_says_whatever_came_before_it(facts: list[dict[str, Any]]) -> None:
    reader = RecordReader(TODAY, GATHERING)
    for each in (*facts, *facts):
        each = {"source": "统计局", **each}
        try:
            expected: Fact | None = Fact.model_validate(each)
        except ValidationError:
            expected = None
        if isinstance(each.get("value"), str) and says_nothing(each["value"]):
            expected = None  # whatever its kind, there is nothing in it
            assert read(each, reader=reader).facts == ()
            continue
        line = read(each, reader=reader)
        assert line.facts == (() if expected is None else (expected,))
        assert bool(line.reasons) == (expected is None)
        for fact in line.facts:
            assert expected is not None
            assert (type(fact.value), fact.model_dump_json(exclude_unset=True)) == (
                type(expected.value),
                expected.model_dump_json(exclude_unset=True),
            )


SECTOR = {"name": "sector", "kind": "code", "value": "steel", "source": "工信局", "as_of": "2026-03-01"}
LISTED = FactType.model_validate(
    {"name": "sector", "label": "行业", "kind": "code", "codes": [{"code": "steel", "label": "钢铁"}, {"code": "none", "label": "无"}]}
)  # fmt: skip


@pytest.mark.parametrize("said", ["NULL", "nan", "-", "—", "N/A", "无"])
def test_words_for_nothing_in_a_record_are_no_facts(said: str) -> None:
    reader = RecordReader(TODAY, GATHERING)
    for _ in range(2):
        line = read({**SECTOR, "value": said}, {**REVENUE, "value": said}, REVENUE, reader=reader)
        assert ([fact.name for fact in line.facts], line.reasons) == (["revenue"], ())


def test_errors_and_codes_outside_the_list_are_refused_with_the_list() -> None:
    reader = RecordReader(TODAY, GATHERING, vocabulary={"sector": LISTED})
    for _ in range(2):
        line = read(
            {**SECTOR, "value": "#N/A"},
            {**SECTOR, "value": "gold"},
            {**CODES, "value": ["a", "#REF!"]},
            {**CODES, "value": ["a", "NULL"]},
            SECTOR,
            {**SECTOR, "value": "none"},
            reader=reader,
        )
        assert told(line) == [
            ("cell_is_error", "facts.0.value"),
            ("code_unknown", "facts.1.value"),
            ("cell_is_error", "facts.2.value"),
            ("value_invalid", "facts.3.value"),
        ]
        assert "steel（钢铁）、none（无）" in line.reasons[1].message


@pytest.mark.parametrize("name", ["#NAME?", "NULL", "nan"])
def test_an_error_or_a_placeholder_is_no_enterprise(name: str) -> None:
    assert [place for _, place in told(read(name=name))] == ["name"]
