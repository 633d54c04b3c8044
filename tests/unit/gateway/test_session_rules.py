"""How long a session lives, when it is fresh, and what it waits for: for every order of days and clicks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON
from gateway.identity.accounts.domain import SECOND_FACTOR_DUTIES, needs_second_factor
from gateway.identity.sessions.domain import OpenedSession, SessionLimits, Stage, stage_after, usable_with

LIMITS = SessionLimits()
SESSION = OpenedSession(id_digest="d", person_id="p", stage="open", opened_at=NOON, seen_at=NOON)
SECONDS = st.integers(min_value=0, max_value=200_000)


@given(st.lists(SECONDS, max_size=40))
def test_a_session_lives_no_longer_than_its_limits_however_busy_its_person_is(pauses: list[int]) -> None:
    session, now = SESSION, NOON
    for pause in pauses:
        now += timedelta(seconds=pause)
        alive = session.alive(now, LIMITS)
        assert alive == (now - NOON < LIMITS.absolute and now - session.seen_at < LIMITS.idle)
        if not alive:
            assert not session.alive(now + timedelta(days=1), LIMITS)
            return
        if session.to_be_noticed(now, LIMITS):
            session = replace(session, seen_at=now)


@given(SECONDS, st.sampled_from(["second_factor", "notice", "capacity"]))
def test_a_session_that_waits_for_something_lives_ten_minutes(seconds: int, stage: Stage) -> None:
    waiting = replace(SESSION, stage=stage)
    assert waiting.alive(NOON + timedelta(seconds=seconds), LIMITS) == (seconds < 600)


@given(st.integers(min_value=-10_000, max_value=10_000))
def test_a_proof_is_fresh_for_five_minutes_and_never_before_it_was_given(seconds: int) -> None:
    assert not SESSION.fresh(NOON, LIMITS)
    proved = SESSION.proved(NOON)
    assert proved.fresh(NOON + timedelta(seconds=seconds), LIMITS) == (0 <= seconds <= 300)


KEYS = st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3)


@given(st.booleans(), st.booleans(), st.booleans(), KEYS, st.sampled_from(["a", "b", "c", None]))
def test_a_session_opens_when_nothing_is_missing_any_more(
    has_second_factor: bool, proved: bool, accepted: bool, usable: list[str], chosen: str | None
) -> None:
    session = replace(SESSION, second_factor=proved, capacity_key=chosen)
    stage, key = stage_after(session, has_second_factor=has_second_factor, notice_accepted=accepted, usable=usable)
    assert (stage == "second_factor") == (has_second_factor and not proved)
    assert (stage == "open") == (key is not None)
    assert key is None or (key in usable and accepted and (proved or not has_second_factor))
    if stage == "capacity":
        assert chosen not in usable
        assert len(usable) != 1


def test_duties_that_decide_or_pay_are_not_opened_by_a_password_alone() -> None:
    assert needs_second_factor({"window", "payment_check"})
    assert not needs_second_factor({"window", "policy_author", "supervision", "lay_supervisor"})
    assert not needs_second_factor(())
    for duty in SECOND_FACTOR_DUTIES:
        assert not usable_with(frozenset({duty}), second_factor=False)
        assert usable_with(frozenset({duty}), second_factor=True)
    assert usable_with(frozenset(), second_factor=False), "an enterprise"
