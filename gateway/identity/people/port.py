"""The people's room as the door sees it: who somebody is, and what they may act as today."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.edge.frame import Frame
from chassis.time.clock import CHINA
from contracts.identity import PLATFORM
from contracts.message import Id
from gateway.identity.people.capacities import capacities
from gateway.identity.people.domain import PersonUnknown, ResidentIdWrong
from gateway.identity.people.use_cases import known_digests
from gateway.identity.sessions.people_port import Capacity
from gateway.identity.views import Principal

KNOWN = "SELECT name FROM person_known(:id)"
BY_DIGEST = "SELECT id FROM person WHERE tenant = :tenant AND resident_digest = ANY (:digests)"


class RegisteredPeople:
    """Asks the registers, each time anew: a duty that has ended opens nothing."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def name_of(self, person_id: Id) -> str:
        """The person's name; their id where none is known."""
        with self._frame.reader(()) as reader:
            row = reader.execute(KNOWN, {"id": person_id}).first()
        return person_id if row is None else str(row.name)

    def capacities(self, person_id: Id) -> Sequence[Capacity]:
        """What the person may act as today: departments with their duties, then enterprises."""
        try:
            with self._frame.reader(()) as reader:
                held = capacities(reader, person_id, reader.now.astimezone(CHINA).date())
        except PersonUnknown:
            return ()
        return [
            Capacity(
                key=each.key,
                tenant=each.tenant,
                label=each.label,
                principal=Principal(each.tenant, each.actor),
                duties=each.actor.duties,
            )
            for each in held
        ]

    def person_by_resident_id(self, resident_id: str) -> Id | None:
        """Who has this resident id; None for nobody, or for what is none."""
        try:
            digests = known_digests(resident_id, self._frame.cipher)
        except ResidentIdWrong:
            return None
        with self._frame.reader((PLATFORM,)) as reader:
            row = reader.execute(BY_DIGEST, {"tenant": PLATFORM, "digests": digests}).first()
        return None if row is None else str(row.id)
