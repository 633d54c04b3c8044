"""An enterprise whose files were merged is one enterprise to the award register, whichever of its files it filed under."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.award_findings import CloseAwardFinding, ListAwardFindings
from contracts.merges import EnterpriseMerged
from contracts.review import ApproveCase, ListCases
from services.review.register.domain import RegisteredAward
from services.review.register.persons import Persons
from tests.unit.review.review_kit import AMOUNT, OFFICER, USCC, application, item_rules, line, nomination

OLD_CODE, OLDER_CODE = "91360702DEM000022C", "91360702DEM000030X"
MERGED = EnterpriseMerged(
    absorbed_id="enterprise-old", absorbed_uscc=OLD_CODE, surviving_id="enterprise-1", surviving_uscc=USCC
)
BEFORE = EnterpriseMerged(
    absorbed_id="enterprise-older", absorbed_uscc=OLDER_CODE, surviving_id="enterprise-old", surviving_uscc=OLD_CODE
)
OLD = {"enterprise_id": "enterprise-old", "uscc": OLD_CODE}
OLDER = {"enterprise_id": "enterprise-older", "uscc": OLDER_CODE}


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns)


def approved(review: Review, tenant: str = "zhanggong", **words: Any) -> str:
    """File an application and have it approved: → the case's state, or why not."""
    submitted = application(tenant=tenant, **words)
    review.hears(submitted, tenant=tenant)
    return decided(review, submitted.claim.application_id, tenant)


def decided(review: Review, application_id: str, tenant: str = "zhanggong") -> str:
    cases = review.asked(ListCases(), tenant=tenant)["ok"]["items"]
    (case,) = [each for each in cases if each["claim"]["application_id"] == application_id]
    order = ApproveCase(case_id=case["case_id"], amount_fen=AMOUNT, expected_version=case["version"])
    answer = review.ordered(order, tenant=tenant)
    return answer["refused"]["code"] if "refused" in answer else answer["ok"]["state"]


def at_once(review: Review, application_ids: list[str], tenant: str = "zhanggong") -> list[str]:
    """Decide these, each by a hand of its own, all at the same moment."""
    ready = threading.Barrier(len(application_ids))

    def go(application_id: str) -> str:
        ready.wait(10)
        return decided(review, application_id, tenant)

    with ThreadPoolExecutor(len(application_ids)) as pool:
        return list(pool.map(go, application_ids))


def test_what_was_granted_under_an_absorbed_enterprise_is_not_granted_again_under_the_surviving_one(
    review: Review,
) -> None:
    review.prepared()
    assert approved(review, **OLD) == "approved"
    review.hears(MERGED)
    assert approved(review) == "already_awarded"


def test_what_was_granted_under_the_surviving_file_is_not_granted_for_a_claim_from_the_former_one(
    review: Review,
) -> None:
    review.prepared()
    waiting = application(**OLD)
    review.hears(waiting)
    assert approved(review) == "approved"
    review.hears(MERGED)
    assert decided(review, waiting.claim.application_id) == "already_awarded"


@pytest.mark.parametrize("order", [(BEFORE, MERGED), (MERGED, BEFORE)])
def test_files_merged_in_two_steps_are_one_enterprise_whichever_word_comes_first(
    review: Review, order: tuple[EnterpriseMerged, ...]
) -> None:
    review.prepared()
    assert approved(review, **OLDER) == "approved"
    for event in order:
        review.hears(event)
    assert approved(review) == "already_awarded"
    assert approved(review, **OLD) == "already_awarded"


def test_a_citys_award_counts_though_the_files_lie_in_a_county(review: Review) -> None:
    review.prepared()
    assert approved(review, tenant="ganzhou", filed_in="zhanggong", **OLD) == "approved"
    review.hears(MERGED, tenant="zhanggong")
    assert approved(review, tenant="ganzhou", filed_in="zhanggong") == "already_awarded"


def test_a_merge_of_dossiers_with_the_same_ids_in_another_place_says_nothing_of_these(review: Review) -> None:
    review.prepared()
    assert approved(review, **OLD) == "approved"
    elsewhere = MERGED.model_copy(
        update={"absorbed_uscc": "91360732DEM000022C", "surviving_uscc": "91360732DEM000014H"}
    )
    review.hears(elsewhere, tenant="xingguo")
    assert approved(review) == "approved"


def test_a_code_is_one_persons_everywhere_though_its_dossiers_were_merged_in_one_county_only(review: Review) -> None:
    review.prepared()
    old_in_xingguo = {"enterprise_id": "xingguo-7", "uscc": OLD_CODE, "filed_in": "xingguo"}
    assert approved(review, tenant="ganzhou", **old_in_xingguo) == "approved"
    review.hears(MERGED, tenant="zhanggong")
    assert approved(review, tenant="ganzhou", filed_in="zhanggong") == "already_awarded"


@pytest.mark.parametrize("chained", [False, True])
def test_of_claims_under_old_and_surviving_codes_in_two_counties_that_are_approved_at_once_one_is_granted(
    review: Review, chained: bool
) -> None:
    review.prepared()
    for event in (MERGED, BEFORE) if chained else (MERGED,):
        review.hears(event, tenant="zhanggong")
    former = OLDER if chained else OLD
    claims = [
        application(tenant="ganzhou", filed_in="zhanggong"),
        application(tenant="ganzhou", filed_in="xingguo", enterprise_id="xingguo-7", uscc=former["uscc"]),
        application(tenant="ganzhou", filed_in="zhanggong", **OLD),
        application(tenant="ganzhou", filed_in="xingguo", enterprise_id="xingguo-8", uscc=USCC),
    ]
    review.hears(*claims, tenant="ganzhou")
    outcomes = at_once(review, [each.claim.application_id for each in claims], "ganzhou")
    assert sorted(outcomes) == ["already_awarded"] * 3 + ["approved"]
    assert review.rows("SELECT count(*) FROM award") == [(1,)]


@pytest.mark.parametrize("turn", range(3))
def test_an_award_that_is_granted_in_the_moment_in_which_the_merge_is_heard_is_refused_or_found(
    review: Review, turn: int
) -> None:
    review.prepared()
    assert approved(review, **OLD) == "approved"
    waiting = application()
    review.hears(waiting)
    ready = threading.Barrier(2)

    def hear() -> str:
        ready.wait(10)
        review.hears(MERGED)
        review.looks_back()
        return "heard"

    def decide() -> str:
        ready.wait(10)
        return decided(review, waiting.claim.application_id)

    with ThreadPoolExecutor(2) as pool:
        heard, outcome = pool.submit(hear), pool.submit(decide)
        assert heard.result(30) == "heard"
        state = outcome.result(30)
    found = review.asked(ListAwardFindings())["ok"]["items"]
    assert (state, len(found)) in (("already_awarded", 0), ("approved", 1))


def test_a_decision_that_has_not_seen_the_merge_is_waited_for_before_awards_are_looked_over(review: Review) -> None:
    review.prepared()
    assert approved(review, **OLD) == "approved"
    with review.frame.unit(["zhanggong"], action="test") as deciding:
        # It has looked and found no merge; it takes its place, and commits after the merge was heard.
        award = RegisteredAward("zhanggong", "zhanggong", "enterprise-1", "item-1", USCC, "once", "case-late", AMOUNT)
        assert deciding.of(Persons).granted_already([award]) == frozenset()
        review.hears(MERGED)
        with ThreadPoolExecutor(1) as pool:
            looked = pool.submit(review.looks_back)
            with pytest.raises(TimeoutError):
                looked.result(0.5)
            deciding.execute("SELECT 1")
            deciding.__exit__(None, None, None)
            assert looked.result(30) == 1
            deciding.__enter__()


def test_an_award_that_was_doubled_before_the_merge_was_heard_is_found_with_both_cases_and_a_person_is_asked(
    review: Review,
) -> None:
    review.prepared()
    assert [approved(review, **OLD), approved(review)] == ["approved", "approved"]
    review.hears(MERGED)
    assert review.looks_back() == 1
    (found,) = review.asked(ListAwardFindings(state="open"))["ok"]["items"]
    assert {each["uscc"] for each in found["awards"]} == {OLD_CODE, USCC}
    assert (found["too_much_fen"], found["state"]) == (AMOUNT, "open")
    said = review.rows("SELECT body::json #>> '{data,attention,duty}' FROM outbox WHERE type = 'AwardGrantedTwice'")
    assert said == [("leader",)]
    review.hears(MERGED)
    review.looks_back()
    assert len(review.asked(ListAwardFindings())["ok"]["items"]) == 1, "the same is found once"


def test_a_third_award_that_a_chain_brings_together_is_found_with_the_others(review: Review) -> None:
    review.prepared()
    for who in (OLD, {}, OLDER):
        assert approved(review, **who) == "approved"
    review.hears(MERGED, BEFORE)
    assert review.looks_back() == 2
    (found,) = review.asked(ListAwardFindings())["ok"]["items"]
    assert (len(found["awards"]), found["too_much_fen"]) == (3, 2 * AMOUNT)


def test_awards_of_two_persons_or_two_periods_are_no_finding(review: Review) -> None:
    review.prepared(item_rules(frequency="per_event"))
    assert [approved(review, **OLD), approved(review), approved(review, **OLDER)] == ["approved"] * 3
    review.hears(MERGED)
    review.looks_back()
    assert review.asked(ListAwardFindings())["ok"]["items"] == []


def test_a_finding_is_closed_once_by_its_department_with_what_was_done(review: Review) -> None:
    review.prepared()
    assert [approved(review, **OLD), approved(review)] == ["approved", "approved"]
    review.hears(MERGED)
    review.looks_back()
    (found,) = review.asked(ListAwardFindings())["ok"]["items"]
    order = CloseAwardFinding(finding_id=found["finding_id"], conclusion="第二笔已由企业退回国库", expected_version=1)
    stranger = OFFICER.model_copy(update={"department": "别的局", "department_id": None})
    assert review.ordered(order, actor=stranger)["refused"]["code"] == "award_finding_unknown"
    assert review.asked(ListAwardFindings(), actor=stranger)["ok"]["items"] == []
    assert review.ordered(order, tenant="xingguo")["refused"]["code"] == "award_finding_unknown"
    assert review.ordered(order.model_copy(update={"expected_version": 2}))["refused"]["code"] == "stale_version"
    closed = review.ordered(order)["ok"]
    assert (closed["state"], closed["closed_by"], closed["conclusion"]) == ("closed", OFFICER.id, order.conclusion)
    again = review.ordered(order.model_copy(update={"expected_version": 2}))
    assert again["refused"]["code"] == "award_finding_closed_already"
    assert review.asked(ListAwardFindings(state="open"))["ok"]["items"] == []


def test_merges_that_were_heard_before_codes_were_kept_count_by_what_is_filed(review: Review) -> None:
    review.prepared().hears(MERGED)
    review.does("DELETE FROM dossier_code")
    assert approved(review, **OLD) == "approved"
    assert approved(review) == "already_awarded"


def test_of_claims_from_both_files_that_are_approved_at_once_one_is_granted(review: Review) -> None:
    review.prepared().hears(MERGED)
    claims = [application(), application(**OLD), application(), application(**OLD)]
    review.hears(*claims)
    outcomes = at_once(review, [each.claim.application_id for each in claims])
    assert sorted(outcomes) == ["already_awarded"] * 3 + ["approved"]
    assert review.rows("SELECT count(*) FROM award") == [(1,)]


def test_a_list_with_both_files_of_a_enterprise_pays_it_once_and_its_neighbours(review: Review) -> None:
    review.prepared(item_rules(mode="no_application", limit=None)).hears(MERGED)
    review.hears(nomination(line(), line(**OLD), line(enterprise_id="enterprise-2", uscc="another")))
    assert review.rows("SELECT state, count(*) FROM review_case GROUP BY 1 ORDER BY 1") == [
        ("accepted", 1),
        ("approved", 2),
    ]
    (left,) = review.asked(ListCases(state="accepted"))["ok"]["items"]
    assert [reason["code"] for reason in left["remarks"]] == ["already_awarded"]


def test_another_period_is_another_award_for_a_merged_enterprise_too(review: Review) -> None:
    review.prepared(item_rules(frequency="per_event")).hears(MERGED)
    assert [approved(review, **OLD), approved(review)] == ["approved", "approved"]
