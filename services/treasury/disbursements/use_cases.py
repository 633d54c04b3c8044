"""What becomes of review's approvals, up to the moment when a payment may be sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.money import Money
from contracts.recoveries import SetWithheldTax
from contracts.refusal import Refused
from contracts.review import CaseApproved
from contracts.treasury import AuthoriseDisbursement, DisbursementView
from services.treasury.bank_book.store import BankComparison, FoundCredits
from services.treasury.budget.domain import budget_year
from services.treasury.disbursements import payout_clock
from services.treasury.disbursements.accounts import current_accounts, registered_in
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.funds import Funds, lines_concerned
from services.treasury.disbursements.identity import instruction_of
from services.treasury.disbursements.moves import IN_FLIGHT, OVER, UNSENT
from services.treasury.disbursements.refusals import (
    BankContradicts,
    BorneDiffers,
    NothingToPay,
    NotMoney,
    PaidUnderEarlierRevision,
    PayerMismatch,
)
from services.treasury.disbursements.standings import Standings
from services.treasury.disbursements.store import Disbursements
from services.treasury.forecast.store import Forecasts
from services.treasury.offices import must_hold
from services.treasury.revisions.domain import LatestApproval

SEND = "send_disbursement"
"""The job by which what is authorised is sent (rails)."""

TAKE_UP = "take_up_credit"
"""The job by which what the bank was found to have carried out already is settled instead of being sent (rails)."""


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


def set_withheld_tax(cmd: SetWithheldTax, uow: UnitOfWork) -> DisbursementView:
    """代扣个人所得税: what is left is paid, and waits for money or is made ready at once.

    Raises RoleRequired, DisbursementNotFound, StaleVersion, BankContradicts, TaxNotAwaited, TaxTooHigh.
    """
    must_hold(uow.actor, "bureau", "行政审批局")
    store = uow.of(Disbursements)
    looked = store.look_at([cmd.disbursement_id])
    funds = Funds(uow, lines_concerned(looked, uow))
    disbursement = store.get(cmd.disbursement_id, expected_version=cmd.expected_version)
    if disbursement.contradiction is not None:
        raise BankContradicts(why=disbursement.contradiction)
    disbursement.withhold(cmd.withheld_fen, by=uow.actor.id)
    refusal = funds.reserve_for(disbursement)
    disbursement.reason = refusal.message if refusal else None
    store.save(disbursement)
    funds.close()
    return disbursement.view()


def receive_approvals(events: Sequence[Received[CaseApproved]], uow: UnitOfWork) -> None:
    """Review's taken to pay become disbursements, ready or held, in approval of approval.

    A replay finds itself and does nothing. A later revision cancels an earlier one that has not been sent, and waits while one
    is at the bank; of what is paid it asks for the difference, or has to get it back. While restored books are compared with
    the bank's all of it waits: what they do not know yet may be paid.
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
    standings = Standings(uow, cases)
    accepted: list[Disbursement] = []
    replaced: list[Disbursement] = []
    for event, new in arrived:
        if not _is_next(event, new, standings, carried_out):
            continue
        replaced += cancel_unsent(standings.attempts[new.place], funds, "已被新的批准取代")
        standings.hear(LatestApproval(new.place, new.revision, new.amount_fen, event.data))
        standings.recover(new.place)
        if (to_pay := standings.settled_up(new.place).pay_fen) > 0:
            new.pay_only(to_pay)
            funds.fund(new)
            standings.attempts[new.place].append(new)
            accepted.append(new)
    # What is replaced leaves its place before the new one takes it.
    store.save_many([each for each in replaced if each.version])
    store.save_many(accepted)
    funds.close()
    standings.close()
    uow.of(Forecasts).approved(standings.heard)
    payout_clock.unwatch(uow, replaced)
    payout_clock.watch(uow, [each for each in accepted if each.state not in OVER])
    paid = [each for each in accepted if instruction_of(each.id, each.attempt) in carried_out]
    uow.schedule_many(TAKE_UP, [(each.tenant, each.id, uow.now) for each in paid])


def cancel_unsent(attempts: Iterable[Disbursement], funds: Funds, reason: str) -> list[Disbursement]:
    """What is not at the bank is not paid; what it reserved is free again. → those that are cancelled."""
    unsent = [each for each in attempts if each.state in UNSENT]
    for each in unsent:
        funds.cancel(each, reason)
    return unsent


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
        if (refusal := _refusal_of(event)) is not None:
            event.refuse(refusal)
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
    accounts = current_accounts(uow, [new for _, new in taken])
    for _, new in taken:
        if new.id in accounts:
            new.follow_account(accounts[new.id])
    return taken


def _refusal_of(event: Received[CaseApproved]) -> Refused | None:
    """What is wrong with an approval whatever was paid before. One of nothing takes back what an earlier one granted."""
    approval = event.data
    if approval.payer != event.tenant:
        return PayerMismatch()
    if approval.benefit_kind is not None and not approval.benefit_kind.pays_money:
        return NotMoney()
    if approval.amount_fen == 0 and approval.revision == 1:
        return NothingToPay()
    borne = sum(share.amount_fen for share in approval.borne)
    if approval.borne and borne != approval.amount_fen:
        return BorneDiffers(borne=Money(borne).yuan_text(), amount=Money(approval.amount_fen).yuan_text())
    return None


def registered_for(event: Received[CaseApproved]) -> Collection[TenantId]:
    """Where the accounts of the enterprise and of holders are kept: who pays may be another tenant."""
    return registered_in(event.data.claim)


def _is_next(
    event: Received[CaseApproved], new: Disbursement, standings: Standings, carried_out: Collection[str]
) -> bool:
    """Whether `new` takes its place now; if it has to wait or cannot, the event is told so."""
    siblings, latest = standings.attempts[new.place], standings.latest(new.place)
    if any(each.id == new.id for each in siblings) or (latest is not None and latest.revision >= new.revision):
        return False
    if contradicted := next((each.contradiction for each in siblings if each.contradiction), None):
        event.refuse(BankContradicts(why=contradicted))
        return False
    if any(each.state in IN_FLIGHT for each in siblings):
        event.not_yet("先前批准的兑付仍在银行办理")
        return False
    if any(each.state in UNSENT and instruction_of(each.id, each.attempt) in carried_out for each in siblings):
        event.refuse(PaidUnderEarlierRevision())
        return False
    return True


def _by_approval(event: Received[CaseApproved]) -> tuple[datetime, str, int, int, int]:
    approval = event.data
    return (approval.approved_at, approval.case_id, approval.instalment, approval.part, approval.revision)
