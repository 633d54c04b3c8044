"""A payout limit follows the calendar as a review limit does: moved once, said why, and never forgotten."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON, FakeUnit, MemoryStore
from chassis.time.calendar import Calendar, CalendarSource, announced_days
from chassis.time.jobs import Job
from contracts.deadlines import PayoutDeadlineUndetermined
from contracts.treasury import PayoutDeadlineMoved
from services.treasury.disbursements import payout_clock
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.refusals import DisbursementNotFound
from services.treasury.disbursements.store import Disbursements, OpenPayoutLimit
from tests.unit.treasury.treasury_kit import approved, ready

YEAR_END = datetime(2026, 12, 31, 4, tzinfo=UTC)
NEXT_YEAR = [
    (date(2027, 1, 1) + timedelta(days=n), n > 0 and (date(2027, 1, 1) + timedelta(days=n)).weekday() < 5)
    for n in range(365)
]


class MemoryDisbursements(MemoryStore[Disbursement]):
    missing = DisbursementNotFound

    def open_limits(self, tenant: str, after: str, limit: int) -> list[OpenPayoutLimit]:
        return [
            OpenPayoutLimit(
                each.id,
                each.state,
                each.payout_days,
                each.clock_started_at,
                each.due_at,
                each.awaits_year,
                each.alarmed,
            )
            for each in sorted(self.rows.values(), key=lambda each: each.id)
            if each.tenant == tenant and each.id > after and each.state not in payout_clock.CLOCK_STOPPED
        ][:limit]


def calendar_of(*, next_year: bool, rests: Collection[date] = (), sources: Collection[CalendarSource] = ()) -> Calendar:
    days = [*announced_days(2025), *announced_days(2026), *(NEXT_YEAR if next_year else [])]
    return Calendar.from_rows(days, overrides=[(day, False) for day in rests], sources=sources)


def received(at: datetime, calendar: Calendar, *, days: int = 1, case: str = "case-1") -> tuple[FakeUnit, Disbursement]:
    """A disbursement as its approval's arrival leaves it: ready, with its clock running and watched."""
    uow = FakeUnit("zhanggong", stores={Disbursements: MemoryDisbursements()}, now=at, calendar=calendar)
    new = Disbursement.receive(approved(case, at=at), at=at, year=at.year, payout_days=days, traceparent=None)
    payout_clock.start(uow, [new])  # type: ignore[arg-type]
    new.make_ready("line-1")
    uow.of(Disbursements).save(new)
    payout_clock.watch(uow, [new])  # type: ignore[arg-type]
    uow.recorded.clear()
    return uow, new


def followed(uow: FakeUnit, calendar: Calendar) -> list[Any]:
    uow._calendar = calendar
    uow.recorded.clear()
    assert payout_clock.follow_calendar(uow, "zhanggong", "") is None  # type: ignore[arg-type]
    return uow.events


def test_what_waited_gets_its_date_and_says_on_what_ground() -> None:
    uow, payment = received(YEAR_END, calendar_of(next_year=False))
    assert (payment.due_at, payment.awaits_year) == (None, 2027)
    whole = calendar_of(next_year=True, sources=[CalendarSource(2027, 1, "国办发明电〔2026〕5号")])
    (moved,) = followed(uow, whole)
    assert isinstance(moved, PayoutDeadlineMoved)
    assert (moved.was, moved.due_at) == (None, datetime(2027, 1, 4, 9, 30, tzinfo=UTC))
    assert moved.reason == "依据全国 2027 年工作日历第 1 版（国办发明电〔2026〕5号）计算"
    assert payment.view().due_at == moved.due_at
    assert payment.moved is not None
    assert list(uow.jobs) == [("zhanggong", payout_clock.ALARM, payment.id)]


def test_a_year_that_is_not_loaded_is_named_where_money_is_ready() -> None:
    uow, payment = received(YEAR_END, calendar_of(next_year=False))
    assert payment.view().awaits_year == 2027
    assert ("zhanggong", "calendar", "2027", "payout", "100") in uow.alarms


def test_half_of_a_limit_that_ends_in_a_year_without_a_calendar_is_told_all_the_same() -> None:
    """Twelve working days from 21 December: the sixth is Tuesday 29 December."""
    uow, payment = received(datetime(2026, 12, 21, 4, tzinfo=UTC), calendar_of(next_year=False), days=12)
    assert (payment.due_at, payment.awaits_year) == (None, 2027)
    assert ("zhanggong", "calendar", "2027", "payout", "100") in uow.alarms
    told = looked_at(uow, payment, datetime(2026, 12, 29, 9, 29, tzinfo=UTC))
    assert told == []
    assert list(uow.jobs.values()) == [datetime(2026, 12, 29, 9, 30, tzinfo=UTC)], "sooner than in an hour"
    (half,) = looked_at(uow, payment, datetime(2026, 12, 29, 9, 30, tzinfo=UTC))
    assert isinstance(half, PayoutDeadlineUndetermined)
    assert (half.used_percent, half.awaits_year, payment.alarmed) == (50, 2027, 50)
    assert half.attention is not None
    assert looked_at(uow, payment, datetime(2026, 12, 30, 9, 30, tzinfo=UTC)) == [], "told once"
    (moved,) = followed(uow, calendar_of(next_year=True))
    assert isinstance(moved, PayoutDeadlineMoved)


def looked_at(uow: FakeUnit, payment: Disbursement, at: datetime) -> list[Any]:
    """What is told when the scheduler calls at this instant."""
    uow.now = at
    uow.recorded.clear()
    payout_clock.raise_alarms([Job(*key, due) for key, due in uow.jobs.items()], lambda _: nullcontext(uow))  # type: ignore
    return uow.events


@pytest.mark.parametrize("state", ["settled", "returned", "cancelled"])
def test_a_clock_that_has_stopped_stays_as_it_was(state: Any) -> None:
    uow, payment = received(YEAR_END, calendar_of(next_year=False))
    payment.state = state
    assert followed(uow, calendar_of(next_year=True)) == []
    assert payment.due_at is None


def test_a_failed_payment_that_another_attempt_has_followed_is_not_watched_again() -> None:
    uow, payment = received(NOON, calendar_of(next_year=False))
    payment.state = "failed"
    payout_clock.unwatch(uow, [payment])  # type: ignore[arg-type]
    assert followed(uow, calendar_of(next_year=False, rests=[date(2026, 3, 11)])) == []
    assert uow.jobs == {}


def test_a_failed_payment_that_somebody_has_to_look_after_follows() -> None:
    uow, payment = received(NOON, calendar_of(next_year=False))
    payment.state = "failed"
    (moved,) = followed(uow, calendar_of(next_year=False, rests=[date(2026, 3, 11)]))
    assert moved.due_at == datetime(2026, 3, 12, 9, 30, tzinfo=UTC)


def test_the_same_date_again_moves_nothing() -> None:
    payment = ready()
    payment.pending.clear()
    payment.move_deadline(payment.due_at, payment.awaits_year, "依据现行工作日历计算", NOON)
    assert (payment.pending, payment.moved) == ([], None)


RECEIVED = st.integers(0, 300 * 24).map(lambda hours: datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=hours))
RESTS = st.sets(st.dates(date(2026, 1, 5), date(2027, 6, 30)), max_size=12)
DAYS = st.integers(1, 60)


def known(uow: FakeUnit) -> Any:
    rows = uow.of(Disbursements).rows.values()
    return [(each.id, each.due_at, each.awaits_year, each.alarmed) for each in rows], uow.jobs


@given(DAYS, RECEIVED, RESTS)
def test_the_same_calendar_again_changes_nothing(days: int, at: datetime, rests: set[date]) -> None:
    uow, payment = received(at, calendar_of(next_year=False), days=days)
    whole = calendar_of(next_year=True, rests=rests)
    followed(uow, whole)
    before, version = known(uow), payment.version
    assert followed(uow, whole) == []
    assert (known(uow), payment.version) == (before, version)


@given(DAYS, RECEIVED, RESTS)
def test_a_year_that_is_loaded_later_is_as_if_it_had_been_there_from_the_start(
    days: int, at: datetime, rests: set[date]
) -> None:
    whole = calendar_of(next_year=True, rests=rests)
    later, _payment = received(at, calendar_of(next_year=False), days=days)
    followed(later, whole)
    from_the_start, _payment = received(at, whole, days=days)
    assert known(later) == known(from_the_start)
