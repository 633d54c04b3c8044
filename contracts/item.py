"""A policy item (兑现事项): one claimable clause of a document, for people and for machines."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.message import Id
from contracts.rule import FairCompetitionConclusion, ItemRules, Level
from contracts.rule.facts import BuiltOnce, RulePart, misplaced
from contracts.typed import Telephone

LooseDate = Annotated[str, Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")]
"""A date as precise as the source gives it: `2024`, `2024-06` or `2024-06-21`."""

Day = date
"""A field called `date` hides the type from the fields after it."""

ShortText = Annotated[str, Field(min_length=1, max_length=200)]
LongText = Annotated[str, Field(min_length=1, max_length=2000)]
WebAddress = Annotated[str, Field(max_length=500, pattern=r"^https?://[^\s]+$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""By which an uploaded file is known."""


class BenefitKind(StrEnum):
    GRANT = "grant"
    TAX_RELIEF = "tax_relief"
    INTEREST = "interest"
    QUALIFICATION = "qualification"
    SERVICE = "service"

    @property
    def pays_money(self) -> bool:
        """Whether what it grants is paid out, to the enterprise or to its bank (贴息); everything else ends in review."""
        return self in (BenefitKind.GRANT, BenefitKind.INTEREST)


class ItemStatus(StrEnum):
    """Where the document stands, as its source says."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    DRAFT = "draft"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


class Issuer(RulePart):
    """Who issued the document: the authority if known, and the place."""

    authority: ShortText | None = None
    province: ShortText | None = None
    city: ShortText | None = None
    county: ShortText | None = None


class Attachment(RulePart):
    """A file that belongs to a text: an uploaded one, or one at an address."""

    name: ShortText
    sha256: Sha256 | None = None
    url: WebAddress | None = None

    @model_validator(mode="after")
    def _is_in_one_place(self) -> Attachment:
        if (self.sha256 is None) == (self.url is None):
            raise misplaced("url", "附件或者是已上传的文件（sha256），或者是网址（url），二选一")
        return self


class PolicyDocument(RulePart):
    """The issued text, as an item cites it. What the source does not give is absent, never invented.

    `document_id` names the document in the catalogue (`contracts.documents`); the other fields are then taken
    from there when the item is published. In force from `valid_from` to `valid_to`, both days included.
    """

    name: ShortText | None = None
    number: ShortText | None = None
    date: LooseDate | None = None
    document_id: Id | None = None
    authority: ShortText | None = None
    level: Level | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    url: WebAddress | None = None
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=20)] = ()


class Source(RulePart):
    """Where the item was taken from, and how far that can be trusted."""

    title: ShortText
    kind: ShortText
    confidence: Literal["high", "medium", "low"]


class Contact(RulePart):
    name: ShortText
    phone: Telephone


class GuideMaterial(RulePart):
    """A paper that the guide asks for. `code` is that of the plan's material, if the plan has it; any one of
    `substitutes` may be handed in instead (替代材料).
    """

    name: ShortText
    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")] | None = None
    form: ShortText | None = None
    note: ShortText | None = None
    substitutes: Annotated[tuple[ShortText, ...], Field(max_length=10)] = ()


class Interpretation(RulePart):
    """政策解读: a text, a picture (uploaded or at an address) or the address of a video.

    `alternative` says in words what a picture says, for those who do not see it.
    """

    kind: Literal["text", "picture", "video"]
    title: ShortText
    text: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    sha256: Sha256 | None = None
    url: WebAddress | None = None
    alternative: Annotated[str, Field(min_length=4, max_length=500)] | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Interpretation:
        there = {name for name in ("text", "sha256", "url") if getattr(self, name) is not None}
        if there not in ({"text": [{"text"}], "picture": [{"sha256"}, {"url"}], "video": [{"url"}]}[self.kind]):
            text = "文字解读写 text，图片写 sha256 或 url 之一，视频写 url，其余不写"
            raise misplaced("kind", text)
        if self.alternative is not None and self.kind != "picture":
            raise misplaced("alternative", "只有图片写替代文字（alternative）")
        return self


class Guide(RulePart):
    """办事指南: what a person reads before applying. `complaint` says how to complain (投诉渠道)."""

    basis: LongText
    beneficiaries: LongText
    conditions: LongText
    standard: LongText
    mode: ShortText
    steps: Annotated[tuple[ShortText, ...], Field(min_length=1, max_length=20)]
    time_limits: LongText
    contacts: Annotated[tuple[Contact, ...], Field(min_length=1, max_length=20)]
    materials: Annotated[tuple[GuideMaterial, ...], Field(max_length=60)] = ()
    complaint: LongText | None = None


class PolicyItemContent(RulePart):
    """One version of an item, whole: what catalog publishes and every service computes from.

    `sample` items are shown as samples (示例) with issuer and status; `sample_notes` says what was filled in
    beyond the source. `fair_competition` may be absent in a draft only. The item is in force from `valid_from`
    to `valid_to`, both days included; where it says nothing, as long as its document. `local_tax_basis` cites
    the law, regulation or document that allows a base of locally retained tax, by its title or its number.
    """

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    title: ShortText
    summary: LongText
    issuer: Issuer
    level: Level
    theme: ShortText
    benefit_kind: BenefitKind
    document: PolicyDocument
    status: ItemStatus
    sample: bool
    sample_notes: Annotated[tuple[LongText, ...], Field(max_length=20)] = ()
    sources: Annotated[tuple[Source, ...], Field(min_length=1, max_length=20)]
    guide: Guide
    rules: Annotated[ItemRules, BuiltOnce()]
    fair_competition: FairCompetitionConclusion | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    local_tax_basis: LongText | None = None
    interpretations: Annotated[tuple[Interpretation, ...], Field(max_length=30)] = ()

    @property
    def last_day(self) -> date | None:
        """The last day on which the item is in force: its own, or its document's."""
        return self.valid_to or self.document.valid_to

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that the item sends its readers to, each once."""
        cited = (self.document.url, *(each.url for each in self.document.attachments))
        found = (*cited, *(each.url for each in self.interpretations))
        return tuple(dict.fromkeys(address for address in found if address is not None))
