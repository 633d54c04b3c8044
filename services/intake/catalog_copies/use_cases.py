"""What intake keeps of what the catalogue tells: one function per kind of event."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseFactsChanged, EnterpriseRegistered, PayeeAccountChanged
from contracts.name_changes import EnterpriseRenamed
from contracts.policies import ItemLifeEvent, PolicyPublished, PolicyRevised
from services.intake.catalog_copies.enterprises import EnterpriseCopies
from services.intake.catalog_copies.items import ItemCopies


def keep_items(events: Sequence[Received[PolicyPublished | ItemLifeEvent]], uow: UnitOfWork) -> None:
    """Items can be applied for as soon as their publication has arrived, and while they are on offer."""
    copies = uow.of(ItemCopies)
    copies.keep_items(event.data for event in events if isinstance(event.data, PolicyPublished | PolicyRevised))
    copies.keep_states((event.data, event.envelope.time) for event in events if isinstance(event.data, ItemLifeEvent))


def keep_enterprises(events: Sequence[Received[EnterpriseRegistered]], uow: UnitOfWork) -> None:
    uow.of(EnterpriseCopies).keep_enterprises(events)


def keep_names(events: Sequence[Received[EnterpriseRenamed]], uow: UnitOfWork) -> None:
    """What is filed from now on is filed under the new name."""
    uow.of(EnterpriseCopies).keep_names(events)


def keep_facts(events: Sequence[Received[EnterpriseFactsChanged]], uow: UnitOfWork) -> None:
    uow.of(EnterpriseCopies).keep_facts(events)


def keep_payees(events: Sequence[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
    uow.of(EnterpriseCopies).keep_payees(events)
