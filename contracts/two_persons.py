"""What one person proposes and another decides: whoever proposed it may take it back, and never confirms it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from contracts.aggregate import Aggregate
from contracts.message import Actor
from contracts.refusal import Refused


@dataclass(kw_only=True, slots=True)
class Proposal(Aggregate):
    """Proposed by one, decided by another, for good.

    A room says itself what its states are called (`OPEN`, `AGREED`; what is declined is called so everywhere) and each no,
    with a code and a sentence of its own. Persons are compared: an actor's id is the person's, under whichever account.
    """

    OPEN: ClassVar[str] = "proposed"
    AGREED: ClassVar[str] = "confirmed"
    DECIDED_ALREADY: ClassVar[type[Refused]]
    SECOND_PERSON_REQUIRED: ClassVar[type[Refused]]
    BY_STAFF_ONLY: ClassVar[type[Refused]]

    state: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    answer: str | None = None

    @classmethod
    def refuse_enterprises(cls, by: Actor) -> None:
        """Raise BY_STAFF_ONLY for whoever acts for an enterprise."""
        if by.enterprise_id is not None:
            raise cls.BY_STAFF_ONLY()

    def refuse_decided(self) -> None:
        """Raise DECIDED_ALREADY for what is confirmed or declined."""
        if self.state != self.OPEN:
            raise self.DECIDED_ALREADY()

    def refuse_same_person(self, by: Actor) -> None:
        """Raise SECOND_PERSON_REQUIRED for whoever proposed it."""
        if by.id == self.proposed_by:
            raise self.SECOND_PERSON_REQUIRED()

    def refuse_second(self, by: Actor) -> None:
        """Raise DECIDED_ALREADY or SECOND_PERSON_REQUIRED, for a room that has to look further before it agrees."""
        self.refuse_decided()
        self.refuse_same_person(by)

    def agree(self, *, by: Actor, at: datetime) -> None:
        """A second person says yes; what follows from it is the room's. Raises DECIDED_ALREADY or SECOND_PERSON_REQUIRED."""
        self.refuse_second(by)
        self.state, self.decided_by, self.decided_at = self.AGREED, by.id, at

    def decline(self, *, by: Actor, at: datetime, why: str) -> None:
        """Somebody, the proposer included, says no. Raises BY_STAFF_ONLY or DECIDED_ALREADY."""
        self.refuse_enterprises(by)
        self.refuse_decided()
        self.state, self.decided_by, self.decided_at, self.answer = "declined", by.id, at, why
