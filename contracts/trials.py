"""Rules that are being written, tried (试算): on an enterprise of the place, or on facts that somebody made up."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field

from contracts.message import Id, Model, Query, ServiceName
from contracts.rule import Assessment, Decision, Fact


class TriedEnterprise(Model):
    enterprise_id: Id
    uscc: str
    name: str


class NeededFact(Model):
    """A fact that the rules look at, with the period as they name it and the enterprise's own value, if it has one."""

    name: str
    period: str | None
    label: str
    kind: str
    unit: str | None
    codes: dict[str, str] = Field(default_factory=dict)
    known: Fact | None = None


class NeededDecision(Model):
    """A figure that somebody has still to set: by whom, what it is called, and in which unit, where the rules tell."""

    decision: str
    by: str
    unit: str | None = None


class TriedItem(Model):
    """What the rules say on these facts, with everything that they look at.

    Several `candidates` fit what was said of the enterprise: nothing was tried, one of them is to be chosen.
    `year` is the one that relative periods were counted from.
    """

    year: int
    on: date
    needed: tuple[NeededFact, ...] = ()
    decisions: tuple[NeededDecision, ...] = ()
    enterprise: TriedEnterprise | None = None
    candidates: tuple[TriedEnterprise, ...] = ()
    assessment: Assessment | None = None


class TryItem(Query[TriedItem]):
    """What would this text give? Before caps over earlier awards; nothing is kept.

    Of `content` the rules must be readable: how it is handled and who bears it may still be missing. `enterprise` is an
    id, a credit code or a part of the name, of this place; `facts` count instead of its own. With neither, the answer
    says what the rules look at.
    """

    owner: ClassVar[ServiceName] = "catalog"

    content: dict[str, Any]
    enterprise: str | None = Field(default=None, min_length=2, max_length=120)
    facts: Annotated[tuple[Fact, ...], Field(max_length=200)] = ()
    decisions: Annotated[tuple[Decision, ...], Field(max_length=30)] = ()
    year: int | None = Field(default=None, ge=1980, le=2200)
    on: date | None = None
