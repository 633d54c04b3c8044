"""Somebody is sent elsewhere to show who they are, and comes back: what was agreed with their browser before they left.

The state in the address finds the row, a cookie binds it to the browser that left, and it is used once, within minutes.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.exc import IntegrityError

from chassis.foundation.database import violated_constraint
from chassis.write.uow import UnitOfWork
from contracts.message import Id, TenantId
from contracts.refusal import Forbidden
from gateway.identity.digests import digest_of
from gateway.identity.security.events import DOOR
from gateway.identity.sign_in.entrance import Entrance

Purpose = Literal["sign_in", "confirm", "link"]
LASTS = timedelta(minutes=10)
SWEPT_AFTER = timedelta(days=1)
VERIFIER = "pkce_verifier"
ONE_CODE = "sign_in_attempt_code_once"


class JourneyUnknown(Forbidden):
    """No such journey, another browser's, run out, or come back before; which of them is not said."""

    code = "journey_unknown"
    sentence = "本次登录已失效或已完成，请从登录页重新开始。"


@dataclass(frozen=True, kw_only=True, slots=True)
class Journey:
    """What is known of a journey when it ends. `session_digest` for a step-up, the invitation for a link."""

    issuer_tenant: TenantId
    issuer_id: Id
    purpose: Purpose
    nonce: str
    verifier: str
    next: str
    started_at: datetime
    session_digest: str | None = None
    invitation_tenant: TenantId | None = None
    invitation_id: Id | None = None


@dataclass(frozen=True, slots=True)
class Departure:
    """What goes into the address (`state`), and what the browser keeps (`binding`)."""

    state: str
    binding: str


def depart(entrance: Entrance, journey: Journey) -> Departure:
    """Remember a journey that begins now. Blocks."""
    departure = Departure(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    with entrance.frame.unit((DOOR,), action="begin_journey") as uow:
        _sweep(uow)
        uow.execute(
            "INSERT INTO sign_in_attempt (tenant, state_digest, binding_digest, issuer_tenant, issuer_id, nonce,"
            " verifier_sealed, purpose, session_digest, invitation_tenant, invitation_id, next, started_at, expires_at)"
            " VALUES (:tenant, :state, :binding, :issuer_tenant, :issuer, :nonce, :verifier, :purpose, :session,"
            " :invitation_tenant, :invitation, :next, :at, :expires)",
            {
                "tenant": DOOR,
                "state": digest_of(departure.state),
                "binding": digest_of(departure.binding),
                "issuer_tenant": journey.issuer_tenant,
                "issuer": journey.issuer_id,
                "nonce": journey.nonce,
                "verifier": entrance.frame.cipher.seal(journey.verifier, purpose=VERIFIER, tenant=DOOR),
                "purpose": journey.purpose,
                "session": journey.session_digest,
                "invitation_tenant": journey.invitation_tenant,
                "invitation": journey.invitation_id,
                "next": journey.next,
                "at": journey.started_at,
                "expires": uow.now + LASTS,
            },
        )
    return departure


def arrive(entrance: Entrance, state: str, binding: str | None, code: str) -> Journey:
    """The journey that comes back with this state, which it does once. Raises JourneyUnknown. Blocks.

    A code that has come before, under whatever state, is refused too: before anybody is asked about it.
    """
    try:
        with entrance.frame.unit((DOOR,), action="end_journey") as uow:
            row = uow.execute(
                "UPDATE sign_in_attempt SET used_at = :now, code_digest = :code WHERE tenant = :tenant"
                " AND state_digest = :state AND used_at IS NULL AND expires_at > :now"
                # Two at once are told apart by the constraint; one after the other are no error of the server's.
                " AND NOT EXISTS (SELECT FROM sign_in_attempt AS other WHERE other.tenant = :tenant"
                " AND other.issuer_id = sign_in_attempt.issuer_id AND other.code_digest = :code)"
                " RETURNING *",
                {"tenant": DOOR, "state": digest_of(state), "code": digest_of(code), "now": uow.now},
            ).first()
    except IntegrityError as error:
        if violated_constraint(error) != ONE_CODE:
            raise
        raise JourneyUnknown() from error
    if row is None or not hmac.compare_digest(row.binding_digest, digest_of(binding or "")):
        raise JourneyUnknown()
    return Journey(
        issuer_tenant=row.issuer_tenant,
        issuer_id=row.issuer_id,
        purpose=row.purpose,
        nonce=row.nonce,
        verifier=entrance.frame.cipher.open(row.verifier_sealed, purpose=VERIFIER, tenant=DOOR),
        next=row.next,
        started_at=row.started_at,
        session_digest=row.session_digest,
        invitation_tenant=row.invitation_tenant,
        invitation_id=row.invitation_id,
    )


def _sweep(uow: UnitOfWork) -> None:
    """Take away some that ran out a day ago: until then a code that comes again is known."""
    uow.execute(
        "DELETE FROM sign_in_attempt WHERE (tenant, state_digest) IN ("
        "SELECT tenant, state_digest FROM sign_in_attempt WHERE expires_at < :before LIMIT 50"
        " FOR UPDATE SKIP LOCKED)",
        {"before": uow.now - SWEPT_AFTER},
    )
