"""Who acts for an enterprise: kept as the gateway tells it, and told to the enterprise itself, which may not have meant it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.message import Id, TenantId
from contracts.people import EVERYTHING, MandateEnded, MandateGranted, MandateScope
from services.notify.messages.domain import Message
from services.notify.messages.templates import MANDATE_ENDED, MANDATE_GRANTED, Template

SCOPE_NAMES: Mapping[MandateScope, str] = {
    "view": "查看企业档案与办件",
    "apply": "申报",
    "accounts": "收款账户",
    "contacts": "联系人与电话",
    "consents": "授权",
}

KEEP = """
INSERT INTO known_mandate (tenant, id, enterprise_id, person_id, person_name, kind, since, until, sequence)
SELECT tenant, id, enterprise_id, person_id, person_name, kind, since, until, sequence
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, enterprise_id text, person_id text,
    person_name text, kind text, since date, until date, sequence integer)
ORDER BY tenant, id ON CONFLICT DO NOTHING
"""

END = """
UPDATE known_mandate k SET until = r.until, sequence = r.sequence
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, until date, sequence integer)
WHERE (k.tenant, k.id) = (r.tenant, r.id) AND k.sequence < r.sequence
"""

PEOPLE = """
SELECT tenant, id, person_name FROM known_mandate k
JOIN unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS a(t, i) ON (k.tenant, k.id) = (a.t, a.i)
"""

MandateKey = tuple[TenantId, Id]


class MandateCopies:
    """Mandates of the enterprises of the unit of work's tenants."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, events: Sequence[Received[MandateGranted]]) -> None:
        """What is known already stays as it is: it may have ended since."""
        rows = [
            {
                **event.data.model_dump(mode="json", exclude={"mandate_id", "scope"}),
                "tenant": event.tenant,
                "id": event.data.mandate_id,
                "sequence": event.envelope.sequence,
            }
            for event in events
        ]
        self._write(KEEP, rows)

    def end(self, events: Sequence[Received[MandateEnded]]) -> None:
        """From when on they count no more."""
        rows = [
            {
                "tenant": event.tenant,
                "id": event.data.mandate_id,
                "until": event.data.until,
                "sequence": event.envelope.sequence,
            }
            for event in events
        ]
        self._write(END, rows)

    def people(self, keys: Iterable[MandateKey]) -> dict[MandateKey, str]:
        """The name of whoever acts by each of these."""
        wanted = sorted(set(keys))
        asked = {"tenants": [tenant for tenant, _ in wanted], "ids": [id for _, id in wanted]}
        return {(row.tenant, row.id): row.person_name for row in self._uow.execute(PEOPLE, asked)} if wanted else {}

    def _write(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._uow.execute(statement, {"rows": orjson.dumps(rows).decode()})


def granted_message(event: Received[MandateGranted], at: datetime) -> Message:
    """A line in the enterprise's inbox: who acts for it, in what, from when to when."""
    data = event.data
    scope = "全部事务" if data.scope == EVERYTHING else "、".join(SCOPE_NAMES[each] for each in sorted(data.scope))
    fields = {"person": data.person_name, "since": data.since, "scope": scope}
    fields["until"] = f"至 {data.until} " if data.until is not None else ""
    return _message(event, data.enterprise_id, MANDATE_GRANTED, fields, at)


def ended_message(event: Received[MandateEnded], person: str | None, at: datetime) -> Message:
    """The same of an end. Of a mandate that began before we heard of any, the person is not known."""
    fields = {"person": person or "有关人员", "until": event.data.until}
    return _message(event, event.data.enterprise_id, MANDATE_ENDED, fields, at)


def _message(
    event: Received[Any], enterprise_id: Id, template: Template, fields: Mapping[str, object], at: datetime
) -> Message:
    return Message(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"message\x1f{event.id}\x1finbox")),
        tenant=event.tenant,
        enterprise_id=enterprise_id,
        traceparent=event.traceparent,
        channel="inbox",
        template=template.code,
        text=template.text.format_map(fields),
        created_at=at,
    )
