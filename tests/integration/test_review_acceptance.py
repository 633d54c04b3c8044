"""From filing to acceptance on a real database: silence, supplements, findings, whoever races."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.acceptance import AcceptCase, RefuseAcceptance, WithdrawClaim
from contracts.message import Actor
from contracts.review import CaseView, ConfirmMaterials, GetCase, ListCases
from contracts.supplements import AnswerSupplement, GetSupplement, ListSupplements, RequestSupplement
from tests.remedies import OWN_GROUNDS
from tests.unit.review.acceptance_kit import BY_PERSON, FIRM, WINDOW, declared, rules_with
from tests.unit.review.review_kit import LEADER, OFFICER, application, china

END = china("2026-03-17 17:30")
OVER = china("2026-03-24 17:30")
STRANGE_FIRM = Actor(id="clerk-2", roles=frozenset({"enterprise"}), enterprise_id="enterprise-2")
PAPER = {"about": "material", "code": "invoices", "fault": "missing", "text": "请补充发票"}
PAPER_COMES = {"code": "invoices", "files": ["a" * 64]}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=clock), dsns)


def filed(review: Review, **plan: Any) -> CaseView:
    review.prepared(rules_with(**{"acceptance": BY_PERSON, **plan})).hears(application(known=declared()))
    review.does_what_is_due_of_filings()
    return only_case(review)


def only_case(review: Review) -> CaseView:
    (case,) = review.asked(ListCases())["ok"]["items"]
    return CaseView.model_validate(case)


def ask(review: Review, case: CaseView) -> dict[str, Any]:
    order = {"case_id": case.case_id, "points": [PAPER], "expected_version": case.version}
    return review.ordered(RequestSupplement.model_validate(order))


def answer(review: Review, asked: dict[str, Any], actor: Actor = FIRM) -> dict[str, Any]:
    order = {
        "application_id": asked["application_id"],
        "supplement_id": asked["supplement_id"],
        "points": [PAPER_COMES],
    }
    return review.ordered(AnswerSupplement.model_validate(order), actor=actor)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Start all of them in the same moment."""
    ready = threading.Barrier(len(calls))

    def go(call: Callable[[], Any]) -> Any:
        ready.wait(10)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(go, calls))


def codes(answers: list[dict[str, Any]]) -> list[str]:
    return sorted(each["refused"]["code"] if "refused" in each else "ok" for each in answers)


def names(review: Review) -> list[str]:
    return [name for name, _to in review.told()]


def test_silence_accepts_as_of_the_receipt(review: Review, clock: FixedClock) -> None:
    case = filed(review)
    assert case.state == "received"
    clock.advance(END - NOON)
    assert review.does_what_is_due_of_filings() == 1
    accepted = only_case(review)
    assert (accepted.state, accepted.accepted_at) == ("accepted", NOON)
    assert review.rows("SELECT kind, by FROM case_answer") == [("acceptance", "system")]


def test_a_decision_and_silence_race_and_the_claim_is_accepted_once(review: Review, clock: FixedClock) -> None:
    case = filed(review)
    clock.advance(END - NOON)
    order = AcceptCase(case_id=case.case_id, expected_version=case.version)
    at_once(review.does_what_is_due, lambda: review.ordered(order))
    assert only_case(review).accepted_at == NOON
    assert names(review).count("CaseAccepted") == 1


def test_of_two_officers_one_decides_on_acceptance(review: Review) -> None:
    case = filed(review)
    accept = AcceptCase(case_id=case.case_id, expected_version=case.version)
    said = {"reason": "不属于受理范围", "how_to_object": "可以申请行政复议"}
    refuse = RefuseAcceptance(other_grounds=OWN_GROUNDS, case_id=case.case_id, expected_version=case.version, **said)
    answers = at_once(lambda: review.ordered(accept), lambda: review.ordered(refuse, actor=LEADER))
    assert codes(answers) == ["ok", "stale_version"]
    assert review.does_what_is_due_of_filings() in (0, 1)


def test_a_supplement_is_shown_to_its_enterprise_and_to_nobody_else(review: Review) -> None:
    case = filed(review)
    asked = ask(review, case)["ok"]
    question = GetSupplement(application_id=asked["application_id"])
    assert review.asked(question, actor=FIRM)["ok"]["points"][0]["label"] == "设备发票"
    assert review.asked(question, actor=WINDOW)["ok"]["supplement_id"] == asked["supplement_id"]
    assert review.asked(question, actor=STRANGE_FIRM)["refused"]["code"] == "supplement_not_found"
    assert answer(review, asked, STRANGE_FIRM)["refused"]["code"] == "case_not_found"
    assert len(review.asked(ListSupplements(case_id=case.case_id))["ok"]["items"]) == 1


def test_an_answer_that_is_sent_twice_at_once_counts_once(review: Review) -> None:
    asked = ask(review, filed(review))["ok"]
    answers = at_once(*[lambda: answer(review, asked)] * 2)
    assert codes(answers) == ["ok", "supplement_over"]
    assert names(review).count("SupplementAnswered") == 1


def test_the_answer_and_the_end_of_its_time_race_and_one_of_them_counts(review: Review, clock: FixedClock) -> None:
    asked = ask(review, filed(review))["ok"]
    clock.advance(OVER - NOON)
    _jobs, said = at_once(review.does_what_is_due, lambda: answer(review, asked))
    states = review.rows("SELECT s.state, c.state FROM case_supplement s JOIN review_case c ON c.id = s.case_id")
    assert states == ([("answered", "received")] if "ok" in said else [("lapsed", "withdrawn")])
    assert names(review).count("SupplementAnswered") + names(review).count("SupplementLapsed") == 1


def test_before_acceptance_an_open_case_has_a_task_or_waits_for_the_enterprise(review: Review) -> None:
    case = filed(review)
    open_tasks = "SELECT kind FROM case_task WHERE state = 'open'"
    waiting = "SELECT due_at FROM case_supplement WHERE state = 'open'"
    assert (len(review.rows(open_tasks)), len(review.rows(waiting))) == (1, 0)
    asked = ask(review, case)["ok"]
    assert (len(review.rows(open_tasks)), review.rows(waiting)) == (0, [(OVER,)])
    answer(review, asked)
    assert (review.rows(open_tasks), len(review.rows(waiting))) == ([("acceptance",)], 0)


def test_a_claim_is_taken_back_by_its_enterprise_alone(review: Review) -> None:
    case = filed(review)
    order = WithdrawClaim(application_id=case.claim.application_id, reason="项目终止")
    assert review.ordered(order, actor=STRANGE_FIRM)["refused"]["code"] == "case_not_found"
    assert review.ordered(order, actor=FIRM)["ok"]["state"] == "withdrawn"
    assert review.asked(GetCase(case_id=case.case_id))["ok"]["state"] == "withdrawn"


def test_a_dossier_that_was_merged_answers_for_the_one_that_claimed(review: Review) -> None:
    asked = ask(review, filed(review))["ok"]
    review.does(
        "INSERT INTO merged_enterprise (tenant, absorbed_id, surviving_id)"
        " VALUES ('zhanggong', 'enterprise-1', 'enterprise-2')"
    )
    assert answer(review, asked, STRANGE_FIRM)["ok"]["state"] == "answered"


def test_findings_are_only_ever_added(review: Review, clock: FixedClock) -> None:
    case = filed(review, acceptance={"by": "machine"})
    later = {"code": "invoices", "finding": "provisional", "until": date(2026, 3, 13)}
    order = {"case_id": case.case_id, "materials": [later], "expected_version": case.version}
    assert "ok" in review.ordered(ConfirmMaterials.model_validate(order), actor=OFFICER)
    clock.advance(timedelta(days=5))
    review.does_what_is_due_of_filings()
    assert review.rows("SELECT finding, found_by FROM material_finding ORDER BY version") == [
        ("provisional", OFFICER.id),
        ("missing", "system"),
    ]
    with pytest.raises(psycopg.Error), psycopg.connect(review.dsns.app.replace("+psycopg", "")) as connection:
        connection.execute("SELECT set_config('zhida.tenants', 'zhanggong', false)")
        connection.execute("DELETE FROM material_finding")
