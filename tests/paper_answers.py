"""Papers of a case as review answers them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from refusal_answers import GROUND
from remedies import REMEDIES
from staff_kit import case

from contracts.case_notices import ElectronicService, NoticeContent, NoticeFile, NoticeList, NoticePage, NoticeView

AT = datetime(2026, 3, 9, 4, tzinfo=UTC)
NUMBER = "章贡区科技局惠企不批〔2026〕12号"
CONTENT = NoticeContent(
    title="不予批准决定书",
    number=NUMBER,
    issuer="章贡区科技局",
    place="章贡区",
    addressee="赣州示例精工制造有限公司",
    on=date(2026, 3, 9),
    opening="经审查，决定不予批准。",
    grounds=(GROUND,),
    closing=(REMEDIES.sentence_zh,),
    remedies=REMEDIES,
)


def paper(**changes: Any) -> NoticeView:
    """A refusal's paper that was opened and is not served yet."""
    said: dict[str, Any] = {
        "notice_id": "paper-1",
        "case_id": "case-1",
        "claim": case(1).claim,
        "kind": "refusal",
        "number": NUMBER,
        "issued_at": AT,
        "content": CONTENT,
        "content_sha256": "0" * 64,
        "files": (NoticeFile(sha256="1" * 64, size=20_000, sealed=False, made_at=AT),),
        "opened_at": AT,
        "version": 3,
    }
    return NoticeView(**said | changes)


def another(notice_id: str, **changed: Any) -> NoticeView:
    """The same of another number."""
    number = NUMBER.replace("12号", "13号")
    return paper(notice_id=notice_id, number=number, content=CONTENT.model_copy(update={"number": number}), **changed)


SERVED = paper(
    served_at=AT, served_by_means="window", reconsider_until=date(2026, 5, 8), sue_until=date(2026, 9, 9), version=4
)


def paper_answers(*papers: NoticeView, address: str = "") -> dict[str, Any]:
    """What review answers about the papers of a case; `address`: where the enterprise may be served electronically."""
    electronic = ElectronicService(address=address, given_at=AT) if address else ElectronicService()
    listed = NoticeList(items=papers, electronic=electronic).model_dump(mode="json")
    waiting = NoticePage(items=papers).model_dump(mode="json")
    return {"list_case_notices": listed, "list_own_notices": listed, "list_notices_to_serve": waiting}
