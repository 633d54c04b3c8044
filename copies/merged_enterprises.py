"""Dossiers of enterprises that were merged: who asks for the surviving one is shown what lies under the others.

A service that keeps anything by enterprise has a table `merged_enterprise` (tenant, absorbed_id, surviving_id), which a
migration of its own makes, and hears of merges by one line in its class:

    enterprises_merged = staticmethod(on(EnterpriseMerged)(merged_enterprises.keep_merges))
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.merges import EnterpriseMerged

OF_ENTERPRISE = """= ANY (ARRAY(WITH RECURSIVE dossiers AS (SELECT CAST(:enterprise AS text) AS id
    UNION SELECT f.absorbed_id FROM merged_enterprise f JOIN dossiers ON f.surviving_id = dossiers.id WHERE f.tenant = :tenant)
    SELECT id FROM dossiers))"""
"""`enterprise_id = ANY …` the enterprise `:enterprise` of `:tenant` or one of those merged into it, whatever the number of steps.

An array, so that it can be looked for in an index: joined with, the dossiers are matched against all that a tenant has."""

KEEP = """
INSERT INTO merged_enterprise (tenant, absorbed_id, surviving_id)
SELECT tenant, absorbed_id, surviving_id
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, absorbed_id text, surviving_id text)
ON CONFLICT DO NOTHING
"""


def keep_merges(events: Sequence[Received[EnterpriseMerged]], uow: UnitOfWork) -> None:
    """A dossier is merged once and for all. Nothing need have been heard of either dossier before."""
    rows = [
        {
            "tenant": event.tenant,
            "absorbed_id": event.data.absorbed_id,
            "surviving_id": event.data.surviving_id,
        }
        for event in events
    ]
    uow.execute(KEEP, {"rows": orjson.dumps(rows).decode()})
