"""What the bank says becomes state, ledger entries and the next thing to do. The only way from *sent* onwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from chassis.observability.telemetry import get_logger
from chassis.write.uow import UnitOfWork
from services.treasury.bank_book.store import BANK
from services.treasury.disbursements import payout_clock
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.funds import Funds
from services.treasury.disbursements.moves import IN_FLIGHT, OVER
from services.treasury.disbursements.store import Disbursements
from services.treasury.rails.bank import BankAnswer
from services.treasury.rails.patience import Patience
from services.treasury.rails.return_cursor import CONFIRM_RETURN, FETCH_RETURNS, ReturnCursor
from services.treasury.rails.wording import (
    CONFLICT,
    DOUBTS,
    NEVER_HEARD,
    RETURN_UNCONFIRMED,
    contradiction_of,
)

log = get_logger(__name__)

ASK = "ask_bank"
RENEW = "renew_attempt"

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
UNHEARD_WAIT = timedelta(hours=1)
"""Between two questions about what the bank has denied so often that it is not presented any more."""


def take_answers(
    uow: UnitOfWork, answers: Mapping[str, BankAnswer], patience: Patience, listed: Collection[str] = ()
) -> None:
    """Apply the bank's answers, by disbursement id. One that was applied before changes nothing.

    `listed` are those of them of which the bank lists a return: they are asked about until it says so itself.
    """
    store = uow.of(Disbursements)
    looked = store.look_at(answers)
    followers = _followers([each for each in looked if each.state == "failed"], store)
    funds = Funds(uow, {each.line_id for each in looked if each.line_id})
    found = store.get_many({*answers, *followers})
    before = {each.id: _standing(each) for each in found.values()}
    asked = [found[id] for id in answers if id in found]
    for each in asked:
        _take(each, answers[each.id], funds, uow.now, patience)
        if each.id in listed:
            _note_listing(each, uow.now, patience)
        _tell_followers(each, found.values())
    changed = [each for each in found.values() if _standing(each) != before[each.id]]
    call_somebody(uow, [each for each in changed if each.contradiction])
    store.save_many(changed)
    funds.close()
    _follow_up(
        uow, [each for each in asked if each.state not in IN_FLIGHT and each.state != before[each.id][0]], patience
    )
    _ask_again(uow, asked, patience, listed)


def _take(each: Disbursement, answer: BankAnswer, funds: Funds, now: datetime, patience: Patience) -> None:
    """One answer: what it moves, it moves in the books as well."""
    if each.state in IN_FLIGHT:
        if answer.status in ("settled", "returned"):
            _settle(each, answer, funds)
        elif answer.status == "failed":
            each.quiet_since = None
            each.fail(answer.told)
            funds.release(each)
        elif answer.status in DOUBTS:
            _doubt(each, answer, funds, now, patience)
    elif _contradicts(each, answer):
        each.contradict(contradiction_of(each.instruction_id, each.state, answer.status))
    elif each.never_heard and answer.status == "not_found":
        each.go_unheard(now, patience.definite_noes)
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


def _doubt(each: Disbursement, answer: BankAnswer, funds: Funds, now: datetime, patience: Patience) -> None:
    """No answer, or none that ends it. The money stays reserved until the bank has firmly said no, and can no more do it."""
    if each.state == "sent":
        each.doubt(DOUBTS[answer.status])
    each.reason = DOUBTS[answer.status]  # what it says now, not what it said when it was first asked
    if answer.status == "conflict":
        each.contradict(CONFLICT.format(instruction=each.instruction_id))
    if answer.status == "not_found":
        each.go_unheard(now, patience.definite_noes)
        if each.quiet_since is not None and now >= each.quiet_since + patience.may_execute_within:
            each.fail(NEVER_HEARD.format(n=each.unheard))
            funds.release(each)


def _contradicts(each: Disbursement, answer: BankAnswer) -> bool:
    if each.state == "failed":
        return answer.status in ("settled", "returned", "pending")
    return each.state == "settled" and answer.status in ("failed", "not_found")


def _note_listing(each: Disbursement, now: datetime, patience: Patience) -> None:
    """The bank lists its return. Until it says of the payment itself that it was returned, that is kept and asked about."""
    if each.state in OVER:
        return
    each.return_listed_at = each.return_listed_at or now
    if now - each.return_listed_at >= patience.return_confirmed_within:
        each.contradict(RETURN_UNCONFIRMED.format(instruction=each.instruction_id))


def _followers(failed: Iterable[Disbursement], store: Disbursements) -> list[str]:
    """Ids of all attempts of the same instalments: what the bank says of one that failed concerns those that follow it."""
    ended = {each.place for each in failed}
    family = store.of_cases({place.case_id for place in ended}, lock=False) if ended else []
    return [each.id for each in family if each.place in ended]


def _tell_followers(each: Disbursement, family: Iterable[Disbursement]) -> None:
    """Those that follow it stop with it, and say when it was asked about for the last time."""
    for other in family:
        if other is each or other.place != each.place or other.state in OVER:
            continue
        if each.contradiction is not None and each.state == "failed":
            other.contradict(each.contradiction)
        if other.unheard_instruction_id == each.instruction_id and each.never_heard:
            other.unheard_asked_at = each.asked_at


def call_somebody(uow: UnitOfWork, contradicted: Iterable[Disbursement]) -> None:
    """An alarm for each, once."""
    for each in contradicted:
        if uow.raise_alarm("disbursement", each.id, "contradiction", 100, tenant=each.tenant):
            log.error("the bank contradicts the books", disbursement=each.id, instruction=each.instruction_id)


def _follow_up(uow: UnitOfWork, ended: Iterable[Disbursement], patience: Patience) -> None:
    """What has come to an end: its clock stops, its return is watched for, or its next attempt is prepared."""
    for each in ended:
        if each.state != "failed":
            payout_clock.unwatch(uow, [each])
        if each.state == "settled" and uow.of(ReturnCursor).start():
            uow.schedule(FETCH_RETURNS, BANK, at=uow.now + patience.returns_every, tenant=each.tenant)
        if each.state in ("failed", "returned"):
            uow.schedule(RENEW, each.id, at=uow.now, tenant=each.tenant)


def _ask_again(uow: UnitOfWork, asked: Iterable[Disbursement], patience: Patience, listed: Collection[str]) -> None:
    for each in asked:
        if (at := next_question(each, uow.now, patience)) is not None:
            uow.schedule(ASK, each.id, at=at, tenant=each.tenant)
        if each.id in listed and each.return_listed_at is not None:
            wait = min(max(uow.now - each.return_listed_at, FIRST_WAIT), LONGEST_WAIT)
            uow.schedule(CONFIRM_RETURN, each.id, at=uow.now + wait, tenant=each.tenant)


def next_question(each: Disbursement, now: datetime, patience: Patience) -> datetime | None:
    """When the bank is asked about it again, if it is; soon at first, every five minutes in the end.

    What it never heard of is asked about by the hour: as long as it may execute it, and as long again after it was given up.
    """
    assert each.sent_at is not None, "what the bank is asked about was sent"
    if each.never_heard and each.quiet_since is not None:
        believed = now >= each.quiet_since + 2 * patience.may_execute_within
        return None if each.contradiction or believed else now + UNHEARD_WAIT
    if each.state not in IN_FLIGHT or (each.contradiction and each.unheard_instruction_id is None):
        return None
    if each.quiet_since is not None:
        return min(now + UNHEARD_WAIT, each.quiet_since + patience.may_execute_within)
    return now + min(max(now - each.sent_at, FIRST_WAIT), LONGEST_WAIT)


def _standing(each: Disbursement) -> tuple[object, ...]:
    """What an answer may change."""
    return (each.state, each.reason, each.unheard, each.contradiction, each.return_listed_at, each.unheard_asked_at)
