"""A certificate or a person serves once for all firms, in whatever place, where the rules say so: under one lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from award_kit import CERTIFICATE, WAN, Desk, asked_for, award_rules, capped, once_for
from frame_kit import psycopg_url
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_database import Review
from test_award_register import at_once, fen

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.message import TenantId
from services.review.register.awards import AwardAsked

ONCE = award_rules(stacking=[once_for(CERTIFICATE, across_enterprises=True)])
OF_THE_FIRM = award_rules(stacking=[once_for(CERTIFICATE)])
NUMBERS = iter(range(10**6))


@pytest.fixture
def desk(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Desk:
    dsns = service_database("review")
    return Desk(Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns).prepared())


def of_firm(
    number: int, certificate: str, *, tenant: TenantId = "zhanggong", rules: Any = ONCE, **more: Any
) -> AwardAsked:
    words = {"uscc": f"91360702DEM{number:06d}X", "enterprise_id": f"firm-{number}", "filed_in": "zhanggong"}
    return asked_for(rules, 5, tenant=tenant, certificate=certificate, **{**words, **more})


def test_a_certificate_that_a_firm_was_paid_for_pays_no_other_firm_in_whatever_place(desk: Desk) -> None:
    assert fen(desk.grants(of_firm(1, "C-1"))) == [5 * WAN]
    assert fen(desk.grants(of_firm(2, "C-1"))) == []
    assert fen(desk.grants(of_firm(3, "C-1", tenant="ganzhou"))) == []
    assert fen(desk.grants(of_firm(2, "C-2"), of_firm(3, "C-3", tenant="ganzhou"))) == [5 * WAN, 5 * WAN]


def test_what_serves_once_in_each_firm_serves_in_every_firm(desk: Desk) -> None:
    assert fen(desk.grants(of_firm(1, "C-1", rules=OF_THE_FIRM))) == [5 * WAN]
    assert fen(desk.grants(of_firm(2, "C-1", rules=OF_THE_FIRM))) == [5 * WAN]
    assert fen(desk.grants(of_firm(2, "C-1", rules=OF_THE_FIRM))) == []


def test_what_was_granted_before_the_item_said_so_counts(desk: Desk) -> None:
    desk.grants(of_firm(1, "C-1", rules=OF_THE_FIRM))
    assert fen(desk.grants(of_firm(2, "C-1"))) == []


def test_a_freed_award_sets_the_certificate_free(desk: Desk) -> None:
    first = of_firm(1, "C-1")
    desk.grants(first)
    desk.frees(first)
    assert fen(desk.grants(of_firm(2, "C-1"))) == [5 * WAN]


@pytest.mark.parametrize("turn", range(3))
def test_two_firms_of_two_places_that_are_granted_at_once_get_it_once(desk: Desk, turn: int) -> None:
    claims = [of_firm(n, "C-1", tenant=("zhanggong", "ganzhou", "xingguo")[n % 3]) for n in range(6)]
    desk.files(*claims)
    granted = at_once(*(lambda each=each: desk.grants(each) for each in claims))
    assert fen(*granted) == [5 * WAN]


def test_two_lines_of_one_list_that_name_one_certificate_are_granted_once(desk: Desk) -> None:
    lines = [of_firm(n, f"C-{n // 2}") for n in range(8)]
    assert fen(desk.grants(*lines)) == [5 * WAN] * 4


def test_lists_that_name_the_same_certificates_backwards_never_wait_in_a_circle(desk: Desk) -> None:
    first = [of_firm(n, f"C-{n}") for n in range(150)]
    second = [of_firm(1000 + n, f"C-{n}", tenant="ganzhou") for n in reversed(range(150))]
    desk.files(*first, *second)
    granted = at_once(lambda: desk.grants(*first), lambda: desk.grants(*second))
    assert fen(*granted) == [5 * WAN] * 150


def test_of_others_neither_who_nor_where_nor_how_much_is_told(desk: Desk) -> None:
    desk.grants(of_firm(1, "C-1", tenant="ganzhou"))
    (told,) = desk.history(of_firm(2, "C-1")).of_others
    assert (told.money.fen, told.claim, told.family, told.granted_on.isoformat()) == (
        0,
        "of-others-1",
        "A-1",
        "2025-12-31",
    )
    assert desk.history(of_firm(2, "C-9")).of_others == ()
    assert desk.history(of_firm(1, "C-1")).of_others == ()
    columns = desk.review.rows(
        "SELECT unnest(proargnames), unnest(proargmodes) FROM pg_proc WHERE proname = 'awards_of_others'"
    )
    assert [name for name, mode in columns if mode == "t"] == [
        "ask",
        "award",
        "family",
        "part",
        "level",
        "year",
        "matched",
    ]
    with psycopg.connect(psycopg_url(desk.review.dsns.frame)) as stranger, pytest.raises(psycopg.Error):
        stranger.execute("SELECT * FROM awards_of_others('[]')")


def test_what_others_had_takes_nothing_off_a_cap(desk: Desk) -> None:
    rules = award_rules(capped(6, "lifetime"), [once_for(CERTIFICATE, across_enterprises=True)])
    assert fen(desk.grants(of_firm(1, "C-1", rules=rules))) == [5 * WAN]
    assert fen(desk.grants(of_firm(2, "C-2", rules=rules))) == [5 * WAN]
    assert fen(desk.grants(of_firm(2, "C-3", rules=rules))) == [1 * WAN]


WISHES = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 3), st.sampled_from(["zhanggong", "ganzhou", "xingguo"])), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=WISHES, as_a_list=st.booleans())
def test_whatever_is_asked_for_by_whom_each_certificate_is_paid_for_once(
    desk: Desk, wishes: list[tuple[int, int, str]], as_a_list: bool
) -> None:
    run = next(NUMBERS)
    claims = [of_firm(10 * run + firm, f"K-{run}-{number}", tenant=where) for firm, number, where in wishes]
    granted = [desk.grants(*claims)] if as_a_list and claims else [desk.grants(each) for each in claims]
    paid = [each.keys[0].value for each in claims for answer in granted if each.case_id in answer]
    assert sorted(paid) == sorted({f"K-{run}-{number}" for _firm, number, _where in wishes})
