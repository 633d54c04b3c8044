"""What review hears of confirmed accounts."""

from chassis.edge.entrypoints import Received, Room, on
from chassis.write.uow import UnitOfWork
from contracts.enterprises import PayeeAccountChanged
from contracts.payee_holders import HolderAccountChanged
from services.review.account_copies import use_cases


class AccountCopyEntrypoints(Room):
    @on(PayeeAccountChanged)
    def payee_account_changed(self, events: list[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
        use_cases.keep_accounts(events, uow)

    @on(HolderAccountChanged)
    def holder_account_changed(self, events: list[Received[HolderAccountChanged]], uow: UnitOfWork) -> None:
        use_cases.keep_holder_accounts(events, uow)
