"""Payout limits on a real database: what waits for a year gets its date, whatever state its money is in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from calendar_kit import changed, nations_year, own_days
from treasury_database import Treasury
from waiting_kit import said_of_waiting, waiting_in_the_work_list

from chassis.edge.frame import Frame
from chassis.tenancy.working_days import missing_calendars
from chassis.testing.fakes import NOON
from chassis.time.calendar import announced_days
from chassis.time.clock import FixedClock
from chassis.time.following import AFTERWARDS, FOLLOW
from console.operating.checks.findings import Notice
from console.servers.provision import Dsns
from contracts.calendars import NATION
from contracts.deadlines import ListPayoutDeadlineMoves
from services.treasury.disbursements.payout_clock import ALARM
from tests.unit.treasury.treasury_kit import LAKH, approved

YEAR_END = datetime(2026, 12, 31, 4, tzinfo=UTC)
MONDAY_4 = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
"""Close of business of the first working day of 2027."""


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def follow_all(treasury: Treasury) -> None:
    while treasury.does(FOLLOW):
        pass


def test_what_waited_gets_its_date_is_journalled_and_raises_its_alarms(treasury: Treasury) -> None:
    treasury.passes(seconds=(YEAR_END - NOON).total_seconds())
    treasury.appropriates(LAKH)
    treasury.hears(approved("case-1", at=YEAR_END), approved("case-2", at=YEAR_END))
    assert {(each.due_at, each.awaits_year) for each in treasury.disbursements()} == {(None, 2027)}
    (missing,) = missing_calendars(treasury.frame.frame_engine).items
    assert (missing.tenant, missing.year, missing.clock) == ("zhanggong", 2027, "payout")
    (notice,) = said_of_waiting(treasury.frame, "zhanggong")
    assert isinstance(notice, Notice)
    assert notice.text.startswith("2 件支付（如收件编号 ")
    assert notice.text.endswith("）的拨付时限待 2027 年工作日历载入后确定")
    assert waiting_in_the_work_list(treasury.frame, "zhanggong", 2027)[0] == 2
    treasury.hears(nations_year(), tenant=NATION)
    follow_all(treasury)
    found = treasury.disbursements()
    assert {each.state for each in found} == {"ready", "held"}
    assert {(each.due_at, each.awaits_year) for each in found} == {(MONDAY_4, None)}
    assert missing_calendars(treasury.frame.frame_engine).items == ()
    assert said_of_waiting(treasury.frame, "zhanggong") == []
    for each in found:
        question = ListPayoutDeadlineMoves(disbursement_id=each.disbursement_id)
        (move,) = treasury.asked(question)["ok"]["items"]
        assert (move["was"], move["reason"].startswith("依据全国 2027 年工作日历第 1 版")) == (None, True)
    treasury.passes(seconds=AFTERWARDS.total_seconds())
    follow_all(treasury)
    assert treasury.told().count("PayoutDeadlineMoved") == 2
    treasury.passes(days=5)
    while treasury.does(ALARM):
        pass
    assert treasury.told().count("PayoutDeadlineMissed") == 2


def test_what_is_paid_stays_as_it_was(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    treasury.authorises(treasury.only())
    treasury.does("send_disbursement")
    paid = treasury.only()
    assert paid.state == "settled"
    treasury.hears(own_days("zhanggong", (date(2026, 3, 11), False)), tenant="zhanggong")
    follow_all(treasury)
    assert treasury.only() == paid


def test_a_tenants_own_rest_day_moves_the_date_and_the_alarms_and_the_books_stay_right(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    treasury.hears(own_days("zhanggong", (date(2026, 3, 11), False)), tenant="zhanggong")
    follow_all(treasury)
    moved = treasury.only()
    assert moved.due_at == datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
    ((look,),) = treasury.rows(f"SELECT due_at FROM job WHERE kind = '{ALARM}'")
    assert look > datetime(2026, 3, 12, tzinfo=UTC)
    assert treasury.faults_in_the_books() == []
    treasury.authorises(moved)
    treasury.does("send_disbursement")
    assert treasury.only().state == "settled"


def test_a_changed_closing_time_moves_open_limits_and_sets_new_ones(treasury: Treasury) -> None:
    treasury.hears(approved("case-1"))
    treasury.hears(changed("zhanggong", "ganzhou", "360702", closing_time="18:00"))
    follow_all(treasury)
    treasury.hears(approved("case-2"))
    assert {each.due_at for each in treasury.disbursements()} == {datetime(2026, 3, 11, 10, 0, tzinfo=UTC)}


def test_a_changed_payout_limit_counts_for_what_comes_after(treasury: Treasury) -> None:
    treasury.hears(approved("case-1"))
    longer = changed("zhanggong", "ganzhou", "360702", payout_working_days="3")
    treasury.hears(longer)
    follow_all(treasury)
    treasury.hears(approved("case-2"))
    first, second = sorted(treasury.disbursements(), key=lambda each: each.case_id)
    assert first.due_at == datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
    assert second.due_at == first.due_at + timedelta(days=2)


def test_open_limits_follow_when_the_nation_corrects_its_year(treasury: Treasury) -> None:
    treasury.hears(approved())
    before = treasury.only().due_at
    assert before is not None
    rests = {day for day, worked in announced_days(2026) if not worked and day.weekday() < 5} | {before.date()}
    treasury.hears(nations_year(2026, rests=rests), tenant=NATION)
    follow_all(treasury)
    assert treasury.only().due_at == before + timedelta(days=1)
