"""Items as the catalogue published them, every version, and where each of them stands, by its events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chassis.write.uow import UnitOfWork
from contracts.item import PolicyItemContent
from contracts.policies import ItemLifeEvent, ItemState, PolicyPublished, PolicyRevised
from services.intake.catalog_copies.domain import PublishedItem
from services.intake.catalog_copies.outside_figures import figures_for
from services.intake.catalog_copies.rows import write_rows

KEEP_ITEMS = """
INSERT INTO item_version (item_id, version, tenant, content, department_id)
SELECT item_id, version, tenant, content, department_id
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS r(item_id text, version integer, tenant text, content jsonb, department_id text)
ON CONFLICT DO NOTHING
"""

# The events of one item arrive in their order, so the last one says where it stands.
KEEP_STATES = """
INSERT INTO item_state (item_id, tenant, state, reason, since)
SELECT item_id, tenant, state, reason, since
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS r(item_id text, tenant text, state text, reason text, since timestamptz)
ORDER BY item_id
ON CONFLICT (item_id) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason, since = EXCLUDED.since
"""


NEWEST_ITEM = """
SELECT v.tenant, v.version, v.department_id, s.state, s.reason FROM item_version v LEFT JOIN item_state s ON s.item_id = v.item_id
WHERE v.item_id = :id ORDER BY v.version DESC LIMIT 1
"""

CONTENT = "SELECT content::text FROM item_version WHERE item_id = :id AND version = :version"


class ItemCopies:
    """The items as one unit of work sees them; each is as new as the last event that arrived."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep_items(self, published: Iterable[PolicyPublished | PolicyRevised]) -> None:
        """Every version stays: a claim is made under one of them. The table is public, as in the catalogue."""
        rows = [
            {
                "item_id": item.item_id,
                "version": item.item_version,
                "tenant": item.tenant,
                "content": item.content.model_dump(mode="json"),
                "department_id": item.department_id,
            }
            for item in published
        ]
        write_rows(self._uow, KEEP_ITEMS, rows)

    def keep_states(self, told: Iterable[tuple[ItemLifeEvent, datetime]]) -> None:
        """Where each item stands, and since when; one that nothing was said of since its publication is on offer."""
        rows = {
            life.item_id: {
                "item_id": life.item_id,
                "tenant": life.tenant,
                "state": life.state,
                "reason": life.reason,
                "since": since,
            }
            for life, since in told
        }
        write_rows(self._uow, KEEP_STATES, list(rows.values()))

    def item(self, item_id: str) -> PublishedItem | None:
        """The newest version of an item, whoever published it, with the outside figures that it rests on now."""
        row = self._uow.execute(NEWEST_ITEM, {"id": item_id}).first()
        if row is None:
            return None
        content = self._content(item_id, row.version)
        state: ItemState = row.state or "published"
        figures = figures_for(row.tenant, content.rules.parameters_by_name.keys(), self._uow)
        reason, department_id = row.reason or "", row.department_id
        return PublishedItem(item_id, row.tenant, row.version, content, state, reason, figures, department_id)

    def _content(self, item_id: str, version: int) -> PolicyItemContent:
        """A version never changes; reading and checking it is dear, and the same few are asked for."""
        kept = _CONTENTS.get((item_id, version))
        if kept is None:
            text = self._uow.execute(CONTENT, {"id": item_id, "version": version}).scalar_one()
            kept = PolicyItemContent.model_validate_json(text)
            if len(_CONTENTS) >= CONTENTS_KEPT:
                _CONTENTS.clear()
            _CONTENTS[item_id, version] = kept
        return kept


CONTENTS_KEPT = 512
_CONTENTS: dict[tuple[str, int], PolicyItemContent] = {}
