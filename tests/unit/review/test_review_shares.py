"""Shares to the fen, whatever the amount and the fractions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import received
from contracts.review import ApproveCase, CaseApproved
from contracts.rule import Fixed, Level, SharePart, Split
from services.review.cases import opening, use_cases
from services.review.cases.store import Cases
from tests.unit.review.review_kit import application, item_rules, review_unit

AMOUNTS = st.integers(min_value=1, max_value=10**13)
WEIGHTS = st.tuples(st.integers(1, 999), st.integers(1, 999))


def approved(amount_fen: int, city: int, county: int, *, mode: str, remainder_to: str) -> list[CaseApproved]:
    whole = city + county
    shares = Split(
        mode=mode,
        parts=(
            SharePart(payer=Level.CITY, fraction=f"{city}/{whole}"),
            SharePart(payer=Level.COUNTY, fraction=f"{county}/{whole}"),
        ),
        remainder_to=remainder_to,
    )
    figure = f"{amount_fen // 100}.{amount_fen % 100:02d}"
    uow = review_unit(item_rules(shares=shares, amount=Fixed(value=figure, unit="元")))
    opening.open_cases([received(application(estimated_fen=amount_fen))], uow)
    (case,) = uow.of(Cases).rows.values()
    use_cases.approve_case(ApproveCase(case_id=case.id, amount_fen=amount_fen, expected_version=1), uow)
    return [event for event in uow.events if isinstance(event, CaseApproved)]


@given(AMOUNTS, WEIGHTS, st.sampled_from(["city", "county"]))
def test_the_shares_to_be_paid_add_up_to_the_amount_and_the_rest_goes_to_the_named_side(amount, weights, side):
    city, county = weights
    events = approved(amount, city, county, mode="direct", remainder_to=side)
    paid = {event.payer: event.amount_fen for event in events}
    assert sum(paid.values()) == amount
    assert len(paid) == len(events)
    other, weight = ("zhanggong", county) if side == "city" else ("ganzhou", city)
    assert paid.get(other, 0) == amount * weight // (city + county)
    for event in events:
        assert {share.payer: share.amount_fen for share in event.shares} == paid
        assert event.total_fen == amount


@given(AMOUNTS, WEIGHTS)
def test_a_county_that_advances_pays_all_at_once_and_the_shares_say_who_bears_it(amount, weights):
    city, county = weights
    (event,) = approved(amount, city, county, mode="county_advances", remainder_to="city")
    assert (event.payer, event.amount_fen) == ("zhanggong", amount)
    borne = {share.payer: share.amount_fen for share in event.shares}
    assert sum(borne.values()) == amount
    assert borne.get("zhanggong", 0) == amount * county // (city + county)
