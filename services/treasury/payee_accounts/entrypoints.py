"""Payee accounts on the bus, and what is due about them."""

from __future__ import annotations

from chassis.edge.entrypoints import Received, Room, UnitMaker, due, on
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import PayeeAccountChanged
from services.treasury.payee_accounts import use_cases
from services.treasury.rails.patience import Patience
from services.treasury.rails.settlement import RENEW


class PayeeAccountCopyEntrypoints(Room):
    """What failed or came back is paid again once its enterprise has another account."""

    patience: Patience

    @on(PayeeAccountChanged)
    def payee_account_changed(self, events: list[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
        use_cases.keep_accounts(events, uow)

    @due(RENEW)
    def renew_attempts(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.renew_attempts(jobs, unit, self.patience)
