"""A paper that is issued: its number, and what it says for good. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.case_notices import NoticeContent, NoticeKind
from contracts.intake import Claim
from contracts.message import Id, TenantId

SERIES: Mapping[NoticeKind, str] = {
    "acceptance": "惠企受理",
    "supplement": "惠企补正",
    "not_accepted": "惠企不受",
    "approval": "惠企批",
    "refusal": "惠企不批",
    "reopening": "惠企重审",
}
"""What stands in a number (机关代字) between the department and the year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """A paper before it has a number. `content` has none either."""

    tenant: TenantId
    case_id: Id
    claim: Claim
    kind: NoticeKind
    department: str
    department_id: Id | None
    revision: int
    instalment: int
    content: NoticeContent

    @property
    def series(self) -> tuple[TenantId, str, int, NoticeKind]:
        """Of which row of numbers it takes the next."""
        return self.tenant, self.department, self.content.on.year, self.kind

    def numbered(self, number: int) -> NoticeDraft:
        return replace(self, content=self.content.model_copy(update={"number": number_text(self, number)}))


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """A paper as it was issued."""

    id: Id
    draft: NoticeDraft
    issued_at: datetime
    content_sha256: str

    @property
    def number(self) -> str:
        return self.draft.content.number


def number_text(draft: NoticeDraft, number: int) -> str:
    """章贡区科技局惠企不批〔2026〕12号."""
    return f"{draft.department}{SERIES[draft.kind]}〔{draft.content.on.year}〕{number}号"


def written(content: NoticeContent) -> bytes:
    """What is hashed: the content with its keys in order."""
    said = content.model_dump(mode="json")
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def hash_of(content: NoticeContent) -> str:
    return hashlib.sha256(written(content)).hexdigest()
