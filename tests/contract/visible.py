"""What the OpenAPI document shows of the contracts: every field and parameter, with the class that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from console.contracts.program import unconnected_gateway
from gateway.access import routes_of
from gateway.document.words import classes
from gateway.routes import DeclaredRoute, RouteDeclaration

Json = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """A field of a class, or a parameter of a route that relays the class, as the document describes it."""

    owner: str
    name: str
    description: str
    schema: Json

    def __hash__(self) -> int:
        return hash((self.owner, self.name))


@cache
def gateway_document() -> tuple[Json, tuple[tuple[RouteDeclaration, Json], ...]]:
    """The document, and every declared route with its operation."""
    app = unconnected_gateway()
    document = app.openapi()
    routes = [route for _prefix, route in routes_of(app) if isinstance(route, DeclaredRoute)]
    return document, tuple(
        (route.declared, document["paths"][route.path][route.declared.method.lower()]) for route in routes
    )


def shown() -> Iterator[Shown]:
    """Everything that has a name in the document. A form's fields are its contract's."""
    document, operations = gateway_document()
    for schema_name, schema in document["components"]["schemas"].items():
        owner = schema_name if schema_name in classes() else schema_name.removesuffix("Form")
        for name, said in schema.get("properties", {}).items():
            yield Shown(owner, name, said.get("description", ""), said)
    for declared, operation in operations:
        called = {} if declared.form is None else declared.form.named
        for parameter in operation.get("parameters", ()):
            if "name" in parameter:
                field = called.get(parameter["name"], parameter["name"])
                yield Shown(declared.contract.__name__, field, parameter["description"], parameter["schema"])
