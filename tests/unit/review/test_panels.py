"""评估评审: who is drawn, what is scored, and what the panel comes to."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON, FakeUnit
from contracts.case_events import StepAnswered
from contracts.enterprises import FactRecorders
from contracts.message import Actor
from contracts.panels import (
    ConcludePanel,
    CriterionScore,
    DrawPanel,
    PanelFigure,
    PanelView,
    RecuseExpert,
    ScorePanel,
)
from contracts.refusal import Refused
from contracts.review import ApproveCase
from contracts.rule import Decided, Fixed, ItemRules
from services.review.cases import use_cases as deciding
from services.review.cases.case import Case
from services.review.panels import use_cases
from services.review.panels.drawing import CaseApplicant, draw
from services.review.panels.expert import Expert
from services.review.panels.scores import exact_text, mean_of
from services.review.panels.store import DrawnPanels, Experts
from tests.unit.review.review_kit import LEADER, OFFICER, USCC, item_rules, opened, review_unit

FIRM = CaseApplicant(USCC, "示例企业01", frozenset())
SCAN = "a" * 64
FIGURE = Decided(decision="support", by="评审小组", max=Fixed(value="100", unit="万元"), name="支持金额")


def expert(number: int, **said: Any) -> Expert:
    words: dict[str, Any] = {"name": f"专家{number:02d}", "employer": "某大学", "fields": ("智能制造",)}
    return Expert(id=f"expert-{number:02d}", tenant="zhanggong", **words | said)


def panel_rules(*, sets: str | None = None, criteria: bool = True, amount: Any = None) -> ItemRules:
    written = item_rules(amount=amount).model_dump(mode="json")
    step = {
        "kind": "panel",
        "field": "智能制造",
        "members": 3,
        "quorum": 2,
        "pass_score": "60",
        "sets": sets,
        "criteria": [{"name": "技术", "most": 60}, {"name": "效益", "most": 40}] if criteria else [],
    }
    steps = written["plan"]["steps"]
    written["plan"]["steps"] = [steps[0], step, *steps[1:]]
    return ItemRules.model_validate(written)


def panel_unit(rules: ItemRules | None = None, *experts: Expert) -> FakeUnit:
    uow = review_unit(rules or panel_rules())
    for each in experts or [expert(number) for number in range(6)]:
        uow.of(Experts).save(each)
    return uow


def drawn(uow: FakeUnit, case: Case) -> PanelView:
    return use_cases.draw_panel(DrawPanel(case_id=case.id, expected_version=case.version), uow)


def scored(uow: FakeUnit, panel: PanelView, seat: int, technology: str, benefit: str = "0", **said: Any) -> PanelView:
    scores = (CriterionScore(criterion="技术", points=technology), CriterionScore(criterion="效益", points=benefit))
    order = {"scores": scores, "sheet_sha256": SCAN, "expert_id": panel.seats[seat].expert_id} | said
    return use_cases.score_panel(
        ScorePanel(panel_id=panel.panel_id, expected_version=current(uow, panel), **order), uow
    )


def concluded(uow: FakeUnit, panel: PanelView, figure: PanelFigure | None = None) -> PanelView:
    order = ConcludePanel(
        panel_id=panel.panel_id,
        minutes="评审小组一致认为项目技术先进。",
        minutes_sha256=SCAN,
        figure=figure,
        expected_version=current(uow, panel),
    )
    return use_cases.conclude_panel(order, uow)


def current(uow: FakeUnit, panel: PanelView) -> int:
    version: int = uow.of(DrawnPanels).rows[panel.panel_id].version
    return version


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


# -- the draw ---------------------------------------------------------------------------------------------


REGISTERS = st.lists(
    st.tuples(st.sampled_from(["智能制造", "生物医药"]), st.booleans(), st.booleans(), st.booleans()), max_size=25
)


@given(REGISTERS, st.text("0123456789abcdef", min_size=32, max_size=32))
def test_nobody_with_an_interest_in_the_firm_is_ever_drawn(register: list[Any], seed: str) -> None:
    experts = [
        expert(
            number,
            fields=(field,),
            conflicts=(USCC,) if declared else (),
            employer=FIRM.name if employed else "某大学",
            retired_at=NOON if retired else None,
        )
        for number, (field, declared, employed, retired) in enumerate(register)
    ]
    found = draw(experts, "智能制造", FIRM, seed)
    free = [
        f"expert-{number:02d}"
        for number, (field, declared, employed, retired) in enumerate(register)
        if field == "智能制造" and not (declared or employed or retired)
    ]
    assert sorted(each.id for each in found.order) == free


@given(st.permutations(range(8)), st.text("0123456789abcdef", min_size=32, max_size=32))
def test_a_draw_follows_from_its_seed_and_the_register_alone(order: list[int], seed: str) -> None:
    first = draw([expert(number) for number in range(8)], "智能制造", FIRM, seed)
    again = draw([expert(number) for number in order], "智能制造", FIRM, seed)
    assert [each.id for each in first.order] == [each.id for each in again.order]
    assert first.register_hash == again.register_hash


def test_another_entry_of_the_register_is_another_hash() -> None:
    before = draw([expert(1), expert(2)], "智能制造", FIRM, "0" * 32)
    after = draw([expert(1), expert(2, conflicts=("9136",))], "智能制造", FIRM, "0" * 32)
    assert before.register_hash != after.register_hash


def test_every_expert_is_drawn_about_as_often() -> None:
    experts = [expert(number) for number in range(10)]
    counted = Counter(
        each.id for seed in range(3000) for each in draw(experts, "智能制造", FIRM, f"{seed:032x}").order[:3]
    )
    assert sum((count - 900) ** 2 / 900 for count in counted.values()) < 27.9, "chi² of 9 degrees, 1 in 1000"


def test_a_panel_without_enough_experts_is_not_drawn() -> None:
    uow = panel_unit(None, expert(1), expert(2), expert(3, conflicts=(USCC,)))
    with pytest.raises(Refused) as refused:
        drawn(uow, opened(uow))
    assert codes(refused) == ["not_enough_experts"]
    assert "只有 2 名（须回避 1 名）" in refused.value.message


def test_whoever_has_recorded_a_fact_of_the_case_does_not_judge_it() -> None:
    uow = panel_unit(None, *(expert(number, person_id=f"person-{number}") for number in range(4)))
    case = opened(uow, recorders=(FactRecorders(name="rd_expense", period="2025", persons=("person-2",)),))
    assert "expert-02" not in {seat.expert_id for seat in drawn(uow, case).seats}


def test_a_panel_that_stands_is_not_drawn_again() -> None:
    uow = panel_unit()
    case = opened(uow)
    drawn(uow, case)
    with pytest.raises(Refused) as refused:
        drawn(uow, case)
    assert codes(refused) == ["panel_stands"]


# -- recusal ----------------------------------------------------------------------------------------------


def test_who_recuses_is_followed_by_the_next_of_the_same_draw() -> None:
    uow = panel_unit()
    panel = drawn(uow, opened(uow))
    order = [each.id for each in uow.of(DrawnPanels).rows[panel.panel_id].drawn]
    left = recused(uow, panel, panel.seats[0].expert_id)
    assert [seat.expert_id for seat in left.seats if seat.recused_why is None] == order[1:4]
    assert left.reserve == 2


def test_who_has_scored_is_not_taken_off_by_the_department() -> None:
    uow = panel_unit()
    panel = drawn(uow, opened(uow))
    scored(uow, panel, 0, "30")
    with pytest.raises(Refused) as refused:
        recused(uow, panel, panel.seats[0].expert_id)
    assert codes(refused) == ["expert_has_scored"]


def test_where_no_quorum_can_be_reached_any_more_another_panel_is_drawn() -> None:
    uow = panel_unit(None, *(expert(number) for number in range(3)))
    case = opened(uow)
    panel = drawn(uow, case)
    for seat in panel.seats[:2]:
        recused(uow, panel, seat.expert_id)
    again = drawn(uow, case)
    assert uow.of(DrawnPanels).rows[panel.panel_id].state == "void"
    assert again.panel_id != panel.panel_id


def recused(uow: FakeUnit, panel: PanelView, expert_id: str) -> PanelView:
    order = RecuseExpert(
        panel_id=panel.panel_id, expert_id=expert_id, reason="与企业有合作", expected_version=current(uow, panel)
    )
    return use_cases.recuse_expert(order, uow)


# -- scores -----------------------------------------------------------------------------------------------


def test_a_sheet_is_refused_with_everything_that_is_wrong_with_it() -> None:
    uow = panel_unit()
    panel = drawn(uow, opened(uow))
    wrong = (
        CriterionScore(criterion="技术", points="60.5"),
        CriterionScore(criterion="技术", points="-1"),
        CriterionScore(criterion="外观", points="1"),
    )
    with pytest.raises(Refused) as refused:
        scored(uow, panel, 0, "0", scores=wrong)
    assert codes(refused) == [
        "score_out_of_scale",
        "criterion_scored_twice",
        "score_out_of_scale",
        "criterion_unknown",
        "criterion_not_scored",
    ]
    assert not uow.of(DrawnPanels).rows[panel.panel_id].sheets


def test_points_that_others_enter_come_from_a_signed_sheet() -> None:
    uow = panel_unit()
    panel = drawn(uow, opened(uow))
    with pytest.raises(Refused) as refused:
        scored(uow, panel, 0, "30", sheet_sha256=None)
    assert codes(refused) == ["score_sheet_needed"]


def test_an_expert_scores_the_own_seat_alone_and_sees_nothing_else() -> None:
    uow = panel_unit(None, *(expert(number, person_id=f"person-{number}") for number in range(3)))
    panel = drawn(uow, opened(uow))
    own, other = (int(seat.expert_id[-2:]) for seat in panel.seats[:2])
    uow.actor = Actor(id=f"person-{own}", roles=frozenset({"expert"}), duties=frozenset({"panel_expert"}))
    seen = scored(uow, panel, 0, "50", "10.5", sheet_sha256=None)
    assert [seat.total for seat in seen.seats] == ["60.5"]
    assert (seen.seed, seen.drawn_from) == ("", ())
    with pytest.raises(Refused) as refused:
        scored(uow, panel, 1, "50", sheet_sha256=None)
    assert codes(refused) == ["not_your_seat"], other
    uow.actor = OFFICER
    with pytest.raises(Refused) as refused:
        scored(uow, panel, 0, "1")
    assert codes(refused) == ["own_score_stands"]


def test_points_may_be_entered_anew_until_the_end_and_the_latest_count() -> None:
    uow = panel_unit()
    panel = drawn(uow, opened(uow))
    scored(uow, panel, 0, "10")
    assert scored(uow, panel, 0, "40").seats[0].total == "40"
    assert len(uow.of(DrawnPanels).rows[panel.panel_id].sheets) == 2
    scored(uow, panel, 1, "50", "40")
    concluded(uow, panel)
    with pytest.raises(Refused) as refused:
        scored(uow, panel, 0, "60")
    assert codes(refused) == ["panel_over"]


# -- the conclusion ---------------------------------------------------------------------------------------


def test_a_panel_without_its_quorum_comes_to_nothing() -> None:
    uow = panel_unit()
    case = opened(uow)
    panel = drawn(uow, case)
    scored(uow, panel, 0, "60", "40")
    with pytest.raises(Refused) as refused:
        concluded(uow, panel)
    assert codes(refused) == ["panel_without_quorum"]
    assert not any(each.kind == "panel" for each in case.answers)


def test_the_mean_of_the_totals_passes_from_the_pass_score_on() -> None:
    uow = panel_unit()
    case = opened(uow)
    panel = drawn(uow, case)
    for seat, technology in enumerate(("19.9", "20", "20.1")):
        scored(uow, panel, seat, technology, "40")
    ended = concluded(uow, panel)
    assert (ended.state, ended.mean) == ("passed", "60")
    (told,) = [event for event in uow.events if isinstance(event, StepAnswered)]
    assert (told.task, told.verdict) == ("panel", "passed")


def test_a_mean_just_below_the_pass_score_fails_and_nothing_is_rounded() -> None:
    uow = panel_unit()
    case = opened(uow)
    panel = drawn(uow, case)
    for seat, benefit in enumerate(("39.999999999999", "40", "40")):
        scored(uow, panel, seat, "20", benefit)
    ended = concluded(uow, panel)
    assert ended.state == "failed"
    assert "step_failed" in [reason.code for reason in case.against]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50))
def test_the_mean_is_exact(points: list[int]) -> None:
    totals = [Fraction(each, 1000) for each in points]
    mean = mean_of(totals)
    assert mean * len(totals) == sum(totals)
    written = exact_text(mean)
    assert Fraction(written.partition("（")[0]) == mean


def test_a_panel_sets_the_figure_and_its_secretary_does_not_give_the_last_approval() -> None:
    uow = panel_unit(panel_rules(sets="support", amount=FIGURE))
    case = opened(uow, estimated_fen=None)
    panel = drawn(uow, case)
    for seat in range(2):
        scored(uow, panel, seat, "50", "30")
    with pytest.raises(Refused) as refused:
        concluded(uow, panel)
    assert codes(refused) == ["panel_figure_needed"]
    with pytest.raises(Refused) as refused:
        concluded(uow, panel, PanelFigure(value="100.01", unit="万元"))
    assert codes(refused) == ["decision_out_of_range"]
    with pytest.raises(Refused) as refused:
        concluded(uow, panel, PanelFigure(value="80", unit="人"))
    assert codes(refused) == ["decision_unit_unfit"]
    assert uow.of(DrawnPanels).rows[panel.panel_id].state == "scoring"
    concluded(uow, panel, PanelFigure(value="80", unit="万元"))
    assert case.amount_fen == 80_000_000
    uow.actor = LEADER
    order = ApproveCase(case_id=case.id, amount_fen=80_000_000, expected_version=case.version)
    assert deciding.approve_case(order, uow).state == "approved"


def test_a_panel_member_does_not_approve_where_the_plan_keeps_the_steps_apart() -> None:
    uow = panel_unit(None, *(expert(number, person_id=f"leader-{number}") for number in range(3)))
    case = opened(uow)
    panel = drawn(uow, case)
    for seat in range(3):
        scored(uow, panel, seat, "50", "30")
    concluded(uow, panel)
    uow.actor = LEADER
    order = ApproveCase(case_id=case.id, amount_fen=case.amount_fen or 0, expected_version=case.version)
    with pytest.raises(Refused) as refused:
        deciding.approve_case(order, uow)
    assert codes(refused) == ["steps_must_differ"]
