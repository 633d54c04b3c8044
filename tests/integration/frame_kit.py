"""A tiny consumer on a frame, for tests of the event path: it writes one row per event it handles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.events.received import Received, decode
from chassis.foundation.ids import event_id
from chassis.foundation.migrate import migrate
from chassis.write import audit
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.envelope import EventEnvelope
from contracts.notify import MessageDelivered

EFFECTS = """
CREATE TABLE effect (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, event_id text NOT NULL,
    subject text NOT NULL, sequence integer NOT NULL);
ALTER TABLE effect ENABLE ROW LEVEL SECURITY;
ALTER TABLE effect FORCE ROW LEVEL SECURITY;
CREATE POLICY effect_by_tenant ON effect
    USING (tenant = ANY (string_to_array(current_setting('zhida.tenants', true), ',')));
GRANT SELECT, INSERT ON effect TO gateway_app;
INSERT INTO tenant (id, level, division_code, name, settings, settings_version)
    VALUES ('zhanggong', 'county', '360702', '章贡区', '{}', 1);
"""


def psycopg_url(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def add_effects(dsns: Dsns) -> None:
    """Give a gateway database the table that the tiny consumer writes to."""
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute(EFFECTS)


def effects(dsns: Dsns) -> list[tuple[str, int]]:
    """(subject, sequence) in the order in which they took effect."""
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        return connection.execute("SELECT subject, sequence FROM effect ORDER BY position").fetchall()


def write_effects(events: list[Received[Any]], uow: UnitOfWork) -> None:
    """One row per event, in one statement."""
    uow.execute(
        "INSERT INTO effect (tenant, event_id, subject, sequence)"
        " SELECT * FROM unnest(CAST(:t AS text[]), CAST(:e AS text[]), CAST(:s AS text[]), CAST(:n AS integer[]))",
        {
            "t": [event.tenant for event in events],
            "e": [event.id for event in events],
            "s": [event.envelope.subject for event in events],
            "n": [event.envelope.sequence for event in events],
        },
    )


def inbox_on(frame: Frame, handle: Callable[[list[Received[Any]], UnitOfWork], None] = write_effects) -> Inbox:
    subscription = Subscription("messages", frozenset({"MessageDelivered"}), handle)
    return Inbox("gateway", [subscription], frame.event_unit, max_attempts=3)


def message_body(subject: str, sequence: int, *, tenant: str = "zhanggong", receipt: str = "r") -> bytes:
    """A MessageDelivered event as it lies on the wire."""
    event = MessageDelivered(
        message_id=subject,
        enterprise_id="e",
        receipt=receipt,
        channel="inbox",
        template="t",
        delivered_at=datetime(2026, 3, 10, 4, tzinfo=UTC),
    )
    envelope = EventEnvelope(
        id=event_id("message", subject, sequence),
        source="/zhida/notify",
        type="zhida.notify.MessageDelivered",
        subject=subject,
        time=datetime(2026, 3, 10, 4, tzinfo=UTC),
        tenant=tenant,
        origin=tenant,
        aggregatetype="message",
        sequence=sequence,
        data=event.model_dump(mode="json"),
    )
    return envelope.model_dump_json().encode()


def messages(*pairs: tuple[str, int], **more: Any) -> list[Received[Any]]:
    """Decoded events for (subject, sequence) pairs."""
    wanted = frozenset({"MessageDelivered"})
    return [decode(message_body(subject, sequence, **more), wanted=wanted) for subject, sequence in pairs]


def up_to(service: str, revision: str, dsns: Dsns) -> None:
    """An empty database as a former version of the service would have migrated it."""
    own = "gateway/identity" if service == "gateway" else f"services/{service}"
    newest = ScriptDirectory._upgrade_revs
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            ScriptDirectory,
            "_upgrade_revs",
            lambda self, to, now: newest(self, revision if own in self.dir else to, now),
        )
        # What today's code derives, it derives from today's columns.
        patch.setattr("chassis.foundation.migrate._rebuild_of", lambda _service: None)
        migrate(service, dsns.owner)


def broken_chain(engine: Engine) -> list[str]:
    """What is wrong with the sealed audit chain, one sentence each; `engine` is the frame's role."""
    return [said for said in audit.broken_links(engine) if isinstance(said, str)]
