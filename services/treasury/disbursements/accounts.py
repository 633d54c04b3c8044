"""Which account each payment goes to now: the newest of the enterprise, or of the holder whom the approval names."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.write.uow import UnitOfWork
from contracts.intake import Claim
from contracts.message import TenantId
from services.treasury.account_copies.domain import CurrentAccount
from services.treasury.account_copies.store import HolderAccountCopies, PayeeAccountCopies
from services.treasury.disbursements.domain import Disbursement


def registered_in(claim: Claim) -> tuple[TenantId, TenantId]:
    """Whose people register accounts for a claim: where the enterprise is at home, and where its case is decided."""
    return (claim.filed_in, claim.tenant)


def current_accounts(uow: UnitOfWork, payments: Iterable[Disbursement]) -> dict[str, CurrentAccount]:
    """By the payment's id; the unit of work names `registered_in`. What goes to a holder never goes to the applicant."""
    each_of = list(payments)
    own = [each for each in each_of if each.holder_id is None]
    of_holders = [(each, each.holder_id) for each in each_of if each.holder_id is not None]
    enterprises = uow.of(PayeeAccountCopies).current(each.payee_owner for each in own)
    found = {each.id: enterprises[each.payee_owner] for each in own if each.payee_owner in enterprises}
    if of_holders:
        asked = [(place, holder) for each, holder in of_holders for place in registered_in(each.claim)]
        holders = uow.of(HolderAccountCopies).current(asked)
        for each, holder in of_holders:
            known = [holders[place, holder] for place in registered_in(each.claim) if (place, holder) in holders]
            if known:
                found[each.id] = max(known, key=lambda account: account.payee.account_version)
    return found
