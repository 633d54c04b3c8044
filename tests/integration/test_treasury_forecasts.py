"""What may have to be paid is known before it is approved, and reserves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_events import CaseNotAccepted, CaseWithdrawn, ForecastPayment
from contracts.forecasts import Forecast, GetForecast
from contracts.message import Event
from contracts.review import CaseAccepted, CaseRejected
from tests.unit.treasury.treasury_kit import LAKH, approved, claim


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def expected(amount_fen: int = LAKH, **changes: Any) -> ForecastPayment:
    return ForecastPayment(**{"payer": "zhanggong", "amount_fen": amount_fen} | changes)


def accepted(*forecast: ForecastPayment, case: str = "case-1", **changes: Any) -> CaseAccepted:
    words = {"case_id": case, "claim": claim(case), "accepted_at": NOON, "due_at": None, "forecast": forecast}
    return CaseAccepted(**words | changes)


def rejected(case: str = "case-1", **changes: Any) -> CaseRejected:
    words = {"case_id": case, "claim": claim(case), "reason": "不符合", "rejected_by": "x", "rejected_at": NOON}
    return CaseRejected(**words | changes)


def known(treasury: Treasury, tenant: str = "zhanggong", year: int | None = None) -> dict[int, int]:
    found = Forecast.model_validate(treasury.asked(GetForecast(year=year), tenant=tenant)["ok"])
    assert found.total_fen == sum(each.amount_fen for each in found.items)
    return {each.year: each.amount_fen for each in found.items}


def test_what_is_accepted_is_expected_by_payer_and_year_and_reserves_nothing(treasury: Treasury) -> None:
    treasury.appropriates(5 * LAKH)
    city = expected(7, payer="ganzhou")
    treasury.hears(accepted(expected(), expected(2 * LAKH, instalment=2, year=2027), city))
    treasury.hears(accepted(expected(part=2), case="case-2"))
    assert known(treasury) == {2026: 2 * LAKH, 2027: 2 * LAKH}
    assert known(treasury, year=2027) == {2027: 2 * LAKH}
    assert known(treasury, tenant="ganzhou") == {2026: 7}
    (line, _) = Forecast.model_validate(treasury.asked(GetForecast())["ok"]).items
    assert (line.cases, line.available_fen, treasury.line().reserved_fen) == (2, 5 * LAKH, 0)


def test_what_is_approved_is_no_forecast_any_more_and_stays_so_when_history_is_told_again(treasury: Treasury) -> None:
    said = accepted(expected(), expected(2 * LAKH, instalment=2, year=2027))
    treasury.hears(said)
    treasury.hears(approved())
    assert known(treasury) == {2027: 2 * LAKH}
    treasury.hears(said)
    assert known(treasury) == {2027: 2 * LAKH}


def test_the_case_of_a_later_instalment_replaces_what_the_first_said_of_it(treasury: Treasury) -> None:
    treasury.hears(accepted(*(expected(LAKH, instalment=n, year=2025 + n) for n in (1, 2, 3))))
    later = (expected(2 * LAKH, instalment=2, year=2027), expected(3 * LAKH, instalment=3, year=2028))
    treasury.hears(accepted(*later, case="case-2", instalment=2, first_case_id="case-1"))
    assert known(treasury) == {2026: LAKH, 2027: 2 * LAKH, 2028: 3 * LAKH}
    treasury.hears(approved("case-2", instalment=2))
    assert known(treasury) == {2026: LAKH, 2028: 3 * LAKH}


@pytest.mark.parametrize(
    "end",
    [
        rejected(),
        CaseWithdrawn(case_id="case-1", claim=claim(), reason="x", withdrawn_by="x", withdrawn_at=NOON),
        CaseNotAccepted(case_id="case-1", claim=claim(), reason="x", decided_by="x", decided_at=NOON),
    ],
)
def test_of_a_case_that_has_ended_nothing_is_expected_by_any_payer(treasury: Treasury, end: Event) -> None:
    treasury.hears(accepted(expected(), expected(instalment=2), expected(payer="ganzhou")))
    treasury.hears(accepted(expected(5), case="case-2"))
    treasury.hears(end)
    treasury.does("end_forecast")
    assert known(treasury) == {2026: 5}
    assert known(treasury, tenant="ganzhou") == {}


def test_a_later_instalment_that_is_refused_leaves_those_after_it(treasury: Treasury) -> None:
    later = (expected(2, instalment=2), expected(3, instalment=3))
    treasury.hears(accepted(*later, case="case-2", instalment=2, first_case_id="case-1"))
    treasury.hears(rejected("case-2", instalment=2))
    treasury.does("end_forecast")
    assert known(treasury) == {2026: 3}


def test_versions_that_say_nothing_of_it_leave_it_empty(treasury: Treasury) -> None:
    treasury.hears(accepted())
    assert known(treasury) == {}
