"""Payee accounts as catalog tells them, and what is paid to another one from then on.

An account belongs to the tenant that registered it, a disbursement to the paying one, and they may differ. So who has heard of
another account leaves a job, which works in a unit of work that names both; and what failed or came back looks by itself for
an account that replaces its own (`renewal`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from chassis.events.received import Received
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import Payee, PayeeAccountChanged
from contracts.merges import EnterpriseMerged
from contracts.message import TenantId
from contracts.payee_holders import HolderAccountChanged
from copies.merged_enterprises import keep_merges
from services.treasury.account_copies.domain import HolderOwner, PayeeOwner
from services.treasury.account_copies.store import HolderAccountCopies, PayeeAccountCopies
from services.treasury.disbursements.accounts import current_accounts
from services.treasury.disbursements.moves import UNSENT
from services.treasury.disbursements.store import Disbursements

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

FOLLOW_ACCOUNT = "follow_account"
"""The job by which what is not sent yet learns of another account. Its subject is the enterprise that named it."""


FOLLOW_HOLDER = "follow_holder_account"
"""The same of a holder's. Its subject is the holder."""


def keep_accounts(events: Sequence[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
    """Remember the newest confirmed account of each enterprise; what is not sent yet goes there."""
    newest: dict[PayeeOwner, Payee] = {}
    for event in sorted(events, key=lambda each: each.data.payee.account_version):
        newest[(event.tenant, event.data.enterprise_id)] = event.data.payee
    uow.of(PayeeAccountCopies).keep(newest)
    uow.schedule_many(FOLLOW_ACCOUNT, [(tenant, enterprise, uow.now) for tenant, enterprise in newest])


def follow_merges(events: Sequence[Received[EnterpriseMerged]], uow: UnitOfWork) -> None:
    """Remember which enterprise goes on in which: what is not sent yet goes to the account of the surviving one."""
    keep_merges(events, uow)
    uow.schedule_many(FOLLOW_ACCOUNT, [(event.tenant, event.data.surviving_id, uow.now) for event in events])


def keep_holder_accounts(events: Sequence[Received[HolderAccountChanged]], uow: UnitOfWork) -> None:
    """Remember the newest confirmed account of each holder who is no applicant; what is not sent yet goes there."""
    newest: dict[HolderOwner, HolderAccountChanged] = {}
    for event in sorted(events, key=lambda each: each.data.payee.account_version):
        newest[(event.tenant, event.data.holder.holder_id)] = event.data
    uow.of(HolderAccountCopies).keep(newest)
    uow.schedule_many(FOLLOW_HOLDER, [(tenant, holder, uow.now) for tenant, holder in newest])


def follow_accounts(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """What waits for money, for its release or to be sent is paid to the account that counts now.

    Payers are the place of the enterprise and the levels above it.
    """
    with unit(sorted({job.tenant for job in jobs})) as uow:
        payers = {tenant for job in jobs for tenant in (job.tenant, *uow.registry.lineage(job.tenant))}
    with unit(sorted(payers)) as uow:
        unsent = uow.of(Disbursements).unsent_of(payers, [(job.tenant, job.subject) for job in jobs])
    _follow(jobs, unsent, payers, unit)


def follow_holder_accounts(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """The same for holders. They are named where the enterprise is at home or where the case is decided: payers are the levels
    above and below."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        known, registered = uow.registry, {job.tenant for job in jobs}
        above = {tenant for each in registered for tenant in (each, *known.lineage(each))}
        payers = above | {each for each in known.everybody() if registered & set(known.lineage(each))}
    with unit(sorted(payers)) as uow:
        unsent = uow.of(Disbursements).unsent_to(payers, [job.subject for job in jobs])
    _follow(jobs, unsent, payers, unit)


def _follow(jobs: Sequence[Job], unsent: Collection[str], payers: Collection[TenantId], unit: UnitMaker) -> None:
    with unit(sorted(payers)) as uow:
        store = uow.of(Disbursements)
        waiting = [each for each in store.get_many(unsent).values() if each.state in UNSENT]
        accounts = current_accounts(uow, waiting)
        store.save_many([each for each in waiting if each.id in accounts and each.follow_account(accounts[each.id])])
        for job in jobs:
            uow.finish(job)
