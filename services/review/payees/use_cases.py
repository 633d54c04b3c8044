"""The department names the receivers of a case; open cases take up accounts as they are confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.message import SYSTEM, TenantId
from contracts.naming_payees import NamePayees
from contracts.review import CaseView
from services.review.cases.answering import Handled, in_hand, settle, unmapped_words, with_items
from services.review.cases.case_holders import CaseHolders
from services.review.cases.case_view import view_of
from services.review.cases.known_accounts import ask_elsewhere, know_accounts
from services.review.cases.payee_refusals import against_naming
from services.review.cases.refusals import together
from services.review.cases.store import Cases

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

OTHER_RECEIVERS = "收款人已变更，此前的审批须重新作出"


def name_payees(cmd: NamePayees, uow: UnitOfWork) -> CaseView:
    """Say who receives the parts that are not the applicant's, instead of whoever was named before.

    Raises CaseNotFound, NotYourDepartment, StaleVersion, AlreadyDecided, or all that is wrong with the names as one refusal.
    """
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    case, item = handled.case, handled.item
    case.must_be_handled_by(uow.actor, handled.names)
    case.must_be_open()
    before, case.named_payees = case.named_payees, cmd.payees
    know_accounts([case], uow)
    found = against_naming(item.rules.payees, cmd.payees, case.receivers_by(item))
    if found:
        raise together(found)
    if case.named_payees != before:
        _ask_approvers_again(handled, uow)
    settle([handled], uow)
    ask_elsewhere([case], uow)
    return view_of(case, unmapped_words(case, uow) if case.is_open else ())


def follow_accounts(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Open cases are paid to the account that counts now. A case lies where its enterprise is, or at a level above."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        tenants = {tenant for place in uow.tenants for tenant in (place, *uow.registry.lineage(place))}
    with unit(sorted(tenants)) as uow:
        waiting = uow.of(CaseHolders).awaiting(uow.tenants, [(job.tenant, job.subject) for job in jobs])
        _take_up(waiting, uow)
        for job in jobs:
            uow.finish(job)


def take_up_elsewhere(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """These cases learn of accounts that were registered where their enterprises are."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        cases = uow.of(Cases).get_many([job.subject for job in jobs])
        tenants: set[TenantId] = {each.claim.filed_in for each in cases.values()}
    with unit(sorted({*tenants, *(job.tenant for job in jobs)})) as uow:
        _take_up([job.subject for job in jobs], uow)
        for job in jobs:
            uow.finish(job)


def _take_up(case_ids: Iterable[str], uow: UnitOfWork) -> None:
    """What a line of a list waited for may be there now: then it is granted as it was listed. A case from before receivers were
    shown is worked out as well."""
    found = uow.of(Cases).get_many(sorted(set(case_ids)))
    waiting = [case for case in found.values() if case.is_open]
    changed = {case.id for case in know_accounts(waiting, uow)}
    settle(with_items([case for case in waiting if case.id in changed or not case.receivers], uow), uow)


def _ask_approvers_again(handled: Handled, uow: UnitOfWork) -> None:
    """Nobody has approved what these receivers get: whoever approved before looks again."""
    case = handled.case
    latest = {answer.place: answer for answer in case.answers if answer.kind == "approval"}
    for answer in latest.values():
        if answer.verdict == "passed":
            again = replace(answer, verdict="withdrawn", by=SYSTEM.id, at=uow.now, reason=OTHER_RECEIVERS)
            case.answer(again)
