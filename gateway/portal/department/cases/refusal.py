"""What a refusal tells: its grounds as they are chosen, and whom one turns to who does not agree."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from pydantic import Field

from contracts.case_sheet import CaseSheet
from contracts.intake import Claim
from contracts.message import Id, Model
from contracts.message_previews import MessagePreviews
from contracts.policy_guide import GetGuide, GuideView
from contracts.refusal import Refused
from contracts.refusal_grounds import (
    ChosenGrounds,
    GetRefusalGrounds,
    IssuedRefusal,
    OwnGround,
    PreviewRefusal,
    RefusalGround,
    Remedies,
)
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.portal.shell.portal import portal_of
from gateway.portal.shell.site import Site

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


class RefusalWords(Model):
    """What an officer says of a refusal: grounds that are ticked, one of the own, and words before them. `previewed` is what they
    have been shown of it, as the enterprise would read it."""

    case_id: Id
    expected_version: int
    reason: str | None = Field(default=None, min_length=4, max_length=1000)
    grounds: ChosenGrounds = ()
    own: OwnGround | None = None
    previewed: str = ""

    @property
    def said(self) -> dict[str, Any]:
        """The same as review is told it, without the way to object."""
        own = () if self.own is None else (self.own,)
        return {"reason": self.reason, "grounds": self.grounds, "other_grounds": own}

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The same as hidden fields of the page that shows what will be read."""
        own = self.own.model_dump() if self.own is not None else {}
        return [
            *(("grounds[]", each) for each in self.grounds),
            *((f"own.{name}", value) for name, value in own.items()),
        ]


class GroundChoice(NamedTuple):
    """The grounds of a case as they are chosen from; what decides is proposed."""

    options: list[tuple[str, str]]
    proposed: list[str]
    remedies: Remedies | None


async def grounds_of(door: Door, case_id: Id) -> GroundChoice:
    """What the case could be refused for now."""
    found = await door.told(GetRefusalGrounds(case_id=case_id))
    options = [(each.code, in_words(each)) for each in found.grounds]
    return GroundChoice(options, [each.code for each in found.grounds if each.decisive], found.remedies)


def in_words(ground: RefusalGround) -> str:
    """A ground in one line: the condition, the fact with its source and day, the clause, and what would change it."""
    known = "，".join(each for each in (ground.source, str(ground.as_of or "")) if each)
    fact = f"；{ground.fact}：{ground.value}（{known}）" if ground.fact else ""
    return f"{ground.text}{fact}；依据{ground.clause}；改变结果需要：{ground.would_change}"


async def issued(door: Door, said: RefusalWords, claim: Claim) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the order says, and what the enterprise would read of it: as review would issue it."""
    guide = await door.told(GetGuide(item_id=claim.item_id, item_version=claim.item_version))
    words = {**said.said, "how_to_object": how_to_object(guide, await site_of(door))}
    whole = await door.told(PreviewRefusal(case_id=said.case_id, **words))
    return words, {name: getattr(whole, name) for name in IssuedRefusal.model_fields}


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
