"""What the catalogue does with published items when it is told to: one function per command.

What time does to items is in `validity`.
"""

from __future__ import annotations

from collections.abc import Callable

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.item import PolicyItemContent
from contracts.policies import (
    AuthoredItemView,
    ItemOrder,
    PolicyItemView,
    PublicationGround,
    PublishPolicyItem,
    ResumePolicyItem,
    RevisePolicyItem,
    SuspendPolicyItem,
    WithdrawPolicyItem,
)
from contracts.refusal import StaleVersion
from services.catalog.policies import validity
from services.catalog.policies.differences import differences
from services.catalog.policies.domain import PolicyItem, refuse_other_department
from services.catalog.policies.publication import direct_ground
from services.catalog.policies.store import Changes, PolicyItems
from services.catalog.policies.texts import cite

ITEM_LINKS = "item_links"
"""The job that looks at an item's addresses: it is scheduled here and done in the room `links`."""


def publish_policy_item(cmd: PublishPolicyItem, uow: UnitOfWork) -> PolicyItemView:
    """Version 1 of an item, or the next one where this tenant has published the code before."""
    ground = direct_ground(cmd.content, cmd.ground)
    item = uow.of(PolicyItems).by_code(cmd.content.code)
    if item is None:
        return publish(cmd.content, ground, uow).view()
    return revise(item, cmd.content, ground, "直接发布新版本", uow).view()


def revise_policy_item(cmd: RevisePolicyItem, uow: UnitOfWork) -> AuthoredItemView:
    """The next version, at once, on a ground that needs no consultation."""
    item = _to_change(cmd, uow)
    ground = PublicationGround(kind=cmd.ground.kind, text=cmd.ground.text)
    return revise(item, cmd.content, ground, cmd.reason, uow).authored()


def suspend_policy_item(cmd: SuspendPolicyItem, uow: UnitOfWork) -> AuthoredItemView:
    """No new applications for a while."""
    return _move(cmd, uow, "suspended", lambda item: item.suspend(by=uow.actor, at=uow.now, reason=cmd.reason))


def resume_policy_item(cmd: ResumePolicyItem, uow: UnitOfWork) -> AuthoredItemView:
    """Applications are taken again."""
    return _move(cmd, uow, "resumed", lambda item: item.resume(by=uow.actor, at=uow.now, reason=cmd.reason))


def withdraw_policy_item(cmd: WithdrawPolicyItem, uow: UnitOfWork) -> AuthoredItemView:
    """The item is no more."""
    return _move(cmd, uow, "withdrawn", lambda item: item.withdraw(by=uow.actor, at=uow.now, reason=cmd.reason))


# -- what drafts end in, too ------------------------------------------------------------------------------


def publish(content: PolicyItemContent, ground: PublicationGround | None, uow: UnitOfWork) -> PolicyItem:
    """Version 1, kept with its ground. Raises what `PolicyItem.publish` and saving it raise."""
    content, against = cite(content, uow, uow.tenant)
    item = PolicyItem.publish(
        content,
        ground,
        id=uow.new_id(),
        tenant=uow.tenant,
        by=uow.actor,
        at=uow.now,
        today=uow.now.astimezone(CHINA).date(),
        trace=uow.traceparent,
        against=against,
    )
    _save(item, "published", ground.text if ground is not None else "", None, uow)
    return item


def revise(
    item: PolicyItem, content: PolicyItemContent, ground: PublicationGround | None, reason: str, uow: UnitOfWork
) -> PolicyItem:
    """The next version, kept with what reads differently. Raises what `PolicyItem.revise` raises."""
    before, today = item.content, uow.now.astimezone(CHINA).date()
    content, against = cite(content, uow, uow.tenant)
    item.revise(content, ground, by=uow.actor, at=uow.now, today=today, reason=reason, against=against)
    _save(item, "revised", reason, before, uow)
    return item


def _save(item: PolicyItem, action: str, reason: str, before: PolicyItemContent | None, uow: UnitOfWork) -> None:
    items = uow.of(PolicyItems)
    items.save(item)
    items.keep_version(item)
    _tell(item, action, reason, uow, before=before)
    validity.watch(item, uow)
    if item.content.addresses:
        uow.schedule(ITEM_LINKS, item.id, at=uow.now, tenant=item.tenant)


def _to_change(cmd: ItemOrder, uow: UnitOfWork) -> PolicyItem:
    """The item, locked. Whose it is is checked before its version: nobody learns of a stranger's item."""
    item = uow.of(PolicyItems).own(cmd.item_id, tenant=uow.tenant)
    refuse_other_department(uow.actor, item.content.rules.plan.department)
    if item.version != cmd.expected_version:
        raise StaleVersion()
    return item


def _move(cmd: ItemOrder, uow: UnitOfWork, action: str, move: Callable[[PolicyItem], None]) -> AuthoredItemView:
    item = _to_change(cmd, uow)
    move(item)
    uow.of(PolicyItems).save(item)
    _tell(item, action, cmd.reason, uow)
    return item.authored()


def _tell(
    item: PolicyItem, action: str, reason: str, uow: UnitOfWork, *, before: PolicyItemContent | None = None
) -> None:
    uow.of(Changes).add(
        "item",
        item,
        action,
        reason=reason,
        item_id=item.id,
        item_version=item.item_version,
        differences=differences(before, item.content) if before is not None else (),
    )
