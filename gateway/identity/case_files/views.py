"""Which files are open to whom."""

from __future__ import annotations

from chassis.edge.frame import Frame
from contracts.message import Actor, Id, TenantId
from gateway.identity.case_files.use_cases import OPEN_FOR

OPENED = """
SELECT details ->> 'document_number' AS document_number FROM security_event
WHERE tenant = :tenant AND actor_id = :actor AND kind = 'case_file_opened' AND at > :since
    AND details ->> 'case_id' = :case ORDER BY at DESC LIMIT 1
"""


def open_under(frame: Frame, tenant: TenantId, actor: Actor, case_id: Id) -> str | None:
    """The document number under which the actor has opened the file a short while ago; None if not. Blocks."""
    with frame.reader((tenant,)) as reader:
        asked = {"tenant": tenant, "actor": actor.id, "since": reader.now - OPEN_FOR, "case": case_id}
        found = reader.execute(OPENED, asked).scalar()
    return None if found is None else str(found)
