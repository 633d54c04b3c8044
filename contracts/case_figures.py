"""Figures of a case that persons set, where the document says "up to" or leaves it to a decision."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from contracts.message import Command, Id, Model, Query, ServiceName
from contracts.review import CaseView
from contracts.rule.awards import DecisionName
from contracts.rule.facts import NumberText, UnitText


class SetFigure(Command[CaseView]):
    """Set a figure that the rule asks for; the case is judged again by it. It may be set anew until the decision, and approvals
    that were given before are asked for again. Whoever sets it does not give the last approval. A figure that a panel sets is set
    with its conclusion."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    name: DecisionName
    value: NumberText
    unit: UnitText
    reason: str = Field(min_length=4, max_length=1000)
    expected_version: int


class FigureSetting(Model):
    """A figure as it was once set. `panel_id`: by that panel's conclusion, which `set_by` has entered."""

    name: str
    title: str
    value: str
    unit: str
    reason: str
    set_by: Id
    set_at: datetime
    panel_id: Id | None = None


class FigureAsked(Model):
    """A figure that the rule asks for: in which unit, by whom according to the document, and whether it is there. `by_panel`: the
    panel's conclusion sets it."""

    name: str
    title: str
    by: str
    unit: str
    by_panel: bool
    value: str | None = None


class CaseFigures(Model):
    """What is asked for, and every setting, the latest first."""

    asked: tuple[FigureAsked, ...]
    history: tuple[FigureSetting, ...]


class ListFigures(Query[CaseFigures]):
    owner: ClassVar[ServiceName] = "review"

    case_id: Id
