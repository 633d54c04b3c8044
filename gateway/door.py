"""One call at the door: who asks, for which tenant, and the way to the owners of things and back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import orjson
from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from chassis.foundation.ids import idempotency_key as derived_key
from chassis.observability.telemetry import current_traceparent
from chassis.write.uow import UnitOfWork
from contracts.message import Command, Contract, Id, Model, Query, ServiceName, TenantId, snake_case
from contracts.refusal import Invalid, Reason, Refusal
from gateway.bus import Bus
from gateway.errors import Faulted, refusal_response
from gateway.identity.views import Directory, Principal

COMMAND_SECONDS = 10.0
QUERY_SECONDS = 5.0
"""How long a caller waits; messages expire in their queue with it."""

C = TypeVar("C", bound=Command)
Wire = dict[str, Any]
"""What comes back of a call: {"ok": …}, {"refused": …} or {"fault": …}."""


class KeyMissing(Invalid):
    """Whatever changes something must be safe to repeat."""

    code = "idempotency_key_missing"
    sentence = "请携带 Idempotency-Key 请求头（8 至 200 个字符），以便安全重试。"


class Door:
    """What a route is given of one call; commands and queries leave through it with all that the call says of them.

    The route's guard makes it (`gateway.access`), so that no route is reached without one.
    """

    __slots__ = ("_principal", "request")

    def __init__(self, request: Request, principal: Principal | None = None) -> None:
        self.request = request
        self._principal = principal

    @property
    def principal(self) -> Principal:
        """Whoever signed in. Not for public routes, where nobody has."""
        assert self._principal is not None, "nobody is signed in on a public route"
        return self._principal

    @property
    def enterprise(self) -> Id:
        """The enterprise that the caller acts for; `-`, which is no enterprise's id, for whoever acts for none."""
        # A credential with role `enterprise` always names its enterprise (identity refuses to issue another).
        return self.principal.actor.enterprise_id or "-"

    @property
    def frame(self) -> Frame:
        frame: Frame = self.request.app.state.frame
        return frame

    @property
    def objects(self) -> Objects:
        objects: Objects = self.request.app.state.objects
        return objects

    @property
    def directory(self) -> Directory:
        directory: Directory = self.request.app.state.directory
        return directory

    async def order(self, command: Command, *, of: ServiceName | None = None) -> Response:
        """Send a command to its owner (or to `of`, for what every service does) and answer with what came of it."""
        return self.answer(await self._call(of, command, self.envelope(command), COMMAND_SECONDS))

    async def ask(self, query: Query, *, tenant: TenantId | None = None, of: ServiceName | None = None) -> Response:
        """Put a question to its owner (or to `of`) and answer with what it says."""
        return self.answer(await self.reply_to(query, tenant=tenant, of=of))

    async def reply_to(self, query: Query, *, tenant: TenantId | None = None, of: ServiceName | None = None) -> Wire:
        """What `ask` would answer with, as it comes from the bus. Without `tenant` the caller's own, if it has one."""
        envelope: Wire = {"name": type(query).__name__, "body": query.model_dump(mode="json")}
        if self._principal is not None:
            envelope["actor"] = self._principal.actor.model_dump(mode="json")
            tenant = tenant or self._principal.tenant
        envelope["tenant"] = tenant
        return await self._call(of, query, envelope, QUERY_SECONDS)

    async def carry_out(
        self, command: C, handle: Callable[[C, UnitOfWork], Model], *, tenant: TenantId | None = None
    ) -> Wire:
        """Carry out one of the gateway's own commands, in a thread, with the same guarantees as any other."""
        envelope = self.envelope(command, tenant)
        return await run_in_threadpool(partial(self.frame.run_command, type(command), handle, envelope))

    def answer(self, wire: Wire) -> Response:
        """The HTTP form of what came back, with the status that the route has declared for success."""
        return answer(wire, self.request.scope["route"].status_code or 200)

    def envelope(self, command: Command, tenant: TenantId | None = None) -> Wire:
        """The envelope of one command; its idempotency key follows from tenant, client, route and key."""
        actor = self.principal.actor
        owner = tenant or self.principal.tenant
        route = f"{self.request.method} {self.request.scope['route'].path}"
        # What is only as it would be anyway counts for nothing: the next version's optional newcomers must not make
        # another command of a repeat.
        meant = orjson.dumps(command.model_dump(exclude_defaults=True), default=_plain, option=orjson.OPT_SORT_KEYS)
        return {
            "idempotency_key": derived_key(owner, actor.id, route, idempotency_key(self.request)),
            "tenant": owner,
            "actor": actor.model_dump(mode="json"),
            "name": type(command).__name__,
            "version": command.version,
            "body_hash": hashlib.sha256(meant).hexdigest(),
            "body": command.model_dump(mode="json"),
        }

    async def _call(self, of: ServiceName | None, contract: Contract, envelope: Wire, seconds: float) -> Wire:
        bus: Bus = self.request.app.state.bus
        return await bus.call(
            of or contract.owner,
            snake_case(type(contract).__name__),
            envelope,
            timeout=seconds,
            traceparent=current_traceparent(),
        )


def expected_version(request: Request) -> int:
    """The version in If-Match; 428 without one (RFC 6585)."""
    raw = request.headers.get("if-match")
    if raw is None:
        raise HTTPException(428)
    try:
        return int(raw.strip().removeprefix("W/").strip('"'))
    except ValueError as error:
        raise Invalid(
            Reason(code="if_match_invalid", message='If-Match 应为版本号，如 "3"。', field="If-Match")
        ) from error


def idempotency_key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not 8 <= len(key) <= 200:
        raise KeyMissing(field="Idempotency-Key")
    return key


def answer(wire: Wire, status: int = 200) -> Response:
    """The HTTP form of {"ok"} | {"refused"} | {"fault"}. Things with a version carry it as ETag.

    What is answered with 202 goes on as long work: `Location` is where to look how far it is.
    """
    if "ok" in wire:
        result = wire["ok"]
        headers = {"ETag": f'"{result["version"]}"'} if "version" in result else {}
        link = result.get("links", {}).get("self") if status == 202 else None
        if link is not None:
            headers["Location"] = link
        return Response(orjson.dumps(result), status, headers, media_type="application/json")
    if "refused" in wire:
        return refusal_response(Refusal.model_validate(wire["refused"]))
    raise Faulted(bool(wire.get("fault", {}).get("retryable")))


def unless_known(request: Request, response: Response, cache: str) -> Response:
    """The answer with an ETag of what it says, or 304 for whoever has just that; refusals are not kept."""
    if response.status_code != 200:
        return response
    name = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers.update({"ETag": name, "Cache-Control": cache})
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if name not in known:
        return response
    return Response(status_code=304, headers={"ETag": name, "Cache-Control": cache})


def not_kept(response: Response) -> Response:
    """The answer, which nobody on the way may keep a copy of."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(value: object) -> object:
    # A set has another order in every process.
    return sorted(value) if isinstance(value, frozenset | set) else str(value)
