"""Ending sessions by command. How sessions begin and go on is in `gateway/identity/sign_in`."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.accounts import EndSessions, SessionsEnded
from gateway.identity.accounts.domain import AccountMissing
from gateway.identity.accounts.store import AccountStore
from gateway.identity.security.events import NOWHERE, Origin, SecurityEvent
from gateway.identity.security.store import record
from gateway.identity.sessions.store import SessionStore


def end_sessions(cmd: EndSessions, uow: UnitOfWork, *, origin: Origin = NOWHERE) -> SessionsEnded:
    """Sign a person out everywhere. Raises AccountMissing for a person without an account in this tenant."""
    account = uow.of(AccountStore).of_person(cmd.person_id)
    if account is None:
        raise AccountMissing(field="person_id")
    ended = end_sessions_of(uow, cmd.person_id)
    record(
        uow,
        SecurityEvent(
            kind="session_revoked",
            tenant=uow.tenant,
            actor_id=uow.actor.id,
            person_id=cmd.person_id,
            account_id=account.id,
            origin=origin,
            details={"why": cmd.why, "sessions_ended": ended},
        ),
    )
    return SessionsEnded(person_id=cmd.person_id, ended=ended)


def end_sessions_of(uow: UnitOfWork, person_id: str) -> int:
    """The same as part of another act: a recovery, a suspension, the end of a duty."""
    return uow.of(SessionStore).end_of_person(person_id)


def end_sessions_of_issuer(uow: UnitOfWork, issuer_id: str) -> int:
    """The same for everybody who came in by an identity provider of the tenant that is closed."""
    return uow.of(SessionStore).end_of_issuer(uow.tenant, issuer_id)
