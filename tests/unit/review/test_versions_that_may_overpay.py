"""Versions that keep their meaning and may pay too much by it: nothing is approved unseen, and a person may go on."""

from __future__ import annotations

from chassis.testing.fakes import received
from contracts.review import ApproveCase, CaseAccepted, CaseApproved, TaskAssigned
from contracts.rule import InstalmentPlan
from services.review.cases import lists, use_cases
from services.review.cases.case import Case
from services.review.cases.case_view import view_of
from services.review.cases.finishing import finish
from services.review.cases.overpaying import remarked
from services.review.cases.pinned import version_of
from services.review.cases.store import Cases
from services.review.item_copies.plan_words import PlanWords
from services.review.item_copies.store import ItemVersions
from tests.unit.review.review_kit import AMOUNT, item_rules, line, nomination, opened, review_unit
from tests.unit.review.test_review_acceptance import cases

HALVES = {
    "parts": [{"label": "第一年", "fraction": "1/2"}, {"label": "第二年", "fraction": "1/2", "due_year": 1}],
}
EARLY = {"parts": [HALVES["parts"][0], {"label": "第二年", "fraction": "1/2"}]}
LISTED = item_rules(mode="no_application", limit=None)
MAY_OVERPAY = LISTED.model_copy(update={"instalments": InstalmentPlan.model_validate(EARLY)})
SOUND = LISTED.model_copy(update={"instalments": InstalmentPlan.model_validate(HALVES)})


def codes(case: Case) -> list[str]:
    return [each.code for each in case.remarks]


def test_a_line_under_such_a_version_is_left_to_a_person_who_reads_why_and_may_go_on():
    uow = review_unit(MAY_OVERPAY)
    lists.decide_lists([received(nomination(line(amount_fen=AMOUNT // 2)))], uow)
    (case,) = cases(uow)
    assert (case.state, codes(case), case.listed_by) == ("accepted", ["version_may_overpay"], None)
    assert "第 2 期“第二年”没有写明何时到期" in case.remarks[0].message
    assert {type(event) for event in uow.events} == {CaseAccepted, TaskAssigned}
    assert view_of(case).obstacles == ()
    order = ApproveCase(case_id=case.id, amount_fen=AMOUNT // 2, opinion="已核对", expected_version=case.version)
    assert use_cases.approve_case(order, uow).state == "approved"


def test_a_line_under_a_sound_version_is_approved_as_it_was():
    uow = review_unit(SOUND)
    lists.decide_lists([received(nomination(line(amount_fen=AMOUNT // 2)))], uow)
    assert [case.state for case in cases(uow)] == ["approved"]
    assert [type(event) for event in uow.events] == [CaseAccepted, CaseApproved]


def test_a_line_that_waited_for_words_is_not_approved_by_their_meaning_alone():
    uow = review_unit(MAY_OVERPAY)
    lists.decide_lists([received(nomination(line(amount_fen=AMOUNT // 2)))], uow)
    (case,) = cases(uow)
    case.listed_by, case.remarks = "officer-1", ()
    item = uow.of(ItemVersions).items([version_of(case.claim)])[version_of(case.claim)]
    assert finish([(case, item)], uow)[case.id].reasons[0].code == "version_may_overpay"
    assert uow.of(Cases).rows[case.id].state == "accepted"
    assert uow.of(PlanWords).without_meaning == {}


def test_an_application_says_it_to_whoever_decides_also_where_it_was_opened_before():
    uow = review_unit(MAY_OVERPAY)
    case = opened(uow, estimated_fen=AMOUNT // 2)
    assert codes(case) == ["version_may_overpay"]
    case.remarks = ()
    before = view_of(case)
    assert [each.code for each in remarked(before, MAY_OVERPAY).remarks] == ["version_may_overpay"]
    assert remarked(remarked(before, MAY_OVERPAY), MAY_OVERPAY) == remarked(before, MAY_OVERPAY)
    assert remarked(before, SOUND) == before
