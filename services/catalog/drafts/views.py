"""What may be read of drafts, and by whom."""

from __future__ import annotations

from typing import Any

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.drafting import DraftPage, DraftSummary, DraftView, GetDraft, ListDrafts
from contracts.message import Actor
from rules import sentences
from services.catalog.drafts.consultation import ROLE_OF_PARTY
from services.catalog.drafts.domain import DraftUnknown
from services.catalog.policies.guides import agreement, followed
from services.catalog.policies.texts import examine

READABLE = """
d.tenant = :tenant AND (d.department = :department OR d.department_id = :department_id
    OR EXISTS (SELECT 1 FROM jsonb_array_elements(d.rounds) r, jsonb_array_elements(r -> 'answers') a
        WHERE a ->> 'party' = ANY (:parties) AND (a ->> 'department' = :department
            OR a ->> 'department_id' = :department_id
            OR (CAST(:department AS text) IS NULL AND a ->> 'party' <> 'development_reform'))))
"""
"""A draft is read by its department and by those who are, or were, asked about it."""

DRAFT = f"SELECT d.* FROM policy_draft d WHERE d.id = :id AND {READABLE}"

DRAFTS = f"""
SELECT d.id AS draft_id, d.version, d.code, d.title, d.department, d.stage, d.item_id, d.edited_at,
    CASE WHEN d.stage = 'consultation' THEN CAST(d.rounds -> -1 ->> 'until' AS date) END AS answer_until
FROM policy_draft d
WHERE {READABLE}
    AND (CAST(:stage AS text) IS NULL OR d.stage = :stage)
    AND (NOT :awaiting OR (d.stage = 'consultation' AND EXISTS (
        SELECT 1 FROM jsonb_array_elements(d.rounds -> -1 -> 'answers') a
        WHERE a ->> 'answer' IS NULL AND a ->> 'party' = ANY (:parties)
            AND (a ->> 'department' = :department OR a ->> 'department_id' = :department_id
                OR CAST(:department AS text) IS NULL))))
    AND (CAST(:before AS text) IS NULL OR d.id < :before)
ORDER BY d.id DESC LIMIT :limit
"""


def get_draft(query: GetDraft, reader: Reader) -> DraftView:
    """A draft with what is wrong with it today. Raises DraftUnknown, also for somebody else's."""
    row = reader.execute(DRAFT, {"id": query.draft_id, **_reach(reader)}).mappings().first()
    if row is None:
        raise DraftUnknown()
    problems, content = examine(row["content"], reader, reader.tenant, reader.now.astimezone(CHINA).date())
    spoken = sentences(content.rules).model_dump() if content is not None else {}
    guide = agreement(content, followed(row["content"])) if content is not None else ()
    told = {"draft_id": row["id"], "problems": problems, "sentences": spoken, "guide": guide}
    return DraftView.model_validate({**row, **told})


def list_drafts(query: ListDrafts, reader: Reader) -> DraftPage:
    """The newest first. Raises CursorInvalid."""
    before = decode_cursor(query.cursor, str)
    wanted = {
        **_reach(reader),
        "stage": query.stage,
        "awaiting": query.awaiting,
        "before": str(before[0]) if before else None,
        "limit": query.limit + 1,
    }
    rows, more = cut_page(reader.execute(DRAFTS, wanted).mappings().all(), query.limit)
    drafts = tuple(DraftSummary.model_validate(dict(row)) for row in rows)
    return DraftPage(drafts=drafts, next_cursor=encode_cursor(drafts[-1].draft_id) if more else None)


def _reach(reader: Reader) -> dict[str, Any]:
    """Whose drafts the one who asks may read."""
    actor: Actor = reader.actor
    parties = [party for party, role in ROLE_OF_PARTY.items() if role in actor.roles]
    return {
        "tenant": reader.tenant,
        "department": actor.department,
        "department_id": actor.department_id if "department" in actor.roles else None,
        "parties": parties,
    }
