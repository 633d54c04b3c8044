"""A policy item (兑现事项): one claimable clause of a document, for people and for machines."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.rule import ItemRules, Level
from contracts.rule_facts import RulePart

LooseDate = Annotated[str, Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")]
"""A date as precise as the source gives it: `2024`, `2024-06` or `2024-06-21`."""

ShortText = Annotated[str, Field(min_length=1, max_length=200)]
LongText = Annotated[str, Field(min_length=1, max_length=2000)]


class BenefitKind(StrEnum):
    GRANT = "grant"
    TAX_RELIEF = "tax_relief"
    INTEREST = "interest"
    QUALIFICATION = "qualification"
    SERVICE = "service"


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


class PolicyDocument(RulePart):
    """The issued text. What the source does not give is absent, never invented."""

    name: ShortText | None = None
    number: ShortText | None = None
    date: LooseDate | None = None


class Source(RulePart):
    """Where the item was taken from, and how far that can be trusted."""

    title: ShortText
    kind: ShortText
    confidence: Literal["high", "medium", "low"]


class Contact(RulePart):
    name: ShortText
    phone: Annotated[str, Field(pattern=r"^[0-9-]{3,20}$")]


class Guide(RulePart):
    """办事指南: what a person reads before applying."""

    basis: LongText
    beneficiaries: LongText
    conditions: LongText
    standard: LongText
    mode: ShortText
    steps: Annotated[tuple[ShortText, ...], Field(min_length=1, max_length=20)]
    time_limits: LongText
    contacts: Annotated[tuple[Contact, ...], Field(min_length=1, max_length=20)]


class FairCompetitionConclusion(RulePart):
    """The conclusion of the fair-competition review, without which nothing is published
    (Fair Competition Review Regulation, in force since 2024-08-01).
    """

    conclusion: Literal["passed", "exception", "not_required"]
    basis: LongText
    date: date


class PolicyItemContent(RulePart):
    """One version of an item, whole: what catalog publishes and every service computes from.

    `sample` items are shown as samples (示例) with issuer and status; `sample_notes` says what was filled in
    beyond the source. `fair_competition` may be absent in a draft only.
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
    rules: ItemRules
    fair_competition: FairCompetitionConclusion | None = None
