"""What a refusal tells besides its reason: what of the policy it rests on, and whom one turns to who does not agree."""

from __future__ import annotations

import hashlib

from contracts.case_sheet import CaseSheet
from contracts.message_previews import MessagePreviews
from contracts.policy_guide import GetGuide, GuideView
from contracts.refusal import Refused
from contracts.rule import State
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.portal.shell.portal import portal_of
from gateway.portal.shell.site import Site

LONGEST = 400
"""Letters of one citation (contracts.review.CitedText)."""

MOST = 20
CONTACTS = 3


async def guide_if_there(door: Door, sheet: CaseSheet) -> GuideView | None:
    """The guide of the version that the claim was filed under; None while the catalogue is away. The case opens without."""
    claim = sheet.case.claim
    try:
        return await door.told(GetGuide(item_id=claim.item_id, item_version=claim.item_version))
    except (BusError, Faulted, Refused):
        return None


async def site_of(door: Door) -> Site:
    return await portal_of(door.request).sites.of(door.principal.tenant)


def citable(sheet: CaseSheet, guide: GuideView | None) -> list[str]:
    """The document, and every condition that is not met or cannot be judged, as the enterprise will read it."""
    return [*_document(guide), *(text for text, _decisive in _conditions(sheet))][:MOST]


def resting(sheet: CaseSheet, guide: GuideView | None) -> list[str]:
    """Those that are proposed: the document, and what decides."""
    return [*_document(guide), *(text for text, decisive in _conditions(sheet) if decisive)][:MOST]


def how_to_object(guide: GuideView, site: Site) -> str:
    """As the item's guide says it; where it says nothing, by its telephones and the hotline."""
    if guide.guide.complaint:
        return guide.guide.complaint[:600]
    contacts = "、".join(f"{each.name}（{each.phone}）" for each in guide.guide.contacts[:CONTACTS])
    hotline = f"，或拨打政务服务便民热线 {site.footer.hotline}" if site.footer.hotline else ""
    return f"可向{contacts}提出{hotline}"[:600]


def digest(previews: MessagePreviews) -> str:
    """Names what was shown, so that what is sent is that and nothing else."""
    texts = "\x1f".join(f"{each.channel}\x1e{each.text}" for each in previews.items)
    return hashlib.sha256(texts.encode()).hexdigest()


def _document(guide: GuideView | None) -> list[str]:
    if guide is None:
        return []
    document = guide.document
    if document.name:
        return [f"《{document.name.strip('《》')}》{f'（{document.number}）' if document.number else ''}"[:LONGEST]]
    return [guide.guide.basis[:LONGEST]]


def _conditions(sheet: CaseSheet) -> list[tuple[str, bool]]:
    """Each once, with whether the outcome rests on it."""
    found: dict[str, bool] = {}
    for each in sheet.conditions:
        if each.state is not State.MET:
            actual = f"（现有数据：{each.actual}）" if each.actual else "（没有可用数据）"
            text = f"{each.text_zh.rstrip('。')}{actual}"[:LONGEST]
            found[text] = found.get(text, False) or each.decisive
    return list(found.items())
