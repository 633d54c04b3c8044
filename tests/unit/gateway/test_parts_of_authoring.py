"""What the pages of authoring are made of: pasted facts, figures, differences."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from page_samples.authoring import ANSWERS, PEOPLE
from portal_kit import Bus, Visitor

from console.contracts.program import unconnected_gateway
from contracts.authoring import ChangeView, FieldDifference
from contracts.refusal import Reason
from contracts.rule import Fact
from contracts.trials import NeededDecision, NeededFact, TriedItem
from gateway.portal.department.authoring.items.reading_differences import folded, shown_differences
from gateway.portal.department.authoring.trial.pasted import (
    FactsUnreadable,
    decisions_said,
    facts_said,
    unfit_decisions,
)

TODAY = date(2026, 3, 10)


@pytest.fixture(scope="module")
def app() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def desk(app: Visitor) -> Visitor:
    app.bus.answers, app.bus.asked = dict(ANSWERS), []
    return app


def asked(desk: Visitor, method: str) -> dict[str, Any]:
    """The body of the last message of that name."""
    bodies = [payload["body"] for name, payload in desk.bus.asked if name == method]
    assert bodies, f"{method} was not asked"
    body: dict[str, Any] = bodies[-1]
    return body


def words(text: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)))


def refusal(code: str, *reasons: dict[str, Any], kind: str = "conflict") -> dict[str, Any]:
    return {"refused": {"kind": kind, "code": code, "message": "不能这样办理。", "reasons": list(reasons)}}


# -- parts of it ----------------------------------------------------------------------------------------------------


def needed(name: str, label: str, kind: str, period: str | None = None, **more: Any) -> NeededFact:
    return NeededFact(name=name, label=label, kind=kind, period=period, unit=more.pop("unit", None), **more)


LOOKED_AT = TriedItem(
    year=2026,
    on=TODAY,
    needed=(
        needed("revenue", "营业收入", "number", "2025", unit="万元"),
        needed("revenue", "营业收入", "number", "2024", unit="万元"),
        needed("above_scale", "规上企业", "flag"),
        needed("sector", "行业", "code", codes={"steel": "钢铁"}),
        needed("honours", "荣誉", "codes", codes={"a": "甲", "b": "乙"}),
        needed("certified_on", "认定日期", "date"),
        needed("premiums", "月保费", "numbers", unit="元"),
        needed("loans_on", "放款日", "dates"),
    ),
    decisions=(NeededDecision(decision="extra", by="市工信局", unit="万元"),),
)


def pasted(lines: str) -> dict[tuple[str, str | None], tuple[Any, str | None]]:
    facts: tuple[Fact, ...] = facts_said(LOOKED_AT, {}, lines, TODAY)
    return {(each.name, each.period): (each.value, each.unit) for each in facts}


def test_facts_are_pasted_a_line_each_from_a_text_or_a_table() -> None:
    assert pasted(
        "营业收入=2,500 万元 上年度\n营业收入\t0.3亿元\t2024年度\n规上企业：是\n行业=钢铁\n荣誉=甲、乙\n认定日期=2025年6月1日\n月保费=800、900\n放款日=2024-1-10、2025年6月1日"
    ) == {
        ("revenue", "2025"): ("2500", "万元"),
        ("revenue", "2024"): ("0.3", "亿元"),
        ("above_scale", None): (True, None),
        ("sector", None): ("steel", None),
        ("honours", None): (("a", "b"), None),
        ("certified_on", None): ("2025-06-01", None),
        ("premiums", None): (("800", "900"), "元"),
        ("loans_on", None): (("2024-01-10", "2025-06-01"), None),
    }


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("营业收入=2500", "请写明期间（2025、2024）"),
        ("营业收入=多 上年度", "应为数字"),
        ("规上企业=也许", "应为是或否"),
        ("荣誉=丙", "含有不可以取的值"),
        ("认定日期=昨天", "应为日期"),
        ("没有的=1", "没有名为“没有的”的数据"),
        ("营业收入=1,5 2025", "逗号只能三位一组"),
        ("营业收入=9.1E+17 2025", "科学计数法"),
        ("营业收入=#N/A 2025", "错误值"),
        ("行业=#REF!", "错误值"),
        ("行业=纺织", "不是可以取的值，应为：钢铁"),
        ("认定日期=2025-12", "日期须写全年、月、日"),
        ("月保费=800、1,5", "逗号只能三位一组"),
        ("月保费=800,900", "几个数以分号或顿号隔开"),
        ("规上企业", "请写成：名称=值 单位 期间"),
    ],
)
def test_a_line_that_says_no_fact_is_told_with_its_number(line: str, why: str) -> None:
    with pytest.raises(FactsUnreadable) as caught:
        pasted(f"行业=钢铁\n\n{line}")
    (reason,) = caught.value.refusal().reasons
    assert reason.message.startswith("第 3 行：")
    assert why in reason.message


def test_words_for_nothing_say_nothing_and_figures_are_as_excel_shows_them() -> None:
    assert pasted(
        "营业收入=NULL 2025\n行业=-\n规上企业=—\n认定日期=暂无\n荣誉=无\n营业收入\t20000.099999999999\t2024"
    ) == {("revenue", "2024"): ("20000.1", "万元")}
    assert pasted("规上企业=无\n认定日期=20250601") == {
        ("above_scale", None): (False, None),
        ("certified_on", None): ("2025-06-01", None),
    }


def test_what_was_pasted_counts_before_what_stands_in_a_field() -> None:
    found = facts_said(
        LOOKED_AT, {"sector@": "steel", "revenue@2025": "1", "above_scale@": ""}, "营业收入=2 2025", TODAY
    )
    assert {(each.name, each.value) for each in found} == {("sector", "steel"), ("revenue", "2")}


def test_a_figure_that_somebody_would_set_has_a_unit() -> None:
    (decision,) = decisions_said(LOOKED_AT, {"extra": "１,000 元"}, TODAY)
    assert (decision.value, decision.unit, decision.by) == ("1000", "元", "市工信局")
    for unclear in ("随便", "1000", "50 ，"):
        with pytest.raises(FactsUnreadable) as caught:
            decisions_said(LOOKED_AT, {"extra": unclear}, TODAY)
        (reason,) = caught.value.refusal().reasons
        assert reason.message.startswith("请写数字和单位，例如 50 万元")


def test_a_figure_that_does_not_fit_the_rules_is_told_at_its_field() -> None:
    decisions = decisions_said(LOOKED_AT, {"extra": "7 人"}, TODAY)
    against = (
        Reason(code="decision_unit_unfit", message="应以金额核定", field="decisions.0.unit"),
        Reason(code="bands_gap", message="有空缺", field="content.rules.amount"),
    )
    assert [(each.field, each.message) for each in unfit_decisions(against, decisions)] == [("d.extra", "应以金额核定")]


def test_a_20_that_became_a_30_is_seen_at_a_glance() -> None:
    difference = FieldDifference(where="/rules/amount", label="金额", before="最高 20 万元。", after="最高 30 万元。")
    (shown,) = shown_differences([difference])
    assert [each for each in shown.before if each.what == "gone"] == [("gone", "20")]
    assert [each for each in shown.after if each.what == "new"] == [("new", "30")]
    (added,) = shown_differences([FieldDifference(where="/x", label="投诉渠道", after="12345")])
    assert (added.before, added.after) == ((), (("same", "12345"),))


def test_edits_in_a_row_by_one_person_are_told_as_one() -> None:
    def change(action: str, actor: str = "a") -> ChangeView:
        return ChangeView.model_validate(
            {
                "subject": "draft",
                "action": action,
                "action_name": action,
                "at": "2026-03-10T04:00:00Z",
                "actor_id": actor,
                "actor_name": actor,
            }
        )

    found = folded([change("published"), change("edited"), change("edited"), change("edited", "b"), change("drafted")])
    assert [(each.change.action, each.change.actor_id, each.times) for each in found] == [
        ("published", "a", 1), ("edited", "a", 2), ("edited", "b", 1), ("drafted", "a", 1),
    ]  # fmt: skip
