"""From a request to a command or query and back: the same few steps for every route."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import orjson
from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict, create_model
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chassis.edge.frame import Frame
from chassis.foundation.ids import idempotency_key as derived_key
from chassis.observability.telemetry import current_traceparent
from contracts.answers import COMPOSED
from contracts.message import Command, Model, Query, ServiceName, TenantId, snake_case
from contracts.refusal import Invalid, Reason, Refusal
from gateway.bus import Bus
from gateway.errors import Faulted, refusal_response
from gateway.identity.views import Principal

COMMAND_SECONDS = 10.0
QUERY_SECONDS = 5.0
"""How long a caller waits; messages expire in their queue with it."""

M = TypeVar("M", bound=Model)
F = TypeVar("F", bound=Callable[..., Any])


class KeyMissing(Invalid):
    """Whatever changes something must be safe to repeat."""

    code = "idempotency_key_missing"
    sentence = "请携带 Idempotency-Key 请求头（8 至 200 个字符），以便安全重试。"


def form(command: type[Command] | type[Query], *, without: tuple[str, ...] = ()) -> type[BaseModel]:
    """The body that a route takes: the command's own fields, less what the path and the token say.

    The bus tolerates unknown fields; the door forbids them.
    """
    fields: dict[str, Any] = {
        name: (info.annotation, info) for name, info in command.model_fields.items() if name not in without
    }
    return create_model(f"{command.__name__}Form", __config__=ConfigDict(extra="forbid", frozen=True), **fields)


def command_of(kind: type[Command], body: BaseModel | None = None, **known: Any) -> Command:
    """The command, from the body's fields and what path, headers and token say."""
    fields = {name: getattr(body, name) for name in type(body).model_fields} if body is not None else {}
    return kind.model_construct(**{**fields, **known})


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


def command_envelope(
    request: Request, principal: Principal, command: Command, tenant: TenantId | None
) -> dict[str, Any]:
    """The envelope of one order; its idempotency key follows from tenant, client, route and key."""
    body = command.model_dump(mode="json")
    owner = tenant or principal.tenant
    route = f"{request.method} {request.scope['route'].path}"
    # What is only as it would be anyway counts for nothing: the next version's optional newcomers must not make
    # another order of a repeat.
    meant = orjson.dumps(command.model_dump(exclude_defaults=True), default=_plain, option=orjson.OPT_SORT_KEYS)
    return {
        "idempotency_key": derived_key(owner, principal.actor.id, route, idempotency_key(request)),
        "tenant": owner,
        "actor": principal.actor.model_dump(mode="json"),
        "name": type(command).__name__,
        "version": command.version,
        "body_hash": hashlib.sha256(meant).hexdigest(),
        "body": body,
    }


def _plain(value: object) -> object:
    # A set has another order in every process.
    return sorted(value) if isinstance(value, frozenset | set) else str(value)


async def order(
    request: Request,
    principal: Principal,
    command: Command,
    *,
    status: int = 200,
    tenant: TenantId | None = None,
    of: ServiceName | None = None,
) -> Response:
    """Send a command to its owner (or to `of`, for what every service does) and answer with what came of it."""
    envelope = command_envelope(request, principal, command, tenant)
    bus: Bus = request.app.state.bus
    wire = await bus.call(
        of or command.owner,
        snake_case(type(command).__name__),
        envelope,
        timeout=COMMAND_SECONDS,
        traceparent=current_traceparent(),
    )
    return answer(wire, status)


async def order_here(request: Request, envelope: dict[str, Any], kind: type[Command], handle: Any) -> dict[str, Any]:
    """Carry out one of the gateway's own commands, in a thread, with the same guarantees as any other."""
    frame: Frame = request.app.state.frame
    return await run_in_threadpool(partial(frame.run_command, kind, handle, envelope))


async def ask(
    request: Request,
    query: Query,
    *,
    tenant: TenantId | None,
    principal: Principal | None = None,
    of: ServiceName | None = None,
) -> dict[str, Any]:
    """Put a question to its owner (or to `of`); returns the result's JSON. Raises what `answer` would say."""
    envelope: dict[str, Any] = {"tenant": tenant, "name": type(query).__name__, "body": query.model_dump(mode="json")}
    if principal is not None:
        envelope["actor"] = principal.actor.model_dump(mode="json")
    bus: Bus = request.app.state.bus
    return await bus.call(
        of or query.owner,
        snake_case(type(query).__name__),
        envelope,
        timeout=QUERY_SECONDS,
        traceparent=current_traceparent(),
    )


def composed(answered: type[Model]) -> Callable[[F], F]:
    """Marks a route that puts several owners' answers together: this is what comes of it (DESIGN 2)."""

    assert answered in COMPOSED, f"{answered.__name__} is not in contracts/answers.py"

    def mark(endpoint: F) -> F:
        endpoint.__zhida_answer__ = answered  # type: ignore[attr-defined]
        return endpoint

    return mark


def answer(wire: dict[str, Any], status: int = 200) -> Response:
    """The HTTP form of {"ok"} | {"refused"} | {"fault"}. Things with a version carry it as ETag."""
    if "ok" in wire:
        result = wire["ok"]
        headers = {"ETag": f'"{result["version"]}"'} if isinstance(result, dict) and "version" in result else None
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


def with_location(answered: Response) -> Response:
    """The answer to an order that began long work: `Location` is where to look how far it is."""
    link = orjson.loads(answered.body).get("links", {}).get("self")
    if link is not None:
        answered.headers["Location"] = link
    return answered
