"""What a door notes for the auditor besides what the way in notes itself: changes of who may do what, looks at personal
data in full, and refusals for want of permission.

One table for the gateway's own commands: whoever adds one that changes who may do what adds it here
(tests/unit/gateway/test_security_notes.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.edge.frame import Frame
from chassis.write.uow import UnitOfWork
from contracts.consents import RevealContact
from contracts.credentials import IssueCredential, RevokeCredential, RotateCredential
from contracts.departments import CloseDepartment
from contracts.enterprise_lookup import FindEnterprise
from contracts.message import Actor, Command, Contract, Model, TenantId, snake_case
from contracts.people import AppointPerson, EndAppointment, EndMandate, GrantMandate, NameAgent, NameStandIn
from contracts.public_notices import RevealObjector
from contracts.security_events import SecurityEventKind
from gateway.identity.security.events import Detail, Origin, SecurityEvent
from gateway.identity.security.store import record, record_apart
from gateway.identity.views import Principal
from gateway.session_cookie import origin_of

NOTED: Mapping[type[Command], SecurityEventKind] = {
    AppointPerson: "duty_changed",
    EndAppointment: "duty_changed",
    NameStandIn: "duty_changed",
    CloseDepartment: "duty_changed",
    GrantMandate: "duty_changed",
    NameAgent: "duty_changed",
    EndMandate: "duty_changed",
    IssueCredential: "credential_issued",
    RotateCredential: "credential_issued",
    RevokeCredential: "credential_revoked",
}
"""The gateway's own commands that change who may do what."""

SEEN: Mapping[type[Contract], SecurityEventKind] = {
    RevealContact: "masked_data_seen",
    RevealObjector: "masked_data_seen",
    FindEnterprise: "enterprise_looked_up",
}
"""What shows personal data in full, or whose a credit code is. Noted before it is shown: what cannot be noted is not shown."""

TOLD = (
    "appointment_id",
    "mandate_id",
    "department_id",
    "duty_id",
    "kind",
    "enterprise_id",
    "uscc",
    "stands_in_for",
    "credential_id",
    "actor_id",
    "since",
    "until",
)
"""What of an answer goes into the details: ids, credit codes and days, nothing personal."""

REFUSED = "refused_principal"
C = TypeVar("C", bound=Command)


def noted(command: C, handle: Callable[[C, UnitOfWork], Model], origin: Origin) -> Callable[[C, UnitOfWork], Model]:
    """The same handler, which leaves a security event in its own transaction where the table says so."""
    kind = NOTED.get(type(command))
    if kind is None:
        return handle

    def carried_out(told: C, uow: UnitOfWork) -> Model:
        answer = handle(told, uow)
        event = SecurityEvent(
            kind=kind,
            tenant=uow.tenant,
            actor_id=uow.actor.id,
            person_id=_person_in(told, answer),
            origin=origin,
            details={"command": snake_case(type(told).__name__), **_told(told, answer)},
        )
        record(uow, event)
        return answer

    return carried_out


async def note_look(frame: Frame, contract: Contract, actor: Actor, tenant: TenantId, origin: Origin) -> None:
    """Write down that somebody looks at what is not for everybody (SEEN)."""
    event = SecurityEvent(
        kind=SEEN[type(contract)],
        tenant=tenant,
        actor_id=actor.id,
        origin=origin,
        details={"command": snake_case(type(contract).__name__), **_told(contract, contract)},
    )
    await run_in_threadpool(record_apart, frame, event)


def mark_refused(request: Request, principal: Principal) -> None:
    """A guard lets somebody through no further; PermissionRefusals writes it down."""
    request.scope.setdefault("state", {})[REFUSED] = principal


class PermissionRefusals:
    """ASGI middleware: whoever is known and was refused by a guard is written down, when they have been answered."""

    def __init__(self, app: ASGIApp, frame: Frame) -> None:
        self._app = app
        self._frame = frame

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            principal: Principal | None = scope.get("state", {}).get(REFUSED)
            if principal is not None:
                await run_in_threadpool(record_apart, self._frame, _refusal(scope, principal))


def _refusal(scope: Scope, principal: Principal) -> SecurityEvent:
    path = getattr(scope.get("route"), "path", "")
    return SecurityEvent(
        kind="permission_refused",
        outcome="refused",
        tenant=principal.tenant,
        actor_id=principal.actor.id,
        person_id=principal.actor.id,
        origin=origin_of(scope),
        details={"route": f"{scope['method']} {path}"},
    )


def _person_in(command: Command, answer: Model) -> str | None:
    for said in (answer, command):
        found: Any = getattr(said, "person_id", None)
        if found is not None:
            return str(found)
    return None


def _told(command: Contract, answer: Model) -> dict[str, Detail]:
    details: dict[str, Detail] = {}
    for name in TOLD:
        value = getattr(answer, name, None) or getattr(command, name, None)
        if value is not None:
            details[name] = str(value)
    return details
