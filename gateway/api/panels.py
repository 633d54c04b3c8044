"""Panels of experts: for the department that draws them, and for the experts themselves."""

from __future__ import annotations

from starlette.responses import Response

from contracts.experts import ChangeExpert, ListExperts, RegisterExpert, RetireExpert
from contracts.panels import ConcludePanel, DrawPanel, GetMyPanel, ListMyPanels, ListPanels, RecuseExpert, ScorePanel
from gateway.api.enterprise_records import must_be_there
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("评审 panels")


@routes.ask("/experts", ListExperts)
async def list_experts(door: Door, query: ListExperts) -> Response:
    """The register of experts."""
    return await door.ask(query)


@routes.order("/experts", RegisterExpert, status=201)
async def register_expert(door: Door, command: RegisterExpert) -> Response:
    """Put an expert into the register (登记专家)."""
    return await door.order(command)


@routes.order("/experts/{expert_id}", ChangeExpert, method="PUT", versioned=True)
async def change_expert(door: Door, command: ChangeExpert) -> Response:
    """Say an expert's entry anew, whole."""
    return await door.order(command)


@routes.order("/experts/{expert_id}/retire", RetireExpert, versioned=True)
async def retire_expert(door: Door, command: RetireExpert) -> Response:
    """Draw an expert no more."""
    return await door.order(command)


@routes.ask("/cases/{case_id}/panels", ListPanels)
async def list_panels(door: Door, query: ListPanels) -> Response:
    """Every panel of a case, with how it was drawn."""
    return await door.ask(query)


@routes.order("/cases/{case_id}/panels", DrawPanel, status=201, versioned=True)
async def draw_panel(door: Door, command: DrawPanel) -> Response:
    """Draw the experts at random (抽取专家). The seed is kept."""
    return await door.order(command)


@routes.order("/panels/{panel_id}/experts/{expert_id}/recuse", RecuseExpert, versioned=True)
async def recuse_expert(door: Door, command: RecuseExpert) -> Response:
    """An expert withdraws or is taken off (回避); the next of the draw comes in."""
    return await door.order(command)


@routes.order("/panels/{panel_id}/experts/{expert_id}/scores", ScorePanel, status=201, versioned=True)
async def score_panel(door: Door, command: ScorePanel) -> Response:
    """Enter an expert's points, all criteria together; from a signed sheet where somebody else enters them."""
    await must_be_there(door, command.sheet_sha256, "sheet_sha256")
    return await door.order(command)


@routes.order("/panels/{panel_id}/conclude", ConcludePanel, versioned=True)
async def conclude_panel(door: Door, command: ConcludePanel) -> Response:
    """End a panel with its minutes (评审结论)."""
    await must_be_there(door, command.minutes_sha256, "minutes_sha256")
    return await door.order(command)


@routes.ask("/my/panels", ListMyPanels)
async def list_my_panels(door: Door, query: ListMyPanels) -> Response:
    """The panels on which one has a seat."""
    return await door.ask(query)


@routes.ask("/my/panels/{panel_id}", GetMyPanel)
async def get_my_panel(door: Door, query: GetMyPanel) -> Response:
    """One of them, with the own points."""
    return await door.ask(query)
