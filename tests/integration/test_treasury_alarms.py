"""The payout limit on a real database: told at 50, 80 and 100 %, by one replica, until the money has arrived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from tests.unit.treasury.treasury_kit import LAKH, approved

DUE = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
"""Close of business (17:30 in China) of the working day after NOON."""


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def let_all_alarms_come(treasury: Treasury) -> list[datetime]:
    """Go from alarm to alarm; returns when each came."""
    came = []
    while due := treasury.rows("SELECT due_at FROM job WHERE kind = 'payout_alarm' ORDER BY due_at LIMIT 1"):
        came.append(due[0][0])
        treasury.clock.advance(due[0][0] - treasury.clock.now())
        treasury.does("payout_alarm")
    return came


def alarms(treasury: Treasury) -> list[str]:
    return [event for event in treasury.told() if event.startswith("PayoutDeadline")]


def test_a_payment_is_due_one_working_day_after_its_approval(treasury: Treasury) -> None:
    treasury.hears(approved())
    assert treasury.only().due_at == DUE


def test_an_approval_after_closing_time_counts_as_received_on_the_next_working_day(treasury: Treasury) -> None:
    friday_evening = datetime(2026, 3, 13, 10, 0, tzinfo=UTC)
    treasury.hears(approved(at=friday_evening))
    assert treasury.only().due_at == datetime(2026, 3, 17, 9, 30, tzinfo=UTC), "Monday is the receipt, Tuesday is due"


def test_half_the_limit_four_fifths_and_the_breach_are_told_once_each(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    came = let_all_alarms_come(treasury)
    assert came == sorted(came)
    assert came[-1] == DUE
    assert alarms(treasury) == ["PayoutDeadlineApproaching", "PayoutDeadlineApproaching", "PayoutDeadlineMissed"]
    assert treasury.rows("SELECT level FROM alarm ORDER BY level") == [(50,), (80,), (100,)]
    assert treasury.only().state == "ready", "an alarm changes nothing but what is known"


@pytest.mark.parametrize("state", ["held", "authorised", "unknown", "failed"])
def test_neither_a_lack_of_budget_nor_of_an_answer_stops_the_clock(treasury: Treasury, state: str) -> None:
    if state != "held":
        treasury.appropriates(LAKH)
    treasury.hears(approved())
    if state != "held":
        treasury.authorises(treasury.only())
    if state == "unknown":
        treasury.bank.loses = frozenset({"order"})
    if state == "failed":
        treasury.bank.answers_with = "failed"
    if state in ("unknown", "failed"):
        treasury.does("send_disbursement")
    assert treasury.only().state == state
    let_all_alarms_come(treasury)
    assert alarms(treasury)[-1] == "PayoutDeadlineMissed"


def test_the_clock_stops_when_the_bank_has_paid(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    treasury.authorises(treasury.only())
    treasury.does("send_disbursement")
    assert let_all_alarms_come(treasury) == []


def test_a_cancelled_payment_raises_no_alarm(treasury: Treasury) -> None:
    treasury.hears(approved())
    treasury.hears(approved(revision=2))
    assert len(let_all_alarms_come(treasury)) == 3, "those of the one that is left"


def test_alarms_that_are_all_overdue_are_all_told(treasury: Treasury) -> None:
    treasury.hears(approved())
    treasury.clock.advance(timedelta(days=5))
    while treasury.does("payout_alarm"):
        pass
    assert len(alarms(treasury)) == 3


def test_a_year_without_calendar_leaves_the_deadline_open_and_loading_it_computes_what_waited(
    treasury: Treasury,
) -> None:
    treasury.clock.advance(datetime(2026, 12, 31, 4, tzinfo=UTC) - treasury.clock.now())
    treasury.appropriates(LAKH)
    treasury.hears(approved(at=treasury.clock.now()))
    open_one = treasury.only()
    assert (open_one.state, open_one.due_at) == ("ready", None)
    assert treasury.rows("SELECT subject_type, subject FROM alarm") == [("calendar", "2027")]
    treasury.passes(hours=1)
    treasury.does("payout_alarm")
    assert treasury.only().due_at is None
    treasury.changes(
        "INSERT INTO calendar_day SELECT '', day, extract(isodow FROM day) < 6 AND day <> '2027-01-01'"
        " FROM generate_series(date '2027-01-01', date '2027-12-31', interval '1 day') AS day"
    )
    treasury.frame.calendars._kept.clear()
    treasury.passes(hours=1)
    treasury.does("payout_alarm")
    assert treasury.only().due_at == datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
    treasury.passes(days=5)
    while treasury.does("payout_alarm"):
        pass
    assert alarms(treasury)[-1] == "PayoutDeadlineMissed"
