"""Labels as they are shipped: met, not met, or undetermined with what is missing; the score with its working."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chassis.testing.fakes import NOON
from contracts.labels import LabelRule, LabelView
from contracts.message import Actor
from contracts.rule import Fact, State
from services.catalog.dictionary.facts import dictionary
from services.catalog.labels.domain import (
    LabelDefinition,
    LabelOfOtherDepartment,
    LabelRefused,
    label_of,
)

SAMPLE = Path(__file__).resolve().parents[3] / "sample"
TODAY = date(2026, 3, 10)
OFFICER = Actor(id="tech-1", roles=frozenset({"department"}), department="科技局")


def rule(code: str) -> LabelRule:
    return LabelRule.model_validate_json((SAMPLE / "labels" / f"{code}.json").read_bytes())


def defined(content: LabelRule) -> LabelDefinition:
    return LabelDefinition.define(content, id="l1", tenant="3607", by=OFFICER, at=NOON)


def seen(code: str, *facts: Fact) -> LabelView:
    return label_of(defined(rule(code)), facts, TODAY)


def number(name: str, value: str, unit: str, period: str | None = "2025") -> Fact:
    return Fact(
        name=name, kind="number", value=value, unit=unit, period=period, source="税务局", as_of=date(2026, 2, 1)
    )


def flag(name: str, value: bool = True, period: str | None = None, until: date | None = None) -> Fact:
    return Fact(
        name=name, kind="flag", value=value, period=period, source="科技局", as_of=date(2026, 2, 1), valid_until=until
    )


def sector(code: str) -> Fact:
    return Fact(name="size_sector", kind="code", value=code, source="统计局", as_of=date(2026, 2, 1))


CODES = sorted(path.stem for path in (SAMPLE / "labels").glob("*.json"))


@pytest.mark.parametrize("code", CODES)
def test_every_label_that_is_shipped_can_be_evaluated_and_says_its_basis(code: str) -> None:
    definition = defined(rule(code))
    assert definition.code == code
    assert definition.content.sample
    assert definition.view().sentence.endswith("。")
    assert seen(code).state is State.UNDETERMINED
    assert seen(code).missing


def test_a_label_rule_asks_for_facts_as_the_dictionary_has_them() -> None:
    for code in CODES:
        for declared in rule(code).fact_types:
            known = dictionary()[declared.name].typed(declared.name)
            assert declared.model_copy(update={"codes": ()}) == known.model_copy(update={"codes": ()})
            assert set(declared.codes) <= set(known.codes)


def test_a_certificate_makes_a_high_tech_enterprise_until_it_runs_out() -> None:
    assert seen("high_tech_enterprise", flag("hi_tech_certified", until=TODAY)).state is State.MET
    expired = seen("high_tech_enterprise", flag("hi_tech_certified", until=date(2026, 3, 9)))
    assert (expired.state, expired.missing[0].why) == (State.UNDETERMINED, "expired")
    assert seen("high_tech_enterprise", flag("hi_tech_certified", False)).state is State.NOT_MET


@pytest.mark.parametrize(
    ("employees", "revenue", "state"),
    [
        ("300", "2000", State.NOT_MET),  # 中型：从业人员300人及以上，且营业收入2000万元及以上
        ("299", "2000", State.MET),
        ("300", "1999.99", State.MET),
        ("10", "50", State.MET),
    ],
)
def test_an_industrial_enterprise_is_small_or_micro_below_either_bound_of_a_medium_one(
    employees: str, revenue: str, state: State
) -> None:
    facts = (sector("industry"), number("employees", employees, "人"), number("revenue", revenue, "万元"))
    assert seen("small_micro", *facts).state is state


def test_one_bound_is_enough_to_know_and_none_leaves_it_open() -> None:
    few = (sector("construction"), number("total_assets", "4999", "万元"))
    assert seen("small_micro", *few).state is State.MET
    unknown = seen("small_micro", sector("industry"), number("employees", "300", "人"))
    assert unknown.state is State.UNDETERMINED
    assert [(each.name, each.period) for each in unknown.missing] == [("revenue", "2025")]


SCORED = (
    flag("hi_tech_certified"),
    number("rd_expense", "1200", "万元"),
    number("rd_expense", "1000", "万元", "2024"),
    number("rd_staff", "30", "人"),
    number("employees", "200", "人"),
    number("invention_applications", "4", "件"),
)


def test_the_technology_score_adds_up_and_shows_its_working() -> None:
    score = seen("technology_score", *SCORED).score
    assert score is not None
    assert [line.text_zh for line in score.lines] == [
        "研发费用增速：2025 年研发费用 1,200 万元，比2024 年研发费用 1,000 万元增长 20%，得 30 分",
        "研发人员占比：2025 年研发人员 30 人，占2025 年从业人员 200 人的 15%，得 16 分",
        "发明专利申请量：2025 年发明专利申请量 4 件，得 18 分",
    ]
    assert (score.points, score.out_of, score.grade) == (30 + 16 + 18, 100, "B")


def test_a_score_with_a_missing_fact_is_no_score() -> None:
    found = seen("technology_score", *SCORED[:2], *SCORED[3:])
    assert found.state is State.MET
    assert found.score is not None
    assert (found.score.points, found.score.grade) == (None, None)
    assert [(each.name, each.period) for each in found.score.missing] == [("rd_expense", "2024")]
    assert [line.points for line in found.score.lines] == [None, 16, 18]


@pytest.mark.parametrize(
    ("now", "before", "points"),
    [("1399", "1000", 30), ("1400", "1000", 40), ("1000", "1000", 10), ("999", "1000", 0), ("1000", "0", 0)],
)
def test_growth_reaches_a_band_at_its_bound_and_growth_from_nothing_the_first(
    now: str, before: str, points: int
) -> None:
    others = [fact for fact in SCORED if fact.name != "rd_expense"]
    facts = (*others, number("rd_expense", now, "万元"), number("rd_expense", before, "万元", "2024"))
    score = seen("technology_score", *facts).score
    assert score is not None
    assert score.lines[0].points == points


def test_units_of_one_dimension_are_one_measure() -> None:
    others = [fact for fact in SCORED if (fact.name, fact.period) != ("rd_expense", "2025")]
    score = seen("technology_score", *others, number("rd_expense", "12000000", "元")).score
    assert score is not None
    assert score.lines[0].points == 30


def test_who_is_no_technology_enterprise_has_no_score() -> None:
    titles = Fact(name="quality_sme_titles", kind="codes", value=(), source="工信局", as_of=date(2026, 2, 1))
    facts = (flag("hi_tech_certified", False), flag("tech_sme_listed", False), titles, *SCORED[1:])
    found = seen("technology_score", *facts)
    assert (found.state, found.score) == (State.NOT_MET, None)


def broken() -> LabelRule:
    content = json.loads((SAMPLE / "labels" / "technology_score.json").read_bytes())
    content["fact_types"] = [each for each in content["fact_types"] if each["name"] != "employees"]
    parts = content["score"]["parts"]
    parts[0]["bands"] = [{"at_least": "10", "points": 1}, {"points": 2}]
    parts[2]["unit"] = "万元"
    parts[2]["fact"] = "tech_sme_listed"
    content["score"]["grades"] = [{"at_least": 10, "name": "A"}, {"at_least": 20, "name": "B"}]
    content["eligibility"] = {"node": "condition", "fact": "tech_sme_listed", "operator": "ge", "value": "1"}
    return LabelRule.model_validate(content)


def test_a_label_that_cannot_be_evaluated_is_refused_with_all_reasons() -> None:
    with pytest.raises(LabelRefused) as refused:
        defined(broken())
    assert [(each.code, each.field) for each in refused.value.reasons] == [
        ("operator_unfit", "rule.eligibility.operator"),
        ("bands_unordered", "rule.score.parts.0.bands"),
        ("undeclared_fact", "rule.score.parts.1.of"),
        ("fact_not_a_number", "rule.score.parts.2.fact"),
        ("grades_unordered", "rule.score.grades"),
    ]


def test_another_department_does_not_change_a_label_and_no_bank_defines_one() -> None:
    definition = defined(rule("tech_sme"))
    with pytest.raises(LabelOfOtherDepartment):
        definition.revise(
            rule("tech_sme"), by=Actor(id="x", roles=frozenset({"department"}), department="税务局"), at=NOON
        )
    with pytest.raises(LabelOfOtherDepartment):
        LabelDefinition.define(
            rule("tech_sme"), id="l2", tenant="3607", by=Actor(id="bank", roles=frozenset({"bank"})), at=NOON
        )
    definition.revise(rule("tech_sme"), by=OFFICER, at=NOON)
    assert definition.label_version == 2


def comparing(levels: int) -> LabelRule:
    """The shipped definition of a listed enterprise with two values compared, so many levels down."""
    content = rule("tech_sme").model_dump(mode="json")
    amount = {"node": "fixed", "value": "1", "unit": "元"}
    tree: dict[str, Any] = {"node": "compare", "left": amount, "operator": "ge", "right": amount}
    for _ in range(levels):
        tree = {"node": "not", "of": tree}
    return LabelRule.model_validate({**content, "eligibility": tree})


def test_a_label_may_compare_two_values_but_not_at_any_depth() -> None:
    assert label_of(defined(comparing(2)), (), TODAY).state is State.MET
    with pytest.raises(LabelRefused) as refused:
        defined(comparing(40))
    assert [each.code for each in refused.value.reasons] == ["tree_too_deep"]


def test_a_label_defines_no_values_and_rests_on_no_outside_figures() -> None:
    content = rule("tech_sme").model_dump(mode="json")
    amount = {"node": "fixed", "value": "1", "unit": "元"}
    for node, code in (
        ({"node": "value", "value": "base"}, "unknown_value"),
        ({"node": "parameter", "parameter": "lpr"}, "undeclared_parameter"),
    ):
        tree = {"node": "compare", "left": node, "operator": "ge", "right": amount}
        with pytest.raises(LabelRefused) as refused:
            defined(LabelRule.model_validate({**content, "eligibility": tree}))
        assert [each.code for each in refused.value.reasons] == [code]
