"""For departments: labels of enterprises, defined as data."""

from __future__ import annotations

from starlette.responses import Response

from contracts.labels import DefineLabel, ListLabels
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("标签 labels")


@routes.ask("/labels", ListLabels)
async def list_labels(door: Door, query: ListLabels) -> Response:
    """The labels that enterprises of this place are given, with their rules."""
    return await door.ask(query)


@routes.order("/labels", DefineLabel, status=201)
async def define_label(door: Door, command: DefineLabel) -> Response:
    """Define a label, or the next version of one of the own department's."""
    return await door.order(command)
