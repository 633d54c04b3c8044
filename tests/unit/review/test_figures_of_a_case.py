"""核定: figures that persons set, and what is not money."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.testing.fakes import FakeUnit, received
from contracts.case_events import BenefitGranted
from contracts.case_figures import SetFigure
from contracts.message import Actor
from contracts.refusal import Refused
from contracts.review import ApproveCase, CaseView
from contracts.rule import Decided, DecidedOpen, Fixed, InKind, ItemRules
from services.review.cases import lists
from services.review.cases import use_cases as deciding
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.figure_settings import SetFigures
from services.review.figures import use_cases
from services.review.figures.figure import figures_asked
from tests.unit.review.review_kit import (
    DEPARTMENT,
    LEADER,
    OFFICER,
    SECOND,
    STRANGER,
    item_rules,
    line,
    nomination,
    opened,
    review_unit,
)

UP_TO = Decided(
    decision="support",
    by="区科技局",
    max=Fixed(value="100", unit="万元"),
    min=Fixed(value="10", unit="万元"),
    name="支持金额",
)


def figures(amount: Any = UP_TO, **said: Any) -> tuple[FakeUnit, Case]:
    uow = review_unit(item_rules(amount=amount, **said))
    return uow, opened(uow, estimated_fen=None)


def put(uow: FakeUnit, case: Case, value: str, unit: str = "万元", *, name: str = "support") -> CaseView:
    order = SetFigure(
        case_id=case.id, name=name, value=value, unit=unit, reason="按评估报告核定", expected_version=case.version
    )
    return use_cases.set_figure(order, uow)


def approved(uow: FakeUnit, case: Case, amount_fen: int, by: Actor = LEADER, **said: Any) -> CaseView:
    at_hand, uow.actor = uow.actor, by
    try:
        order = ApproveCase(case_id=case.id, amount_fen=amount_fen, expected_version=case.version, **said)
        return deciding.approve_case(order, uow)
    finally:
        uow.actor = at_hand


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_an_amount_that_somebody_sets_is_known_once_it_is_set_and_can_be_approved() -> None:
    uow, case = figures()
    assert case.state == "accepted"
    with pytest.raises(Refused) as refused:
        approved(uow, case, 0)
    assert codes(refused) == ["facts_missing"]
    view = put(uow, case, "80")
    assert (view.amount_fen, view.obstacles) == (80_000_000, ())
    assert view.decisions[0].by == DEPARTMENT
    assert approved(uow, case, 80_000_000).state == "approved"


def test_who_sets_the_figure_does_not_give_the_last_approval() -> None:
    uow, case = figures()
    put(uow, case, "80")
    with pytest.raises(Refused) as refused:
        approved(uow, case, 80_000_000, OFFICER)
    assert codes(refused) == ["figure_setter_approves"]
    assert case.state == "accepted"
    uow.actor = SECOND
    put(uow, case, "70")
    assert approved(uow, case, 70_000_000, OFFICER).state == "approved", "the figure is another's now"


@pytest.mark.parametrize(
    ("value", "unit", "name", "code"),
    [
        ("100.01", "万元", "support", "decision_out_of_range"),
        ("9.99", "万元", "support", "decision_out_of_range"),
        ("5", "人", "support", "decision_unit_unfit"),
        ("-1", "万元", "support", "decision_negative"),
        ("50", "万元", "bonus", "decision_not_asked"),
    ],
)
def test_a_figure_that_the_rule_does_not_allow_is_refused(value: str, unit: str, name: str, code: str) -> None:
    uow, case = figures()
    with pytest.raises(Refused) as refused:
        put(uow, case, value, unit, name=name)
    assert codes(refused) == [code]
    assert (case.decisions, case.amount_fen, list(uow.of(SetFigures).rows)) == ((), None, [])


def test_two_things_wrong_with_a_figure_are_told_at_once() -> None:
    uow, case = figures()
    with pytest.raises(Refused) as refused:
        put(uow, case, "-5", "人")
    assert codes(refused) == ["decision_unit_unfit", "decision_negative"]


def test_a_figure_may_be_set_anew_and_every_setting_stays() -> None:
    uow, case = figures()
    put(uow, case, "80")
    assert put(uow, case, "60").amount_fen == 60_000_000
    kept = uow.of(SetFigures).rows.values()
    assert [(each.value, each.set_by) for each in kept] == [("80", OFFICER.id), ("60", OFFICER.id)]


def test_approvals_that_were_given_on_another_figure_are_asked_for_again() -> None:
    written = item_rules(amount=UP_TO).model_dump(mode="json")
    written["plan"]["steps"][-1]["duties"] = ["复核岗", "分管领导"]
    uow = review_unit(ItemRules.model_validate(written))
    case = opened(uow, estimated_fen=None)
    put(uow, case, "80")
    approved(uow, case, 80_000_000, LEADER)
    assert case.state == "accepted"
    put(uow, case, "60")
    approved(uow, case, 60_000_000, LEADER)
    assert case.state == "accepted", "only one of two has approved this figure"
    assert approved(uow, case, 60_000_000, SECOND).state == "approved"


def test_a_figure_is_set_by_the_items_own_department() -> None:
    uow, case = figures()
    uow.actor = STRANGER
    with pytest.raises(Refused) as refused:
        put(uow, case, "80")
    assert codes(refused) == ["not_your_department"]


def test_a_figure_without_a_maximum_of_its_own_is_set_in_its_unit() -> None:
    uow, case = figures(DecidedOpen(decision="support", by="区政府", unit="万元", name="一事一议"))
    assert put(uow, case, "1234567", "元").amount_fen == 123_456_700
    (asked,) = figures_asked(item_rules(amount=UP_TO), ())
    assert (asked.title, asked.by, asked.unit, asked.by_panel) == ("支持金额", "区科技局", "万元", False)


# -- what is not money ------------------------------------------------------------------------------------


def in_kind() -> tuple[FakeUnit, Case]:
    uow = review_unit(item_rules(amount=InKind(kind="service", gives="提供六个月免租厂房")))
    return uow, opened(uow, estimated_fen=0)


def test_what_is_not_money_ends_with_the_number_of_its_certificate() -> None:
    uow, case = in_kind()
    with pytest.raises(Refused) as refused:
        approved(uow, case, 0)
    assert codes(refused) == ["certificate_needed"]
    assert case.state == "accepted"
    assert approved(uow, case, 0, certificate="章科证〔2026〕12 号").state == "approved"
    (granted,) = [event for event in uow.events if isinstance(event, BenefitGranted)]
    assert granted.certificate == "章科证〔2026〕12 号"


def test_a_line_of_a_list_that_is_not_money_waits_for_its_certificate() -> None:
    uow = review_unit(item_rules(amount=InKind(kind="service", gives="提供六个月免租厂房"), mode="no_application"))
    lists.decide_lists([received(nomination(line(amount_fen=0)))], uow)
    (case,) = uow.of(Cases).rows.values()
    assert case.state == "accepted"
    assert "certificate_needed" in {reason.code for reason in case.remarks}
