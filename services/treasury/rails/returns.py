"""退汇: money that the bank sends back after it had said yes, sometimes days later.

The bank's list of returns is one for all tenants, so every tenant reads it with a cursor of its own and takes
what is its own, from the first settlement on and without an end. A return is an answer of the bank like any
other: it is asked for, and applied by `settlement`, also where we had not even heard yet that it was paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.time.jobs import Job
from services.treasury.disbursements.store import Disbursements
from services.treasury.rails.bank import BATCH_LIMIT, Bank
from services.treasury.rails.patience import Patience
from services.treasury.rails.return_cursor import FETCH_RETURNS, ReturnCursor
from services.treasury.rails.settlement import take_answers

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker


def fetch_returns(jobs: Sequence[Job], unit: UnitMaker, bank: Bank, patience: Patience) -> None:
    """Read on for each tenant. Raises BankUnreachable: the jobs are then tried again."""
    for job in jobs:
        _read_on(job, unit, bank, patience)


def _read_on(job: Job, unit: UnitMaker, bank: Bank, patience: Patience) -> None:
    with unit([job.tenant]) as uow:
        after = uow.of(ReturnCursor).after(job.tenant)
    returned, next_after = bank.returns(after)
    with unit([job.tenant]) as uow:
        ours = uow.of(Disbursements).by_instruction(returned)
    answers = bank.ask(list(ours)) if ours else {}
    with unit([job.tenant]) as uow:
        uow.finish(job)
        take_answers(uow, {ours[instruction]: answers[instruction] for instruction in ours}, patience)
        uow.of(ReturnCursor).advance(job.tenant, next_after)
        more = len(returned) == BATCH_LIMIT
        uow.schedule(
            FETCH_RETURNS,
            job.subject,
            at=uow.now if more else uow.now + patience.returns_every,
            tenant=job.tenant,
        )
