"""Payee accounts as catalog tells them, and the linked attempt that follows once a wrong one is corrected.

An account belongs to the enterprise's own tenant, a disbursement to the paying one, and they may differ. So nobody
pushes: what failed or came back looks for a newer account of its enterprise, in a unit of work that names both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.events.received import Received
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import Payee, PayeeAccountChanged
from services.treasury.budget.domain import budget_year
from services.treasury.disbursements import payout_clock
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.funds import Funds, lines_concerned
from services.treasury.disbursements.store import Disbursements
from services.treasury.payee_accounts.store import PayeeAccountCopies, PayeeOwner
from services.treasury.rails.patience import Patience
from services.treasury.rails.settlement import RENEW

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker


def keep_accounts(events: Sequence[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
    """Remember the newest confirmed account of each enterprise."""
    newest: dict[PayeeOwner, Payee] = {}
    for event in sorted(events, key=lambda each: each.data.payee.account_version):
        newest[(event.tenant, event.data.enterprise_id)] = event.data.payee
    uow.of(PayeeAccountCopies).keep(newest)


def renew_attempts(jobs: Sequence[Job], unit: UnitMaker, patience: Patience) -> None:
    """Follow what failed or came back with a new attempt where the enterprise has a newer account; else look again later.

    The new attempt has its money reserved anew (or is held), and a second person has to release it anew.
    """
    with unit(sorted({job.tenant for job in jobs})) as uow:
        ended = uow.of(Disbursements).look_at([job.subject for job in jobs])
    tenants = {job.tenant for job in jobs} | {each.claim.filed_in for each in ended}
    with unit(sorted(tenants)) as uow:
        attempts = _attempts(uow, ended)
        funds = Funds(uow, lines_concerned(attempts.values(), uow))
        funds.serve_those_who_wait()
        store = uow.of(Disbursements)
        family = store.of_cases({each.case_id for each in ended})
        followed = [each for each in ended if _is_followed(each, family)]
        waiting = {each.id for each in ended} - {each.id for each in followed}
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
            else:
                payout_clock.unwatch(uow, [each])


def _attempts(uow: UnitOfWork, ended: Sequence[Disbursement]) -> dict[str, Disbursement]:
    """By the id of what ended: the attempt that would follow it, where its enterprise has a newer account."""
    accounts = uow.of(PayeeAccountCopies).newest(_enterprise(each) for each in ended)
    limits = payout_clock.limits(uow, {each.tenant for each in ended})
    attempts = {}
    for each in ended:
        account = accounts.get(_enterprise(each))
        if account is not None and account.account_version > each.payee.account_version:
            attempts[each.id] = each.next_attempt(
                account, at=uow.now, year=budget_year(uow.now), payout_days=limits[each.tenant]
            )
    payout_clock.start(uow, attempts.values())
    return attempts


def _enterprise(disbursement: Disbursement) -> PayeeOwner:
    return (disbursement.claim.filed_in, disbursement.claim.enterprise_id)


def _is_followed(each: Disbursement, family: Sequence[Disbursement]) -> bool:
    """Whether a later approval of the same instalment, or a later attempt, is there already."""
    mine = (each.tenant, each.case_id, each.instalment)
    return any(
        (other.tenant, other.case_id, other.instalment) == mine
        and (other.revision, other.attempt) > (each.revision, each.attempt)
        for other in family
    )
