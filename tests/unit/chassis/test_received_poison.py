"""What is no event of ours is told so when it is read, not when it is in the middle of a batch."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chassis.received import Undecodable, decode
from chassis.testing import received
from contracts.notify import MessageFailed

WANTED = frozenset({"MessageFailed"})


def wire(**changes: Any) -> bytes:
    envelope = {
        "specversion": "1.0",
        "id": "e1",
        "source": "/zhida/notify",
        "type": "zhida.notify.SomethingNew",
        "subject": "s1",
        "time": "2026-03-10T04:00:00Z",
        "tenant": "zhanggong",
        "origin": "zhanggong",
        "aggregatetype": "message",
        "sequence": 1,
        "data": {},
    }
    return json.dumps(envelope | changes).encode()


def test_an_event_of_a_kind_that_we_do_not_know_is_read_for_its_place_in_the_sequence() -> None:
    assert decode(wire(), wanted=WANTED).name == "SomethingNew"


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "/zhida/nobody"},
        {"source": "x"},
        {"sequence": 2**31},
        {"sequence": 10**30},
        {"aggregatetype": "mess\x00age"},
        {"aggregatetype": ""},
        {"type": "zhida.notify.Some\x00thing"},
        {"traceparent": "00-\x00"},
        {"tenant": "a,b"},
        {"tenant": ""},
        {"id": ""},
        {"time": "yesterday"},
        {"data": []},
    ],
)
def test_an_envelope_that_the_database_could_not_keep_or_nobody_sent_is_undecodable(changes: dict[str, Any]) -> None:
    with pytest.raises(Undecodable):
        decode(wire(**changes), wanted=WANTED)


def test_every_event_of_ours_can_be_read() -> None:
    assert MessageFailed.__name__ in WANTED
    assert received is not None
