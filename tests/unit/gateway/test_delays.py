"""How long one must wait after failing too often: for every order of failures and pauses."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON
from gateway.identity.sign_in.delays import OF_ACCOUNTS, OF_ADDRESSES, Delay, DelayRule, TooManyAttempts

NEW = Delay(failures=0, last_at=NOON, blocked_until=NOON)
RULES = st.sampled_from([OF_ACCOUNTS, OF_ADDRESSES])
PAUSES = st.lists(st.integers(min_value=0, max_value=7200), max_size=60)


def test_the_first_five_failures_cost_nothing_and_each_further_one_doubles_the_wait() -> None:
    waits = [OF_ACCOUNTS.delay_after(failures).total_seconds() / 60 for failures in range(1, 13)]
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]


@given(RULES, st.integers(min_value=0, max_value=10**6))
def test_the_wait_never_shrinks_with_another_failure_and_is_never_longer_than_the_longest(
    rule: DelayRule, failures: int
) -> None:
    assert rule.delay_after(failures) <= rule.delay_after(failures + 1) <= rule.longest


@given(RULES, PAUSES)
def test_whoever_fails_all_day_makes_no_more_attempts_than_the_rule_gives(rule: DelayRule, pauses: list[int]) -> None:
    delay, now, made = NEW, NOON, 0
    told: list[tuple[datetime, datetime]] = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        try:
            delay = delay.attempt(rule, now)
            made += 1
        except TooManyAttempts as error:
            told.append((now + timedelta(seconds=error.seconds), delay.blocked_until))
    assert all(until <= said < until + timedelta(seconds=1) for said, until in told)
    if now - NOON < rule.forgotten_after:
        allowed = rule.free
        waited = timedelta(0)
        while waited + rule.delay_after(allowed) <= now - NOON and rule.delay_after(allowed):
            waited += rule.delay_after(allowed)
            allowed += 1
        assert made <= allowed


@given(RULES, st.integers(min_value=0, max_value=200))
def test_an_attempt_while_one_must_wait_counts_for_nothing(rule: DelayRule, tries: int) -> None:
    delay = Delay(failures=rule.free + 3, last_at=NOON, blocked_until=NOON + timedelta(minutes=5))
    for _ in range(tries):
        with pytest.raises(TooManyAttempts):
            delay.attempt(rule, NOON)
    assert delay.blocks(NOON)
    assert not delay.blocks(NOON + timedelta(minutes=5))


@given(RULES, st.integers(min_value=0, max_value=20))
def test_what_is_given_back_was_never_counted(rule: DelayRule, failures: int) -> None:
    before = Delay(failures=failures, last_at=NOON, blocked_until=NOON)
    after = before.attempt(rule, NOON).given_back(NOON)
    assert (after.failures, after.blocks(NOON)) == (failures, False)


def test_failures_are_forgotten_when_nobody_has_tried_for_long_and_when_somebody_has_proved_themselves() -> None:
    delay = Delay(failures=40, last_at=NOON, blocked_until=NOON)
    assert delay.attempt(OF_ACCOUNTS, NOON + timedelta(hours=23)).failures == 41
    assert delay.attempt(OF_ACCOUNTS, NOON + timedelta(hours=24)).failures == 1
    assert delay.forgiven(NOON).failures == 0


def test_the_sentence_says_how_long_to_wait() -> None:
    error = TooManyAttempts(NOON + timedelta(seconds=61), NOON)
    assert error.seconds == 61
    assert "2 分钟" in error.message
