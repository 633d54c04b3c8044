"""Payee accounts on the bus, and what is due about them."""

from __future__ import annotations

from chassis.edge.entrypoints import Received, Room, UnitMaker, due, on
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import PayeeAccountChanged
from contracts.merges import EnterpriseMerged
from contracts.payee_holders import HolderAccountChanged
from services.treasury.payee_accounts import renewal, use_cases
from services.treasury.rails.patience import Patience
from services.treasury.rails.settlement import RENEW


class PayeeAccountCopyEntrypoints(Room):
    """What is not sent yet follows the enterprise's account; what failed or came back is paid again once it has another."""

    patience: Patience

    @on(PayeeAccountChanged)
    def payee_account_changed(self, events: list[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
        use_cases.keep_accounts(events, uow)

    @on(HolderAccountChanged)
    def holder_account_changed(self, events: list[Received[HolderAccountChanged]], uow: UnitOfWork) -> None:
        use_cases.keep_holder_accounts(events, uow)

    @on(EnterpriseMerged)
    def enterprises_merged(self, events: list[Received[EnterpriseMerged]], uow: UnitOfWork) -> None:
        use_cases.follow_merges(events, uow)

    @due(use_cases.FOLLOW_ACCOUNT, batch=200)
    def follow_accounts(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.follow_accounts(jobs, unit)

    @due(use_cases.FOLLOW_HOLDER, batch=200)
    def follow_holder_accounts(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.follow_holder_accounts(jobs, unit)

    @due(RENEW)
    def renew_attempts(self, jobs: list[Job], unit: UnitMaker) -> None:
        renewal.renew_attempts(jobs, unit, self.patience)
