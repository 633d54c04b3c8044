"""What enterprises are called in mandates: whoever acts for one chooses it by its name when signing in."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.name_changes import NameChangeView
from gateway.identity.people.store import MANDATE, Mandates


def call_otherwise(change: NameChangeView, uow: UnitOfWork) -> NameChangeView:
    """Call the enterprise so in every mandate for it; nobody hears of that, as no event of a mandate says its name."""
    store = uow.of(Mandates)
    mandates = store.where(MANDATE.c.enterprise_id == change.enterprise_id)
    for each in mandates:
        each.enterprise_name = change.name
    store.save_many(mandates)
    return change
