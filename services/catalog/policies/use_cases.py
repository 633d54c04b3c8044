"""What the catalogue does with published items when it is told to: one function per command.

What time does to items is in `validity`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from chassis.tenancy.registry import TenantUnknown
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
from contracts.rule import Problem
from services.catalog.policies import validity
from services.catalog.policies.ceilings import beyond_ceilings
from services.catalog.policies.differences import differences
from services.catalog.policies.domain import PolicyItem
from services.catalog.policies.guides import following, refuse_unconfirmed
from services.catalog.policies.plan_words import department_known, words_in
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
        return publish(cmd.content, ground, uow, guide_confirmed=cmd.guide_confirmed).view()
    reason = "直接发布新版本"
    return revise(item, cmd.content, ground, reason, uow, guide_confirmed=cmd.guide_confirmed).view()


def revise_policy_item(cmd: RevisePolicyItem, uow: UnitOfWork) -> AuthoredItemView:
    """The next version, at once, on a ground that needs no consultation."""
    item = _to_change(cmd, uow)
    ground = PublicationGround(kind=cmd.ground.kind, text=cmd.ground.text)
    return revise(item, cmd.content, ground, cmd.reason, uow, guide_confirmed=cmd.guide_confirmed).authored()


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


def publish(
    content: PolicyItemContent, ground: PublicationGround | None, uow: UnitOfWork, *, guide_confirmed: bool
) -> PolicyItem:
    """Version 1, kept with its ground. Raises what `PolicyItem.publish` and saving it raise, or GuideMayDisagree."""
    content, against = _cited(content, uow)
    words = words_in(content, uow)
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
        department_id=words.department_id,
    )
    if not guide_confirmed:
        refuse_unconfirmed(item.content)
    item.unmapped = words.unmapped
    _save(item, "published", ground.text if ground is not None else "", None, uow)
    return item


def revise(
    item: PolicyItem,
    content: PolicyItemContent,
    ground: PublicationGround | None,
    reason: str,
    uow: UnitOfWork,
    *,
    guide_confirmed: bool,
) -> PolicyItem:
    """The next version, kept with what reads differently; what the guide said from the rules follows them.

    Raises what `PolicyItem.revise` raises, or GuideMayDisagree.
    """
    before, today = item.content, uow.now.astimezone(CHINA).date()
    content, against = _cited(following(content, before), uow)
    words = words_in(content, uow)
    item.department_id = department_known(item, uow)
    item.revise(
        content,
        ground,
        by=uow.actor,
        at=uow.now,
        today=today,
        reason=reason,
        against=against,
        department_id=words.department_id,
    )
    item.unmapped = words.unmapped
    if not guide_confirmed:
        refuse_unconfirmed(item.content, before)
    _save(item, "revised", reason, before, uow)
    return item


def _cited(content: PolicyItemContent, uow: UnitOfWork) -> tuple[PolicyItemContent, list[Problem]]:
    """The item with its document as it is registered, and what the document and the tenant have against it."""
    content, against = cite(content, uow, uow.tenant)
    with suppress(TenantUnknown):  # whoever is not onboarded here yet has set no ceiling
        against += beyond_ceilings(content, uow.registry.settings(uow.tenant))
    return content, against


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
    item.department_id = department_known(item, uow)
    item.refuse_other_department(uow.actor)
    if item.version != cmd.expected_version:
        raise StaleVersion()
    return item


def _move(cmd: ItemOrder, uow: UnitOfWork, action: str, move: Callable[[PolicyItem], None]) -> AuthoredItemView:
    item = _to_change(cmd, uow)
    move(item)
    uow.of(PolicyItems).save(item)
    _tell(item, action, cmd.reason, uow)
    item.unmapped = words_in(item.content, uow).unmapped
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
