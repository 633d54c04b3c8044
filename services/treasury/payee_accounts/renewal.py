"""The linked attempt after one that failed or came back, once there is an account that replaces its own.

It pays what of the newest approval is neither paid nor on its way: that may be less than what came back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from services.treasury.budget.domain import budget_year
from services.treasury.disbursements import payout_clock
from services.treasury.disbursements.accounts import current_accounts, registered_in
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.funds import Funds, lines_concerned
from services.treasury.disbursements.moves import IN_FLIGHT, UNSENT
from services.treasury.disbursements.standings import Standings
from services.treasury.disbursements.store import Disbursements
from services.treasury.disbursements.terms import terms_of
from services.treasury.rails.patience import Patience
from services.treasury.rails.settlement import RENEW

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

Outcome = Literal["renewed", "waits", "over", "stopped"]


def renew_attempts(jobs: Sequence[Job], unit: UnitMaker, patience: Patience) -> None:
    """Follow what failed or came back with a new attempt where there is another account; else look again later.

    The new attempt has its money reserved anew (or is held), and a second person has to release it anew. Where the bank
    contradicts the books nothing follows: somebody has been called.
    """
    with unit(sorted({job.tenant for job in jobs})) as uow:
        ended = uow.of(Disbursements).look_at([job.subject for job in jobs])
    tenants = {job.tenant for job in jobs} | {place for each in ended for place in registered_in(each.claim)}
    with unit(sorted(tenants)) as uow:
        attempts = _attempts(uow, ended, patience)
        funds = Funds(uow, lines_concerned(attempts.values(), uow))
        funds.serve_those_who_wait()
        standings = Standings(uow, {each.case_id for each in ended})
        outcomes = {each.id: _outcome(each, attempts, standings, funds) for each in ended}
        made = [attempts[id] for id, outcome in outcomes.items() if outcome == "renewed"]
        uow.of(Disbursements).save_many(made)
        funds.close()
        standings.close()
        for job in jobs:
            uow.finish(job)
        payout_clock.watch(uow, made)
        for each in ended:
            if outcomes[each.id] == "waits":
                uow.schedule(RENEW, each.id, at=uow.now + patience.accounts_every, tenant=each.tenant)
            elif outcomes[each.id] != "stopped":
                payout_clock.unwatch(uow, [each])


def _attempts(uow: UnitOfWork, ended: Sequence[Disbursement], patience: Patience) -> dict[str, Disbursement]:
    """By the id of what ended: the attempt that would follow it, where another account counts now.

    What the bank never heard of is not followed while the bank may still execute it.
    """
    accounts = current_accounts(uow, ended)
    limits = payout_clock.limits(uow, {each.tenant for each in ended})
    attempts = {}
    for each in ended:
        account = accounts.get(each.id)
        if each.never_heard and each.quiet_since and uow.now < each.quiet_since + patience.may_execute_within:
            continue
        if account is not None and account.replaces(each.payee, each.payee_of):
            attempts[each.id] = each.next_attempt(
                account, at=uow.now, year=budget_year(uow.now), payout_days=limits[each.tenant]
            )
    payout_clock.start(uow, attempts.values())
    return attempts


def _outcome(each: Disbursement, attempts: Mapping[str, Disbursement], standings: Standings, funds: Funds) -> Outcome:
    """What becomes of what ended; a new attempt is funded at once. What came back need not be recovered any more."""
    family = standings.attempts[each.place]
    if any(other.contradiction is not None for other in family):
        return "stopped"
    if _is_followed(each, family):
        return "over"
    under_way = any(other.state in (*UNSENT, *IN_FLIGHT) for other in family)
    if not under_way:
        standings.recover(each.place)
    newest, to_pay = standings.latest(each.place), standings.settled_up(each.place).pay_fen
    if newest is None or to_pay == 0 or newest.holder_id != each.holder_id:
        return "over"
    if under_way:
        return "waits"
    new = attempts.get(each.id)
    if new is None or _is_to_where_it_failed(new, each, family):
        return "waits"
    new.pay_only(to_pay)
    if newest.approval is not None and newest.revision > each.revision:
        new.approved_by, new.approved_at = newest.approval.approved_by, newest.approval.approved_at
        new.terms, new.approved_fen = terms_of(newest.approval), newest.amount_fen
    funds.fund(new)
    family.append(new)
    return "renewed"


def _is_followed(each: Disbursement, family: Sequence[Disbursement]) -> bool:
    """Whether another attempt has taken its place: the linked one, or a later approval that came after it had failed. What
    came back may have been paid when the later approval came, which then asked for the difference only."""
    later = [other for other in family if (other.revision, other.attempt) > (each.revision, each.attempt)]
    return any(other.previous_id == each.id for other in family) or (each.state == "failed" and bool(later))


def _is_to_where_it_failed(new: Disbursement, each: Disbursement, family: Sequence[Disbursement]) -> bool:
    """Whether a later attempt has failed at, or come back from, the very account."""
    return any(
        other.state in ("failed", "returned")
        and (other.revision, other.attempt) > (each.revision, each.attempt)
        and (other.payee_of, other.payee.account_version) == (new.payee_of, new.payee.account_version)
        for other in family
    )
