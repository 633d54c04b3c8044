"""What the bank says becomes state, ledger entries and the next thing to do. The only way from *sent* onwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from chassis.observability.telemetry import get_logger
from chassis.write.uow import UnitOfWork
from services.treasury.disbursements import payout_clock
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.funds import Funds
from services.treasury.disbursements.moves import IN_FLIGHT
from services.treasury.disbursements.store import Disbursements
from services.treasury.rails.bank import BankAnswer, Standing
from services.treasury.rails.patience import Patience
from services.treasury.rails.return_cursor import FETCH_RETURNS, ReturnCursor

log = get_logger(__name__)

ASK = "ask_bank"
RENEW = "renew_attempt"

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)

DOUBTS: Mapping[Standing, str] = {
    "silent": "银行未在时限内答复，正在查询",
    "not_found": "银行暂未查到该指令，正在继续查询",
    "conflict": "银行以同一指令号登记了内容不同的付款，须人工核对",
}
NEVER_HEARD = "银行连续 {n} 次答复未收到该指令，已停止查询；资金已释放，须人工与银行核实"


def take_answers(uow: UnitOfWork, answers: Mapping[str, BankAnswer], patience: Patience) -> None:
    """Apply the bank's answers, by disbursement id. One that was applied before changes nothing."""
    store = uow.of(Disbursements)
    funds = Funds(uow, {each.line_id for each in store.look_at(answers) if each.line_id})
    found = store.get_many(answers)
    before = {each.id: (each.state, each.unheard) for each in found.values()}
    for each in found.values():
        _take(each, answers[each.id], funds, patience.definite_noes)
    changed = [each for each in found.values() if (each.state, each.unheard) != before[each.id]]
    store.save_many(changed)
    funds.close()
    _follow_up(uow, [each for each in changed if each.state not in IN_FLIGHT], patience)
    for each in found.values():
        if each.state in IN_FLIGHT and answers[each.id].status != "conflict":
            uow.schedule(ASK, each.id, at=_next_question(each, uow.now), tenant=each.tenant)


def _take(each: Disbursement, answer: BankAnswer, funds: Funds, definite_noes: int) -> None:
    """One answer: what it moves, it moves in the books as well."""
    if each.state in IN_FLIGHT:
        if answer.status in ("settled", "returned"):
            _settle(each, answer, funds)
        elif answer.status == "failed":
            each.fail(answer.told)
            funds.release(each)
        elif answer.status in DOUBTS:
            _doubt(each, answer, funds, definite_noes)
    elif _contradicts(each, answer):
        log.error(
            "the bank contradicts the books",
            disbursement=each.id,
            instruction=each.instruction_id,
            state=each.state,
            bank_says=answer.status,
        )
    if each.state == "settled" and answer.status == "returned":
        each.take_back(answer.told)
        funds.take_back(each)
    if each.state == answer.status and answer.reason:
        each.reason = answer.noted  # to be seen by staff alone: events have said it in our words


def _settle(each: Disbursement, answer: BankAnswer, funds: Funds) -> None:
    assert answer.bank_reference is not None, "an answer without reference is not a settlement"
    assert answer.settled_at is not None, "nor is one without a time"
    each.settle(answer.bank_reference, answer.settled_at)
    funds.settle(each)


def _doubt(each: Disbursement, answer: BankAnswer, funds: Funds, definite_noes: int) -> None:
    """No answer, or none that ends it. The money stays reserved until the bank has firmly said no."""
    if each.state == "sent":
        each.doubt(DOUBTS[answer.status])
    if answer.status == "conflict":
        log.error("bank has another payment under our instruction id", instruction=each.instruction_id)
    if answer.status == "not_found":
        each.unheard += 1
        if each.unheard >= definite_noes:
            each.fail(NEVER_HEARD.format(n=each.unheard))
            funds.release(each)


def _contradicts(each: Disbursement, answer: BankAnswer) -> bool:
    if each.state == "failed":
        return answer.status in ("settled", "returned", "pending")
    return each.state == "settled" and answer.status in ("failed", "not_found")


def _follow_up(uow: UnitOfWork, ended: Iterable[Disbursement], patience: Patience) -> None:
    """What has come to an end: its clock stops, its return is watched for, or its next attempt is prepared."""
    for each in ended:
        if each.state != "failed":
            payout_clock.unwatch(uow, [each])
        if each.state == "settled" and uow.of(ReturnCursor).begin(each.tenant):
            uow.schedule(FETCH_RETURNS, each.tenant, at=uow.now + patience.returns_every, tenant=each.tenant)
        if each.state in ("failed", "returned"):
            uow.schedule(RENEW, each.id, at=uow.now, tenant=each.tenant)


def _next_question(each: Disbursement, now: datetime) -> datetime:
    """Wait as long again as it has been under way: soon at first, every five minutes in the end."""
    assert each.sent_at is not None, "what is in flight was sent"
    return now + min(max(now - each.sent_at, FIRST_WAIT), LONGEST_WAIT)
