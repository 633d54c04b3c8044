"""What review keeps of confirmed accounts, and that whoever waits for one is looked for."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.enterprises import Payee, PayeeAccountChanged
from contracts.payee_holders import HolderAccountChanged, PayeeHolder
from services.review.account_copies.domain import HolderKey
from services.review.account_copies.store import AccountCopies

FOLLOW_ACCOUNT = "follow_account"
"""The job by which open cases learn of another account. Its subject is the enterprise or the holder, its tenant where that one
was registered. `payees` does it."""


def keep_accounts(events: Sequence[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
    """Remember the newest confirmed account of each enterprise; open cases take it up."""
    newest: dict[HolderKey, Payee] = {}
    for event in sorted(events, key=lambda each: each.data.payee.account_version):
        newest[event.tenant, event.data.enterprise_id] = event.data.payee
    uow.of(AccountCopies).keep_enterprises(newest)
    uow.schedule_many(FOLLOW_ACCOUNT, [(tenant, enterprise, uow.now) for tenant, enterprise in newest])


def keep_holder_accounts(events: Sequence[Received[HolderAccountChanged]], uow: UnitOfWork) -> None:
    """The same of a holder that is no applicant."""
    newest: dict[HolderKey, tuple[PayeeHolder, Payee]] = {}
    for event in sorted(events, key=lambda each: each.data.payee.account_version):
        newest[event.tenant, event.data.holder.holder_id] = (event.data.holder, event.data.payee)
    uow.of(AccountCopies).keep_holders(newest)
    uow.schedule_many(FOLLOW_ACCOUNT, [(tenant, holder, uow.now) for tenant, holder in newest])
