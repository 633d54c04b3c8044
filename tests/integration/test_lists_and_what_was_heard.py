"""Lines of a list are judged on what review has heard of their firms: nothing is granted at once on what was withdrawn since."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.testing.waiting import eventually
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.enterprises import EnterpriseFactsChanged, FactKey
from contracts.merges import EnterpriseMerged
from contracts.review import ListCases
from contracts.rule import Fact
from services.review.register.awards import AwardAsked
from services.review.register.store import AwardRegister
from tests.unit.review.review_kit import AMOUNT, USCC, facts, item_rules, line, nomination

WITHDRAWN = EnterpriseFactsChanged(
    enterprise_id="enterprise-1", facts=(), withdrawn=(FactKey(name="rd_expense", period="2025"),)
)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns).prepared()


def told(value: str, *, firm: str = "enterprise-1", **changes: Any) -> EnterpriseFactsChanged:
    (fact,) = facts(rd=value, above_scale=None)
    newer: Fact = fact.model_copy(update={"as_of": date(2026, 3, 1), **changes})
    return EnterpriseFactsChanged(enterprise_id=firm, facts=(newer,))


def the_line(review: Review, tenant: str = "zhanggong") -> dict[str, Any]:
    (case,) = review.asked(ListCases(), tenant=tenant)["ok"]["items"]
    return case  # type: ignore[no-any-return]


def codes(case: dict[str, Any]) -> set[str]:
    return {each["code"] for each in (*case["obstacles"], *case["remarks"])}


def test_a_line_is_not_granted_on_a_fact_that_was_heard_to_be_withdrawn(review: Review) -> None:
    review.hears(WITHDRAWN)
    review.hears(nomination(line()))
    assert the_line(review)["state"] == "accepted"
    assert review.takes_up_facts() == 1
    case = the_line(review)
    assert (case["state"], case["amount_fen"]) == ("accepted", None) and "facts_missing" in codes(case)
    assert review.rows("SELECT name, counts FROM case_fact_change") == [("rd_expense", "neither")]
    assert "CaseApproved" not in [kind for kind, _to in review.told()]


def test_a_line_of_which_another_amount_was_heard_is_left_to_a_person(review: Review) -> None:
    review.hears(told("200"))
    review.hears(nomination(line()))
    review.takes_up_facts()
    case = the_line(review)
    assert (case["state"], case["amount_fen"]) == ("accepted", 20_000_000) and "amount_mismatch" in codes(case)


def test_a_line_of_which_the_same_amount_was_heard_from_elsewhere_is_granted_as_listed(review: Review) -> None:
    review.hears(told("300", source="税务局"))
    review.hears(nomination(line()))
    assert the_line(review)["state"] == "accepted"
    review.takes_up_facts()
    assert (the_line(review)["state"], the_line(review)["amount_fen"]) == ("approved", AMOUNT)
    assert review.rows('SELECT facts @> \'[{"source": "税务局"}]\' FROM review_case') == [(True,)]


@pytest.mark.parametrize(
    "heard",
    [told("200", as_of=date(2026, 1, 9)), told("7", name="staff", unit="人"), told("200", firm="enterprise-2")],
    ids=["older than intake's copy", "a fact that the item does not name", "another firm"],
)
def test_what_says_nothing_new_of_a_line_lets_it_be_granted_at_once(
    review: Review, heard: EnterpriseFactsChanged
) -> None:
    review.hears(heard)
    review.hears(nomination(line()))
    assert the_line(review)["state"] == "approved"
    assert review.rows("SELECT count(*) FROM moving_case") == [(0,)]


def test_neighbours_of_a_line_that_has_to_take_up_news_are_granted_at_once(review: Review) -> None:
    review.hears(WITHDRAWN)
    other = {"uscc": "91360702DEM000022C", "enterprise_id": "enterprise-2"}
    review.hears(nomination(line(), line(**other)))
    states = {each["claim"]["enterprise_id"]: each["state"] for each in review.asked(ListCases())["ok"]["items"]}
    assert states == {"enterprise-1": "accepted", "enterprise-2": "approved"}


def test_a_citys_line_of_a_countys_firm_takes_up_what_was_heard_there(review: Review) -> None:
    listed = line(tenant="ganzhou", filed_in="zhanggong")
    review.hears(WITHDRAWN, tenant="zhanggong")
    review.hears(nomination(listed), tenant="ganzhou")
    assert the_line(review, "ganzhou")["state"] == "accepted"
    review.takes_up_facts()
    assert (the_line(review, "ganzhou")["state"], the_line(review, "ganzhou")["amount_fen"]) == ("accepted", None)


def test_a_citys_line_of_a_firm_of_which_nothing_was_heard_is_granted_at_once(review: Review) -> None:
    review.hears(nomination(line(tenant="ganzhou", filed_in="zhanggong")), tenant="ganzhou")
    assert the_line(review, "ganzhou")["state"] == "approved"


def test_a_line_of_an_absorbed_dossier_takes_up_what_was_heard_of_the_surviving_one(review: Review) -> None:
    merged = EnterpriseMerged(
        absorbed_id="enterprise-old",
        absorbed_uscc="91360702DEM000022C",
        surviving_id="enterprise-1",
        surviving_uscc=USCC,
    )
    review.hears(merged)
    review.hears(WITHDRAWN)
    review.hears(nomination(line(enterprise_id="enterprise-old")))
    assert the_line(review)["state"] == "accepted"


def test_what_is_heard_while_the_person_is_held_by_somebody_else_counts(review: Review) -> None:
    """The list waits for whoever decides about the firm; the fact is withdrawn meanwhile."""
    listed = line()
    asked = AwardAsked("case-of-another", "zhanggong", listed.claim, "KJ-01", item_rules())
    handled = threading.Thread(target=lambda: review.hears(nomination(listed)))
    with review.frame.event_unit(["zhanggong"], action="test") as uow:
        uow.of(AwardRegister).hold([asked])
    with review.frame.event_unit(["zhanggong"], action="test") as uow:
        uow.of(AwardRegister).hold([asked])
        handled.start()
        eventually(lambda: review.rows(WAITING) == [(1,)])
        review.hears(WITHDRAWN)
    handled.join(20)
    assert the_line(review)["state"] == "accepted"
