"""Facts move under open cases, on a real database: heard in the firm's county, taken up in the case's tenant, never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_sheet import GetCaseSheet
from contracts.enterprises import EnterpriseFactsChanged, FactKey
from contracts.merges import EnterpriseMerged
from contracts.review import ApproveCase, ListCases
from contracts.rule import Fact
from services.review.cases.heard import KEPT
from services.review.fact_changes import use_cases as fact_changes
from tests.unit.review.review_kit import AMOUNT, LEADER, USCC, application, facts

LESS = 20_000_000


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns).prepared()


def corrected(value: str = "200", *, firm: str = "enterprise-1", gone: bool = False, day: int = 1) -> Any:
    (fact,) = facts(rd=value, above_scale=None)
    told: tuple[Fact, ...] = () if gone else (fact.model_copy(update={"as_of": date(2026, 3, day)}),)
    keys = (FactKey(name="rd_expense", period="2025"),) if gone else ()
    return EnterpriseFactsChanged(enterprise_id=firm, facts=told, withdrawn=keys)


def the_case(review: Review, tenant: str = "zhanggong") -> dict[str, Any]:
    (case,) = review.asked(ListCases(), tenant=tenant)["ok"]["items"]
    return case  # type: ignore[no-any-return]


def approved(review: Review, amount: int, tenant: str = "zhanggong") -> str:
    case = the_case(review, tenant)
    order = ApproveCase(case_id=case["case_id"], amount_fen=amount, expected_version=case["version"])
    answer = review.ordered(order, actor=LEADER, tenant=tenant)
    return answer["refused"]["code"] if "refused" in answer else answer["ok"]["state"]


def test_a_correction_reaches_an_open_case_and_both_values_stand_on_its_sheet(review: Review) -> None:
    review.hears(application())
    review.takes_up_facts()
    review.hears(corrected())
    assert review.takes_up_facts() == 1
    assert the_case(review)["amount_fen"] == LESS
    sheet = review.asked(GetCaseSheet(case_id=the_case(review)["case_id"]))["ok"]
    (change,) = sheet["changes"]
    assert (change["was"], change["now"], change["counts"]) == ("300 万元", "200 万元", "now")
    assert ("CaseReassessed", "zhanggong") in [(kind.rpartition(".")[2], to) for kind, to in review.told()]


def test_what_is_heard_before_its_claim_arrives_is_not_lost(review: Review) -> None:
    review.hears(corrected())
    review.hears(application())
    review.takes_up_facts()
    assert the_case(review)["amount_fen"] == LESS


def test_what_is_being_heard_while_its_claim_is_taken_is_not_lost_either(review: Review) -> None:
    """Neither sees the other: the case is committed while the batch that does not know it is still open."""
    frame, done = review.frame, threading.Event()
    with frame.event_unit(["zhanggong"], action="test") as uow:
        fact_changes.hear_facts([received(corrected())], uow)
        review.hears(application())
        job = threading.Thread(target=lambda: (review.takes_up_facts(), done.set()))
        job.start()
        # The job waits for whoever is hearing.
        assert not done.wait(0.3)
    job.join(20)
    assert done.is_set() and the_case(review)["amount_fen"] == LESS


def test_nothing_is_granted_between_what_is_heard_and_what_is_taken_up(review: Review) -> None:
    review.hears(application())
    review.takes_up_facts()
    review.hears(corrected(gone=True))
    assert approved(review, AMOUNT) == "accepted"
    review.takes_up_facts()
    case = the_case(review)
    assert (case["state"], case["amount_fen"]) == ("accepted", None)
    assert "facts_missing" in [each["code"] for each in case["obstacles"]]
    review.hears(corrected("300", day=2))
    review.takes_up_facts()
    assert approved(review, AMOUNT) == "approved"


def test_a_citys_case_takes_up_what_is_heard_in_its_firms_county(review: Review) -> None:
    review.hears(application(tenant="ganzhou", filed_in="zhanggong"), tenant="ganzhou")
    review.takes_up_facts()
    review.hears(corrected(), tenant="zhanggong")
    review.takes_up_facts()
    assert the_case(review, "ganzhou")["amount_fen"] == LESS


def test_a_case_of_an_absorbed_dossier_hears_of_the_surviving_one(review: Review) -> None:
    review.hears(application(enterprise_id="enterprise-old"))
    review.takes_up_facts()
    review.hears(
        EnterpriseMerged(
            absorbed_id="enterprise-old",
            absorbed_uscc="91360702DEM000022C",
            surviving_id="enterprise-1",
            surviving_uscc=USCC,
        )
    )
    review.hears(corrected())
    review.takes_up_facts()
    assert the_case(review)["amount_fen"] == LESS


def test_a_firm_without_an_open_case_leaves_no_job(review: Review) -> None:
    review.hears(application())
    review.takes_up_facts()
    assert approved(review, AMOUNT) == "approved"
    review.hears(corrected(), corrected(firm="enterprise-2"))
    assert review.takes_up_facts() == 0
    assert the_case(review)["amount_fen"] == AMOUNT


def test_what_no_claim_has_come_for_is_forgotten_and_what_one_rests_on_is_kept(review: Review) -> None:
    review.hears(application())
    review.hears(corrected(), corrected(firm="enterprise-2"))
    review.frame.clock.advance(KEPT + timedelta(hours=1))  # type: ignore[attr-defined]
    review.does(
        "INSERT INTO job (tenant, kind, subject, due_at) VALUES ('zhanggong', 'forget_heard_facts', '-', '2026-01-01')"
    )
    review.works(fact_changes.FORGET_HEARD, fact_changes.forget_heard)
    assert review.rows("SELECT enterprise_id FROM heard_facts") == [("enterprise-1",)]


def test_awards_that_move_reach_the_open_cases_of_a_code_in_whatever_tenant(review: Review) -> None:
    review.hears(application(tenant="ganzhou", filed_in="zhanggong"), tenant="ganzhou")
    review.takes_up_facts()
    with review.frame.event_unit(["zhanggong"], action="test") as uow:
        uow.schedule(fact_changes.AWARDS_MOVED, USCC, at=uow.now, tenant="zhanggong")
    assert review.works(fact_changes.AWARDS_MOVED, fact_changes.awards_moved) == 1
    assert review.rows("SELECT count(*) FROM job WHERE kind = 'awards_moved'") == [(0,)]
