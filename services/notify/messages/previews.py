"""What an enterprise would read if something were decided so: the template's own text, before anything is sent."""

from __future__ import annotations

from sqlalchemy import text

from chassis.read.reader import Reader
from contracts.identity import TenantSettings
from contracts.message_previews import MessagePreview, MessagePreviews, PreviewRejection
from contracts.review import CaseRejected
from services.notify.messages.templates import TEMPLATES, fields_of, render

SETTINGS = text("SELECT settings FROM tenant WHERE id = :tenant")


def preview_rejection(query: PreviewRejection, reader: Reader) -> MessagePreviews:
    """Over each channel that the enterprise's tenant has opened, as `use_cases.tell_enterprises` would write it."""
    refused = CaseRejected(
        case_id=query.claim.application_id,
        claim=query.claim,
        reason=query.reason,
        cites=query.cites,
        how_to_object=query.how_to_object,
        rejected_by=reader.actor.id,
        rejected_at=reader.now,
    )
    template, fields = TEMPLATES[CaseRejected], fields_of(refused)
    found = reader.execute(SETTINGS, {"tenant": query.claim.filed_in}).scalar()
    opened = TenantSettings.model_validate(found or {}).channels
    return MessagePreviews(
        items=tuple(
            MessagePreview(channel=channel, text=render(template, fields, channel))
            for channel in template.channels
            if channel == "inbox" or channel in opened
        )
    )
