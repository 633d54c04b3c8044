"""Who may call a route. Every route says so with `Only(...)` or `PUBLIC`, which give it its door; the application
refuses to start with a route that says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from contracts.identity import Role
from contracts.refusal import Forbidden
from gateway.door import Door
from gateway.identity.views import Directory, Principal

ROLES = frozenset(get_args(Role))


class RouteOpenByAccident(Exception):
    """A route names neither roles nor that it is public."""


class Public:
    """Anybody may call it; nobody is signed in."""

    async def __call__(self, request: Request) -> Door:
        return Door(request)


PUBLIC = Public()


class Only:
    """Those with one of `roles`; its door knows the principal. 401 without a good token, 403 with another role."""

    def __init__(self, *roles: Role) -> None:
        unknown = set(roles) - ROLES
        assert roles and not unknown, f"unknown roles {unknown}"
        self.roles = frozenset(roles)

    async def __call__(self, request: Request) -> Door:
        principal = await signed_in(request)
        if not principal.actor.roles & self.roles:
            raise Forbidden()
        return Door(request, principal)


Guard = Only | Public


async def signed_in(request: Request) -> Principal:
    """The principal behind the bearer token (RFC 6750); the tenant comes from it and from nowhere else."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="zhida"'})
    directory: Directory = request.app.state.directory
    known, principal = directory.remembered(token)
    if not known:
        principal = await run_in_threadpool(directory.principal, token)
    if principal is None:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="zhida", error="invalid_token"'})
    return principal


def access_table(app: FastAPI) -> dict[tuple[str, str], frozenset[str]]:
    """(method, path) → roles that may call it; the empty set is public. Raises RouteOpenByAccident."""
    table: dict[tuple[str, str], frozenset[str]] = {}
    for prefix, route in routes_of(app):
        guards = [each.call for each in route.dependant.dependencies if isinstance(each.call, Guard)]
        if len(guards) != 1:
            raise RouteOpenByAccident(prefix + route.path)
        roles = guards[0].roles if isinstance(guards[0], Only) else frozenset()
        for method in route.methods or ():
            table[(method, prefix + route.path)] = roles
    return table


def routes_of(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """Every route with the prefix that it was included under. Raises RouteOpenByAccident for other kinds."""

    def walk(prefix: str, routes: Iterable[BaseRoute]) -> Iterator[tuple[str, APIRoute]]:
        for route in routes:
            # FastAPI includes routers lazily since 0.16x: what lies in `routes` may be a router.
            inner = getattr(route, "original_router", None)
            context = getattr(route, "include_context", None)
            if isinstance(inner, APIRouter) and context is not None:
                yield from walk(prefix + context.prefix, inner.routes)
            elif isinstance(route, APIRoute):
                yield prefix, route
            else:
                raise RouteOpenByAccident(getattr(route, "path", str(route)))

    return walk("", app.routes)
