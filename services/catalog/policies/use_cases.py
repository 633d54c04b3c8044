"""What the catalogue does with policies when it is told to: one function per command."""

from __future__ import annotations

from chassis.uow import UnitOfWork
from contracts.policies import PolicyItemView, PublishPolicyItem
from services.catalog.policies.domain import PolicyItem
from services.catalog.policies.store import PolicyItems


def publish_policy_item(cmd: PublishPolicyItem, uow: UnitOfWork) -> PolicyItemView:
    """Version 1 of an item, or the next one where this tenant has published the code before."""
    items = uow.of(PolicyItems)
    item = items.by_code(cmd.content.code)
    if item is None:
        item = PolicyItem.publish(
            cmd.content, id=uow.new_id(), tenant=uow.tenant, by=uow.actor, at=uow.now, trace=uow.traceparent
        )
    else:
        item.revise(cmd.content, by=uow.actor, at=uow.now)
    items.save(item)
    return item.view()


