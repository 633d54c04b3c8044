"""Messages to duties as rows, and how much of each a person has seen."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from chassis.write.uow import UnitOfWork
from contracts.message import Id, TenantId
from services.notify.staff.domain import DutyNotice

FIRST_FEW = 5
"""How many of the things that came together a message names."""

RECORDS = """jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, message_id text, department_id text, department text,
    duty text, kind text, hour timestamptz, at timestamptz, occasion text, subject jsonb)"""

OPEN = f"""
INSERT INTO duty_message (tenant, id, department_id, department, duty, kind, hour, count, subjects, since, latest)
SELECT DISTINCT ON (tenant, message_id) tenant, message_id, department_id, department, duty, kind, hour, 0, '[]', at, at
FROM {RECORDS}
ORDER BY tenant, message_id, at
ON CONFLICT DO NOTHING
"""

COUNT = f"""
WITH fresh AS (
    INSERT INTO duty_occasion (tenant, id, message_id)
    SELECT tenant, occasion, message_id FROM {RECORDS} ORDER BY tenant, occasion
    ON CONFLICT DO NOTHING RETURNING tenant, id, message_id),
told AS (
    SELECT f.tenant, f.message_id, count(*) AS count, jsonb_agg(r.subject ORDER BY r.at, r.occasion) AS subjects,
        min(r.at) AS since, max(r.at) AS latest
    FROM fresh f JOIN {RECORDS} ON (r.tenant, r.occasion) = (f.tenant, f.id) GROUP BY f.tenant, f.message_id)
UPDATE duty_message m SET count = m.count + t.count, since = least(m.since, t.since), latest = greatest(m.latest, t.latest),
    subjects = (SELECT jsonb_agg(e.subject ORDER BY e.place)
        FROM jsonb_array_elements(m.subjects || t.subjects) WITH ORDINALITY AS e(subject, place)
        WHERE e.place <= {FIRST_FEW})
FROM told t WHERE (m.tenant, m.id) = (t.tenant, t.message_id)
"""

MARK = """
INSERT INTO duty_message_read (tenant, message_id, person_id, seen, read_at)
VALUES (:tenant, :message_id, :person_id, :seen, :now)
ON CONFLICT (tenant, message_id, person_id) DO UPDATE SET seen = EXCLUDED.seen, read_at = EXCLUDED.read_at
WHERE duty_message_read.seen < EXCLUDED.seen
"""


class DutyMessages:
    """One row per duty, kind and hour; a row that nothing was counted in is shown to nobody."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(self, notices: Sequence[DutyNotice]) -> None:
        """Tell these, each occasion once for ever, in two statements. No occasion stands in `notices` twice."""
        if not notices:
            return
        rows = [
            {
                "tenant": each.tenant,
                "message_id": each.message_id,
                "department_id": each.department_id,
                "department": each.department,
                "duty": each.duty,
                "kind": each.kind,
                "hour": each.hour,
                "at": each.at,
                "occasion": each.occasion,
                "subject": each.subject.model_dump(),
            }
            for each in notices
        ]
        said = {"rows": orjson.dumps(rows).decode()}
        self._uow.execute(OPEN, said)
        self._uow.execute(COUNT, said)

    def mark(self, tenant: TenantId, message_id: Id, person_id: Id, seen: int) -> None:
        """The person has seen so many of what the message is about."""
        key = {"tenant": tenant, "message_id": message_id, "person_id": person_id}
        self._uow.execute(MARK, {**key, "seen": seen, "now": self._uow.now})
