"""What goes on once a person has cleared up with the bank what could not be true beside the books."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher
from chassis.write.uow import UnitOfWork
from contracts.treasury import ClearContradiction, DisbursementView
from services.treasury.bank_book.store import FoundCredits
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.moves import IN_FLIGHT
from services.treasury.disbursements.refusals import CreditDiffers, CreditNotFound, NothingContradicts
from services.treasury.disbursements.store import Disbursements
from services.treasury.offices import must_hold
from services.treasury.rails.accounts import account_of
from services.treasury.rails.return_cursor import CONFIRM_RETURN
from services.treasury.rails.settlement import ASK, RENEW


def clear_contradiction(cmd: ClearContradiction, uow: UnitOfWork, cipher: Cipher) -> DisbursementView:
    """Every attempt of the instalment goes on; whatever the bank can be asked about is asked about at once.

    Where the bank has paid it already, under an instruction that the restored books do not know, it takes that instruction:
    whoever says so releases it, and is not who granted it.

    Raises RoleRequired, DisbursementNotFound, StaleVersion, NothingContradicts; with `paid_by` DisbursementNotReady,
    MakerIsChecker, CreditNotFound, CreditDiffers.
    """
    must_hold(uow.actor, "bureau", "行政审批局")
    store = uow.of(Disbursements)
    (looked,) = store.look_at([cmd.disbursement_id]) or (None,)
    family = store.of_cases([looked.case_id]) if looked is not None else []
    named = store.get(cmd.disbursement_id, expected_version=cmd.expected_version)
    stopped = [each for each in family if each.place == named.place and each.contradiction is not None]
    if named.contradiction is None:
        raise NothingContradicts()
    named = next(each for each in stopped if each.id == named.id)
    if cmd.paid_by is not None:
        _must_be_paid_by(named, cmd.paid_by, uow, cipher)
    for each in stopped:
        each.clear(cmd.conclusion, by=uow.actor.id)
    if cmd.paid_by is not None:
        named.authorise(by=uow.actor.id, at=uow.now)
        named.take_up(cmd.paid_by, uow.now)
    for each in stopped:
        if each.state in IN_FLIGHT or each.never_heard:
            uow.schedule(ASK, each.id, at=uow.now, tenant=each.tenant)
        if each.return_listed_at is not None:
            uow.schedule(CONFIRM_RETURN, each.id, at=uow.now, tenant=each.tenant)
        if each.state in ("failed", "returned"):
            uow.schedule(RENEW, each.id, at=uow.now, tenant=each.tenant)
    store.save_many(stopped)
    return named.view()


def _must_be_paid_by(each: Disbursement, instruction_id: str, uow: UnitOfWork, cipher: Cipher) -> None:
    """That credit is this payment: to the same account and name, of the same amount."""
    found = uow.of(FoundCredits).open([each.tenant], cipher)
    credit = next((credit for credit in found if credit.instruction_id == instruction_id), None)
    if credit is None:
        raise CreditNotFound(instruction=instruction_id)
    if not credit.is_the_same(account_of(each, cipher), each.payee.account_name, each.amount_fen):
        raise CreditDiffers(credit=credit.described)
