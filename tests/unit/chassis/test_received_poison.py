"""What is no event of ours is told so when it is read, not when it is in the middle of a batch."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chassis.events.received import Undecodable, decode

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


def test_the_reason_names_the_field_and_not_the_value() -> None:
    data = {"message_id": "m", "enterprise_id": "张三 13979700001", "receipt": 13979700001}
    with pytest.raises(Undecodable) as error:
        decode(wire(type="zhida.notify.MessageFailed", data=data), wanted=WANTED)
    assert "enterprise_id" in str(error.value)
    assert "receipt" in str(error.value)
    assert "1397970" not in str(error.value)
    assert "张三" not in str(error.value)


def test_the_reason_of_no_json_is_where_it_stops_being_json() -> None:
    with pytest.raises(Undecodable, match=r"Invalid JSON: .*column") as error:
        decode(b'{"mobile": 13979700001', wanted=WANTED)
    assert "1397970" not in str(error.value)
