"""What goes on once a person has cleared up with the bank what could not be true beside the books."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.treasury import ClearContradiction, DisbursementView
from services.treasury.disbursements.moves import IN_FLIGHT
from services.treasury.disbursements.refusals import NothingContradicts
from services.treasury.disbursements.store import Disbursements
from services.treasury.offices import must_hold
from services.treasury.rails.return_cursor import CONFIRM_RETURN
from services.treasury.rails.settlement import ASK, RENEW


def clear_contradiction(cmd: ClearContradiction, uow: UnitOfWork) -> DisbursementView:
    """Every attempt of the instalment goes on; whatever the bank can be asked about is asked about at once.

    Raises RoleRequired, DisbursementNotFound, StaleVersion, NothingContradicts.
    """
    must_hold(uow.actor, "bureau", "行政审批局")
    store = uow.of(Disbursements)
    (looked,) = store.look_at([cmd.disbursement_id]) or (None,)
    family = store.of_cases([looked.case_id]) if looked is not None else []
    named = store.get(cmd.disbursement_id, expected_version=cmd.expected_version)
    stopped = [each for each in family if each.instalment == named.instalment and each.contradiction is not None]
    if named.contradiction is None:
        raise NothingContradicts()
    for each in stopped:
        each.clear(cmd.conclusion, by=uow.actor.id)
        if each.state in IN_FLIGHT or each.never_heard:
            uow.schedule(ASK, each.id, at=uow.now, tenant=each.tenant)
        if each.return_listed_at is not None:
            uow.schedule(CONFIRM_RETURN, each.id, at=uow.now, tenant=each.tenant)
        if each.state in ("failed", "returned"):
            uow.schedule(RENEW, each.id, at=uow.now, tenant=each.tenant)
    store.save_many(stopped)
    return next(each for each in stopped if each.id == named.id).view()
