"""Findings on a real database: records are read across tenants by one function, and money comes back through treasury."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from review_database import Review
from test_review_cases import approval, only_case, outcome
from treasury_database import Treasury, registered

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.integrity import (
    AskForRepair,
    ConfirmRecovery,
    DecideFinding,
    DecideRecordRequest,
    FindingView,
    GetFinding,
    GiveDefence,
    ListFindings,
    NotifyFinding,
    ObjectToRecord,
    OpenFinding,
    ProposeRecovery,
)
from contracts.integrity_records import ListOwnFindingPlaces, ListOwnRecords, ListRecordLines
from contracts.message import Actor, Command
from contracts.recoveries import ListRecoveries
from contracts.review import CaseApproved
from services.review.cases.store import Cases
from services.review.good_standing.good_record import KnownRecords, has_good_record
from services.review.integrity.opening import open_finding
from tests.unit.review.acceptance_kit import FIRM
from tests.unit.review.integrity_kit import ABOUT
from tests.unit.review.review_kit import (
    AMOUNT,
    DEPARTMENT,
    LEADER,
    OFFICER,
    SECOND,
    STRANGER,
    USCC,
    application,
    item_rules,
)

SUPERVISOR = Actor(id="supervisor-1", roles=frozenset({"supervisor"}))
OTHER_FIRM = Actor(id="clerk-2", roles=frozenset({"enterprise"}), enterprise_id="enterprise-2")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    found = Review(service_frame("review", dsns=dsns, clock=clock), dsns).prepared(item_rules())
    found.hears(application())
    return found


def done(review: Review, order: Command, by: Actor = OFFICER) -> FindingView:
    answer = review.ordered(order, actor=by)
    assert "ok" in answer, answer
    return FindingView.model_validate(answer["ok"])


def opening(review: Review, **words: Any) -> OpenFinding:
    said = {"case_id": only_case(review).case_id, "ground": "false_materials", "about": ABOUT, "facts_zh": "发票系伪造"}
    return OpenFinding(**said | words)


def decision(finding: FindingView, **words: Any) -> DecideFinding:
    said = {
        "finding_id": finding.finding_id,
        "established": True,
        "ground": "false_materials",
        "gravity": "general",
        "months": 6,
        "number": "章科信决〔2026〕1号",
        "reasons_zh": "开票方否认开具",
        "expected_version": finding.version,
    }
    return DecideFinding(**said | words)


def told(review: Review) -> FindingView:
    """A finding that is opened and told."""
    finding = done(review, opening(review))
    said = {"basis_zh": "条例第十四条", "intended_zh": "列入失信记录", "expected_version": finding.version}
    return done(review, NotifyFinding(finding_id=finding.finding_id, **said))


def established(review: Review, **words: Any) -> FindingView:
    finding = done(review, GiveDefence(finding_id=told(review).finding_id, waived=True), FIRM)
    return done(review, decision(finding, **words), LEADER)


def good(review: Review, tenant: str = "xingguo") -> bool:
    with review.frame.unit([tenant], action="test") as uow:
        return dict(has_good_record(uow, [USCC]))[USCC]


def test_a_record_counts_in_every_tenant_until_it_is_over(review: Review, clock: FixedClock) -> None:
    assert good(review)
    established(review)
    assert not good(review)
    with review.frame.unit(["xingguo"], action="test") as uow:
        (record,) = uow.of(KnownRecords).of([USCC, "91360732MA35EXAMPL"], date(2026, 3, 10))
        assert uow.execute("SELECT count(*) FROM integrity_finding").scalar_one() == 0
    assert (record.state, record.gravity, record.until_day) == ("in_force", "general", date(2026, 9, 10))
    clock.advance(timedelta(days=185))
    assert good(review)


def test_what_is_minor_is_held_against_nobody_elsewhere(review: Review) -> None:
    established(review, gravity="minor", months=1)
    assert good(review)


def test_the_function_says_no_more_than_it_promises_and_to_no_stranger(review: Review) -> None:
    for name, promised in {
        "dishonesty_of": ["uscc", "ground", "gravity", "from_day", "until_day", "state"],
        "finding_places_of": ["finding_id", "tenant"],
    }.items():
        columns = review.rows(f"SELECT unnest(proargnames), unnest(proargmodes) FROM pg_proc WHERE proname = '{name}'")
        assert [column for column, mode in columns if mode == "t"] == promised
    with psycopg.connect(psycopg_url(review.dsns.frame)) as stranger, pytest.raises(psycopg.Error):
        stranger.execute("SELECT * FROM dishonesty_of('{}')")


def test_the_database_itself_refuses_a_decision_of_whoever_opened_it_or_without_a_notice(review: Review) -> None:
    established(review)
    for forged in (
        "UPDATE integrity_finding SET decision = jsonb_set(decision, '{decided_by}', to_jsonb(opened_by))",
        "UPDATE integrity_finding SET notice = NULL",
        "UPDATE integrity_finding SET decision = NULL",
        "UPDATE integrity_finding SET record_state = NULL",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            review.does(forged)


def test_two_who_open_the_same_at_once_open_one(review: Review) -> None:
    orders = [(opening(review), OFFICER), (opening(review), SECOND)]
    ready = threading.Barrier(2)

    def opens(order: OpenFinding, by: Actor) -> str:
        ready.wait(10)
        return outcome(review.ordered(order, actor=by))

    with ThreadPoolExecutor(2) as pool:
        came = sorted(pool.map(lambda each: opens(*each), orders))
    assert came == ["finding_open_already", "opened"]


def test_a_check_opens_a_finding_in_the_transaction_that_has_failed_the_claim(review: Review) -> None:
    case_id = only_case(review).case_id
    with review.frame.unit(["zhanggong"], action="check") as uow:
        case = uow.of(Cases).get(case_id)
        said: Any = {"origin": "credit_check", "facts_zh": "抽查发现研发投入不实", "by": OFFICER.id}
        first = open_finding(uow, case, origin_id="check-1", **said)
        assert open_finding(uow, case, origin_id="check-1", **said) == first
    assert review.rows("SELECT id, origin, origin_id, ground FROM integrity_finding") == [
        (first, "credit_check", "check-1", "broken_commitment")
    ]
    assert ("FindingOpened", "zhanggong") in review.told()


def test_the_time_to_be_heard_ends_by_the_clock_and_is_told_of_once(review: Review, clock: FixedClock) -> None:
    finding = told(review)
    assert outcome(review.ordered(decision(finding), actor=LEADER)) == "defence_time_runs"
    for _ in range(9):
        clock.advance(timedelta(days=1))
        review.does_what_is_due_of_filings()
    assert [name for name, _to in review.told()].count("DefenceTimeEnded") == 1
    assert (
        outcome(review.ordered(GiveDefence(finding_id=finding.finding_id, text="有异议"), actor=FIRM))
        == "defence_time_over"
    )
    version = FindingView.model_validate(review.asked(GetFinding(finding_id=finding.finding_id))["ok"]).version
    assert outcome(review.ordered(decision(finding, expected_version=version), actor=LEADER)) == "established"


def test_findings_are_seen_by_their_department_supervisors_and_the_firm_once_it_is_told(review: Review) -> None:
    finding = done(review, opening(review))
    seen = GetFinding(finding_id=finding.finding_id)
    own = ListOwnRecords(enterprise_id="enterprise-1")
    assert outcome(review.asked(seen, actor=STRANGER)) == "finding_not_found"
    assert outcome(review.asked(seen, actor=FIRM)) == "finding_not_found"
    assert review.asked(own, actor=FIRM)["ok"]["findings"] == []
    said = {"basis_zh": "条例第十四条", "intended_zh": "列入失信记录", "expected_version": finding.version}
    done(review, NotifyFinding(finding_id=finding.finding_id, **said))
    for actor in (OFFICER, SUPERVISOR, FIRM):
        assert outcome(review.asked(seen, actor=actor)) == "notified"
    assert outcome(review.asked(seen, actor=OTHER_FIRM)) == "finding_not_found"
    assert outcome(review.asked(own, actor=OTHER_FIRM)) == "forbidden"
    assert len(review.asked(ListFindings(waiting=True))["ok"]["items"]) == 1
    assert review.asked(ListFindings(), actor=STRANGER)["ok"]["items"] == []
    places = review.asked(ListOwnFindingPlaces(enterprise_id="enterprise-1"), actor=FIRM)["ok"]["items"]
    assert places == [{"finding_id": finding.finding_id, "tenant": "zhanggong"}]


def test_a_firm_reads_its_records_with_what_disputes_them(review: Review, clock: FixedClock) -> None:
    finding = established(review)
    clock.advance(timedelta(days=95))
    asked = done(review, AskForRepair(finding_id=finding.finding_id, text="资金已全部退回"), FIRM)
    done(review, ObjectToRecord(finding_id=finding.finding_id, text="认定的事实有误"), FIRM)
    own = review.asked(ListOwnRecords(enterprise_id="enterprise-1"), actor=FIRM)["ok"]
    assert [(each["state"], each["disputed"]) for each in own["records"]] == [("in_force", True)]
    lines = ListRecordLines(first_day=date(2026, 3, 1), last_day=date(2026, 3, 31))
    (line,) = review.asked(lines)["ok"]["items"]
    assert (line["disputed"], line["public"], line["number"]) == (True, True, "章科信决〔2026〕1号")
    request = next(each for each in asked.requests if each.kind == "repair")
    current = FindingView.model_validate(review.asked(GetFinding(finding_id=finding.finding_id))["ok"])
    said = {
        "request_id": request.request_id,
        "granted": True,
        "reason": "经核查属实",
        "expected_version": current.version,
    }
    view = done(review, DecideRecordRequest(finding_id=finding.finding_id, **said), SECOND)
    assert view.record is not None and view.record.state == "repaired"
    assert good(review)


def funded(frame: Callable[..., Frame], database: Callable[[str], Dsns], clock: FixedClock) -> Treasury:
    """Treasury with money for the item's department."""
    dsns = database("treasury")
    treasury = Treasury(frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()
    treasury.hears(registered("zhanggong-science", DEPARTMENT))
    treasury.appropriates(10 * AMOUNT, department=DEPARTMENT)
    return treasury


def recovering(review: Review, finding: FindingView, amount_fen: int) -> tuple[ProposeRecovery, Any]:
    said = {"number": "章科追决〔2026〕1号", "basis_zh": "条例第十四条", "expected_version": finding.version}
    proposal = ProposeRecovery(finding_id=finding.finding_id, amount_fen=amount_fen, **said)

    def confirm(view: FindingView) -> ConfirmRecovery:
        proposed = next(each for each in view.recoveries if each.state == "proposed")
        return ConfirmRecovery(recovery_id=proposed.recovery_id, expected_version=proposed.version)

    return proposal, confirm


def approvals_said(review: Review) -> list[CaseApproved]:
    rows = review.rows("SELECT CAST(body AS jsonb) -> 'data' FROM outbox WHERE type = 'CaseApproved' ORDER BY position")
    return [CaseApproved.model_validate(data) for (data,) in rows]


def test_recovered_money_of_a_paid_case_becomes_a_recovery_in_treasury_and_the_place_stays_held(
    review: Review, service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock
) -> None:
    treasury = funded(service_frame, service_database, clock)
    review.ordered(approval(only_case(review)), actor=LEADER)
    treasury.hears(*approvals_said(review))
    treasury.authorises(treasury.only(state="ready"))
    treasury.does("send_disbursement")
    assert treasury.only(state="settled").amount_fen == AMOUNT

    proposal, confirm = recovering(review, established(review), AMOUNT // 4)
    view = done(review, proposal)
    assert view.recoverable_fen == AMOUNT
    assert outcome(review.ordered(confirm(view), actor=OFFICER)) == "recovery_second_person_required"
    view = done(review, confirm(view), SECOND)
    assert (view.recoverable_fen, view.recoveries[0].revision) == (AMOUNT - AMOUNT // 4, 2)
    first, second = approvals_said(review)
    assert (first.revision, second.revision, second.amount_fen) == (1, 2, AMOUNT - AMOUNT // 4)
    treasury.hears(second)
    (recovery,) = treasury.asked(ListRecoveries(state="open"))["ok"]["items"]
    assert (recovery["amount_fen"], recovery["revision"]) == (AMOUNT // 4, 2)
    assert treasury.faults_in_the_books() == []
    assert review.rows("SELECT revision, fen, state FROM award_part ORDER BY revision") == [
        (1, AMOUNT, "reserved"),
        (2, AMOUNT - AMOUNT // 4, "pending"),
    ]
    assert review.rows("SELECT count(*) FROM award") == [(1,)]


def test_money_that_was_not_sent_is_cancelled_and_what_is_left_is_paid(
    review: Review, service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock
) -> None:
    treasury = funded(service_frame, service_database, clock)
    review.ordered(approval(only_case(review)), actor=LEADER)
    treasury.hears(*approvals_said(review))
    proposal, confirm = recovering(review, established(review), AMOUNT)
    done(review, confirm(done(review, proposal)), SECOND)
    treasury.hears(approvals_said(review)[-1])
    assert [each.state for each in treasury.disbursements()] == ["cancelled"]
    assert treasury.asked(ListRecoveries())["ok"]["items"] == []


def test_two_who_confirm_and_decide_otherwise_at_once_do_one_of_both(review: Review) -> None:
    review.ordered(approval(only_case(review)), actor=LEADER)
    proposal, confirm = recovering(review, established(review), AMOUNT)
    order = confirm(done(review, proposal))
    ready = threading.Barrier(2)

    def confirms(by: Actor) -> str:
        ready.wait(10)
        return outcome(review.ordered(order, actor=by))

    with ThreadPoolExecutor(2) as pool:
        came = sorted(pool.map(confirms, (LEADER, SECOND)))
    assert came[1] == "stale_version" or came[0] == "recovery_decided_already"
    assert [each.revision for each in approvals_said(review)] == [1, 2]
