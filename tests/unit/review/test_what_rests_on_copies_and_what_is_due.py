"""A no that others may just have done away with says so; and nothing is due of a case that is decided."""

from __future__ import annotations

from contracts.plan_terms import TermInPlan
from contracts.review import RejectCase
from services.review.cases import use_cases
from services.review.cases.case_view import view_of
from services.review.cases.inspection import InspectionRequired
from services.review.cases.plan_terms import PlanTermUnmapped, waiting_for
from services.review.cases.refusals import NotYourDepartment, together
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import opened, review_unit

UNMAPPED = (TermInPlan(use="approver", term="审批岗"),)


def test_a_decided_case_shows_no_deadline_and_an_open_one_does() -> None:
    uow = review_unit()
    case = opened(uow)
    assert view_of(case).due_at is not None
    order = RejectCase(
        other_grounds=OWN_GROUNDS,
        case_id=case.id,
        reason="材料与事实不符，依据办法第三条",
        expected_version=case.version,
    )
    shown = use_cases.reject_case(order, uow)
    assert (shown.state, shown.due_at, shown.awaits_year) == ("rejected", None, None)


def test_words_that_mean_nothing_yet_are_a_no_for_now() -> None:
    (refusal,) = waiting_for(UNMAPPED)
    assert together([refusal]).rests_on == ("plan_term", "department", "duty")


def test_beside_a_reason_of_the_cases_own_they_are_a_no_that_stays() -> None:
    refusal = together([PlanTermUnmapped(words="x"), InspectionRequired()])
    assert (refusal.code, refusal.rests_on) == ("plan_term_unmapped", ())
    assert len(refusal.reasons) == 2


def test_whose_a_case_is_rests_on_the_register_only_where_the_claim_has_no_id() -> None:
    assert NotYourDepartment.but_of("工信局", None).rests_on == ("department", "plan_term")
    assert NotYourDepartment.but_of("工信局", "d-1").rests_on == ()
