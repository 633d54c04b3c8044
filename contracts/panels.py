"""Panels of experts: drawn at random from the register, with recusal, scores and minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.case_sheet import SheetFact
from contracts.message import Command, Id, Model, Query, ServiceName, Why
from contracts.rule.facts import NumberText, UnitText

PanelState = Literal["scoring", "passed", "failed", "void"]
"""Its experts score; concluded; another was drawn in its place because too few were left."""

Sha256Text = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PanelCriterion(Model):
    """One thing that is scored, from 0 to `most`."""

    name: str
    most: int


class CriterionScore(Model):
    criterion: str = Field(min_length=1, max_length=60)
    points: NumberText


class PanelSeat(Model):
    """An expert who was drawn. `total` and `scores` are those that count; `sheet_sha256` names the scan of a signed sheet where
    somebody else has entered them. Who has recused is a seat no more, and the next of the draw has one."""

    expert_id: Id
    name: str
    employer: str
    has_account: bool
    recused_why: str | None = None
    scores: tuple[CriterionScore, ...] = ()
    total: str | None = None
    scored_at: datetime | None = None
    sheet_sha256: Sha256Text | None = None


class PanelClaim(Model):
    """What an expert judges a claim by: what the item asks and gives, the facts that it rests on, and the papers that belong to it.
    Who entered a fact is not for experts."""

    eligibility: str
    amount: str
    facts: tuple[SheetFact, ...]
    materials: tuple[str, ...] = ()


class PanelView(Model):
    """A panel of a case. Anybody can draw it again: the order is that of SHA-256 over `seed`, `register_hash` and each expert's
    id, of those who were in `drawn_from`; `register_hash` is that of the register's entries at the drawing.

    An expert sees the own seat alone, and nothing of how it was drawn. `mean` is exact (a fraction where it has no end).
    `sets` is the figure that its conclusion sets, `reserve` how many of the draw are left. `claim` is for an expert who has
    opened the panel.
    """

    panel_id: Id
    case_id: Id
    receipt: str
    item_title: str
    enterprise_name: str
    state: PanelState
    field: str
    members: int
    quorum: int
    criteria: tuple[PanelCriterion, ...]
    pass_score: str
    sets: str | None = None
    seed: str = ""
    register_hash: str = ""
    drawn_from: tuple[Id, ...] = ()
    left_out: int = 0
    reserve: int = 0
    seats: tuple[PanelSeat, ...]
    drawn_by: Id | None = None
    drawn_at: datetime
    mean: str | None = None
    minutes: str = ""
    minutes_sha256: Sha256Text | None = None
    concluded_by: Id | None = None
    concluded_at: datetime | None = None
    claim: PanelClaim | None = None
    version: int


class DrawPanel(Command[PanelView]):
    """Draw the experts of the case's panel step. Who has declared an interest in the firm, works for it, or has recorded facts
    of the case is not drawn. A panel stands; another is drawn only where it can reach its quorum no more."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    expected_version: int


class RecuseExpert(Command[PanelView]):
    """An expert withdraws, or the department takes one off before they have scored; the next of the same draw comes in."""

    owner: ClassVar[ServiceName] = "review"

    panel_id: Id
    expert_id: Id
    reason: Why
    expected_version: int


class ScorePanel(Command[PanelView]):
    """Enter an expert's points, all criteria together: the expert with an account themselves, else the department from the
    signed sheet (`sheet_sha256`). They may be entered anew until the panel is concluded; all stay."""

    owner: ClassVar[ServiceName] = "review"

    panel_id: Id
    expert_id: Id
    scores: tuple[CriterionScore, ...] = Field(min_length=1, max_length=30)
    sheet_sha256: Sha256Text | None = None
    expected_version: int


class PanelFigure(Model):
    value: NumberText
    unit: UnitText


class ConcludePanel(Command[PanelView]):
    """End a panel with its minutes. The mean of the totals decides; the figure that the plan lets it set comes with it."""

    owner: ClassVar[ServiceName] = "review"

    panel_id: Id
    minutes: str = Field(min_length=10, max_length=4000)
    minutes_sha256: Sha256Text
    figure: PanelFigure | None = None
    expected_version: int


class CasePanels(Model):
    """Every panel of a case, the latest first."""

    items: tuple[PanelView, ...]


class ListPanels(Query[CasePanels]):
    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class ListMyPanels(Query[CasePanels]):
    """The panels on which the actor has a seat as an expert, those that are not concluded first; at most 100."""

    owner: ClassVar[ServiceName] = "review"


class GetMyPanel(Query[PanelView]):
    owner: ClassVar[ServiceName] = "review"

    panel_id: Id
