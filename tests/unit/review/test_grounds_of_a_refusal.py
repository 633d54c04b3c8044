"""Every ground of a refusal names condition, fact, source and day, clause, and what would change it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given

from contracts.case_materials import ConfirmedMaterial
from contracts.money import Money
from contracts.refusal import Reason, Refused
from contracts.refusal_grounds import RefusalGround
from contracts.rule import Award, AwardHistory, FactSheet, ItemRules, OncePer, State
from rules import assess
from services.review.cases.refusing import SaidOfRefusal
from services.review.grounds.basis import FailedAnswer, QuotaFinding, RefusalBasis
from services.review.grounds.choosing import grounds_of, refusal_of
from tests.remedies import OWN_GROUNDS, REMEDIES
from tests.unit.rules import rule_writing as w

CITATION = "《若干措施》（章府发〔2026〕3 号）"
ON = date(2026, 3, 9)


def basis(rules: ItemRules | None = None, facts: FactSheet | None = None, **more: Any) -> RefusalBasis:
    said = rules or w.item_rules()
    known = facts or w.sheet(w.fact("above_scale", "flag", True))
    return RefusalBasis(
        rules=said,
        citation=CITATION,
        department="科技局",
        assessment=more.pop("assessment", None) or assess(said, known, w.TODAY),
        facts=known.facts,
        filed_on=ON,
        today=w.TODAY,
        **more,
    )


def only(found: tuple[RefusalGround, ...], kind: str) -> RefusalGround:
    (ground,) = [each for each in found if each.kind == kind]
    assert is_whole(ground)
    return ground


def is_whole(ground: RefusalGround) -> bool:
    """Whether it has all that a refusal has to name."""
    said = (ground.text, ground.fact, ground.value, ground.source, ground.as_of, ground.would_change)
    return all(said) and ground.clause.startswith(CITATION)


def failed(kind: Any, reason: str, **evidence: Any) -> FailedAnswer:
    return FailedAnswer(2, "税务" if kind == "joint_check" else "", kind, "区税务局", ON, reason, evidence)


def test_a_number_that_is_too_low_says_what_it_would_have_to_be() -> None:
    rules = w.item_rules(eligibility=w.condition("revenue", "ge", "2000", "万元"))
    ground = only(grounds_of(basis(rules, w.sheet(w.number_fact("revenue", 1800, "万元")))), "condition")
    assert (ground.code, ground.fact, ground.decisive) == ("condition:1:revenue", "营业收入（2025）", True)
    assert (ground.source, ground.as_of) == ("统计局", w.AS_OF)
    assert "2,000 万元" in ground.would_change
    assert "现为 1,800 万元" in ground.would_change


def test_a_fact_that_is_missing_says_who_supplies_it() -> None:
    ground = only(grounds_of(basis(facts=w.sheet())), "condition")
    assert ground.value == "没有可用数据"
    assert "由数据来源部门或企业补充“规模以上企业”" in ground.would_change


def test_a_bar_says_what_has_to_be_cleared_and_by_whom() -> None:
    said = {"ground": "纳税信用不为 D 级", "condition": "2025 年度评为 D 级", "basis": "《纳税信用管理办法》第三十二条"}
    bar = failed("joint_check", "不予通过", **said, source="税务", as_of="2026-03-01")
    ground = only(grounds_of(basis(failed=(bar,))), "joint_check")
    assert (ground.text, ground.value, ground.as_of) == (said["ground"], said["condition"], date(2026, 3, 1))
    assert said["basis"] in ground.clause
    assert "区税务局" in ground.would_change


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ("panel", "panel"),
        ("site_inspection", "inspection"),
        ("public_notice", "public_notice"),
        ("recheck", "instalment"),
        ("approval", "other"),
    ],
)
def test_whatever_step_has_failed_is_a_ground(step: str, kind: str) -> None:
    found = grounds_of(basis(failed=(failed(step, "设备不在现场", mean="52.5"),)))
    assert only(found, kind).decisive


def test_a_panel_says_the_score_that_it_would_have_taken() -> None:
    found = grounds_of(basis(failed=(failed("panel", "平均得分 52.5", mean="52.5"),)))
    assert only(found, "panel").would_change == "专家评审平均得分达到 60 分（现为 52.5）"


def test_a_material_that_is_wrong_and_a_quota_that_is_used_up_are_grounds_and_who_waits_is_not_refused() -> None:
    found = ConfirmedMaterial(
        code="licence",
        name="营业执照",
        finding="outdated",
        note="已过期",
        confirmed_by="officer-1",
        confirmed_at=datetime(2026, 3, 9, tzinfo=UTC),
    )
    quotas = (
        QuotaFinding(1, "名额 10 个", "used_up", "剩余 0 个名额"),
        QuotaFinding(2, "资金 100 万元", "waits", "还有 2 件先提交的申报"),
    )
    grounds = grounds_of(basis(materials=(found,), quotas=quotas))
    assert only(grounds, "material").code == "material:licence"
    assert only(grounds, "quota").code == "quota:1"


def test_what_was_granted_before_is_a_ground() -> None:
    rules = w.item_rules(stacking=[OncePer()])
    before = Award(family="A", level="county", year=2025, money=Money(5_000_000), granted_on=date(2025, 6, 1))
    facts = w.sheet(w.fact("above_scale", "flag", True))
    assessment = assess(rules, facts, w.TODAY, awards=AwardHistory(family="A", awards=(before,)))
    ground = only(grounds_of(basis(rules, facts, assessment=assessment)), "earlier_award")
    assert ground.source == "奖补登记册"
    assert ground.decisive


def test_an_earlier_claim_that_stands_is_a_ground_and_no_other_remark_is() -> None:
    remarks = (
        Reason(code="earlier_claim_stands", message="不予受理：所替代的申报未被退回。"),
        Reason(code="amount_mismatch", message="金额不一致"),
    )
    assert only(grounds_of(basis(remarks=remarks)), "other").code == "other:earlier_claim_stands"


@given(rule=w.eligibilities(), sheets=w.sheets_with_less())
def test_every_condition_that_decides_against_it_is_a_whole_ground(
    rule: Any, sheets: tuple[FactSheet, FactSheet]
) -> None:
    rules = w.item_rules(eligibility=rule)
    for facts in sheets:
        asked = basis(rules, facts)
        against = [each for each in asked.assessment.verdict.reasons if each.decisive and each.state is not State.MET]
        grounds = [each for each in grounds_of(asked) if each.kind == "condition" and each.decisive]
        if asked.assessment.verdict.state is not State.MET:
            assert len(grounds) == len(against) > 0
        assert all(map(is_whole, grounds))
        codes = [each.code for each in grounds_of(asked)]
        assert len(codes) == len(set(codes))


# -- what is issued --------------------------------------------------------------------------------------------

NOT_MET = basis(facts=w.sheet(w.fact("above_scale", "flag", False)))


def refused(said: SaidOfRefusal, of: RefusalBasis = NOT_MET, remedies: Any = REMEDIES) -> list[str]:
    try:
        refusal_of(said, of, remedies)
    except Refused as refusal:
        return [each.code for each in refusal.reasons]
    return []


def test_without_a_choice_it_rests_on_what_decides() -> None:
    issued = refusal_of(SaidOfRefusal(), NOT_MET, REMEDIES)
    (ground,) = issued.grounds
    assert (issued.reason, issued.cites) == (ground.text, (ground.clause,))
    assert issued.how_to_object == REMEDIES.sentence_zh


def test_words_of_the_department_stand_before_the_grounds_and_behind_the_remedies() -> None:
    said = SaidOfRefusal("上年不在规上", how_to_object="可向科技局提出意见", other_grounds=OWN_GROUNDS)
    issued = refusal_of(said, NOT_MET, REMEDIES)
    assert (issued.reason, issued.how_to_object) == ("上年不在规上", f"{REMEDIES.sentence_zh}可向科技局提出意见")
    assert [(each.code, each.clause) for each in issued.grounds] == [("own:1", "办法第三条")]


def test_no_remedies_no_ground_and_a_ground_that_there_is_not_are_refused_all_at_once() -> None:
    assert refused(SaidOfRefusal(grounds=("condition:9:nothing",)), remedies=None) == [
        "remedies_not_set",
        "ground_unknown",
    ]
    assert refused(SaidOfRefusal(reason="说不清的理由"), basis()) == ["refusal_without_ground"]
    assert refused(SaidOfRefusal(other_grounds=OWN_GROUNDS), basis()) == []
