"""What an enterprise has begun to fill in."""

from __future__ import annotations

from typing import Any

from chassis.read.reader import Reader
from contracts.application_drafts import (
    ApplicationDraftList,
    ApplicationDraftView,
    FoundDraft,
    GetApplicationDraft,
    ListApplicationDrafts,
)
from services.intake.drafts.store import COLUMNS, draft_of
from services.intake.whose import refuse_stranger

DRAFTS = f"""
SELECT {", ".join(f"d.{name}" for name in COLUMNS.split(", "))}, newest.version AS newest_version, newest.title, newest.sample
FROM application_draft d CROSS JOIN LATERAL (
    SELECT v.version, v.content ->> 'title' AS title, CAST(v.content ->> 'sample' AS boolean) AS sample FROM item_version v
    WHERE v.item_id = d.item_id ORDER BY v.version DESC LIMIT 1) AS newest
WHERE d.tenant = :tenant AND d.enterprise_id = :enterprise AND (CAST(:item AS text) IS NULL OR d.item_id = :item)
ORDER BY d.saved_at DESC, d.id
"""


def get_application_draft(query: GetApplicationDraft, reader: Reader) -> FoundDraft:
    """Raises EnterpriseNotYours."""
    refuse_stranger(reader.actor, query.enterprise_id)
    asked = {"tenant": reader.tenant, "enterprise": query.enterprise_id, "item": query.item_id}
    row = reader.execute(DRAFTS, asked).first()
    return FoundDraft(draft=_view(row) if row is not None else None)


def list_application_drafts(query: ListApplicationDrafts, reader: Reader) -> ApplicationDraftList:
    """Raises EnterpriseNotYours."""
    refuse_stranger(reader.actor, query.enterprise_id)
    rows = reader.execute(DRAFTS, {"tenant": reader.tenant, "enterprise": query.enterprise_id, "item": None})
    return ApplicationDraftList(items=tuple(_view(row).model_copy(update={"fields": ()}) for row in rows))


def _view(row: Any) -> ApplicationDraftView:
    return draft_of(row).view(row.newest_version, f"{row.title}（示例）" if row.sample else row.title)
