"""Inspections, figures and panels on a real database: what is added stays, and what an answer shows a question shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_figures import CaseFigures, ListFigures, SetFigure
from contracts.experts import ChangeExpert, ExpertPage, ExpertView, ListExperts, RegisterExpert, RetireExpert
from contracts.message import Actor
from contracts.panels import (
    CasePanels,
    ConcludePanel,
    CriterionScore,
    DrawPanel,
    GetMyPanel,
    ListMyPanels,
    ListPanels,
    PanelFigure,
    PanelView,
    ScorePanel,
)
from contracts.review import ApproveCase, CaseView, GetCase, ListCases
from contracts.rule import Decided, Fixed, ItemRules
from services.review.panels.drawing import order_of
from tests.unit.review.review_kit import LEADER, OFFICER, USCC, application, item_rules

SCAN = "a" * 64
SUPPORT = Decided(decision="support", by="评审小组", max=Fixed(value="100", unit="万元"), name="支持金额")


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns)


def only_case(review: Review) -> CaseView:
    (case,) = review.asked(ListCases())["ok"]["items"]
    return CaseView.model_validate(case)


def panel_rules() -> ItemRules:
    written = item_rules(amount=SUPPORT).model_dump(mode="json")
    step = {"kind": "panel", "field": "智能制造", "members": 2, "quorum": 2, "pass_score": "60", "sets": "support"}
    written["plan"]["steps"].insert(1, step)
    return ItemRules.model_validate(written)


def registered(review: Review, name: str, **said: Any) -> ExpertView:
    order = RegisterExpert(name=name, employer="示例大学", fields=("智能制造",), **said)
    return ExpertView.model_validate(review.ordered(order)["ok"])


def actor_of(expert: ExpertView) -> Actor:
    return Actor(id=expert.person_id or "", roles=frozenset({"expert"}), duties=frozenset({"panel_expert"}))


def scores_itself(review: Review, panel: PanelView, expert_id: str, expert: Actor) -> None:
    """What the expert is answered is what it sees afterwards, beside what it judges the claim by."""
    (mine,) = CasePanels.model_validate(review.asked(ListMyPanels(), actor=expert)["ok"]).items
    order = ScorePanel(
        panel_id=panel.panel_id,
        expert_id=expert_id,
        scores=(CriterionScore(criterion="综合评分", points="80.5"),),
        expected_version=mine.version,
    )
    seen = review.ordered(order, actor=expert)["ok"]
    opened = review.asked(GetMyPanel(panel_id=panel.panel_id), actor=expert)["ok"]
    claim = opened.pop("claim")
    assert seen | {"claim": None} == opened | {"claim": None}
    assert [each["label"] for each in claim["facts"]] == ["研发投入", "规模以上企业"]
    assert all(each["recorded_by"] == [] for each in claim["facts"])
    assert "规模以上" in claim["eligibility"]


def test_a_panel_is_drawn_scored_and_concluded_and_sets_the_figure(review: Review) -> None:
    review.prepared(panel_rules()).hears(application(estimated_fen=None))
    case = only_case(review)
    people = [registered(review, f"示例专家{mark}", person_id=f"person-{mark}") for mark in "abc"]
    registered(review, "示例专家回避", conflicts=(USCC,))
    panel = PanelView.model_validate(
        review.ordered(DrawPanel(case_id=case.case_id, expected_version=case.version))["ok"]
    )
    seats = [seat.expert_id for seat in panel.seats]
    assert seats == list(order_of([each.expert_id for each in people], panel.seed, panel.register_hash))[:2]
    assert (panel.left_out, panel.reserve) == (1, 1)
    by_id = {each.expert_id: each for each in people}
    for expert_id in seats:
        expert = actor_of(by_id[expert_id])
        scores_itself(review, panel, expert_id, expert)
    reserve = next(each for each in people if each.expert_id not in seats)
    stranger = actor_of(reserve)
    assert review.asked(ListMyPanels(), actor=stranger)["ok"]["items"] == []
    assert review.asked(GetMyPanel(panel_id=panel.panel_id), actor=stranger)["refused"]["code"] == "panel_unknown"
    (panel,) = CasePanels.model_validate(review.asked(ListPanels(case_id=case.case_id))["ok"]).items
    end = ConcludePanel(
        panel_id=panel.panel_id,
        minutes="评审小组认为项目技术先进，同意支持。",
        minutes_sha256=SCAN,
        figure=PanelFigure(value="80", unit="万元"),
        expected_version=panel.version,
    )
    ended = review.ordered(end)["ok"]
    assert (ended["state"], ended["mean"]) == ("passed", "80.5")
    assert [ended] == review.asked(ListPanels(case_id=case.case_id))["ok"]["items"]
    case = only_case(review)
    assert case.amount_fen == 80_000_000
    order = ApproveCase(case_id=case.case_id, amount_fen=80_000_000, expected_version=case.version)
    assert review.ordered(order, actor=LEADER)["ok"]["state"] == "approved"


def test_the_register_of_experts_has_one_entry_of_each_person(review: Review) -> None:
    review.prepared()
    first = registered(review, "示例专家甲", person_id="person-1")
    twice = RegisterExpert(name="示例专家乙", employer="示例大学", fields=("法律",), person_id="person-1")
    assert review.ordered(twice)["refused"]["code"] == "person_is_expert_already"
    other = registered(review, "示例专家丙")
    change = ChangeExpert(
        expert_id=other.expert_id,
        name="示例专家丙",
        employer="示例大学",
        fields=("法律",),
        person_id="person-1",
        expected_version=other.version,
    )
    assert review.ordered(change)["refused"]["code"] == "person_is_expert_already"
    gone = RetireExpert(expert_id=first.expert_id, reason="本人申请退出", expected_version=first.version)
    assert review.ordered(gone)["ok"]["retired_at"] is not None
    assert review.ordered(change)["ok"]["fields"] == ["法律"]
    page = ExpertPage.model_validate(review.asked(ListExperts(field="智能制造"))["ok"])
    assert page.items == ()
    assert len(review.asked(ListExperts(retired=True))["ok"]["items"]) == 2


def test_a_figure_that_was_set_shows_with_the_case_and_its_history(review: Review) -> None:
    review.prepared(item_rules(amount=SUPPORT)).hears(application(estimated_fen=None))
    case = only_case(review)
    for value in ("80", "60"):
        order = SetFigure(
            case_id=case.case_id,
            name="support",
            value=value,
            unit="万元",
            reason="按评估报告核定",
            expected_version=case.version,
        )
        answer = review.ordered(order)["ok"]
        assert answer == review.asked(GetCase(case_id=case.case_id))["ok"]
        case = CaseView.model_validate(answer)
    figures = CaseFigures.model_validate(review.asked(ListFigures(case_id=case.case_id))["ok"])
    assert [(each.title, each.value) for each in figures.asked] == [("支持金额", "60 万元")]
    assert [(each.value, each.set_by) for each in figures.history] == [("60", OFFICER.id), ("80", OFFICER.id)]
    own = ApproveCase(case_id=case.case_id, amount_fen=60_000_000, expected_version=case.version)
    refused = review.ordered(own, actor=OFFICER)["refused"]
    assert refused["code"] == "figure_setter_approves"
    assert review.ordered(own, actor=LEADER)["ok"]["state"] == "approved"


@pytest.mark.parametrize("table", ["case_inspection", "case_inspection_answer", "case_figure"])
def test_what_was_inspected_or_set_is_never_changed_or_deleted(review: Review, table: str) -> None:
    review.prepared(item_rules(inspection=True, amount=SUPPORT)).hears(application(estimated_fen=None))
    case = review.inspected(only_case(review))
    order = SetFigure(
        case_id=case.case_id,
        name="support",
        value="80",
        unit="万元",
        reason="按评估报告核定",
        expected_version=case.version,
    )
    assert "ok" in review.ordered(order)
    for statement in (f"UPDATE {table} SET tenant = tenant", f"DELETE FROM {table}"):
        with (
            psycopg.connect(psycopg_url(review.dsns.app)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)
