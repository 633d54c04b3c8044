"""Payee accounts as catalog tells them, what is paid to another one from then on, and the attempt after a wrong one.

An account belongs to the enterprise's own tenant, a disbursement to the paying one, and they may differ. So who has heard of
another account leaves a job, which works in a unit of work that names both; and what failed or came back looks by itself for
an account that replaces its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.events.received import Received
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import Payee, PayeeAccountChanged
from contracts.merges import EnterpriseMerged
from copies.merged_enterprises import keep_merges
from services.treasury.account_copies.domain import PayeeOwner
from services.treasury.account_copies.store import PayeeAccountCopies
from services.treasury.budget.domain import budget_year
from services.treasury.disbursements import payout_clock
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.funds import Funds, lines_concerned
from services.treasury.disbursements.moves import UNSENT
from services.treasury.disbursements.store import Disbursements
from services.treasury.rails.patience import Patience
from services.treasury.rails.settlement import RENEW

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

FOLLOW_ACCOUNT = "follow_account"
"""The job by which what is not sent yet learns of another account. Its subject is the enterprise that named it."""


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


def follow_accounts(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """What waits for money, for its release or to be sent is paid to the account that counts now.

    Payers are the place of the enterprise and the levels above it.
    """
    with unit(sorted({job.tenant for job in jobs})) as uow:
        payers = {tenant for job in jobs for tenant in (job.tenant, *uow.registry.lineage(job.tenant))}
    with unit(sorted(payers)) as uow:
        store = uow.of(Disbursements)
        concerned = store.get_many(store.unsent_of(payers, [(job.tenant, job.subject) for job in jobs]))
        waiting = [each for each in concerned.values() if each.state in UNSENT]
        accounts = uow.of(PayeeAccountCopies).current(each.payee_owner for each in waiting)
        store.save_many(
            [
                each
                for each in waiting
                if each.payee_owner in accounts and each.follow_account(accounts[each.payee_owner])
            ]
        )
        for job in jobs:
            uow.finish(job)


def renew_attempts(jobs: Sequence[Job], unit: UnitMaker, patience: Patience) -> None:
    """Follow what failed or came back with a new attempt where the enterprise has another account; else look again later.

    The new attempt has its money reserved anew (or is held), and a second person has to release it anew. Where the bank
    contradicts the books nothing follows: somebody has been called.
    """
    with unit(sorted({job.tenant for job in jobs})) as uow:
        ended = uow.of(Disbursements).look_at([job.subject for job in jobs])
    tenants = {job.tenant for job in jobs} | {each.claim.filed_in for each in ended}
    with unit(sorted(tenants)) as uow:
        attempts = _attempts(uow, ended, patience)
        funds = Funds(uow, lines_concerned(attempts.values(), uow))
        funds.serve_those_who_wait()
        store = uow.of(Disbursements)
        family = store.of_cases({each.case_id for each in ended})
        over = {each.id for each in ended if _is_followed(each, family) or _is_stopped(each, family)}
        waiting = {each.id for each in ended} - over
        made = [attempts[id] for id in sorted(waiting & attempts.keys())]
        for each in made:
            funds.fund(each)
        store.save_many(made)
        funds.close()
        for job in jobs:
            uow.finish(job)
        payout_clock.watch(uow, made)
        for each in ended:
            if each.id in waiting - attempts.keys():
                uow.schedule(RENEW, each.id, at=uow.now + patience.accounts_every, tenant=each.tenant)
            elif not _is_stopped(each, family):
                payout_clock.unwatch(uow, [each])


def _attempts(uow: UnitOfWork, ended: Sequence[Disbursement], patience: Patience) -> dict[str, Disbursement]:
    """By the id of what ended: the attempt that would follow it, where another account counts now.

    What the bank never heard of is not followed while the bank may still execute it.
    """
    accounts = uow.of(PayeeAccountCopies).current(each.payee_owner for each in ended)
    limits = payout_clock.limits(uow, {each.tenant for each in ended})
    attempts = {}
    for each in ended:
        account = accounts.get(each.payee_owner)
        if each.never_heard and each.quiet_since and uow.now < each.quiet_since + patience.may_execute_within:
            continue
        if account is not None and account.replaces(each.payee, each.payee_of):
            attempts[each.id] = each.next_attempt(
                account, at=uow.now, year=budget_year(uow.now), payout_days=limits[each.tenant]
            )
    payout_clock.start(uow, attempts.values())
    return attempts


def _is_followed(each: Disbursement, family: Sequence[Disbursement]) -> bool:
    """Whether a later approval of the same instalment, or a later attempt, is there already."""
    return any(
        _same_instalment(each, other) and (other.revision, other.attempt) > (each.revision, each.attempt)
        for other in family
    )


def _is_stopped(each: Disbursement, family: Sequence[Disbursement]) -> bool:
    """Whether the bank contradicts the books of any attempt of the instalment."""
    return any(_same_instalment(each, other) and other.contradiction is not None for other in family)


def _same_instalment(each: Disbursement, other: Disbursement) -> bool:
    return (other.tenant, other.case_id, other.instalment) == (each.tenant, each.case_id, each.instalment)
