"""What every step of the way in works with, and the opening of a session, which is the same whichever way they came."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.edge.frame import Frame
from chassis.write.uow import UnitOfWork
from contracts.message import Actor, Id, TenantId
from contracts.security_events import SecurityEventKind, SecurityOutcome
from gateway.identity.accounts.hashing import PasswordHashes
from gateway.identity.accounts.views import KnownAccount
from gateway.identity.digests import digest_of
from gateway.identity.notices.store import has_accepted
from gateway.identity.security.events import DOOR, NOWHERE, Detail, Origin, SecurityEvent
from gateway.identity.security.store import record, record_apart
from gateway.identity.sessions.domain import OpenedSession, SessionLimits, SessionOver, stage_after
from gateway.identity.sessions.people_port import PeoplePort
from gateway.identity.sessions.store import SessionStore
from gateway.identity.sessions.views import SessionDirectory

SESSION_BYTES = 32
"""256 bits of chance: an id is never guessed, so it needs no secret besides it."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What the way in works with."""

    frame: Frame
    hashes: PasswordHashes
    directory: SessionDirectory

    @property
    def people(self) -> PeoplePort:
        return self.directory.people

    @property
    def limits(self) -> SessionLimits:
        return self.directory.limits

    def now(self) -> datetime:
        return self.frame.clock.now()


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One request on the way in: where it comes from, and the session cookie that the browser has sent, if any."""

    origin: Origin = NOWHERE
    cookie: str | None = None

    @property
    def id_digest(self) -> str | None:
        return digest_of(self.cookie) if self.cookie else None


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that goes on under a new id: what the browser is to keep, and what the session waits for."""

    cookie: str
    session: OpenedSession


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """Who somebody has shown to be, and how. `has_second_factor`: their account asks for a code besides."""

    person_id: Id
    account: KnownAccount | None = None
    issuer_tenant: TenantId | None = None
    issuer_id: Id | None = None
    second_factor: bool = False

    @property
    def has_second_factor(self) -> bool:
        return self.account is not None and self.account.second_factor

    @property
    def tenant(self) -> TenantId:
        """Whose security event it is."""
        return self.account.tenant if self.account is not None else self.issuer_tenant or DOOR


def new_cookie() -> str:
    return secrets.token_urlsafe(SESSION_BYTES)


def open_session(entrance: Entrance, uow: UnitOfWork, proof: Proof, visit: Visit) -> Entered:
    """A new session for whoever has shown who they are. Whatever session the browser had before ends: nobody can have
    put one there for them to sign in with (session fixation)."""
    account = proof.account
    session = staged(
        entrance,
        OpenedSession(
            id_digest="",
            person_id=proof.person_id,
            account_tenant=account.tenant if account else None,
            account_id=account.account_id if account else None,
            issuer_tenant=proof.issuer_tenant,
            issuer_id=proof.issuer_id,
            stage="capacity",
            second_factor=proof.second_factor,
            opened_at=uow.now,
            seen_at=uow.now,
            stepped_up_at=uow.now if proof.second_factor else None,
            client_address=visit.origin.client_address,
        ),
        has_second_factor=proof.has_second_factor,
    )
    store = uow.of(SessionStore)
    if visit.id_digest is not None:
        store.end(visit.id_digest)
    store.sweep(uow.now, entrance.limits)
    cookie = new_cookie()
    entered = Entered(cookie, replace(session, id_digest=digest_of(cookie)))
    store.add(entered.session)
    return entered


def go_on(entrance: Entrance, uow: UnitOfWork, session: OpenedSession, *, has_second_factor: bool) -> Entered:
    """The session under a new id, at its next stage. Raises SessionOver if it has been ended meanwhile.

    Another id at every step, so that what was known of it before is worth nothing after; and a form that was opened
    before is refused, so that nothing is sent for one enterprise from a page that shows another.
    """
    cookie = new_cookie()
    further = staged(
        entrance, replace(session, id_digest=digest_of(cookie), seen_at=uow.now), has_second_factor=has_second_factor
    )
    uow.of(SessionStore).replace(session.id_digest, further)
    return Entered(cookie, further)


def staged(entrance: Entrance, session: OpenedSession, *, has_second_factor: bool) -> OpenedSession:
    """The session at its next stage."""
    stage, key = stage_after(
        session,
        has_second_factor=has_second_factor,
        notice_accepted=has_accepted(entrance.frame, session.person_id),
        usable=[each.key for each in entrance.directory.usable(session)],
    )
    return replace(session, stage=stage, capacity_key=key)


def waiting_session(entrance: Entrance, visit: Visit, *stages: str) -> OpenedSession:
    """The visitor's session at one of these stages. Raises SessionOver."""
    session = entrance.directory.opened(visit.cookie) if visit.cookie else None
    if session is None or session.stage not in stages:
        raise SessionOver()
    return session


def actor_of(person_id: Id, entrance: Entrance) -> Actor:
    """Who does what people do with their own sign-in, for the audit facts."""
    return Actor(id=person_id, name=entrance.people.name_of(person_id))


def note(uow: UnitOfWork, kind: SecurityEventKind, session: OpenedSession, origin: Origin, **details: Detail) -> None:
    """Write down what a person does with their own session, with the act itself."""
    record(uow, _event(kind, session, origin, "done", details))


def note_refused(
    entrance: Entrance, kind: SecurityEventKind, session: OpenedSession, origin: Origin, reason: str
) -> None:
    """Write down what a person was refused, apart. Blocks."""
    record_apart(entrance.frame, _event(kind, session, origin, "refused", {"reason": reason}))


def tenant_of(session: OpenedSession) -> TenantId:
    """Whose events are those of a session: of the account's tenant, or of the issuer's."""
    return session.account_tenant or session.issuer_tenant or DOOR


def _event(
    kind: SecurityEventKind,
    session: OpenedSession,
    origin: Origin,
    outcome: SecurityOutcome,
    details: dict[str, Detail],
) -> SecurityEvent:
    return SecurityEvent(
        kind=kind,
        outcome=outcome,
        tenant=tenant_of(session),
        actor_id=session.person_id,
        person_id=session.person_id,
        account_id=session.account_id,
        origin=origin,
        details=details,
    )
