"""What intake does with what is being filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from chassis.time.jobs import STANDING, Job
from chassis.write.uow import UnitOfWork
from contracts.application_drafts import (
    ApplicationDraftView,
    DiscardApplicationDraft,
    RenewApplicationDraft,
    SaveApplicationDraft,
)
from contracts.calendars import NATION
from services.intake.catalog_copies.domain import PublishedItem, shown_title
from services.intake.catalog_copies.items import ItemCopies
from services.intake.drafts.draft import KEPT_FOR, ApplicationDraft, DraftItemUnknown, DraftOfOtherVersion, DraftUnknown
from services.intake.drafts.store import ApplicationDrafts
from services.intake.whose import refuse_stranger

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

FORGET_DRAFTS = "forget_application_drafts"
FORGET_EVERY = timedelta(hours=6)
FORGOTTEN_AT_ONCE = 1000


def save_application_draft(cmd: SaveApplicationDraft, uow: UnitOfWork) -> ApplicationDraftView:
    """Keep these fields. Raises EnterpriseNotYours, DraftItemUnknown, DraftOfOtherVersion or DraftTooLarge."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    item = _item(cmd.item_id, uow)
    if cmd.item_version > item.version:
        raise DraftOfOtherVersion()
    drafts = uow.of(ApplicationDrafts)
    draft = drafts.begun(cmd.enterprise_id, cmd.item_id, cmd.item_version)
    if draft.item_version != cmd.item_version:
        raise DraftOfOtherVersion()
    differing = draft.take(cmd.fields, uow.actor, uow.now)
    drafts.save(draft)
    return _view(draft, item, differing)


def renew_application_draft(cmd: RenewApplicationDraft, uow: UnitOfWork) -> ApplicationDraftView:
    """Go on with the newest version. Raises DraftUnknown or DraftItemUnknown."""
    draft = _own(cmd.draft_id, uow)
    item = _item(draft.item_id, uow)
    draft.renew(item.version)
    uow.of(ApplicationDrafts).save(draft)
    return _view(draft, item)


def discard_application_draft(cmd: DiscardApplicationDraft, uow: UnitOfWork) -> ApplicationDraftView:
    """Raises DraftUnknown or DraftItemUnknown."""
    draft = _own(cmd.draft_id, uow)
    uow.of(ApplicationDrafts).end(draft.enterprise_id, draft.item_id)
    return _view(draft, _item(draft.item_id, uow))


def forget_drafts(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Take away what nobody has saved for KEPT_FOR, of every place."""
    with unit([NATION]) as uow:
        places = [str(id) for (id,) in uow.execute("SELECT id FROM tenant ORDER BY id")]
    with unit([NATION, *places]) as uow:
        gone = uow.of(ApplicationDrafts).forget(places, uow.now - KEPT_FOR, FORGOTTEN_AT_ONCE)
        again = timedelta() if gone == FORGOTTEN_AT_ONCE else FORGET_EVERY
        for job in jobs:
            uow.schedule(FORGET_DRAFTS, STANDING, at=uow.now + again, tenant=job.tenant)


def _own(draft_id: str, uow: UnitOfWork) -> ApplicationDraft:
    """Another enterprise's draft does not exist."""
    draft = uow.of(ApplicationDrafts).get(draft_id)
    if uow.actor.enterprise_id is not None and uow.actor.enterprise_id != draft.enterprise_id:
        raise DraftUnknown()
    return draft


def _item(item_id: str, uow: UnitOfWork) -> PublishedItem:
    item = uow.of(ItemCopies).item(item_id)
    if item is None or item.tenant not in uow.registry.lineage(uow.tenant):
        raise DraftItemUnknown()
    return item


def _view(draft: ApplicationDraft, item: PublishedItem, differing: Sequence[str] = ()) -> ApplicationDraftView:
    return draft.view(item.version, shown_title(item.content), differing)
