"""For everybody: the outside figures that items rest on. For departments and the approval bureau: entering them."""

from __future__ import annotations

from starlette.responses import Response

from contracts.outside_figures import ListOutsideFigures, RecordOutsideFigures, WithdrawOutsideFigure
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("外部参数 outside figures")


@routes.ask("/outside-figures", ListOutsideFigures)
async def list_outside_figures(door: Door, query: ListOutsideFigures) -> Response:
    """What was entered, the newest first, withdrawn ones marked (外部参数：LPR、行业平均、汇率)."""
    return await door.ask(query)


@routes.order("/outside-figures", RecordOutsideFigures, status=201)
async def record_outside_figures(door: Door, command: RecordOutsideFigures) -> Response:
    """Enter figures with their source, all or none; a correction is a newer word (录入)."""
    return await door.order(command)


@routes.order("/outside-figures/{figure_id}/withdraw", WithdrawOutsideFigure)
async def withdraw_outside_figure(door: Door, command: WithdrawOutsideFigure) -> Response:
    """Take back what should never have been entered; it stays readable, marked (撤回)."""
    return await door.order(command)
