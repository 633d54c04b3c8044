"""Rows of drafts. No aggregates: until it is filed a draft is nobody's business but the enterprise's, and no audit fact keeps
what somebody typed and took back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from chassis.write.uow import UnitOfWork
from contracts.application_drafts import DraftField
from contracts.message import Id
from services.intake.drafts.draft import ApplicationDraft, DraftUnknown

COLUMNS = "tenant, id, enterprise_id, item_id, item_version, begun_at, begun_by, saved_at, number, fields"

BEGIN = f"""
INSERT INTO application_draft ({COLUMNS})
VALUES (:tenant, :id, :enterprise, :item, :version, :now, :by, :now, 0, '[]')
ON CONFLICT (tenant, enterprise_id, item_id) DO NOTHING
"""
SAVE = """
UPDATE application_draft SET item_version = :version, saved_at = :saved_at, number = :number, fields = CAST(:fields AS jsonb)
WHERE tenant = :tenant AND id = :id
"""
OF_ITEM = f"""
SELECT {COLUMNS} FROM application_draft WHERE tenant = :tenant AND enterprise_id = :enterprise AND item_id = :item FOR UPDATE
"""
ONE = f"SELECT {COLUMNS} FROM application_draft WHERE tenant = :tenant AND id = :id FOR UPDATE"
END = "DELETE FROM application_draft WHERE tenant = :tenant AND enterprise_id = :enterprise AND item_id = :item"
FORGET = """
DELETE FROM application_draft WHERE (tenant, id) IN (
    SELECT tenant, id FROM application_draft WHERE tenant = ANY (:tenants) AND saved_at < :before
    ORDER BY tenant, id LIMIT :most FOR UPDATE SKIP LOCKED)
"""


class ApplicationDrafts:
    """The drafts of the unit of work's tenant, each locked until it ends."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def begun(self, enterprise_id: Id, item_id: Id, item_version: int) -> ApplicationDraft:
        """The enterprise's draft for the item; a new one of this version, if there is none."""
        asked = {"tenant": self._uow.tenant, "enterprise": enterprise_id, "item": item_id}
        begin = {**asked, "id": self._uow.new_id(), "version": item_version}
        self._uow.execute(BEGIN, {**begin, "now": self._uow.now, "by": self._uow.actor.id})
        return draft_of(self._uow.execute(OF_ITEM, asked).one())

    def get(self, draft_id: Id) -> ApplicationDraft:
        """Raises DraftUnknown."""
        row = self._uow.execute(ONE, {"tenant": self._uow.tenant, "id": draft_id}).first()
        if row is None:
            raise DraftUnknown()
        return draft_of(row)

    def save(self, draft: ApplicationDraft) -> None:
        written = orjson.dumps([each.model_dump(mode="json") for each in draft.fields.values()]).decode()
        self._uow.execute(
            SAVE,
            {
                "tenant": draft.tenant,
                "id": draft.id,
                "version": draft.item_version,
                "saved_at": draft.saved_at,
                "number": draft.number,
                "fields": written,
            },
        )

    def end(self, enterprise_id: Id, item_id: Id) -> None:
        """It has been filed or thrown away."""
        self._uow.execute(END, {"tenant": self._uow.tenant, "enterprise": enterprise_id, "item": item_id})

    def forget(self, tenants: Sequence[str], before: datetime, most: int) -> int:
        """Take away some that nobody has saved since; → how many."""
        return self._uow.execute(FORGET, {"tenants": list(tenants), "before": before, "most": most}).rowcount


def draft_of(row: Any) -> ApplicationDraft:
    """A row as the draft that it is."""
    fields = [DraftField.model_validate(each) for each in row.fields]
    return ApplicationDraft(
        id=row.id,
        tenant=row.tenant,
        enterprise_id=row.enterprise_id,
        item_id=row.item_id,
        item_version=row.item_version,
        begun_at=row.begun_at,
        begun_by=row.begun_by,
        saved_at=row.saved_at,
        number=row.number,
        fields={each.name: each for each in fields},
    )
