"""Every entry of the ledger is sealed in the audit chain, with who entered it and in which trace: on a real database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
from frame_kit import broken_chain, psycopg_url
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from chassis.write.audit import seal
from console.operating.checks import ledger_facts
from console.servers.provision import Dsns
from tests.unit.treasury.treasury_kit import LAKH, approved

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


ENTRY = (
    "INSERT INTO ledger_entry (tenant, id, line_id, kind, document, at)"
    " SELECT tenant, 'entry', id, 'appropriate', 'document', now() FROM budget_line"
)
"""An entry as a version writes it that does not seal it."""

SEALED = """
    SELECT f.actor, f.action, f.body::json ->> 'kind', f.body::json ->> 'traceparent', f.body::json ->> 'origin'
    FROM audit_fact f WHERE f.aggregate_type = 'ledger_entry' ORDER BY f.position
"""


def test_every_entry_of_the_ledger_is_sealed_with_who_and_what_and_its_trace(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    event = received(approved())
    treasury.inbox.apply([replace(event, envelope=event.envelope.model_copy(update={"traceparent": TRACE}))])
    treasury.authorises(treasury.only())
    treasury.does("send_disbursement")
    assert [row[:3] for row in treasury.rows(SEALED)] == [
        ("finance-1", "appropriate_budget", "appropriate"),
        ("system", "treasury.events", "reserve"),
        ("system", "due", "settle"),
    ]
    assert [row[3] for row in treasury.rows(SEALED)][1:] == [TRACE, TRACE]
    assert sealed_and_whole(treasury) == []


def sealed_and_whole(treasury: Treasury) -> list[str]:
    """What verify says of the chain and of the ledger's entries."""
    while seal(treasury.frame.frame_engine, treasury.clock.now()):
        pass
    with treasury.frame.unit(["zhanggong", "ganzhou", "xingguo"], action="test") as uow:
        findings = ledger_facts.unsealed_entries(uow.connection)
    return [*broken_chain(treasury.frame.frame_engine), *(each.text for each in findings)]


def test_an_entry_of_a_version_that_does_not_seal_is_sealed_by_the_database_and_says_so(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    with treasury.frame.unit(["zhanggong"], action="test") as uow:
        uow.execute(ENTRY)
        uow.execute(
            "INSERT INTO ledger_posting (tenant, entry_id, account, amount_fen)"
            " VALUES ('zhanggong', 'entry', 'available', 5), ('zhanggong', 'entry', 'appropriation', -5)"
        )
    (row,) = [row for row in treasury.rows(SEALED) if row[4] is not None]
    assert (row[0], row[1]) == ("not_recorded", "treasury_0005")
    assert sealed_and_whole(treasury) == []


def test_an_entry_that_was_taken_out_or_put_in_behind_the_ledgers_back_is_found(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.appropriates(LAKH)
    with psycopg.connect(psycopg_url(treasury.dsns.owner)) as connection:
        # The owner can take the guards down; that is what the chain is there for.
        for table in ("ledger_entry", "ledger_posting"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        (taken,) = connection.execute("SELECT id FROM ledger_entry ORDER BY id LIMIT 1").fetchone() or ("",)
        connection.execute("DELETE FROM ledger_posting WHERE entry_id = %s", (taken,))
        connection.execute("DELETE FROM ledger_entry WHERE id = %s", (taken,))
        connection.execute("UPDATE ledger_posting SET amount_fen = amount_fen * 2")
        connection.execute(
            "INSERT INTO ledger_entry (tenant, id, line_id, kind, document, at)"
            " SELECT tenant, 'slipped-in', id, 'appropriate', 'document', now() FROM budget_line"
        )
    found = sealed_and_whole(treasury)
    assert len(found) == 3
    assert any(taken in each for each in found)
    assert any("slipped-in" in each for each in found)
