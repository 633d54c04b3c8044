"""Why a claim is refused, ground by ground, and whom one turns to who does not agree.

A refusal names for each ground the condition, the fact with its value, source and day, the clause, and what would change it; and
the body of reconsideration, the court, and the periods of both.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.message import Id, Model, Query, ServiceName

RECONSIDERATION_DAYS = 60
"""Administrative Reconsideration Law (2023), art. 20: sixty days, unless a law gives longer."""

SUIT_MONTHS = 6
"""Administrative Litigation Law, art. 46."""


class Remedies(Model):
    """Whom one turns to against a decision of a department, and within which time after it was served."""

    reconsideration_body: str = Field(min_length=2, max_length=100)
    court: str = Field(min_length=2, max_length=100)
    reconsideration_days: int = Field(default=RECONSIDERATION_DAYS, ge=RECONSIDERATION_DAYS, le=366)
    suit_months: int = Field(default=SUIT_MONTHS, ge=1, le=60)

    @property
    def sentence_zh(self) -> str:
        """As every refusal says it."""
        return (
            f"如不服本决定，可自收到本决定之日起 {self.reconsideration_days} 日内向{self.reconsideration_body}申请行政复议，"
            f"或自收到本决定之日起 {self.suit_months} 个月内向{self.court}提起行政诉讼。"
        )

    def with_words(self, more: str) -> str:
        """The sentence, and what the department adds to it; words that say the sentence already stand for themselves."""
        said = more.strip()
        return said if said.startswith(self.sentence_zh) else f"{self.sentence_zh}{said}"


GroundKind = Literal[
    "condition",  # 申报条件
    "joint_check",  # 联审
    "panel",  # 评估评审
    "inspection",  # 现场勘查
    "public_notice",  # 公示异议
    "material",  # 申报材料
    "quota",  # 名额或资金额度
    "earlier_award",  # 已获奖补
    "instalment",  # 分期复核
    "other",  # 其他
]

GroundCode = Annotated[str, Field(min_length=3, max_length=160)]
"""Stable within its case: `condition:revenue:2025`."""


class RefusalGround(Model):
    """One ground of a refusal.

    `text` is the condition as published, or what was found; `fact` what it is about, `value` what that is, as `source` said on
    `as_of`. `clause` is the document and what of it; `would_change` what would have to be otherwise, and who sees to it.
    `decisive`: the outcome rests on it, and it is proposed.
    """

    code: GroundCode
    kind: GroundKind
    text: str
    fact: str = ""
    value: str = ""
    source: str = ""
    as_of: date | None = None
    clause: str
    would_change: str
    decisive: bool = True


class OwnGround(Model):
    """A ground that nothing in the case shows: the officer says it, with its clause and what would change it."""

    text: str = Field(min_length=4, max_length=600)
    clause: str = Field(min_length=2, max_length=400)
    would_change: str = Field(min_length=4, max_length=400)


CHOSEN = 40
OWN = 10
"""How many grounds a refusal may have of each."""

ChosenGrounds = Annotated[tuple[GroundCode, ...], Field(max_length=CHOSEN)]
OwnGrounds = Annotated[tuple[OwnGround, ...], Field(max_length=OWN)]


class RefusalGrounds(Model):
    """What a case could be refused for, as it stands, and whom the enterprise could turn to: absent while nobody has entered
    that for the place (`remedies_not_set`)."""

    case_id: Id
    grounds: tuple[RefusalGround, ...]
    remedies: Remedies | None = None
    version: int


class GetRefusalGrounds(Query[RefusalGrounds]):
    """The grounds of a case that is open."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class IssuedRefusal(Model):
    """A refusal word for word as it would be issued: its grounds, and whom the enterprise could turn to."""

    reason: str
    cites: tuple[str, ...]
    how_to_object: str
    grounds: tuple[RefusalGround, ...]
    remedies: Remedies


class PreviewRefusal(Query[IssuedRefusal]):
    """What would be issued if a case were refused so, as `RejectCase` and `RefuseAcceptance` say it. Refused as they would be."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    reason: str | None = Field(default=None, min_length=4, max_length=1000)
    cites: tuple[Annotated[str, Field(min_length=2, max_length=400)], ...] = Field(default=(), max_length=20)
    how_to_object: str = Field(default="", max_length=600)
    grounds: ChosenGrounds = ()
    other_grounds: OwnGrounds = ()
