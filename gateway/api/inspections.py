"""For departments: inspections on the spot, and the figures that a case waits for."""

from __future__ import annotations

from starlette.responses import Response

from contracts.case_figures import ListFigures, SetFigure
from contracts.inspections import ConfirmInspection, ListInspectionOfficers, ListInspections
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("审核 cases")


@routes.ask("/cases/{case_id}/inspections", ListInspections)
async def list_inspections(door: Door, query: ListInspections) -> Response:
    """Every inspection of a case, the latest first."""
    return await door.ask(query)


@routes.ask("/inspection-officers", ListInspectionOfficers)
async def list_inspection_officers(door: Door, query: ListInspectionOfficers) -> Response:
    """Whom one may name as another officer of an inspection today."""
    return await door.ask(query)


@routes.order("/cases/{case_id}/inspections/{inspection_id}/confirm", ConfirmInspection, versioned=True)
async def confirm_inspection(door: Door, command: ConfirmInspection) -> Response:
    """Say as an officer who was named whether one was there and it was so."""
    return await door.order(command)


@routes.ask("/cases/{case_id}/figures", ListFigures)
async def list_figures(door: Door, query: ListFigures) -> Response:
    """The figures that persons set, and every setting."""
    return await door.ask(query)


@routes.order("/cases/{case_id}/figures", SetFigure, status=201, versioned=True)
async def set_figure(door: Door, command: SetFigure) -> Response:
    """Set a figure that the rule asks for (核定). The amount follows from it."""
    return await door.order(command)
