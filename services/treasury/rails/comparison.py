"""The bank's book beside ours after a restore: what was paid since the backup is found, and not paid again.

Restored books are those of an earlier hour, and the bank's go on. The bank's book is read from its beginning to its end. What
of our pools' payments no disbursement accounts for is kept as a found credit; until all was read, nothing is sent
(`dispatch`) and no approval taken over (`disbursements`). Then

- what is known and waits for its release is settled by the instruction that it would have had: the same share of the same
  approval has the same instruction, before and after;
- what would be paid to the same account or name is stopped once, for a person to say whether it is that credit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from chassis.foundation.secrecy import Cipher
from chassis.observability.telemetry import get_logger
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from services.treasury.bank_book.domain import FoundCredit
from services.treasury.bank_book.store import BANK, BankComparison, FoundCredits
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.identity import instruction_of
from services.treasury.disbursements.moves import UNSENT
from services.treasury.disbursements.store import Disbursements
from services.treasury.disbursements.use_cases import TAKE_UP
from services.treasury.rails.accounts import account_of
from services.treasury.rails.bank import POOL, Bank, BookedPayment, pool_account
from services.treasury.rails.patience import Patience
from services.treasury.rails.return_cursor import ReturnCursor
from services.treasury.rails.settlement import ASK, call_somebody
from services.treasury.rails.wording import ALREADY_PAID, PAID_ELSEWHERE

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

log = get_logger(__name__)

COMPARE = "compare_with_bank"
"""The job that `./zhida restore` leaves; its subject is the bank, its tenant any."""

WAIT_FOR_MONEY = timedelta(minutes=1)
"""Until what is held is looked at again: the bank has paid it, and the line has no money for it."""

READ_ON_AFTER = timedelta(hours=1)
"""Between two looks at what the bank has booked since its book was gone through."""

PAID_OUT = frozenset({"settled", "pending"})
"""What has left the pool, or is about to. A failed or returned payment is none to be found: it may be made anew."""


def compare(jobs: Sequence[Job], unit: UnitMaker, bank: Bank, cipher: Cipher, patience: Patience) -> None:
    """The next page of the bank's book. Raises BankUnreachable: it is then tried again, and nothing is sent meanwhile.

    It is read on by the hour for as long as the bank may execute what it had in a queue of its own.
    """
    for job in jobs:
        with unit([job.tenant]) as uow:
            progress = uow.of(BankComparison).progress()
            pools = {pool_account(tenant): tenant for tenant in uow.registry.everybody()}
        assert progress is not None, "who restores begins both, the comparison and its work"
        booked, next_after = bank.booked(progress.after)
        pools |= {each.debtor_account: payer for each in booked if (payer := _onboarded_since(each, pools))}
        with unit(sorted({job.tenant, *pools.values()})) as uow:
            uow.finish(job)
            uow.of(FoundCredits).keep(_unknown(booked, uow, pools), cipher)
            uow.of(BankComparison).advance(next_after, over=not booked)
            if booked:
                uow.schedule(COMPARE, BANK, at=uow.now, tenant=job.tenant)
            else:
                if not progress.ended:
                    log.info("the bank's book is compared: payments go on", payments=progress.after)
                _take_up_what_is_known(uow, pools.values(), cipher)
                if uow.now < progress.begun_at + patience.may_execute_within:
                    uow.schedule(COMPARE, BANK, at=uow.now + READ_ON_AFTER, tenant=job.tenant)


def _onboarded_since(each: BookedPayment, pools: Mapping[str, TenantId]) -> TenantId | None:
    """The payer that restored books do not know yet; the pool's account names it."""
    named = each.debtor_account.startswith(POOL) and each.debtor_account not in pools
    return each.debtor_account.removeprefix(POOL) if named else None


def _unknown(booked: Sequence[BookedPayment], uow: UnitOfWork, pools: Mapping[str, TenantId]) -> list[FoundCredit]:
    """What was paid out of our pools and no disbursement has the instruction of."""
    ours = [each for each in booked if each.status in PAID_OUT and each.debtor_account in pools]
    known = uow.of(ReturnCursor).owners([each.instruction_id for each in ours]) if ours else {}
    return [
        FoundCredit(
            tenant=pools[each.debtor_account],
            instruction_id=each.instruction_id,
            status=each.status,
            account=each.creditor_account,
            account_name=each.creditor_name,
            amount_fen=each.amount_fen,
            purpose=each.purpose,
            settled_at=each.settled_at,
        )
        for each in ours
        if each.instruction_id not in known
    ]


def _take_up_what_is_known(uow: UnitOfWork, tenants: Collection[TenantId], cipher: Cipher) -> None:
    """Who waits unsent, and was carried out by the bank under the very instruction that it would have."""
    found = uow.of(FoundCredits).open(tenants, cipher)
    by_id = {credit.instruction_id.rpartition("-")[0]: credit for credit in found}
    waiting = uow.of(Disbursements).look_at(by_id)
    own = [each for each in waiting if _own(each) == by_id[each.id].instruction_id]
    uow.schedule_many(TAKE_UP, [(each.tenant, each.id, uow.now) for each in own])
    if found:
        log.info("the bank has paid what restored books do not know", found=len(found), known=len(own))


def take_up(jobs: Sequence[Job], unit: UnitMaker, cipher: Cipher) -> None:
    """What the bank has carried out is asked about and settled; where it is not the same to the fen, a person is called."""
    tenants = sorted({job.tenant for job in jobs})
    with unit(tenants) as uow:
        credits = {each.instruction_id: each for each in uow.of(FoundCredits).open(tenants, cipher)}
        store = uow.of(Disbursements)
        found = store.get_many([job.subject for job in jobs])
        waiting = [each for each in found.values() if each.state in UNSENT and _own(each) in credits]
        for each in waiting:
            _take_up(each, credits[_own(each)], uow, cipher)
        for job in jobs:
            uow.finish(job)
        call_somebody(uow, [each for each in waiting if each.contradiction])
        store.save_many([each for each in waiting if each.state != "held"])


def _take_up(each: Disbursement, credit: FoundCredit, uow: UnitOfWork, cipher: Cipher) -> None:
    if each.state == "held":
        uow.schedule(TAKE_UP, each.id, at=uow.now + WAIT_FOR_MONEY, tenant=each.tenant)
    elif credit.is_the_same(account_of(each, cipher), each.payee.account_name, each.amount_fen):
        each.take_up(credit.instruction_id, uow.now)
        uow.schedule(ASK, each.id, at=uow.now, tenant=each.tenant)
    else:
        each.contradict(ALREADY_PAID.format(credit=credit.described))


def stop_what_may_be_paid(released: Sequence[Disbursement], uow: UnitOfWork, cipher: Cipher) -> list[Disbursement]:
    """Those of the released that may be one of the credits, and of which nobody has said yet that they are not: they stop."""
    if not released:
        return []
    found = uow.of(FoundCredits).open({each.tenant for each in released}, cipher)
    stopped = []
    for each in released if found else ():
        account = account_of(each, cipher)
        like = [
            credit
            for credit in found
            if credit.tenant == each.tenant
            and credit.instruction_id != _own(each)
            and credit.is_like(account, each.payee.account_name)
        ]
        if like and uow.of(FoundCredits).ask_once(each.tenant, each.id, [credit.instruction_id for credit in like]):
            each.contradict(PAID_ELSEWHERE.format(credits="；".join(credit.described for credit in like)))
            stopped.append(each)
    call_somebody(uow, stopped)
    return stopped


def _own(each: Disbursement) -> str:
    return instruction_of(each.id, each.attempt)
