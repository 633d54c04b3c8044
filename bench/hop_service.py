"""The service that `./zhida bench bus` measures: one settled payment in, one saved message and one event out.

It stands on the whole frame (inbox, positions, aggregate row, audit fact, outbox, relay with confirms) and
does as little of its own as a service can. It runs under the name of `notify`, on a database of its own.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, RowMapping, Table, Text

# The runner makes sockets and threads green: it must be imported first.
from chassis.edge import runner
from chassis.edge.entrypoints import Service, on
from chassis.edge.frame import Frame
from chassis.events.received import Received
from chassis.foundation.settings import Settings
from chassis.observability import telemetry
from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.aggregate import Aggregate
from contracts.notify import MessageDelivered
from contracts.treasury import DisbursementSettled

DDL = """
CREATE TABLE hop (
    tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text,
    receipt text NOT NULL, PRIMARY KEY (tenant, id));
ALTER TABLE hop ENABLE ROW LEVEL SECURITY;
ALTER TABLE hop FORCE ROW LEVEL SECURITY;
CREATE POLICY hop_by_tenant ON hop
    USING (tenant = ANY ((SELECT string_to_array(current_setting('zhida.tenants', true), ','))::text[]));
GRANT SELECT, INSERT, UPDATE ON hop TO notify_app;
"""

table = Table("hop", MetaData(), *aggregate_columns(), Column("receipt", Text, nullable=False))


@dataclass(kw_only=True, slots=True)
class Hop(Aggregate):
    """What one event leaves behind."""

    receipt: str


class Hops(AggregateStore[Hop]):
    table = table
    aggregate_type = "message"

    def to_row(self, aggregate: Hop) -> dict[str, Any]:
        return {"receipt": aggregate.receipt}

    def from_row(self, row: RowMapping) -> Hop:
        return Hop(**self.frame_fields(row), receipt=row["receipt"])


class HopService(Service):
    name = "notify"

    @on(DisbursementSettled)
    def settled(self, events: list[Received[DisbursementSettled]], uow: UnitOfWork) -> None:
        hops = []
        for event in events:
            hop = Hop(
                id=f"hop-{event.id}",
                tenant=event.tenant,
                traceparent=event.traceparent,
                receipt=event.data.claim.receipt,
            )
            hop.record(
                MessageDelivered(
                    message_id=hop.id,
                    enterprise_id=event.data.claim.enterprise_id,
                    receipt=hop.receipt,
                    channel="inbox",
                    template="settled",
                    delivered_at=uow.now,
                )
            )
            hops.append(hop)
        uow.of(Hops).save_many(hops)


if __name__ == "__main__":
    settings = Settings.from_env("notify")
    telemetry.configure("notify", settings.otlp_endpoint)
    sys.exit(runner.serve(HopService, Frame(settings)))
