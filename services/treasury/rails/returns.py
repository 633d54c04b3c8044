"""退汇: money that the bank sends back after it had said yes, sometimes days later.

The bank's list of returns is one for all tenants and is read once for all, from the first settlement on and without an end.
What it lists is kept as a piece of work of its tenant's (a `confirm_return` job) in the transaction that passes the cursor
on: nothing is lost, and no tenant waits for another's. A return is an answer of the bank like any other: it is asked for,
and applied by `settlement`, also where we had not even heard yet that it was paid. A list may be ahead of what the bank says
of the payment; then it is asked again until both agree, and after a day somebody is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.time.jobs import Job
from services.treasury.bank_book.store import BANK
from services.treasury.disbursements.store import Disbursements
from services.treasury.rails.bank import BATCH_LIMIT, Bank
from services.treasury.rails.patience import Patience
from services.treasury.rails.return_cursor import CONFIRM_RETURN, FETCH_RETURNS, ReturnCursor
from services.treasury.rails.settlement import take_answers

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker


def fetch_returns(jobs: Sequence[Job], unit: UnitMaker, bank: Bank, patience: Patience) -> None:
    """Read on in the bank's list. Raises BankUnreachable: the job is then tried again.

    A job of a tenant's own is one that the former version has left; its reading goes on with everybody's.
    """
    for job in jobs:
        if job.subject == BANK:
            _read_on(job, unit, bank, patience)
        else:
            with unit([job.tenant]) as uow:
                uow.finish(job)


def _read_on(job: Job, unit: UnitMaker, bank: Bank, patience: Patience) -> None:
    with unit([job.tenant]) as uow:
        after = uow.of(ReturnCursor).after()
    returned, next_after = bank.returns(after)
    with unit([job.tenant]) as uow:
        owners = uow.of(ReturnCursor).owners(returned) if returned else {}
    with unit(sorted({job.tenant, *(owner.tenant for owner in owners.values())})) as uow:
        uow.finish(job)
        listed = [(owner.tenant, owner.disbursement_id, uow.now) for owner in owners.values()]
        uow.schedule_many(CONFIRM_RETURN, listed)
        uow.of(ReturnCursor).advance(next_after)
        more = len(returned) == BATCH_LIMIT
        uow.schedule(FETCH_RETURNS, BANK, at=uow.now if more else uow.now + patience.returns_every, tenant=job.tenant)


def confirm_returns(jobs: Sequence[Job], unit: UnitMaker, bank: Bank, patience: Patience) -> None:
    """Ask about what is listed as returned. Raises BankUnreachable: the jobs are then tried again."""
    tenants = sorted({job.tenant for job in jobs})
    with unit(tenants) as uow:
        found = uow.of(Disbursements).look_at([job.subject for job in jobs])
    # What has failed is asked about as well: a return of it says that it was executed after all.
    waiting = {each.id: each.instruction_id for each in found if each.instruction_id and each.state != "returned"}
    answers = bank.ask(list(waiting.values())) if waiting else {}
    with unit(tenants) as uow:
        for job in jobs:
            uow.finish(job)
        take_answers(uow, {id: answers[each] for id, each in waiting.items()}, patience, listed=waiting.keys())
