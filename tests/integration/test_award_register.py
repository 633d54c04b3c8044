"""The award register decides: under one lock per person in law, across tenants, files, parts and instalments."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from award_kit import (
    CERTIFICATE,
    DAY,
    WAN,
    Desk,
    asked_for,
    assessed,
    award_rules,
    capped,
    once_for,
)
from frame_kit import psycopg_url
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.award_findings import ListAwardFindings
from contracts.merges import EnterpriseMerged
from contracts.money import Money
from contracts.rule import Award, AwardKey, Level
from services.review.register.past import ANOTHER
from tests.unit.review.review_kit import USCC

OTHER_CODE = "91360702DEM000022C"
BOTH = ("A-1", "B-1")
LIFETIME = award_rules(capped(50, "lifetime", families=BOTH))
ONCE = award_rules(stacking=[once_for(CERTIFICATE, "B-1")])


@pytest.fixture
def desk(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Desk:
    dsns = service_database("review")
    return Desk(Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns).prepared())


def at_once(*hands: Callable[[], Any]) -> list[Any]:
    ready = threading.Barrier(len(hands))

    def go(hand: Callable[[], Any]) -> Any:
        ready.wait(10)
        return hand()

    with ThreadPoolExecutor(len(hands)) as pool:
        return list(pool.map(go, hands))


def fen(*granted: dict[str, int]) -> list[int]:
    return sorted(each for answer in granted for each in answer.values())


# -- what is told ------------------------------------------------------------------------------------------


def test_of_another_tenants_awards_family_part_level_year_and_amount_are_told_and_whether_a_key_is_ours(
    desk: Desk,
) -> None:
    rules = award_rules(stacking=[once_for(CERTIFICATE, "B-1")])
    elsewhere = [
        asked_for(rules, 3, tenant="ganzhou", family="B-1", certificate=name, filed_in="zhanggong")
        for name in ("C-1", "C-2")
    ]
    desk.grants(*elsewhere)
    told = desk.history(asked_for(rules, 9, certificate="C-1")).awards
    assert sorted(told, key=lambda each: each.keys[0].value) == [
        Award(
            family="B-1",
            level=Level.CITY,
            year=2025,
            money=3 * WAN,
            granted_on="2025-12-31",
            keys=(AwardKey(fact="certificate_no", value=key),),
            claim=each.claim,
        )
        for each, key in zip(sorted(told, key=lambda each: each.keys[0].value), (ANOTHER, "C-1"), strict=True)
    ]
    assert {each.claim for each in told} == {"elsewhere-1", "elsewhere-2"}


def test_a_tenant_reads_nothing_of_anothers_rows_and_the_function_says_no_more_than_it_promises(desk: Desk) -> None:
    desk.grants(asked_for(LIFETIME, 3, tenant="ganzhou", family="B-1", filed_in="zhanggong"))
    with desk.review.frame.unit(["zhanggong"], action="test") as uow:
        assert uow.execute("SELECT count(*) FROM award_part WHERE tenant = 'ganzhou'").scalar_one() == 0
    columns = desk.review.rows(
        "SELECT unnest(proargnames), unnest(proargmodes) FROM pg_proc WHERE proname = 'awards_elsewhere'"
    )
    answered = [name for name, mode in columns if mode == "t"]
    assert answered == ["ask", "award", "family", "part", "level", "year", "fen", "matched", "told", "in_groups"]
    with psycopg.connect(psycopg_url(desk.review.dsns.frame)) as stranger, pytest.raises(psycopg.Error):
        stranger.execute("SELECT * FROM awards_elsewhere('[]')")


def test_own_awards_are_told_in_full(desk: Desk) -> None:
    first = asked_for(ONCE, 3, certificate="C-1")
    desk.grants(first)
    (told,) = desk.history(asked_for(ONCE, 4, certificate="C-2")).awards
    assert (told.granted_on, told.claim, told.keys) == (
        DAY,
        first.claim_id,
        (AwardKey(fact="certificate_no", value="C-1"),),
    )


def test_an_award_is_of_its_items_family_though_it_was_granted_before_the_register_knew_families(desk: Desk) -> None:
    asked = asked_for(LIFETIME, 30)
    desk.files(asked)
    desk.review.does(
        "INSERT INTO award (tenant, item_id, uscc, period, case_id, amount_fen, reserved_at)"
        f" VALUES ('zhanggong', 'item-A-1', '{USCC}', '2024', '{asked.case_id}', {30 * WAN}, now())"
    )
    assert fen(desk.grants(asked_for(LIFETIME, 40))) == [20 * WAN]
    (carried,) = desk.review.rows("SELECT family, part, level, year, source FROM award_part WHERE period = '2024'")
    assert carried == ("item-A-1", None, "county", 2024, "review")
    (told,) = desk.history(asked_for(LIFETIME, 1, tenant="ganzhou", family="B-1")).awards[:1]
    assert told.family == "A-1"


# -- at once -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", range(2))
def test_two_tenants_that_grant_at_the_same_moment_stay_within_a_cap_that_counts_both(desk: Desk, turn: int) -> None:
    claims = [
        asked_for(LIFETIME, 30, tenant=tenant, family=family, filed_in="zhanggong")
        for tenant, family in (("zhanggong", "A-1"), ("ganzhou", "B-1"), ("zhanggong", "A-1"), ("ganzhou", "B-1"))
    ]
    desk.files(*claims)
    granted = at_once(*(lambda each=each: desk.grants(each) for each in claims))
    assert fen(*granted) == [20 * WAN, 30 * WAN]
    assert sum(desk.counted().values()) == 50 * WAN


def test_a_certificate_that_two_officers_are_asked_for_at_once_serves_once(desk: Desk) -> None:
    claims = [asked_for(ONCE, 5, tenant=tenant, certificate="C-1") for tenant in ("zhanggong", "zhanggong", "ganzhou")]
    claims[2] = asked_for(ONCE, 5, tenant="ganzhou", family="B-1", certificate="C-1", filed_in="zhanggong")
    desk.files(*claims)
    granted = at_once(*(lambda each=each: desk.grants(each) for each in claims[:2]))
    assert fen(*granted) == [5 * WAN]
    assert fen(desk.grants(asked_for(ONCE, 5, certificate="C-1"))) == []
    assert fen(desk.grants(asked_for(ONCE, 5, certificate="C-2"))) == [5 * WAN]


def test_the_same_list_twice_at_once_and_backwards_is_granted_once_and_nobody_waits_in_a_circle(desk: Desk) -> None:
    def line(number: int) -> Any:
        return asked_for(LIFETIME, 30, uscc=f"91360702DEM{number:06d}X", enterprise_id=f"enterprise-{number}")

    first, second = [line(number) for number in range(200)], [line(number) for number in reversed(range(200))]
    desk.files(*first, *second)
    granted = at_once(lambda: desk.grants(*first), lambda: desk.grants(*second))
    assert fen(*granted) == [20 * WAN] * 200 + [30 * WAN] * 200
    assert set(desk.counted()) == {each.case_id for each in (*first, *second)}


def test_two_lines_of_one_person_in_one_list_know_of_each_other(desk: Desk) -> None:
    assert fen(desk.grants(asked_for(LIFETIME, 30), asked_for(LIFETIME, 30))) == [20 * WAN, 30 * WAN]


def test_codes_that_were_merged_have_one_cap(desk: Desk) -> None:
    desk.grants(asked_for(LIFETIME, 30, uscc=OTHER_CODE, enterprise_id="enterprise-old"))
    desk.review.hears(
        EnterpriseMerged(
            absorbed_id="enterprise-old", absorbed_uscc=OTHER_CODE, surviving_id="enterprise-1", surviving_uscc=USCC
        )
    )
    assert fen(desk.grants(asked_for(LIFETIME, 30))) == [20 * WAN]


# -- instalments -------------------------------------------------------------------------------------------

IN_PARTS = award_rules(capped(50, "lifetime", families=BOTH), parts=("1/2", "1/4", "1/4"))


def test_a_claim_in_instalments_takes_all_that_was_fixed_out_of_the_cap(desk: Desk) -> None:
    claim = asked_for(IN_PARTS, 40)
    assert fen(desk.grants(claim)) == [20 * WAN]
    assert fen(desk.grants(asked_for(LIFETIME, 40, tenant="ganzhou", family="B-1", filed_in="zhanggong"))) == [10 * WAN]
    assert desk.counted()[claim.case_id] == 40 * WAN


def test_what_a_claim_was_paid_before_stands_in_its_instalments_alone_and_the_whole_stays(desk: Desk) -> None:
    claim = asked_for(IN_PARTS, 40)
    desk.grants(claim)
    second = asked_for(IN_PARTS, 400, instalment=2, of=claim)
    history = desk.history(second)
    assert history.awards == ()
    assert [(each.number, each.outcome, each.money.fen) for each in history.instalments] == [(1, "paid", 20 * WAN)]
    assert (history.whole, history.claim_year) == (Money(40 * WAN), 2025)
    assert fen(desk.grants(second)) == [10 * WAN]
    third = asked_for(IN_PARTS, 1, instalment=3, of=claim)
    assert [each.number for each in desk.history(third).instalments] == [1, 2]
    assert fen(desk.grants(third)) == [10 * WAN]
    assert desk.counted()[claim.case_id] == 40 * WAN
    assert desk.history(asked_for(IN_PARTS, 1, instalment=1, of=claim)).awards == ()
    (other,) = desk.history(asked_for(IN_PARTS, 5)).awards
    assert (other.money, other.instalment, other.claim) == (Money(40 * WAN), None, claim.claim_id)


# -- what is freed -----------------------------------------------------------------------------------------


def test_what_was_never_sent_counts_no_more_and_its_place_is_free(desk: Desk) -> None:
    claim = asked_for(LIFETIME, 50)
    desk.grants(claim)
    assert fen(desk.grants(asked_for(LIFETIME, 10))) == []
    desk.frees(claim)
    assert fen(desk.grants(asked_for(LIFETIME, 10))) == [10 * WAN]
    assert desk.review.rows(f"SELECT count(*) FROM award WHERE case_id = '{claim.case_id}'") == [(0,)]
    kept = f"SELECT state, freed_ground, freed_by, freed_evidence FROM award_part WHERE case_id = '{claim.case_id}'"
    assert desk.review.rows(kept) == [("freed", "never_sent", "officer-1", "拨付单 1")]


def test_a_lower_decision_counts_once_what_was_granted_before_it_has_been_recovered(desk: Desk) -> None:
    claim = asked_for(LIFETIME, 40)
    desk.grants(claim)
    desk.grants(claim, revision=2, amount_fen=10 * WAN)
    assert desk.counted()[claim.case_id] == 40 * WAN
    desk.frees(claim, "recovered", up_to_revision=1)
    assert desk.counted()[claim.case_id] == 10 * WAN
    assert fen(desk.grants(asked_for(LIFETIME, 100))) == [40 * WAN]


def test_a_higher_decision_counts_at_once_instead_of_the_former(desk: Desk) -> None:
    claim = asked_for(LIFETIME, 10)
    desk.grants(claim)
    desk.grants(claim, revision=2, amount_fen=20 * WAN)
    assert desk.counted()[claim.case_id] == 20 * WAN


def test_the_same_approval_recorded_again_changes_nothing(desk: Desk) -> None:
    claim = asked_for(IN_PARTS, 40)
    desk.grants(claim)
    before = desk.review.rows("SELECT id, state, fen FROM award_part ORDER BY id")
    desk.grants(claim)
    assert desk.review.rows("SELECT id, state, fen FROM award_part ORDER BY id") == before


def test_whatever_moves_asks_for_other_open_cases_of_the_person_to_be_looked_at_again(desk: Desk) -> None:
    claim = asked_for(LIFETIME, 10)
    desk.grants(claim)
    waiting = "SELECT tenant, subject FROM job WHERE kind = 'awards_moved'"
    assert desk.review.rows(waiting) == [("zhanggong", USCC)]
    desk.review.does("DELETE FROM job WHERE kind = 'awards_moved'")
    desk.frees(claim)
    assert desk.review.rows(waiting) == [("zhanggong", USCC)]


# -- findings ----------------------------------------------------------------------------------------------


def test_awards_of_one_item_and_period_that_turn_out_to_be_one_persons_are_found_with_what_they_come_to(
    desk: Desk,
) -> None:
    old = asked_for(IN_PARTS, 40, uscc=OTHER_CODE, enterprise_id="enterprise-old")
    new = asked_for(IN_PARTS, 30)
    desk.grants(old)
    desk.grants(new)
    desk.review.does("UPDATE award_part SET period = 'once'")
    desk.review.hears(
        EnterpriseMerged(
            absorbed_id="enterprise-old", absorbed_uscc=OTHER_CODE, surviving_id="enterprise-1", surviving_uscc=USCC
        )
    )
    assert desk.review.looks_back() == 1
    (found,) = desk.review.asked(ListAwardFindings())["ok"]["items"]
    assert sorted(each["amount_fen"] for each in found["awards"]) == [30 * WAN, 40 * WAN]


def test_what_the_rules_say_is_due_is_what_the_register_keeps(desk: Desk) -> None:
    claim = asked_for(LIFETIME, 60)
    due = assessed(claim, desk.history(claim)).amount.money
    assert due is not None
    assert desk.grants(claim)[claim.case_id] == due.fen == 50 * WAN
