"""Events that travel together: nothing is lost or doubled, no aggregate overtakes itself, and nothing is rewritten."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.events.broker import BUNDLE_TYPE, EVENT_TYPE, Outgoing
from chassis.events.bundles import MOST_BYTES, MOST_EVENTS, Waiting, bundled, is_bundle, taken_apart
from chassis.events.received import Undecodable

SIZES = (60, 700, 3_000, 30_000, MOST_BYTES - 1, MOST_BYTES, MOST_BYTES + 1)


def waiting(position: int, aggregate: str, key: str, size: int = 60, *, tenant: str = "t") -> Waiting:
    said = json.dumps({"id": position, "aggregate": [tenant, aggregate], "pad": ""})[:-2]
    body = said + "x" * (size - len(said) - 2) + '"}'
    return Waiting(position, tenant, "thing", aggregate, f"e{position}", key, body)


def events_of(message: Outgoing) -> list[bytes]:
    return taken_apart(message.body) if message.content_type == BUNDLE_TYPE else [message.body]


outboxes = st.lists(
    st.tuples(
        st.integers(0, 12).map(str), st.sampled_from("ABC"), st.sampled_from((60, *SIZES)), st.sampled_from(("t", "u"))
    ),
    max_size=300,
).map(lambda rows: [waiting(n, who, key, size, tenant=tenant) for n, (who, key, size, tenant) in enumerate(rows)])


@given(outboxes)
def test_every_event_is_in_exactly_one_message_under_its_own_routing_key(outbox: list[Waiting]) -> None:
    sent = [(body, message.routing_key) for message in bundled(outbox) for body in events_of(message)]
    assert sorted(sent) == sorted((event.body.encode(), event.routing_key) for event in outbox)


@given(outboxes)
def test_no_event_leaves_before_an_earlier_one_of_its_aggregate(outbox: list[Waiting]) -> None:
    lines: dict[tuple[str, str], list[int]] = defaultdict(list)
    for message in bundled(outbox):
        for body in events_of(message):
            event = orjson.loads(body)
            lines[tuple(event["aggregate"])].append(event["id"])
    assert all(line == sorted(line) for line in lines.values())


@given(outboxes)
def test_no_message_is_larger_than_the_limits_but_for_an_event_that_is_so_by_itself(outbox: list[Waiting]) -> None:
    for message in bundled(outbox):
        events = events_of(message)
        assert 1 <= len(events) <= MOST_EVENTS
        assert sum(map(len, events)) <= MOST_BYTES or len(events) == 1


@given(outboxes)
def test_an_event_that_is_alone_is_sent_as_it_always_was(outbox: list[Waiting]) -> None:
    alone = {event.body.encode(): event for event in outbox}
    for message in bundled(outbox):
        events = events_of(message)
        if len(events) == 1:
            event = alone[events[0]]
            assert message == Outgoing(event.routing_key, event.body.encode(), event.event_id, EVENT_TYPE)
        else:
            ends = alone[events[0]].event_id, alone[events[-1]].event_id
            assert (message.content_type, message.message_id) == (BUNDLE_TYPE, "..".join(ends))


def test_what_enterprises_register_with_travels_in_few_messages() -> None:
    numbers = itertools.count()
    outbox = [
        waiting(next(numbers), f"enterprise{n}", kind) for n in range(200) for kind in ("Registered", "FactsChanged")
    ]
    assert len(bundled(outbox)) == 2 * -(-200 // MOST_EVENTS)


def test_two_kinds_of_event_in_turn_about_one_aggregate_are_not_bundled() -> None:
    outbox = [waiting(n, "one", "AB"[n % 2]) for n in range(10)]
    assert [message.message_id for message in bundled(outbox)] == [f"e{n}" for n in range(10)]


def test_content_types_are_known_with_parameters_and_in_any_case() -> None:
    assert is_bundle("application/cloudevents-batch+json")
    assert is_bundle("Application/CloudEvents-Batch+JSON; charset=utf-8")
    assert not is_bundle("application/cloudevents+json")
    assert not is_bundle(None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
spaces = st.text(" \t\r\n", max_size=3)


@given(st.lists(st.tuples(json_values, spaces, spaces), max_size=8), spaces, st.booleans())
def test_a_batch_is_cut_into_exactly_the_texts_that_it_was_made_of(
    elements: list[tuple[object, str, str]], around: str, ascii_only: bool
) -> None:
    texts = [json.dumps(value, ensure_ascii=ascii_only) for value, _, _ in elements]
    inside = ",".join(f"{before}{text}{after}" for text, (_, before, after) in zip(texts, elements, strict=True))
    # The texts are any JSON; a lone surrogate is none of UTF-8's.
    body = f"{around}[{inside or around}]{around}".encode(errors="replace")
    assert taken_apart(body) == [text.encode(errors="replace") for text in texts]


@pytest.mark.parametrize(
    "number", ["123456789012345678901234567890", "0.1000", "1.10", "1e400", "-0", "1E-7", "9" * 5000, "NaN"]
)
def test_no_number_is_rewritten(number: str) -> None:
    assert taken_apart(f'[{{"n":{number}}},1]'.encode()) == [f'{{"n":{number}}}'.encode(), b"1"]


def test_bytes_that_are_no_text_are_the_fault_of_one_element() -> None:
    assert taken_apart(b'[{"a":"\xff\xfe"},{"b":"\xe8\xb5\xa3"}]') == [b'{"a":"\xff\xfe"}', b'{"b":"\xe8\xb5\xa3"}']


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"[", b"]", b"[1", b"[1,", b"[1,]", b"[,1]", b"[1 2]", b"[1]x", b"[1][2]", b'{"a":1}', b"null", b'"[1]"',
     b"\xff\xfe", b"\xef\xbb\xbf[1]", b'[{"a":}]', b'["a\nb"]', b"[" * 100_000, b"[" * 5000 + b"]" * 5000],
)  # fmt: skip
def test_what_is_no_array_is_told_so(body: bytes) -> None:
    with pytest.raises(Undecodable, match="not a JSON array"):
        taken_apart(body)
