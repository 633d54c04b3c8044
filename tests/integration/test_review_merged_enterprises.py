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
from contracts.merges import EnterpriseMerged
from contracts.review import ApproveCase, ListCases
from tests.unit.review.review_kit import AMOUNT, USCC, application, item_rules, line, nomination

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


def test_a_merge_is_of_the_place_that_keeps_the_files(review: Review) -> None:
    review.prepared()
    assert approved(review, **OLD) == "approved"
    review.hears(MERGED, tenant="xingguo")
    assert approved(review) == "approved"


def test_of_claims_from_both_files_that_are_approved_at_once_one_is_granted(review: Review) -> None:
    review.prepared().hears(MERGED)
    claims = [application(), application(**OLD), application(), application(**OLD)]
    review.hears(*claims)
    ready = threading.Barrier(len(claims))

    def go(application_id: str) -> str:
        ready.wait(10)
        return decided(review, application_id)

    with ThreadPoolExecutor(len(claims)) as pool:
        outcomes = list(pool.map(go, [each.claim.application_id for each in claims]))
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
