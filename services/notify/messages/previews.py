"""What an enterprise would read if something were decided so: the template's own text, before anything is sent."""

from __future__ import annotations

from sqlalchemy import text

from chassis.read.reader import Reader
from contracts.case_events import CaseNotAccepted, SupplementRequested
from contracts.identity import TenantSettings
from contracts.integrity import PreviewFindingDecision, PreviewFindingNotice
from contracts.integrity_events import FindingDecided, FindingNotified
from contracts.message_previews import (
    MessagePreview,
    MessagePreviews,
    PreviewNotAccepted,
    PreviewRejection,
    PreviewSupplement,
)
from contracts.review import CaseRejected
from services.notify.messages.rendering import fields_of, render
from services.notify.messages.templates import TEMPLATES, Tellable

SETTINGS = text("SELECT settings FROM tenant WHERE id = :tenant")


def preview_rejection(query: PreviewRejection, reader: Reader) -> MessagePreviews:
    """A refusal as the enterprise would read it."""
    refused = CaseRejected(
        case_id=query.claim.application_id,
        claim=query.claim,
        reason=query.reason or "",
        cites=query.cites,
        how_to_object=query.how_to_object,
        grounds=query.grounds,
        remedies=query.remedies,
        rejected_by=reader.actor.id,
        rejected_at=reader.now,
    )
    return _previews(refused, reader)


def preview_not_accepted(query: PreviewNotAccepted, reader: Reader) -> MessagePreviews:
    """That its claim is not accepted, as it would read it."""
    refused = CaseNotAccepted(
        case_id=query.claim.application_id,
        claim=query.claim,
        reason=query.reason or "",
        cites=query.cites,
        how_to_object=query.how_to_object,
        grounds=query.grounds,
        remedies=query.remedies,
        decided_by=reader.actor.id,
        decided_at=reader.now,
    )
    return _previews(refused, reader)


def preview_supplement(query: PreviewSupplement, reader: Reader) -> MessagePreviews:
    """What it is to mend, as it would read it."""
    asked = SupplementRequested(
        case_id=query.claim.application_id,
        claim=query.claim,
        supplement_id=query.claim.application_id,
        round=1,
        points=query.points,
        due_at=query.due_at,
        requested_by=reader.actor.id,
    )
    return _previews(asked, reader)


def preview_finding_notice(query: PreviewFindingNotice, reader: Reader) -> MessagePreviews:
    """What is held against it, as it would read it; until when is counted once it is told."""
    told = FindingNotified(
        finding_id=query.claim.application_id,
        case_id=query.claim.application_id,
        due_at=None,
        notified_by=reader.actor.id,
        notified_at=reader.now,
        **dict(query),
    )
    return _previews(told, reader)


def preview_finding_decision(query: PreviewFindingDecision, reader: Reader) -> MessagePreviews:
    """A decision on what is held against it, as it would read it."""
    decided = FindingDecided(
        finding_id=query.claim.application_id,
        case_id=query.claim.application_id,
        decided_by=reader.actor.id,
        decided_at=reader.now,
        **dict(query),
    )
    return _previews(decided, reader)


def _previews(event: Tellable, reader: Reader) -> MessagePreviews:
    """Over each channel that the enterprise's tenant has opened, as `use_cases.tell_enterprises` would write it."""
    template, fields = TEMPLATES[type(event)], fields_of(event)
    found = reader.execute(SETTINGS, {"tenant": event.claim.filed_in}).scalar()
    opened = TenantSettings.model_validate(found or {}).channels
    return MessagePreviews(
        items=tuple(
            MessagePreview(channel=channel, text=render(template, fields, channel))
            for channel in template.channels
            if channel == "inbox" or channel in opened
        )
    )
