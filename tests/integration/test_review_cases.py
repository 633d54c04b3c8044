"""Review's promises on a real database: one case, one decision, one award, whoever races."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from review_database import Review
from sqlalchemy import event as sqlalchemy_event

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_sheet import GetCaseSheet
from contracts.enterprises import FactRecorders
from contracts.intake import ReplacedClaim
from contracts.message import Actor
from contracts.review import ApproveCase, CaseView, GetCase, ListCases, RejectCase
from contracts.rule import InstalmentPlan
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import (
    AMOUNT,
    DEPARTMENT,
    LEADER,
    OFFICER,
    STRANGER,
    TWO_TO_EIGHT,
    application,
    china,
    facts,
    item_rules,
    line,
    nomination,
    published,
)

BUREAU = Actor(id="bureau-1", roles=frozenset({"bureau"}))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=clock), dsns)


def only_case(review: Review, **where: Any) -> CaseView:
    (case,) = review.asked(ListCases(**where))["ok"]["items"]
    return CaseView.model_validate(case)


def approval(case: CaseView, **changes: Any) -> ApproveCase:
    words = {"case_id": case.case_id, "amount_fen": AMOUNT, "expected_version": case.version}
    return ApproveCase(**words | changes)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Start all of them in the same moment."""
    ready = threading.Barrier(len(calls))

    def go(call: Callable[[], Any]) -> Any:
        ready.wait(10)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(go, calls))


def outcome(answer: dict[str, Any]) -> str:
    return answer["refused"]["code"] if "refused" in answer else answer["ok"]["state"]


def test_an_application_becomes_a_case_and_an_order_to_each_payer(review: Review) -> None:
    review.prepared(item_rules(shares=TWO_TO_EIGHT)).hears(application())
    case = only_case(review)
    assert (case.state, case.amount_fen, case.version) == ("accepted", AMOUNT, 1)
    assert review.ordered(approval(case))["ok"]["state"] == "approved"
    assert review.told() == [
        ("CaseAccepted", "zhanggong"),
        ("TaskAssigned", "zhanggong"),
        ("CaseApproved", "ganzhou"),
        ("CaseApproved", "zhanggong"),
    ]
    assert review.rows("SELECT tenant, uscc, period, amount_fen FROM award") == [
        ("zhanggong", case.claim.uscc, "once", AMOUNT)
    ]
    assert review.rows("SELECT version, action, actor FROM audit_fact WHERE aggregate_type = 'case' ORDER BY 1") == [
        (1, "review.events", "system"),
        (2, "approve_case", "officer-1"),
    ]


@pytest.mark.parametrize("inspection", [False, True])
def test_what_a_command_answers_is_what_a_query_shows(review: Review, inspection: bool) -> None:
    review.prepared(item_rules(inspection=inspection)).hears(application(estimated_fen=AMOUNT + 1))
    case = only_case(review)
    if inspection:
        case = review.inspected(case)
        assert case == CaseView.model_validate(review.asked(GetCase(case_id=case.case_id))["ok"])
    answer = review.ordered(approval(case, opinion="同意"), actor=LEADER)["ok"]
    assert answer == review.asked(GetCase(case_id=case.case_id))["ok"]


def test_of_two_officers_who_approve_at_once_one_passes_and_the_other_reads_again(review: Review) -> None:
    review.prepared().hears(application())
    case = only_case(review)
    answers = at_once(*[lambda: review.ordered(approval(case))] * 2)
    assert sorted(map(outcome, answers)) == ["approved", "stale_version"]
    assert review.rows("SELECT count(*) FROM award") == [(1,)]
    assert [name for name, _ in review.told()].count("CaseApproved") == 1


def test_a_place_in_the_register_is_given_exactly_once_to_claims_that_race_for_it(review: Review) -> None:
    review.prepared().hears(*[application() for _ in range(6)])
    cases = [CaseView.model_validate(each) for each in review.asked(ListCases())["ok"]["items"]]
    answers = at_once(*[lambda case=case: review.ordered(approval(case)) for case in cases])
    assert sorted(map(outcome, answers)) == ["already_awarded"] * 5 + ["approved"]
    assert review.rows("SELECT count(*) FROM award") == [(1,)]


def test_a_list_and_an_officer_who_race_for_a_place_pay_once(review: Review) -> None:
    review.prepared(item_rules(mode="no_application")).hears(application())
    case = only_case(review)
    pushed = [received(nomination(line()))]
    at_once(lambda: review.ordered(approval(case)), lambda: review.applies(pushed))
    assert review.rows("SELECT count(*) FROM award") == [(1,)]
    assert [name for name, _ in review.told()].count("CaseApproved") == 1
    assert review.rows("SELECT state, count(*) FROM review_case GROUP BY 1 ORDER BY 1") == [
        ("accepted", 1),
        ("approved", 1),
    ]


def test_the_register_holds_across_tenants_that_cannot_see_each_other(review: Review) -> None:
    review.prepared()
    for tenant, expected in (("zhanggong", "approved"), ("xingguo", "already_awarded")):
        review.hears(application(tenant=tenant, filed_in=tenant), tenant=tenant)
        case = CaseView.model_validate(review.asked(ListCases(), tenant=tenant)["ok"]["items"][0])
        assert outcome(review.ordered(approval(case), tenant=tenant)) == expected
    assert review.rows("SELECT tenant FROM award") == [("zhanggong",)]


def test_a_refused_approval_leaves_no_award_and_no_event(review: Review) -> None:
    review.prepared().hears(application())
    case, said = only_case(review), review.told()
    assert outcome(review.ordered(approval(case, amount_fen=1))) == "amount_mismatch"
    assert review.rows("SELECT count(*) FROM award") == [(0,)]
    assert review.told() == said
    assert only_case(review) == case


def test_an_application_delivered_three_times_is_one_case(review: Review) -> None:
    review.prepared()
    submitted = application()
    message = received(submitted)
    for _ in range(3):
        review.applies([message])
    # The same application in a message of its own: what a restored intake would send.
    review.hears(submitted)
    assert review.rows("SELECT count(*) FROM review_case") == [(1,)]
    assert [name for name, _ in review.told()] == ["CaseAccepted", "TaskAssigned"]


def test_two_replicas_that_are_given_the_same_application_open_one_case(
    review: Review, service_frame: Callable[..., Frame], clock: FixedClock
) -> None:
    review.prepared()
    other = Review(service_frame("review", dsns=review.dsns, clock=clock), review.dsns)
    submitted = application()

    def apply(replica: Review) -> None:
        replica.applies([received(submitted, subject=submitted.claim.application_id)])

    at_once(lambda: apply(review), lambda: apply(other))
    assert review.rows("SELECT count(*) FROM review_case") == [(1,)]
    assert review.rows("SELECT count(*) FROM parked WHERE state = 'dead'") == [(0,)]


def test_an_application_that_overtakes_its_item_waits_for_it(review: Review, clock: FixedClock) -> None:
    review.prepared()
    review.hears(application(item_version=2))
    assert review.rows("SELECT cause, state FROM parked") == [("not_yet", "waiting")]
    review.hears(published(item_rules(), version=2))
    clock.advance(timedelta(minutes=1))
    review.sweeps()
    assert review.rows("SELECT count(*) FROM parked") == [(0,)]
    assert only_case(review).claim.item_version == 2


def test_a_list_is_paid_at_once_but_for_the_lines_that_do_not_hold(review: Review) -> None:
    review.prepared(item_rules(mode="no_application", limit=None))
    sound = [line(uscc=f"enterprise-{number:02d}") for number in range(10)]
    review.hears(nomination(*sound, line(uscc="poor", known=facts(above_scale=False)), line(uscc="enterprise-00")))
    assert review.rows("SELECT state, count(*) FROM review_case GROUP BY 1 ORDER BY 1") == [
        ("accepted", 2),
        ("approved", 10),
    ]
    open_cases = review.asked(ListCases(state="accepted"))["ok"]["items"]
    assert {reason["code"] for case in open_cases for reason in case["remarks"]} == {
        "not_eligible",
        "already_awarded",
    }


def test_whoever_recorded_a_fact_leaves_the_case_to_a_colleague_who_reads_whose_word_it_is(review: Review) -> None:
    own = (FactRecorders(name="rd_expense", period="2025", persons=(OFFICER.id,)),)
    review.prepared(item_rules()).hears(application(recorders=own))
    case = only_case(review)
    refused = review.ordered(approval(case))
    assert [each["code"] for each in refused["refused"]["reasons"]] == ["fact_recorder_decides"]
    rejection = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=case.case_id, reason="材料与事实不符", expected_version=case.version
    )
    assert outcome(review.ordered(rejection)) == "fact_recorder_decides"
    sheet = review.asked(GetCaseSheet(case_id=case.case_id))["ok"]
    assert {each["name"]: each["recorded_by"] for each in sheet["facts"]} == {
        "rd_expense": [OFFICER.id],
        "above_scale": [],
    }
    colleague = OFFICER.model_copy(update={"id": "officer-9"})
    assert outcome(review.ordered(approval(case), actor=colleague)) == "approved"


def test_a_list_whose_author_has_recorded_a_fact_waits_for_somebody_else(review: Review) -> None:
    review.prepared(item_rules(mode="no_application", limit=None))
    own = (FactRecorders(name="rd_expense", period="2025", persons=(OFFICER.id,)),)
    review.hears(nomination(line(uscc="enterprise-1", recorders=own), line(uscc="enterprise-2")))
    assert review.rows("SELECT state FROM review_case ORDER BY 1") == [("accepted",), ("approved",)]
    assert [each.code for each in only_case(review, state="accepted").remarks] == ["fact_recorder_nominates"]


def test_a_line_with_a_wrong_amount_can_still_be_granted_at_the_rules(review: Review) -> None:
    review.prepared(item_rules(mode="no_application", limit=None)).hears(nomination(line(amount_fen=1)))
    case = only_case(review)
    assert [reason.code for reason in case.remarks] == ["amount_mismatch"]
    assert outcome(review.ordered(approval(case))) == "approved"


def test_a_list_under_a_version_that_may_overpay_waits_for_a_person_who_may_go_on(review: Review) -> None:
    halves = {"parts": [{"label": "第一年", "fraction": "1/2"}, {"label": "第二年", "fraction": "1/2"}]}
    plan = InstalmentPlan.model_validate(halves)
    rules = item_rules(mode="no_application", limit=None).model_copy(update={"instalments": plan})
    review.prepared(rules).hears(nomination(line(amount_fen=AMOUNT // 2)))
    case = only_case(review, state="accepted")
    assert ([each.code for each in case.remarks], case.obstacles) == (["version_may_overpay"], ())
    assert review.rows("SELECT amount_fen FROM award") == []
    review.does("UPDATE review_case SET remarks = '[]'")
    sheet = review.asked(GetCaseSheet(case_id=case.case_id))["ok"]
    assert [each["code"] for each in sheet["case"]["remarks"]] == ["version_may_overpay"]
    assert sheet["case"]["headline"]["text_zh"] == "符合，第 1 期 150,000.00 元"
    assert review.ordered(approval(case, amount_fen=AMOUNT // 2))["ok"]["state"] == "approved"


def test_a_long_list_takes_no_more_statements_than_a_short_one(review: Review) -> None:
    review.prepared(item_rules(mode="no_application", limit=None))
    counts = []
    for length in (2, 120):
        statements: list[str] = []

        def count(_c: Any, _cursor: Any, statement: str, *_: Any, seen: list[str] = statements) -> None:
            seen.append(statement)

        sqlalchemy_event.listen(review.frame.event_engine, "before_cursor_execute", count)
        review.hears(nomination(*[line(uscc=f"enterprise-{length}-{number}") for number in range(length)]))
        sqlalchemy_event.remove(review.frame.event_engine, "before_cursor_execute", count)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert review.rows("SELECT count(*) FROM review_case WHERE state = 'approved'") == [(122,)]


def test_a_strangers_case_cannot_be_seen_or_decided(review: Review) -> None:
    review.prepared().hears(application())
    case = only_case(review)
    question = GetCase(case_id=case.case_id)
    assert outcome(review.asked(question, actor=STRANGER)) == "not_your_department"
    assert review.asked(ListCases(), actor=STRANGER)["ok"]["items"] == []
    assert outcome(review.asked(ListCases(department=DEPARTMENT), actor=STRANGER)) == "not_your_department"
    assert outcome(review.ordered(approval(case), actor=STRANGER)) == "not_your_department"
    enterprise = Actor(id="e", roles=frozenset({"enterprise"}), enterprise_id=case.claim.enterprise_id)
    assert outcome(review.asked(question, actor=enterprise)) == "forbidden"
    assert review.asked(question, actor=BUREAU)["ok"]["case_id"] == case.case_id


def test_another_tenant_does_not_learn_that_a_case_exists(review: Review) -> None:
    review.prepared().hears(application())
    case = only_case(review)
    assert outcome(review.asked(GetCase(case_id=case.case_id), tenant="xingguo")) == "case_not_found"
    assert review.asked(ListCases(), tenant="xingguo", actor=BUREAU)["ok"]["items"] == []
    assert outcome(review.ordered(approval(case), tenant="xingguo")) == "case_not_found"


def test_cases_are_listed_by_acceptance_page_by_page_without_gap_or_repeat(review: Review) -> None:
    review.prepared()
    times = [china(f"2026-03-10 {hour}:00") for hour in ("09", "10", "10", "10", "11")]
    review.hears(*[application(at=at) for at in reversed(times)])
    seen: list[CaseView] = []
    cursor = None
    while True:
        page = review.asked(ListCases(cursor=cursor, limit=2), actor=BUREAU)["ok"]
        seen += [CaseView.model_validate(each) for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [case.accepted_at for case in seen] == times
    assert len({case.case_id for case in seen}) == 5


def test_a_list_is_narrowed_by_state_and_department(review: Review) -> None:
    review.prepared().hears(application(), application(department="区商务局"), application())
    first = only_case(review, limit=1)
    review.ordered(
        RejectCase(
            other_grounds=OWN_GROUNDS, case_id=first.case_id, reason="不符合办法第三条", expected_version=first.version
        )
    )
    assert len(review.asked(ListCases(state="accepted"), actor=BUREAU)["ok"]["items"]) == 2
    assert len(review.asked(ListCases(state="accepted"))["ok"]["items"]) == 1
    assert len(review.asked(ListCases(department="区商务局"), actor=BUREAU)["ok"]["items"]) == 1
    assert len(review.asked(ListCases(state="approved"), actor=BUREAU)["ok"]["items"]) == 0


@pytest.mark.parametrize("cursor", ["nonsense", "WzFd", "WyJ4IiwgMV0", "WzEsIDJd"])
def test_a_cursor_that_was_never_given_out_is_refused(review: Review, cursor: str) -> None:
    assert outcome(review.asked(ListCases(cursor=cursor))) == "cursor_invalid"


def test_a_enterprise_whose_application_was_rejected_is_granted_the_next_one(review: Review) -> None:
    first = application()
    review.prepared(item_rules()).hears(first)
    case = only_case(review)
    order = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=case.case_id, reason="材料与实际不符", expected_version=case.version
    )
    assert outcome(review.ordered(order)) == "rejected"
    replaced = ReplacedClaim(application_id=first.claim.application_id, receipt=first.claim.receipt)
    review.hears(application(replaces=replaced))
    again = only_case(review, state="accepted")
    assert again.claim.replaces == replaced
    assert outcome(review.ordered(approval(again))) == "approved"
