"""In whatever order and however much at once claims of several tenants are granted, no limit is exceeded."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from award_kit import CERTIFICATE, PROJECT, WAN, Desk, asked_for, award_rules, capped, not_beside, once_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.rule import ItemRules
from services.review.register.awards import AwardAsked

ALL = ("A-1", "B-1", "C-1")
PER_PAYMENT, PER_YEAR, PER_PROJECT, EVER = 20, 30, 25, 45
WHERE = {"A-1": "zhanggong", "B-1": "ganzhou", "C-1": "xingguo"}
NUMBERS = itertools.count()


def rules_of(family: str, year: int) -> ItemRules:
    """All three share their caps; a certificate serves once for all; C is not had beside A for the same project, and is paid in
    two instalments."""
    amount = capped(PER_PAYMENT, "payment")
    amount = capped(PER_PROJECT, "project", amount, families=ALL, key=PROJECT)
    amount = capped(PER_YEAR, "year", amount, families=ALL)
    amount = capped(EVER, "lifetime", amount, families=ALL)
    stacking: list[Any] = [once_for(CERTIFICATE, *(each for each in ALL if each != family))]
    stacking += [not_beside("C-1")] if family == "A-1" else [not_beside("A-1")] if family == "C-1" else []
    return award_rules(amount, stacking, ("1/2", "1/2") if family == "C-1" else (), year)


RULES = {(family, year): rules_of(family, year) for family in ALL for year in (2024, 2025)}


@dataclass(frozen=True)
class Wish:
    family: str
    year: int
    wan: int
    project: str
    certificate: str


WISH = st.builds(
    Wish,
    family=st.sampled_from(ALL),
    year=st.sampled_from((2024, 2025)),
    wan=st.integers(1, 40),
    project=st.sampled_from(("P-1", "P-2")),
    certificate=st.sampled_from([f"K-{n}" for n in range(5)]),
)
BATCH = st.tuples(st.lists(WISH, min_size=1, max_size=3), st.sampled_from(("at once", "as a list", "then free one")))


@pytest.fixture
def desk(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Desk:
    dsns = service_database("review")
    return Desk(Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns).prepared())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(BATCH, min_size=1, max_size=5))
def test_no_limit_is_exceeded_in_whatever_order_and_however_much_at_once(
    desk: Desk, batches: list[tuple[list[Wish], str]]
) -> None:
    uscc, known = f"91360702P{next(NUMBERS):08d}X", dict[str, tuple[Wish, AwardAsked]]()
    granted: dict[str, int] = {}
    for wishes, how in batches:
        claims = [_claim(each, uscc) for each in wishes]
        known |= {claim.case_id: (wish, claim) for wish, claim in zip(wishes, claims, strict=True)}
        desk.files(*claims)
        granted |= desk.grants(*claims) if how == "as a list" else _at_once(desk, claims)
        if how == "then free one" and granted:
            freed = sorted(granted)[0]
            desk.frees(known[freed][1])
            del granted[freed]
        _holds(desk, uscc, known, granted)


def _claim(wish: Wish, uscc: str) -> AwardAsked:
    return asked_for(
        RULES[wish.family, wish.year],
        wish.wan,
        tenant=WHERE[wish.family],
        family=wish.family,
        uscc=uscc,
        project=wish.project,
        certificate=wish.certificate,
        filed_in="zhanggong",
        enterprise_id=uscc,
    )


def _at_once(desk: Desk, claims: Sequence[AwardAsked]) -> dict[str, int]:
    ready = threading.Barrier(len(claims))

    def go(claim: AwardAsked) -> dict[str, int]:
        ready.wait(10)
        return desk.grants(claim)

    with ThreadPoolExecutor(len(claims)) as pool:
        return {case: fen for answer in pool.map(go, claims) for case, fen in answer.items()}


def _holds(desk: Desk, uscc: str, known: dict[str, tuple[Wish, AwardAsked]], granted: dict[str, int]) -> None:
    """No grant is beyond a cap, what serves once served once, what excludes each other does not stand together, and the
    register comes to what was granted: of a claim in two instalments, to twice the first."""
    rows = desk.review.rows(
        "SELECT case_id, year, sum(fen)::bigint, sum(fen) FILTER (WHERE what = 'granted')::bigint FROM award_part"
        f" WHERE uscc = '{uscc}' AND state = 'reserved' GROUP BY 1, 2"
    )
    assert {case: now for case, _year, _all, now in rows} == granted
    years, projects, certificates = Counter[int](), Counter[str](), Counter[str]()
    had: set[tuple[str, str]] = set()
    for case, year, whole, now in rows:
        wish = known[case][0]
        assert year == wish.year
        assert 0 < whole <= PER_PAYMENT * WAN
        assert now == (whole // 2 if wish.family == "C-1" else whole)
        years[year] += whole
        projects[wish.project] += whole
        certificates[wish.certificate] += 1
        had.add((wish.family, wish.project))
    assert max(years.values(), default=0) <= PER_YEAR * WAN
    assert max(projects.values(), default=0) <= PER_PROJECT * WAN
    assert sum(years.values()) <= EVER * WAN
    assert max(certificates.values(), default=0) <= 1
    assert not any({("A-1", project), ("C-1", project)} <= had for project in projects)
