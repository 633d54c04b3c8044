"""One call at the door: who asks, for which tenant, and the way to the owners of things and back."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import orjson
from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from chassis.foundation.ids import idempotency_key as derived_key
from chassis.observability.concerns import concerns
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.calendars import NATION
from contracts.identity import PLATFORM, InTenant
from contracts.message import Command, Contract, Id, Model, Query, ServiceName, TenantId, answer_of, snake_case
from contracts.refusal import Forbidden, Invalid, Reason, Refusal, Refused
from gateway import masking
from gateway.anybody import ANYBODY, place_named_by
from gateway.calls import BusCall, Calls
from gateway.errors import Faulted, refusal_response
from gateway.identity.tenants.known import KnownTenants
from gateway.identity.views import Directory, Principal
from gateway.places import Urgency, look_ups_of
from gateway.rate_limits import count_look_up, count_public_form
from gateway.security_notes import SEEN, note_look, noted
from gateway.session_cookie import origin_of
from gateway.strict import unfit_text, unfit_values

COMMAND_SECONDS = 10.0
QUERY_SECONDS = 5.0
"""How long a caller waits; messages expire in their queue with it."""

VERSION_NUMBER = re.compile(r"[0-9]{1,9}")
"""No thing is changed a thousand million times, and the columns of versions hold no more than twice that."""

VERSION_TAG = re.compile(rf'(?:W/)?(?:"({VERSION_NUMBER.pattern})"|({VERSION_NUMBER.pattern}))')
"""One tag. A weak one is as good: whoever compresses answers on the way weakens them, and the number is the same."""

C = TypeVar("C", bound=Command)
K = TypeVar("K", bound=Contract)
Q = TypeVar("Q", bound=Query)
M = TypeVar("M", bound=Model)
PLACES_NAMED = ("tenant", "parent_id")
"""The fields of questions that name a tenant."""

NOT_REGISTERED = frozenset({PLATFORM, NATION})
"""What stands where a tenant may, and is none."""

Wire = dict[str, Any]
"""What comes back of a call: {"ok": …}, {"refused": …} or {"fault": …}."""


class KeyMissing(Invalid):
    """Whatever changes something must be safe to repeat."""

    code = "idempotency_key_missing"
    sentence = "请携带 Idempotency-Key 请求头（8 至 200 个字符），以便安全重试。"


class TenantNotYours(Forbidden):
    """Another tenant's registers are its own; only whoever runs the platform reaches all of them."""

    code = "tenant_not_yours"
    sentence = "只能办理本地区的事务。"


class TenantNotKnown(Invalid):
    """The question names a tenant that nobody has onboarded."""

    code = "tenant_not_known"
    sentence = "没有地区“{name}”。请填写地区编号或行政区划代码，如 360702。"


class RefusedThere(Refused):
    """What the owner of things refused, for whoever goes on with an answer instead of passing it on."""

    code = "refused_there"
    sentence = "办理被拒绝。"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(*refusal.reasons)
        self._refusal = refusal

    def refusal(self) -> Refusal:
        return self._refusal


class Door:
    """What a route is given of one call; commands and queries leave through it with all that the call says of them.

    The route's guard makes it (`gateway.access`), so that no route is reached without one. `key`, where it is set,
    stands for the Idempotency-Key header: a page's form brings its own.
    """

    __slots__ = ("_principal", "key", "request")

    def __init__(self, request: Request, principal: Principal | None = None) -> None:
        self.request = request
        self._principal = principal
        self.key: str | None = None

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

    async def order(
        self, command: Command, *, tenant: TenantId | None = None, of: ServiceName | None = None
    ) -> Response:
        """Send a command to its owner (or to `of`, for what every service does) and answer with what came of it."""
        return self.answer(await self._ordered(command, of, tenant))

    async def ask(self, query: Query, *, tenant: TenantId | None = None, of: ServiceName | None = None) -> Response:
        """Put a question to its owner (or to `of`) and answer with what it says."""
        return self.answer(await self.reply_to(query, tenant=tenant, of=of))

    async def reply_to(self, query: Query, *, tenant: TenantId | None = None, of: ServiceName | None = None) -> Wire:
        """What `ask` would answer with, as it comes from the bus. Without `tenant` the one that the query names, else the
        caller's own, if it has one."""
        query = await self._in_known_place(query)
        if self._principal is None:
            place = place_named_by(query)
            envelope: Wire = {"name": type(query).__name__, "body": body_of(query), "tenant": tenant or place}
            return await self._call(of, query, envelope, QUERY_SECONDS, Urgency.PUBLIC)
        actor = self._principal.actor
        count_look_up(self.request, self._principal, query)
        query = masking.asked_for(query, actor)
        envelope = {
            "name": type(query).__name__,
            "body": body_of(query),
            "actor": actor.model_dump(mode="json"),
            "tenant": tenant or self.tenant_named_by(query) or self._principal.tenant,
        }
        wire = await self._call(of, query, envelope, QUERY_SECONDS, Urgency.READING)
        return masking.answered(type(query), actor, wire)

    async def told(self, query: Query[M], *, tenant: TenantId | None = None, of: ServiceName | None = None) -> M:
        """What the owner says, as the query's own answer. Raises RefusedThere, Faulted and what the bus raises."""
        return said(await self.reply_to(query, tenant=tenant, of=of), type(query))

    async def done(self, command: Command[M], *, tenant: TenantId | None = None, of: ServiceName | None = None) -> M:
        """The same of a command: what came of it. Raises as `told` does, and KeyMissing."""
        return said(await self._ordered(command, of, tenant), type(command))

    async def _ordered(self, command: Command, of: ServiceName | None, tenant: TenantId | None) -> Wire:
        """What came of a command. What anybody may send is counted by address, and waits behind whoever is signed in."""
        urgency = Urgency.ORDER
        if self._principal is None:
            count_public_form(self.request)
            command, urgency = await self._in_known_place(command), Urgency.PUBLIC_ORDER
        return await self._call(of, command, self._envelope_of(command, tenant), COMMAND_SECONDS, urgency)

    async def carry_out(
        self,
        command: C,
        handle: Callable[[C, UnitOfWork], Model],
        *,
        tenant: TenantId | None = None,
        first_only: Callable[[], Refused] | None = None,
    ) -> Wire:
        """Carry out one of the gateway's own commands, in a thread, with the same guarantees as any other.

        `first_only`: what a repeat is refused with, where the answer cannot be given twice.
        """
        envelope = self._envelope_of(command, tenant)
        handle = noted(command, handle, origin_of(self.request.scope))
        once: Wire = {} if first_only is None else {"first_only": first_only}
        wire = await run_in_threadpool(partial(self.frame.run_command, type(command), handle, envelope, **once))
        self._calls.note_written(wire)
        return wire

    async def decide(
        self, command: C, handle: Callable[[C, UnitOfWork], Model], *, tenant: TenantId | None = None
    ) -> Response:
        """Carry out one of the gateway's own commands and answer with what came of it."""
        return self.answer(await self.carry_out(command, handle, tenant=tenant))

    async def found(
        self, query: Query[M], view: Callable[[Any, Reader], Model], *, tenant: TenantId | None = None
    ) -> M:
        """What the gateway's own database says, as the query's own answer. Raises RefusedThere, Faulted."""
        return said(await self.looked_up(query, view, tenant=tenant), type(query))

    async def decided(
        self, command: Command[M], handle: Callable[[Any, UnitOfWork], Model], *, tenant: TenantId | None = None
    ) -> M:
        """What came of one of the gateway's own commands. Raises RefusedThere, Faulted, KeyMissing."""
        return said(await self.carry_out(command, handle, tenant=tenant), type(command))

    async def look_up(
        self, query: Q, view: Callable[[Q, Reader], Model], *, tenant: TenantId | None = None
    ) -> Response:
        """Answer one of the gateway's own questions from its own database, in a thread."""
        return self.answer(await self.looked_up(query, view, tenant=tenant))

    async def looked_up(self, query: Q, view: Callable[[Q, Reader], Model], *, tenant: TenantId | None = None) -> Wire:
        """What `look_up` would answer with."""
        query = await self._in_known_place(query)
        envelope: Wire = {"name": type(query).__name__, "body": body_of(query)}
        if self._principal is not None:
            envelope["actor"] = self._principal.actor.model_dump(mode="json")
            tenant = tenant or self.tenant_named_by(query) or self._principal.tenant
        envelope["tenant"] = tenant
        step = partial(self.frame.run_query, type(query), view, envelope)
        return await (
            look_ups_of(self.request).public.run(step) if self._principal is None else run_in_threadpool(step)
        )

    async def tenants(self, *, anew: bool = False) -> KnownTenants:
        """The tenants as they were a moment ago, or, `anew`, as they are now."""
        in_mind = self.directory.tenants
        if anew:
            return await look_ups_of(self.request).public.run(partial(in_mind.read, not_before=time.monotonic()))
        known = in_mind.remembered()
        return known if known is not None else await look_ups_of(self.request).public.run(in_mind.read)

    async def _in_known_place(self, query: K) -> K:
        """The question about a tenant that there is, by its id: people know places by their division codes.

        Raises TenantNotKnown: an empty answer would say that there is nothing in a place that only was misspelt.
        """
        for name in PLACES_NAMED:
            said = getattr(query, name, None)
            if isinstance(said, str):
                query = query.model_copy(update={name: await self.place_called(said, field=name)})
        return query

    async def place_called(self, name: str, *, field: str) -> TenantId:
        """The tenant of this id or division code; one that was onboarded just now is known. Raises TenantNotKnown."""
        own = None if self._principal is None else self._principal.tenant
        if name in NOT_REGISTERED or name == own:
            return name
        found = (await self.tenants()).called(name) or (await self.tenants(anew=True)).called(name)
        if found is None:
            raise TenantNotKnown(field=field, name=name)
        return found

    def answer(self, wire: Wire) -> Response:
        """The HTTP form of what came back, with the status that the route has declared for success."""
        route = self.request.scope["route"]
        ordered = bool(getattr(getattr(route, "declared", None), "idempotent", False))
        return answer(wire, route.status_code or 200, ordered=ordered)

    def envelope(self, command: Command, tenant: TenantId | None = None) -> Wire:
        """The envelope of one command; its idempotency key follows from tenant, client, route and key."""
        actor = ANYBODY if self._principal is None else self._principal.actor
        owner = tenant or self.principal.tenant
        route = f"{self.request.method} {self.request.scope['route'].path}"
        key = idempotency_key(self.request) if self.key is None else self.key
        body = body_of(command)
        # What is only as it would be anyway counts for nothing: the next version's optional newcomers must not make
        # another command of a repeat. What is set by mode has modes for keys.
        meant = orjson.dumps(
            command.model_dump(exclude_defaults=True),
            default=_plain,
            option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS,
        )
        return {
            "idempotency_key": derived_key(owner, actor.id, route, key),
            "tenant": owner,
            "actor": actor.model_dump(mode="json"),
            "name": type(command).__name__,
            "version": command.version,
            "body_hash": hashlib.sha256(meant).hexdigest(),
            "body": body,
        }

    def _envelope_of(self, command: Command, tenant: TenantId | None = None) -> Wire:
        return self.envelope(command, tenant or self.tenant_named_by(command))

    def tenant_named_by(self, contract: object) -> TenantId | None:
        """The tenant that the contract names; only the platform's people name another than their own.

        Raises TenantNotYours.
        """
        if self._principal is None:
            return place_named_by(contract)
        if not isinstance(contract, InTenant) or contract.tenant in (None, self.principal.tenant):
            return None
        if self.principal.tenant != PLATFORM:
            raise TenantNotYours(field="tenant")
        return contract.tenant

    async def _call(
        self, of: ServiceName | None, contract: Contract, envelope: Wire, seconds: float, urgency: Urgency
    ) -> Wire:
        call = BusCall(of or contract.owner, snake_case(type(contract).__name__), envelope, urgency)
        wire = await self._calls.answered(call, seconds)
        concerns(*wire.pop("concerns", ()))
        if type(contract) in SEEN and "ok" in wire:
            origin = origin_of(self.request.scope)
            await note_look(self.frame, contract, self.principal.actor, envelope["tenant"], origin)
        return wire

    @property
    def _calls(self) -> Calls:
        return Calls(self.request, None if self._principal is None else self._principal.actor.id)


def body_of(contract: Contract) -> Wire:
    """The contract as it travels. Raises RequestValidationError for what neither the bus nor a database can carry,
    wherever the contract was put together."""
    body = contract.model_dump(mode="json")
    wrong = [*unfit_values(contract, ("body",)), *unfit_text(body, ("body",))]
    if wrong:
        raise RequestValidationError(wrong)
    return body


def expected_version(request: Request) -> int:
    """The version in If-Match; 428 without one (RFC 6585)."""
    raw = request.headers.get("if-match")
    if raw is None:
        raise HTTPException(428)
    found = VERSION_TAG.fullmatch(raw.strip(" \t"))
    if found is None:
        raise Invalid(Reason(code="if_match_invalid", message='If-Match 应为一个版本号，如 "3"。', field="If-Match"))
    return int(found[1] or found[2])


def idempotency_key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not 8 <= len(key) <= 200:
        raise KeyMissing(field="Idempotency-Key")
    return key


def said(wire: Wire, contract: type[Contract[M]]) -> M:
    """What {"ok"} says, as the type that the contract is answered with. Raises RefusedThere and Faulted."""
    if "ok" in wire:
        return answer_of(contract).model_validate(wire["ok"])
    if "refused" in wire:
        raise RefusedThere(Refusal.model_validate(wire["refused"]))
    raise Faulted.by(wire, ordered=issubclass(contract, Command))


def answer(wire: Wire, status: int = 200, *, ordered: bool = False) -> Response:
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
    raise Faulted.by(wire, ordered=ordered)


def _plain(value: object) -> object:
    # A set has another order in every process.
    return sorted(value) if isinstance(value, frozenset | set) else str(value)
