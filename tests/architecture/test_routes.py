"""Who may call what: every route of the gateway, and nobody by accident. What a route costs to write."""

from __future__ import annotations

import inspect
import pkgutil
import re
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import Response
from starlette.routing import Match, Mount, Route

from console.contracts.program import unconnected_gateway
from contracts.message import answer_of
from gateway import api
from gateway.access import PUBLIC, ROLES, Only, RouteOpenByAccident, access_table
from gateway.app import FIRST, declared_routes
from gateway.door import Door
from gateway.routes import RouteDeclaration
from tests.architecture.expected_routes import EXPECTED


def test_every_route_is_open_to_exactly_those_it_is_meant_for() -> None:
    found = {route: " ".join(sorted(roles)) or "public" for route, roles in access_table(unconnected_gateway()).items()}
    assert found == EXPECTED


def test_nothing_is_changed_by_somebody_unknown() -> None:
    """But for the way in and out, where people say who they are, and for objections to public notices: anybody may object, and a
    check code is no word for an address."""
    open_to_all = [path for (method, path), who in EXPECTED.items() if method != "GET" and who == "public"]
    doors = ("/sign-in", "/sign-out", "/notices/", "/api/v1/public-notices/")
    assert [path for path in open_to_all if not path.startswith(doors)] == []


def test_every_role_is_a_role() -> None:
    assert {role for who in EXPECTED.values() for role in who.split()} <= ROLES | {"public"}


async def nothing() -> Response:
    return Response()


async def by_clerk(door: Annotated[Door, Depends(Only("window"))]) -> Response:
    return Response(door.principal.tenant)


def test_guards_are_read_off_wherever_they_stand() -> None:
    router = APIRouter(prefix="/inner")
    router.add_api_route("/clerk", by_clerk, methods=["POST"])
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(router, prefix="/outer")
    app.add_api_route("/open", nothing, dependencies=[Depends(PUBLIC)])
    assert access_table(app) == {("POST", "/outer/inner/clerk"): {"window"}, ("GET", "/open"): frozenset()}


def unguarded(app: FastAPI) -> None:
    app.add_api_route("/open", nothing)


def unguarded_in_a_router(app: FastAPI) -> None:
    router = APIRouter()
    router.add_api_route("/open", nothing)
    app.include_router(router, prefix="/api")


def guarded_twice(app: FastAPI) -> None:
    app.add_api_route("/open", by_clerk, dependencies=[Depends(PUBLIC)])


def mounted(app: FastAPI) -> None:
    app.router.routes.append(Mount("/files", app=Response()))


def bare(app: FastAPI) -> None:
    app.router.routes.append(Route("/open", nothing))


@pytest.mark.parametrize("open_by_accident", [unguarded, unguarded_in_a_router, guarded_twice, mounted, bare])
def test_a_route_that_does_not_say_who_may_call_it_is_found(open_by_accident: object) -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    assert callable(open_by_accident)
    open_by_accident(app)
    with pytest.raises(RouteOpenByAccident):
        access_table(app)


# -- what a route costs to write -----------------------------------------------------------------------------

ROUTE_LINES = 5
"""A JSON route: its declaration, its signature, what it means, and the way to the owner."""

DECLARED = declared_routes("/api/v1")


def is_plain(declared: RouteDeclaration) -> bool:
    """It relays one contract and answers with what comes back: no stream, nothing composed, nothing done here."""
    relayed = declared.form is not None and declared.contract.owner != "gateway"
    return relayed and declared.answer is answer_of(declared.contract)


def lines_of(declared: RouteDeclaration) -> int:
    return len(inspect.getsourcelines(declared.function)[0])


def test_a_json_route_is_at_most_five_lines() -> None:
    plain = [route.declared for route in DECLARED if is_plain(route.declared)]
    relaying = [route for route in DECLARED if route.declared.contract.owner != "gateway"]
    assert {each.name: lines_of(each) for each in plain if lines_of(each) > ROUTE_LINES} == {}
    assert len(plain) > 0.8 * len(relaying)


def test_every_module_of_the_api_is_taken_in() -> None:
    modules = {module.name for module in pkgutil.iter_modules(api.__path__)}
    assert {route.declared.function.__module__ for route in DECLARED} == {f"{api.__name__}.{each}" for each in modules}
    assert set(FIRST) <= modules


def test_no_route_takes_the_requests_of_another() -> None:
    for route in DECLARED:
        scope = {"type": "http", "method": route.declared.method, "path": re.sub(r"{\w+}", "any", route.path)}
        taken = next(each for each in DECLARED if each.matches(scope)[0] is Match.FULL)
        assert taken is route, f"{taken.declared.name} takes {scope}"


def test_what_is_asked_most_is_tried_first() -> None:
    assert [route.declared.name for route in DECLARED[:2]] == ["track_case", "submit_application"]
