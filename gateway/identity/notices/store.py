"""Who has accepted which version of the notice, and when: only ever added to."""

from __future__ import annotations

from chassis.edge.frame import Frame
from chassis.write.unit import Unit
from contracts.message import Id
from gateway.identity.notices.text import NOTICE, VERSION
from gateway.identity.security.events import DOOR, Origin


class Acceptances:
    """The table, within one unit of work for the door's own rows."""

    def __init__(self, uow: Unit) -> None:
        self._uow = uow

    def add(self, person_id: Id, origin: Origin) -> None:
        """The person has accepted today's version; once is enough."""
        self._uow.execute(
            "INSERT INTO notice_acceptance (tenant, person_id, notice, version, accepted_at, client_address)"
            " VALUES (:tenant, :person, :notice, :version, :at, :address) ON CONFLICT DO NOTHING",
            {
                "tenant": DOOR,
                "person": person_id,
                "notice": NOTICE,
                "version": VERSION,
                "at": self._uow.now,
                "address": origin.client_address,
            },
        )


def has_accepted(frame: Frame, person_id: Id) -> bool:
    """Whether the person has accepted today's version. Blocks."""
    with frame.reader((DOOR,)) as reader:
        found = reader.execute(
            "SELECT 1 FROM notice_acceptance"
            " WHERE tenant = :tenant AND person_id = :person AND notice = :notice AND version = :version",
            {"tenant": DOOR, "person": person_id, "notice": NOTICE, "version": VERSION},
        ).first()
    return found is not None
