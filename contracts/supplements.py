"""补正: what the enterprise is asked to mend in its claim, all at once, and what it answers."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.application_forms import AskedFact
from contracts.case_events import CaseEvent, SupplementFault
from contracts.message import Command, Id, Model, Query, ServiceName
from contracts.rule.facts import FactValue, UnitText
from contracts.uploads import Sha256

SupplementState = Literal["open", "answered", "lapsed", "void"]
"""待企业补正 · 已补正 · 逾期未补正 · 已失效（办件已结束）."""

PointAbout = Literal["material", "field"]


class RequestedPoint(Model):
    """One thing to mend. `code` is that of the plan's material, or the fact of its form (`fact/period` where the form names one)."""

    about: PointAbout
    code: str = Field(min_length=2, max_length=80)
    fault: SupplementFault
    text: str = Field(min_length=2, max_length=400)


class AnsweredPoint(Model):
    """What the enterprise says to one point: a corrected value, papers by the hash of their uploads, the original shown at the
    window, or a word on it. A number without a `unit` is in the item's own.
    """

    code: str = Field(min_length=2, max_length=80)
    value: FactValue | None = None
    unit: UnitText | None = None
    files: tuple[Sha256, ...] = Field(default=(), max_length=20)
    original_shown: bool = False
    text: str = Field(default="", max_length=1000)


class SupplementPointView(Model):
    """One point as it was asked and as it was answered. `asked` is how the form asks for the value of a field."""

    about: PointAbout
    code: str
    label: str
    fault: SupplementFault
    text: str
    asked: AskedFact | None = None
    answer: AnsweredPoint | None = None


class SupplementView(Model):
    """`due_at` is until when the enterprise has time; without it, it waits for the working days of `awaits_year`.

    `before_acceptance`: it was asked before the claim was accepted. `then`: what follows if nobody answers.
    """

    supplement_id: Id
    case_id: Id
    application_id: Id
    receipt: str
    item_title: str
    enterprise_name: str
    round: int
    state: SupplementState
    points: tuple[SupplementPointView, ...]
    before_acceptance: bool
    then: Literal["withdrawn", "decided_as_filed"]
    requested_by: Id
    requested_at: datetime
    department: str
    due_at: datetime | None
    awaits_year: int | None = None
    answered_by: Id | None = None
    answered_at: datetime | None = None
    version: int


class AskablePoint(Model):
    """What the enterprise can be asked to mend: a material of the plan, or a field of its form that no office has said."""

    about: PointAbout
    code: str
    label: str


class SupplementList(Model):
    """`askable` is what may be asked for now: nothing while a supplement is open, and in a further round what was brought."""

    items: tuple[SupplementView, ...] = ()
    askable: tuple[AskablePoint, ...] = ()


class RequestSupplement(Command[SupplementView]):
    """Ask the enterprise to mend all of this, at once (一次性补正告知). The clocks stand still until it has answered.

    A round beyond those of the plan names only what the answer before it brought.
    """

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    points: tuple[RequestedPoint, ...] = Field(min_length=1, max_length=60)
    expected_version: int


class AnswerSupplement(Command[SupplementView]):
    """Answer the open supplement of a claim, every point of it. By the enterprise itself, or by the window for it."""

    owner: ClassVar[ServiceName] = "review"

    application_id: Id
    supplement_id: Id
    points: tuple[AnsweredPoint, ...] = Field(min_length=1, max_length=60)


class GetSupplement(Query[SupplementView]):
    """The latest supplement of a claim, for the enterprise itself or the window."""

    owner: ClassVar[ServiceName] = "review"

    application_id: Id


class ListSupplements(Query[SupplementList]):
    """Every supplement of a case, the latest first, for whoever decides it."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class SupplementDueSoon(CaseEvent):
    """Most of the enterprise's time to answer is gone, and it has not answered: it is reminded, once."""

    supplement_id: Id
    round: int
    due_at: datetime
    then: Literal["withdrawn", "decided_as_filed"]
