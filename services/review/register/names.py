"""What enterprises are called by now, where that is not what their cases were filed under."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, column, or_, select, table

from chassis.events.received import Received
from chassis.read.names import has_in_name
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.name_changes import NameChangeConfirmed
from copies.departments import Database

RENAMED = table("renamed_enterprise", *map(column, ("uscc", "name", "tenant")))
TENANT = table("tenant", *map(column, ("id", "parent_id")))

KEEP = """
INSERT INTO renamed_enterprise (uscc, change_id, tenant, name, effective_on)
SELECT uscc, change_id, tenant, name, effective_on
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(uscc text, change_id text, tenant text, name text, effective_on date)
ORDER BY uscc, change_id ON CONFLICT DO NOTHING
"""

PRESENT = """
SELECT DISTINCT ON (uscc) uscc, name FROM renamed_enterprise WHERE uscc = ANY (CAST(:codes AS text[]))
ORDER BY uscc, effective_on DESC, change_id DESC
"""
"""Changes are aggregates of their own, so that two of one enterprise may arrive in either order."""


def keep_names(events: Sequence[Received[NameChangeConfirmed]], uow: UnitOfWork) -> None:
    """Remember each change that was confirmed."""
    rows = [
        {
            "uscc": event.data.uscc,
            "change_id": event.envelope.subject,
            "tenant": event.tenant,
            "name": event.data.name,
            "effective_on": event.data.effective_on,
        }
        for event in events
    ]
    uow.execute(KEEP, {"rows": orjson.dumps(rows).decode()})


def present_names(codes: Collection[str], database: Database) -> dict[str, str]:
    """What these enterprises (credit codes) are called now, as far as a name of theirs has changed."""
    return {row.uscc: row.name for row in database.execute(PRESENT, {"codes": sorted(set(codes))})} if codes else {}


def codes_called(about: str, tenant: TenantId) -> ColumnElement[Any]:
    """The credit codes of those of the tenant, or of the places right below it, that were given a name with `about` in it."""
    below = select(TENANT.c.id).where(TENANT.c.parent_id == tenant)
    here = or_(RENAMED.c.tenant == tenant, RENAMED.c.tenant.in_(below))
    return select(RENAMED.c.uscc).where(here, has_in_name(RENAMED.c.name, about)).scalar_subquery()
