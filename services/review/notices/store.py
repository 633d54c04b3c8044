"""Papers as rows that are only ever added, and the counters of their numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Row

from chassis.write.uow import UnitOfWork
from contracts.case_notices import NoticeContent, NoticeKind
from contracts.intake import Claim
from contracts.message import Id, TenantId
from services.review.notices.notice import IssuedPaper, NoticeDraft, hash_of

MAKE_FILE = "make_notice_file"
"""The job by which a paper's file is made. Its subject is the paper."""

LATER = timedelta(minutes=3)
"""How long the file of a paper that nobody asks for may wait: whoever decides does not wait for it."""

Series = tuple[TenantId, str, int, NoticeKind]

# Rows come in their order, so that two commits cannot deadlock; each holds its counters until it ends, so that none is ever left out.
COUNT = """
INSERT INTO notice_counter AS c (tenant, department, year, kind, last)
SELECT t, d, y, k, n FROM unnest(CAST(:tenants AS text[]), CAST(:departments AS text[]), CAST(:years AS integer[]),
    CAST(:kinds AS text[]), CAST(:counts AS integer[])) AS r(t, d, y, k, n) ORDER BY t, d, y, k
ON CONFLICT (tenant, department, year, kind) DO UPDATE SET last = c.last + EXCLUDED.last
RETURNING tenant, department, year, kind, last
"""
ENTER = """
INSERT INTO case_notice (tenant, id, case_id, application_id, kind, number, department, department_id, revision, instalment,
    claim, content, content_sha256, issued_at)
SELECT tenant, id, case_id, application_id, kind, number, department, department_id, revision, instalment, claim, content,
    content_sha256, issued_at
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, case_id text, application_id text, kind text,
    number text, department text, department_id text, revision integer, instalment integer, claim jsonb, content jsonb,
    content_sha256 text, issued_at timestamptz)
"""
FIND = "SELECT * FROM case_notice WHERE tenant = ANY (:tenants) AND id = ANY (:ids)"


class IssuedPapers:
    """The papers of the unit of work's tenants."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def issue(self, drafts: Sequence[NoticeDraft]) -> list[IssuedPaper]:
        """Give these their numbers, in their order, and keep them for good; their files are made later."""
        if not drafts:
            return []
        last = self._count(Counter(each.series for each in drafts))
        issued = []
        for draft in drafts:
            last[draft.series] += 1
            numbered = draft.numbered(last[draft.series])
            issued.append(IssuedPaper(self._uow.new_id(), numbered, self._uow.now, hash_of(numbered.content)))
        self._uow.execute(ENTER, {"rows": orjson.dumps([_row(each) for each in issued]).decode()})
        later = self._uow.now + LATER
        self._uow.schedule_many(MAKE_FILE, [(each.draft.tenant, each.id, later) for each in issued])
        return issued

    def find(self, ids: Collection[Id]) -> dict[Id, IssuedPaper]:
        """Those that there are."""
        found = self._uow.execute(FIND, {"tenants": list(self._uow.tenants), "ids": sorted(set(ids))})
        return {row.id: notice_of(row) for row in found}

    def _count(self, wanted: Counter[Series]) -> defaultdict[Series, int]:
        """Take so many numbers of each row; → the number before the first of them."""
        keys = sorted(wanted)
        rows = self._uow.execute(
            COUNT,
            {
                "tenants": [key[0] for key in keys],
                "departments": [key[1] for key in keys],
                "years": [key[2] for key in keys],
                "kinds": [key[3] for key in keys],
                "counts": [wanted[key] for key in keys],
            },
        )
        taken: dict[Series, int] = {(row.tenant, row.department, row.year, row.kind): row.last for row in rows}
        return defaultdict(int, {key: last - wanted[key] for key, last in taken.items()})


def notice_of(row: Row[Any]) -> IssuedPaper:
    """A paper as it was issued."""
    draft = NoticeDraft(
        tenant=row.tenant,
        case_id=row.case_id,
        claim=Claim.model_validate(row.claim),
        kind=row.kind,
        department=row.department,
        department_id=row.department_id,
        revision=row.revision,
        instalment=row.instalment,
        content=NoticeContent.model_validate(row.content),
    )
    return IssuedPaper(row.id, draft, row.issued_at, row.content_sha256)


def _row(notice: IssuedPaper) -> dict[str, Any]:
    draft = notice.draft
    issued_at: datetime = notice.issued_at
    return {
        "tenant": draft.tenant,
        "id": notice.id,
        "case_id": draft.case_id,
        "application_id": draft.claim.application_id,
        "kind": draft.kind,
        "number": notice.number,
        "department": draft.department,
        "department_id": draft.department_id,
        "revision": draft.revision,
        "instalment": draft.instalment,
        "claim": draft.claim.model_dump(mode="json"),
        "content": draft.content.model_dump(mode="json"),
        "content_sha256": notice.content_sha256,
        "issued_at": issued_at,
    }
