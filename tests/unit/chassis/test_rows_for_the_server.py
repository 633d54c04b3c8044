"""What is written in one statement comes apart into the rows that were meant."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chassis.foundation.ids import event_id, new_id
from chassis.write.audit import AuditFact, facts_parameter
from chassis.write.outbox import outbox_parameter, outbox_rows
from contracts.aggregate import Aggregate
from contracts.enterprises import EnterpriseRegistered

AT = datetime(2026, 11, 28, tzinfo=UTC)
texts = st.lists(st.text(min_size=1), min_size=1, max_size=5)


def registered(name: str) -> EnterpriseRegistered:
    return EnterpriseRegistered(
        enterprise_id="e", uscc="u", name=name, industry=None, contact_sealed="s", contact_masked="m"
    )


@given(texts)
def test_every_event_is_one_line_whatever_is_written_in_it(names: list[str]) -> None:
    aggregate = Aggregate(id="e", tenant="t")
    for name in names:
        aggregate.record(registered(name))
    parameter = outbox_parameter(outbox_rows(aggregate, "enterprise", AT, None))
    assert parameter is not None
    bodies = parameter["bodies"].split("\n")
    assert [json.loads(body)["data"]["name"] for body in bodies] == names
    assert [row["sequence"] for row in json.loads(parameter["events"])] == list(range(1, len(names) + 1))


@given(texts)
def test_every_audit_fact_is_one_line_and_its_digest_is_of_that_line(names: list[str]) -> None:
    facts = [AuditFact("t", "enterprise", "e", 1, "do", "a", AT, json.dumps({"name": name})) for name in names]
    parameter = facts_parameter(facts)
    assert parameter is not None
    rows = json.loads(parameter["facts"])
    for fact, row, body in zip(facts, rows, parameter["states"].split("\n"), strict=True):
        assert body == fact.body
        assert row["digest"] == fact.digest(bytes.fromhex(row["salt"])).hex()


@given(st.text(), st.text(), st.integers())
def test_an_event_has_the_uuid_that_follows_from_what_it_is(kind: str, id: str, sequence: int) -> None:
    expected = uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}\x1f{id}\x1f{sequence}")
    assert event_id(kind, id, sequence) == str(expected)


def test_new_ids_are_uuids_of_version_7() -> None:
    made = [uuid.UUID(new_id()) for _ in range(100)]
    assert {(each.version, each.variant) for each in made} == {(7, uuid.RFC_4122)}
