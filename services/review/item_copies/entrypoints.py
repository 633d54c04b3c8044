"""What review hears of the catalogue's items."""

from chassis.edge.entrypoints import Received, Room, on
from chassis.write.uow import UnitOfWork
from contracts.policies import PolicyPublished, PolicyRevised
from services.review.item_copies import use_cases


class ItemCopyEntrypoints(Room):
    @on(PolicyPublished, PolicyRevised)
    def item_published(self, events: list[Received[PolicyPublished | PolicyRevised]], uow: UnitOfWork) -> None:
        use_cases.remember_items(events, uow)
