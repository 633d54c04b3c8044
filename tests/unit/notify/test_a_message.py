"""What may happen to a message."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from chassis.testing.fakes import NOON
from contracts.message import Actor
from contracts.notify import MessageDelivered, MessageFailed, MessageState
from services.notify.messages.domain import ATTEMPTS, MOVES, EnterpriseNotYours, Message, MessageEnded, refuse_stranger
from tests.unit.oversight.case_story import claim


def message() -> Message:
    return Message(
        id="m-1",
        tenant="xingguo",
        enterprise_id=claim().enterprise_id,
        claim=claim(),
        channel="sms",
        template="disbursement_settled",
        text="资金已到账",
        created_at=NOON,
    )


def test_every_state_is_in_the_table_of_moves_and_every_end_can_be_reached() -> None:
    assert {state for edge in MOVES for state in edge} == set(get_args(MessageState))
    assert {end for _, end in MOVES} == {"delivered", "failed"}


def test_a_delivered_message_says_so_with_its_claim() -> None:
    sent = message()
    sent.deliver(NOON)
    (recorded,) = sent.pending
    assert isinstance(recorded.event, MessageDelivered)
    assert (recorded.event.claim, recorded.event.delivered_at, recorded.to) == (claim(), NOON, "xingguo")


def test_what_has_ended_stays_ended() -> None:
    sent = message()
    sent.fail("号码已停机")
    for again in (lambda: sent.deliver(NOON), lambda: sent.fail("again"), lambda: sent.miss("again")):
        with pytest.raises(MessageEnded):
            again()
    assert len(sent.pending) == 1


def test_a_try_that_came_to_nothing_is_followed_by_others_until_the_last() -> None:
    sent = message()
    for _ in range(ATTEMPTS - 1):
        sent.miss("短信平台未答复")
    assert (sent.state, sent.attempts, sent.pending) == ("pending", ATTEMPTS - 1, [])
    sent.miss("短信平台未答复")
    (recorded,) = sent.pending
    assert isinstance(recorded.event, MessageFailed)
    assert (sent.state, recorded.event.reason) == ("failed", "短信平台未答复")


def test_the_pause_doubles_up_to_five_minutes_and_an_hours_outage_is_survived() -> None:
    sent = message()
    pauses = []
    while sent.state == "pending":
        sent.miss("短信平台未答复")
        pauses.append(sent.pause)
    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (1, 2, 4, 8)]
    assert max(pauses) == timedelta(minutes=5)
    assert sum(pauses[:-1], timedelta()) > timedelta(minutes=50)


def test_messages_to_a_enterprise_are_for_nobody_but_the_enterprise() -> None:
    refuse_stranger(Actor(id="f", enterprise_id="ent-1"), "ent-1")
    for stranger in (Actor(id="o", roles=frozenset({"bureau"})), Actor(id="f", enterprise_id="ent-2")):
        with pytest.raises(EnterpriseNotYours):
            refuse_stranger(stranger, "ent-1")
