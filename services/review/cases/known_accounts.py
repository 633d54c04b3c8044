"""Which confirmed account each receiver of a case has now, as far as the copies tell that the unit of work may see.

What another tenant has registered reaches the case by jobs of the room `payees`, in a unit of work that names both tenants.
"""

from __future__ import annotations

from collections.abc import Sequence

from chassis.write.uow import UnitOfWork
from services.review.account_copies.domain import HolderKey
from services.review.account_copies.store import AccountCopies
from services.review.cases.case import Case

CASE_ACCOUNTS = "case_accounts"
"""The job by which a case learns of accounts that were registered elsewhere. Its subject is the case."""


def know_accounts(cases: Sequence[Case], uow: UnitOfWork) -> list[Case]:
    """Let these cases have the newest confirmed account of each receiver; returns those to which it was news."""
    visible, copies = set(uow.tenants), uow.of(AccountCopies)
    enterprises = {
        (tenant, id)
        for case in cases
        for tenant, id in ((case.claim.filed_in, case.claim.enterprise_id), *_named(case))
        if tenant in visible
    }
    holders = {key for case in cases for key in _named(case) if key[0] in visible}
    accounts = copies.of_enterprises(enterprises)
    others = copies.of_holders(holders) if holders else {}
    changed = []
    for case in cases:
        own = accounts.get((case.claim.filed_in, case.claim.enterprise_id))
        named = [found for key in _named(case) if (found := others.get(key) or accounts.get(key)) is not None]
        if case.take_accounts(own, named):
            changed.append(case)
    return changed


def ask_elsewhere(cases: Sequence[Case], uow: UnitOfWork) -> None:
    """What these open cases need to know of places that are not in hand is asked right after the commit."""
    visible = set(uow.tenants)
    away = [each for each in cases if each.is_open and each.claim.filed_in not in visible]
    uow.schedule_many(CASE_ACCOUNTS, [(each.tenant, each.id, uow.now) for each in away])


def _named(case: Case) -> list[HolderKey]:
    """Where the holders that the case names may have been registered: by its department, or by the enterprise."""
    places = sorted({case.tenant, case.claim.filed_in})
    return [(place, each.holder_id) for each in case.named_payees for place in places]
