"""What becomes of review's approvals, up to the moment when a payment may be sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.review import CaseApproved
from contracts.treasury import AuthoriseDisbursement, DisbursementView
from services.treasury.account_copies.store import PayeeAccountCopies
from services.treasury.bank_book.store import BankComparison, FoundCredits
from services.treasury.budget.domain import budget_year
from services.treasury.disbursements import payout_clock
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.funds import Funds, lines_concerned
from services.treasury.disbursements.identity import instruction_of
from services.treasury.disbursements.moves import IN_FLIGHT, OVER, UNSENT
from services.treasury.disbursements.refusals import (
    BankContradicts,
    NothingToPay,
    PaidUnderEarlierRevision,
    PayerMismatch,
)
from services.treasury.disbursements.store import Disbursements
from services.treasury.offices import must_hold

SEND = "send_disbursement"
"""The job by which what is authorised is sent (rails)."""

TAKE_UP = "take_up_credit"
"""The job by which what the bank was found to have carried out already is settled instead of being sent (rails)."""

Instalment = tuple[TenantId, str, int]
"""Payer, case and number: what is paid once."""


def authorise_disbursement(cmd: AuthoriseDisbursement, uow: UnitOfWork) -> DisbursementView:
    """复核: a second person releases the payment, and it is sent at once.

    Raises RoleRequired, DisbursementNotFound, StaleVersion, BankContradicts, DisbursementNotReady, MakerIsChecker.
    """
    must_hold(uow.actor, "bureau", "行政审批局")
    store = uow.of(Disbursements)
    disbursement = store.get(cmd.disbursement_id, expected_version=cmd.expected_version)
    disbursement.authorise(by=uow.actor.id, at=uow.now)
    store.save(disbursement)
    uow.schedule(SEND, disbursement.id, at=uow.now, tenant=disbursement.tenant)
    return disbursement.view()


def receive_approvals(events: Sequence[Received[CaseApproved]], uow: UnitOfWork) -> None:
    """Review's taken to pay become disbursements, ready or held, in approval of approval.

    A replay finds itself and does nothing. A later revision cancels an earlier one that has not been sent;
    while one is at the bank it waits, and once one is paid it is set aside for a person. While restored books are compared
    with the bank's all of it waits: what they do not know yet may be paid.
    """
    if _waits_for_the_bank(events, uow):
        return
    arrived = _taken_over(events, uow)
    carried_out = uow.of(FoundCredits).open_instructions({new.tenant for _, new in arrived})
    cases = {new.case_id for _, new in arrived}
    store = uow.of(Disbursements)
    earlier_lines = {each.line_id for each in store.of_cases(cases, lock=False) if each.line_id}
    funds = Funds(uow, earlier_lines | lines_concerned([new for _, new in arrived], uow))
    funds.serve_those_who_wait()
    known: defaultdict[Instalment, list[Disbursement]] = defaultdict(list)
    for each in store.of_cases(cases):
        known[_instalment(each)].append(each)
    accepted: list[Disbursement] = []
    replaced: list[Disbursement] = []
    for event, new in arrived:
        siblings = known[_instalment(new)]
        if not _is_next(event, new, siblings, carried_out):
            continue
        for each in siblings:
            if each.state not in OVER:
                funds.cancel(each, "已被新的批准取代")
                replaced.append(each)
        funds.fund(new)
        siblings.append(new)
        accepted.append(new)
    # What is replaced leaves its place before the new one takes it.
    store.save_many([each for each in replaced if each.version])
    store.save_many(accepted)
    funds.close()
    payout_clock.unwatch(uow, replaced)
    payout_clock.watch(uow, [each for each in accepted if each.state not in OVER])
    paid = [each for each in accepted if instruction_of(each.id, each.attempt) in carried_out]
    uow.schedule_many(TAKE_UP, [(each.tenant, each.id, uow.now) for each in paid])


def _waits_for_the_bank(events: Sequence[Received[CaseApproved]], uow: UnitOfWork) -> bool:
    """Whether restored books are still compared with the bank's: then each of these is tried again later."""
    under_way = uow.of(BankComparison).under_way()
    for event in events if under_way else ():
        event.not_yet("系统恢复后与银行账的核对")
    return under_way


def _taken_over(
    events: Sequence[Received[CaseApproved]], uow: UnitOfWork
) -> list[tuple[Received[CaseApproved], Disbursement]]:
    """The disbursements that these taken ask for, in approval of approval, each with its payout deadline."""
    limits = payout_clock.limits(uow, {event.tenant for event in events})
    taken = []
    for event in sorted(events, key=_by_approval):
        approval = event.data
        if approval.payer != event.tenant:
            event.refuse(PayerMismatch())
        elif approval.amount_fen == 0:
            event.refuse(NothingToPay())
        elif approval.payer not in limits:
            event.not_yet(f"地区 {approval.payer} 的开通信息")
        else:
            new = Disbursement.receive(
                approval,
                at=uow.now,
                year=budget_year(approval.approved_at),
                payout_days=limits[approval.payer],
                traceparent=event.traceparent,
            )
            taken.append((event, new))
    payout_clock.start(uow, [new for _, new in taken])
    # The account that was confirmed when it was filed may have been replaced since.
    accounts = uow.of(PayeeAccountCopies).current(new.payee_owner for _, new in taken)
    for _, new in taken:
        if new.payee_owner in accounts:
            new.follow_account(accounts[new.payee_owner])
    return taken


def filed_in(event: Received[CaseApproved]) -> Collection[TenantId]:
    """Where the enterprise's accounts are kept: who pays may be another tenant."""
    return (event.data.claim.filed_in,)


def _is_next(
    event: Received[CaseApproved], new: Disbursement, siblings: Sequence[Disbursement], carried_out: Collection[str]
) -> bool:
    """Whether `new` takes its place now; if it has to wait or cannot, the event is told so."""
    if any(each.id == new.id or each.revision > new.revision for each in siblings):
        return False
    if contradicted := next((each.contradiction for each in siblings if each.contradiction), None):
        event.refuse(BankContradicts(why=contradicted))
        return False
    if any(each.state in IN_FLIGHT for each in siblings):
        event.not_yet("先前批准的兑付仍在银行办理")
        return False
    if any(
        each.state == "settled" or (each.state in UNSENT and instruction_of(each.id, each.attempt) in carried_out)
        for each in siblings
    ):
        event.refuse(PaidUnderEarlierRevision())
        return False
    return True


def _instalment(disbursement: Disbursement) -> Instalment:
    return (disbursement.tenant, disbursement.case_id, disbursement.instalment)


def _by_approval(event: Received[CaseApproved]) -> tuple[datetime, str, int, int]:
    approval = event.data
    return (approval.approved_at, approval.case_id, approval.instalment, approval.revision)
