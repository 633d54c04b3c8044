"""The notice of a case as everybody would read it if it were published now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.intake import Claim
from contracts.item import BenefitKind
from contracts.public_notices import NoticeContact, PreviewNotice, PublicNoticeView
from contracts.rule import Assessment, ItemRules, PublicNotice
from services.review.cases.entitlement import amount_due
from services.review.cases.views import case_row
from services.review.public_notices.days import end_of
from services.review.public_notices.notice import NothingToPublish, shown_name

ITEM = text("SELECT rules, contacts, benefit_kind FROM item_version WHERE item_id = :item AND item_version = :version")
PAID = (BenefitKind.GRANT, BenefitKind.INTEREST)


def preview_notice(query: PreviewNotice, reader: Reader) -> PublicNoticeView:
    """Raises CaseNotFound, NotYourDepartment, Forbidden or NothingToPublish."""
    row = case_row(query.case_id, reader)
    claim = Claim.model_validate(row.claim)
    item = reader.execute(ITEM, {"item": claim.item_id, "version": claim.item_version}).one()
    step = _step(item)
    end = end_of(step.period, step.first_day_counts, reader.now, reader.calendar(reader.tenant))
    paid = item.benefit_kind is None or BenefitKind(item.benefit_kind) in PAID
    return PublicNoticeView(
        notice_id="preview",
        tenant=reader.tenant,
        item_id=claim.item_id,
        item_title=claim.item_title,
        department=step.department or claim.department,
        contacts=tuple(NoticeContact.model_validate(each) for each in item.contacts or ()),
        name=shown_name(claim),
        amount_fen=amount_due(Assessment.model_validate(row.assessment)) if paid else None,
        period=step.period,
        first_day_counts=step.first_day_counts,
        published_at=reader.now,
        first_day=reader.now.astimezone(CHINA).date(),
        last_day=end.last_day,
        ends_at=end.ends_at,
        awaits_year=end.awaits_year,
    )


def _step(item: Row[Any]) -> PublicNotice:
    steps = ItemRules.model_validate(item.rules).plan.steps
    found = next((each for each in steps if isinstance(each, PublicNotice)), None)
    if found is None:
        raise NothingToPublish()
    return found
