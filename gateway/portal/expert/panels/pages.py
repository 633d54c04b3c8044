"""An expert's panels: what is to be scored, and the own points."""

from __future__ import annotations

from pydantic import Field

from contracts.message import Id, Model, Why
from contracts.panels import CriterionScore, GetMyPanel, ListMyPanels, RecuseExpert, ScorePanel
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.pages import Pages, Values

pages = Pages("steps")


class MySeat(Model):
    panel_id: Id
    expert_id: Id
    expected_version: int


class MyRecusal(MySeat):
    reason: Why


class MyScores(MySeat):
    scores: tuple[CriterionScore, ...] = Field(min_length=1, max_length=30)


@pages.show("/expert/panels", ListMyPanels, Permitted(ListMyPanels), template="list.html", nav=("steps.mine.nav", 1))
async def list_my_panels(door: Door, query: ListMyPanels) -> Values:
    """The panels on which one has a seat."""
    return {"panels": (await door.told(query)).items}


@pages.show("/expert/panels/{panel_id}", GetMyPanel, Permitted(GetMyPanel), template="panel.html")
async def show_my_panel(door: Door, query: GetMyPanel) -> Values:
    """One of them, with the own points."""
    return {"panel": await door.told(query)}


@pages.form("/expert/panels/{panel_id}/scores", MyScores, Permitted(ListMyPanels), on=show_my_panel, versioned=True)
async def score_my_panel(door: Door, said: MyScores) -> str:
    """Score (打分)."""
    await door.done(ScorePanel(**said.model_dump()))
    return f"/expert/panels/{said.panel_id}?done=panel_scored"


@pages.form("/expert/panels/{panel_id}/recuse", MyRecusal, Permitted(ListMyPanels), on=show_my_panel, versioned=True)
async def recuse_myself(door: Door, said: MyRecusal) -> str:
    """Withdraw (回避)."""
    await door.done(RecuseExpert(**said.model_dump()))
    return "/expert/panels?done=expert_recused"
