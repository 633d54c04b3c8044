"""What the security administrator does with the register of identity providers."""

from __future__ import annotations

from collections.abc import Callable

from chassis.foundation.secrecy import Cipher
from chassis.write.uow import UnitOfWork
from contracts.issuers import ChangeIssuer, CloseIssuer, IssuerView, RegisterIssuer
from contracts.security_events import SecurityEventKind
from gateway.identity.issuers.domain import IdentityProvider
from gateway.identity.issuers.store import IssuerStore
from gateway.identity.security.events import NOWHERE, Detail, Origin, SecurityEvent
from gateway.identity.security.store import record

EndSessionsOfIssuer = Callable[[UnitOfWork, str], int]
"""Ends every session that began with the issuer, within the unit of work; answers how many were open."""


def register_issuer(cmd: RegisterIssuer, uow: UnitOfWork, *, cipher: Cipher, origin: Origin = NOWHERE) -> IssuerView:
    """Raises IssuerExists."""
    issuer = IdentityProvider.register(cmd.issuer_id, uow.tenant, cmd.terms)
    uow.of(IssuerStore).save(issuer)
    if cmd.client_secret is not None:
        uow.of(IssuerStore).put_secret(issuer, cmd.client_secret, cipher)
    _note(uow, "issuer_registered", issuer, origin, {"client_secret": cmd.client_secret is not None})
    return issuer.view()


def change_issuer(cmd: ChangeIssuer, uow: UnitOfWork, *, cipher: Cipher, origin: Origin = NOWHERE) -> IssuerView:
    """Raises IssuerMissing, StaleVersion, IssuerClosed, IssuerIsAnother."""
    issuer = uow.of(IssuerStore).get(cmd.issuer_id, expected_version=cmd.expected_version)
    issuer.change(cmd.terms)
    uow.of(IssuerStore).save(issuer)
    if cmd.client_secret is not None:
        uow.of(IssuerStore).put_secret(issuer, cmd.client_secret, cipher)
    _note(uow, "issuer_changed", issuer, origin, {"client_secret": cmd.client_secret is not None})
    return issuer.view()


def close_issuer(
    cmd: CloseIssuer, uow: UnitOfWork, *, end_sessions: EndSessionsOfIssuer, origin: Origin = NOWHERE
) -> IssuerView:
    """Raises IssuerMissing, StaleVersion, IssuerClosed."""
    issuer = uow.of(IssuerStore).get(cmd.issuer_id, expected_version=cmd.expected_version)
    issuer.close()
    uow.of(IssuerStore).save(issuer)
    ended = end_sessions(uow, issuer.id)
    _note(uow, "issuer_changed", issuer, origin, {"state": "closed", "sessions_ended": ended})
    return issuer.view()


def _note(
    uow: UnitOfWork, kind: SecurityEventKind, issuer: IdentityProvider, origin: Origin, details: dict[str, Detail]
) -> None:
    record(
        uow,
        SecurityEvent(
            kind=kind,
            tenant=issuer.tenant,
            actor_id=uow.actor.id,
            origin=origin,
            details={"issuer": issuer.id, "issuer_url": issuer.issuer, **details},
        ),
    )
