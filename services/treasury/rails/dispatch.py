"""Sending instructions to the bank and asking what came of them, never inside a transaction.

Sending takes three steps: the instruction is fixed and committed; the bank is called; its answer is committed. A
job that finds its disbursement already *sent* was interrupted between these steps: it asks the bank first, and
presents the same instruction again only if the bank has never heard of it. What is *unknown* is asked about, and
never sent blind: only an instruction of which the bank has said more than once that it never heard is presented
again, under the same id, which the bank executes at most once (docs/decisions/0008, 0013).

It is paid to the account that is the newest confirmed one when the instruction is fixed. What was released for another one
is not sent; neither is what follows an instruction of which the bank turns out to have heard.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from chassis.foundation.crash import crash_point
from chassis.foundation.secrecy import Cipher
from chassis.observability.telemetry import get_logger, start_span
from chassis.time.jobs import Job
from services.treasury.bank_book.store import BankComparison
from services.treasury.disbursements.accounts import current_accounts, registered_in
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.moves import IN_FLIGHT
from services.treasury.disbursements.store import Disbursements
from services.treasury.disbursements.use_cases import SEND
from services.treasury.rails.accounts import account_of
from services.treasury.rails.bank import Bank, BankAnswer, Payment, pool_account
from services.treasury.rails.comparison import stop_what_may_be_paid
from services.treasury.rails.patience import Patience
from services.treasury.rails.settlement import take_answers

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

log = get_logger(__name__)

PRESENT_AGAIN_AT = (2, 4, 8)
"""After how many definite noes the same instruction is presented again. Never after one: it may still be on its way."""

LONGEST_STALL = 20.0
"""Seconds after which a job may have been given to another worker, and what the bank said is too old to act on."""


NOT_COMPARED_WAIT = timedelta(seconds=5)
"""Until what is released is looked at again while restored books are compared with the bank's."""


class Stalled(Exception):
    """This worker stood still for so long that it must not present anything any more; the job starts over."""


def send(jobs: Sequence[Job], unit: UnitMaker, bank: Bank, cipher: Cipher, patience: Patience) -> None:
    """Present what is authorised. Raises BankUnreachable, BatchRefused or Stalled: the jobs are then tried again."""
    begun = time.monotonic()
    with unit(_tenants(jobs)) as uow:
        if uow.of(BankComparison).under_way():
            # Restored from a backup: what the bank has carried out since is not known yet.
            uow.schedule_many(SEND, [(job.tenant, job.subject, uow.now + NOT_COMPARED_WAIT) for job in jobs])
            return
        due = uow.of(Disbursements).look_at([job.subject for job in jobs])
    _ask_about_former(due, unit, bank, patience)
    fresh, interrupted, payments = _fix_instructions(due, unit, cipher)
    answers: dict[str, BankAnswer] = {}
    if interrupted:
        answers |= bank.ask([_instruction(each) for each in interrupted])
    unheard = [each for each in interrupted if answers[_instruction(each)].status == "not_found"]
    presented = [payments[each.id] for each in (*fresh, *unheard)]
    crash_point("treasury.bank.before_call")
    if time.monotonic() - begun > LONGEST_STALL:
        raise Stalled(f"{len(presented)} payments were not presented")
    if presented:
        answers |= bank.pay(presented)
    crash_point("treasury.bank.answered_before_commit")
    sent = {each.id: answers[_instruction(each)] for each in (*fresh, *interrupted)}
    with unit(_tenants(jobs)) as uow:
        for job in jobs:
            uow.finish(job)
        take_answers(uow, sent, patience)
    _leave_trace((*fresh, *interrupted), sent)


def ask(jobs: Sequence[Job], unit: UnitMaker, bank: Bank, cipher: Cipher, patience: Patience) -> None:
    """Ask about what is pending or unknown. Raises BankUnreachable or Stalled: the jobs are then tried again."""
    begun = time.monotonic()
    with unit(_tenants(jobs)) as uow:
        found = uow.of(Disbursements).look_at([job.subject for job in jobs])
        may_present = not uow.of(BankComparison).under_way()
    open_ones = [each for each in found if each.state in IN_FLIGHT or each.never_heard]
    answers = bank.ask([_instruction(each) for each in open_ones]) if open_ones else {}
    lost = [each for each in open_ones if _is_lost(each, answers[_instruction(each)], patience)]
    if lost and may_present:
        crash_point("treasury.bank.before_presenting_again")
        if time.monotonic() - begun > LONGEST_STALL:
            raise Stalled(f"{len(lost)} payments were not presented again")
        again = bank.pay([_payment(each, cipher) for each in lost])
        # Silence says nothing new: the definite no stands, and the next question is asked later.
        answers |= {instruction: answer for instruction, answer in again.items() if answer.status != "silent"}
    with unit(_tenants(jobs)) as uow:
        for job in jobs:
            uow.finish(job)
        take_answers(uow, {each.id: answers[_instruction(each)] for each in open_ones}, patience)


def _is_lost(each: Disbursement, answer: BankAnswer, patience: Patience) -> bool:
    """Whether the instruction went astray on its way to the bank, as far as anybody can tell.

    There is always a definite no after the last time it was presented before it is given up as failed.
    """
    if each.state not in IN_FLIGHT or each.contradiction is not None:
        return False
    noes = each.unheard + 1
    return answer.status == "not_found" and noes in PRESENT_AGAIN_AT and noes < patience.definite_noes


def _ask_about_former(due: Sequence[Disbursement], unit: UnitMaker, bank: Bank, patience: Patience) -> None:
    """Before anything follows an instruction that the bank never heard of, it is asked once more whether that is so."""
    renewed = {each.unheard_instruction_id: each.tenant for each in due if each.unheard_instruction_id}
    if not renewed:
        return
    answers = bank.ask(list(renewed))
    with unit(sorted(set(renewed.values()))) as uow:
        former = uow.of(Disbursements).by_instruction(renewed)
        take_answers(uow, {id: answers[instruction] for instruction, id in former.items()}, patience)


def _fix_instructions(
    due: Sequence[Disbursement], unit: UnitMaker, cipher: Cipher
) -> tuple[list[Disbursement], list[Disbursement], dict[str, Payment]]:
    """Step one: → (sent now, found sent, the payment of each). An account that cannot be opened stops its job here.

    The account is the newest confirmed one of this moment: who was released for another has to be released anew.
    """
    if not due:
        return [], [], {}
    registers = {place for each in due for place in registered_in(each.claim)}
    with unit(sorted({each.tenant for each in due} | registers)) as uow:
        store = uow.of(Disbursements)
        found = store.get_many([each.id for each in due])
        released = [each for each in found.values() if each.state == "authorised"]
        accounts = current_accounts(uow, released)
        for each in released:
            if each.id in accounts:
                each.follow_account(accounts[each.id])
        stop_what_may_be_paid([each for each in released if each.state == "authorised"], uow, cipher)
        fresh = [each for each in released if each.state == "authorised"]
        interrupted = [each for each in found.values() if each.state == "sent"]
        for each in fresh:
            each.send(uow.now)
        payments = {each.id: _payment(each, cipher) for each in (*fresh, *interrupted)}
        store.save_many(released)
    return fresh, interrupted, payments


def _payment(disbursement: Disbursement, cipher: Cipher) -> Payment:
    """The instruction in the bank's terms. It depends on nothing that ever changes, so that it can be repeated."""
    claim, payee = disbursement.claim, disbursement.payee
    return Payment(
        instruction_id=_instruction(disbursement),
        debtor_account=pool_account(disbursement.tenant),
        creditor_account=account_of(disbursement, cipher),
        creditor_name=payee.account_name,
        amount_fen=disbursement.amount_fen,
        purpose=f"惠企兑付 {claim.receipt} {claim.item_title}"[:140],
    )


def _instruction(disbursement: Disbursement) -> str:
    assert disbursement.instruction_id is not None, "what is sent has an instruction"
    return disbursement.instruction_id


def _tenants(jobs: Sequence[Job]) -> list[str]:
    return sorted({job.tenant for job in jobs})


def _leave_trace(sent: Sequence[Disbursement], answers: Mapping[str, BankAnswer]) -> None:
    """One span per payment, in the trace of the submission that it belongs to."""
    for each in sent:
        answer = answers[each.id]
        if answer.status == "silent":
            log.warning("bank did not answer: outcome unknown", disbursement=each.id, tenant=each.tenant)
        with start_span(
            "treasury bank payment",
            parent=each.traceparent,
            attributes={"zhida.instruction": _instruction(each), "zhida.bank_says": answer.status},
        ):
            pass
