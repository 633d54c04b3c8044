"""What review keeps of what the catalogue tells."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.policies import PolicyPublished, PolicyRevised
from services.review.item_copies.store import ItemVersions


def remember_items(events: Sequence[Received[PolicyPublished | PolicyRevised]], uow: UnitOfWork) -> None:
    """Keep every version: a case is judged by the one it was filed under."""
    uow.of(ItemVersions).remember(event.data for event in events)
