"""Who may call a route. Every route says so with `Only(...)` or `PUBLIC`, which give it its door; the application
refuses to start with a route that says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import get_args

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from contracts.duties import Role
from contracts.identity import PLATFORM
from contracts.message import Actor, Contract
from contracts.refusal import Forbidden
from gateway.door import Door
from gateway.identity.views import Directory, Principal
from gateway.permission import Permission
from gateway.permissions import MACHINES, permission_for, role_of
from gateway.rate_limits import count_request
from gateway.security_notes import mark_refused
from gateway.strangers import looked_up

ROLES = frozenset(get_args(Role))


class RouteOpenByAccident(Exception):
    """A route names neither roles nor that it is public."""


class SecondFactorNeeded(Forbidden):
    """A program comes with a token to what a page asks a second factor for."""

    code = "second_factor_needed"
    sentence = "此操作须在网页上二次验证后办理；程序须使用发放时注明“免二次验证”的凭证。"


class RouteGuard:
    """What gives a route its door. `roles`: who may pass; nobody named is everybody."""

    roles: frozenset[str] = frozenset()


class Public(RouteGuard):
    """Anybody may call it; nobody is signed in."""

    async def __call__(self, request: Request) -> Door:
        return Door(request)


PUBLIC = Public()


class Only(RouteGuard):
    """Those with one of `roles`; its door knows the principal. 401 without a good token, 403 with another role."""

    def __init__(self, *roles: Role) -> None:
        unknown = set(roles) - ROLES
        assert roles and not unknown, f"unknown roles {unknown}"
        self.roles = frozenset(roles)

    async def __call__(self, request: Request) -> Door:
        return self.admit(request, await signed_in(request))

    def admit(self, request: Request, principal: Principal) -> Door:
        """The door of a principal who may; for pages, who know theirs by the session. Raises Forbidden."""
        request.scope["principal"] = principal  # for the line in the log, also of whoever may not
        if not self.admits(principal):
            mark_refused(request, principal)
            raise Forbidden()
        return Door(request, principal)

    def admits(self, principal: Principal) -> bool:
        return bool(principal.actor.roles & self.roles)


class Permitted(RouteGuard):
    """Those whom the table of permissions names for `contract` (`gateway.permissions`); else as `Only`."""

    def __init__(self, contract: type[Contract], *, own_enterprise: bool = False) -> None:
        self.permission = permission_for(contract, own_enterprise=own_enterprise)
        self.roles: frozenset[str] = frozenset(role_of(each) for each in self.permission.holders)

    async def __call__(self, request: Request) -> Door:
        if self.permission.public:
            return Door(request)
        principal = await signed_in(request)
        door = self.admit(request, principal)
        if self.permission.step_up and not principal.unattended:
            raise SecondFactorNeeded()
        return door

    def admit(self, request: Request, principal: Principal) -> Door:
        """The door of a principal who may; for pages, who know theirs by the session. Raises Forbidden."""
        request.scope["principal"] = principal  # for the line in the log, also of whoever may not
        if not self.admits(principal):
            mark_refused(request, principal)
            raise Forbidden()
        return Door(request, principal)

    def admits(self, principal: Principal) -> bool:
        return allows(self.permission, principal.actor) and self._reaches(principal)

    def _reaches(self, principal: Principal) -> bool:
        """A county's administrator holds the same duty as the platform's, and runs the county alone."""
        return self.permission.reach != "all_tenants" or principal.tenant == PLATFORM


def allows(permission: Permission, actor: Actor) -> bool:
    """Whether the actor's duties, or the machine that it is, stand in the row."""
    return permission.public or bool((actor.duties | (actor.roles & MACHINES)) & permission.holders)


Guard = Only | Permitted | Public


async def signed_in(request: Request) -> Principal:
    """The principal behind the bearer token (RFC 6750); the tenant comes from it and from nowhere else."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="zhida"'})
    directory: Directory = request.app.state.directory
    known, principal = directory.remembered(token)
    if not known:
        principal = await looked_up(
            request, partial(directory.principal, token), stranger=not directory.was_found(token)
        )
    if principal is None:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="zhida", error="invalid_token"'})
    count_request(request, principal)
    return principal


def access_table(app: FastAPI) -> dict[tuple[str, str], frozenset[str]]:
    """(method, path) → roles that may call it; the empty set is public. Raises RouteOpenByAccident."""
    table: dict[tuple[str, str], frozenset[str]] = {}
    for prefix, route in routes_of(app):
        called: list[object] = [each.call for each in route.dependant.dependencies]
        guards = [each.roles for each in called if isinstance(each, RouteGuard)]
        if len(guards) != 1:
            raise RouteOpenByAccident(prefix + route.path)
        (roles,) = guards
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
