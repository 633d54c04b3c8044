"""Signing in with an identity provider (OpenID Connect): the authorisation code with PKCE, there and back.

Whoever comes back is known by the link from (issuer, subject) to a person; the first time by the resident id that the
provider says, or by an invitation. Never by a name or an e-mail address, which people change and share.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from contracts.message import Id
from contracts.refusal import Forbidden, Refused
from gateway.identity.accounts.views import OpenInvitation
from gateway.identity.issuers.connection import Connections, Provider
from gateway.identity.issuers.domain import IdentityProvider
from gateway.identity.issuers.id_tokens import Expected, IdTokenRefused, verified_claims
from gateway.identity.issuers.store import Subject
from gateway.identity.issuers.views import client_secret, open_issuer
from gateway.identity.security.events import DOOR, SecurityEvent
from gateway.identity.security.store import record_apart
from gateway.identity.sessions.domain import OpenedSession
from gateway.identity.sign_in.arriving import Arrival, admit
from gateway.identity.sign_in.entrance import Entered, Entrance, Visit
from gateway.identity.sign_in.journeys import Departure, Journey, Purpose, arrive, depart

SUBJECT_LIMIT = 255
"""OpenID Connect Core 1.0, 2: `sub` has no more characters."""


class IssuerSaidNo(Forbidden):
    """The person did not go through with it, or the provider did not let them."""

    code = "issuer_said_no"
    sentence = "身份认证平台没有完成本次登录，您可以重新登录或使用其他方式。"


@dataclass(frozen=True, slots=True)
class Gate:
    """The entrance with its way to identity providers, and the address that they send people back to."""

    entrance: Entrance
    connections: Connections
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Callback:
    """What the browser brings back from the provider."""

    state: str
    code: str = ""
    error: str = ""
    issuer: str | None = None
    binding: str | None = None


def leave(
    gate: Gate,
    issuer_id: Id,
    next: str,
    *,
    purpose: Purpose = "sign_in",
    session: OpenedSession | None = None,
    invitation: OpenInvitation | None = None,
) -> tuple[str, Departure]:
    """The provider's address to send the browser to. Raises IssuerMissing, IssuerUnavailable. Blocks."""
    issuer = open_issuer(gate.entrance.frame, issuer_id)
    provider = gate.connections.provider(issuer)
    journey = Journey(
        issuer_tenant=issuer.tenant,
        issuer_id=issuer.id,
        purpose=purpose,
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        next=next,
        started_at=gate.entrance.now(),
        session_digest=session.id_digest if session else None,
        invitation_tenant=invitation.tenant if invitation else None,
        invitation_id=invitation.invitation_id if invitation else None,
    )
    departure = depart(gate.entrance, journey)
    return _address(gate, issuer, provider, journey, departure), departure


def come_back(gate: Gate, callback: Callback, visit: Visit) -> tuple[Entered, str]:
    """The session of whoever comes back, and where they wanted to go. Blocks.

    Raises JourneyUnknown, IssuerSaidNo, IssuerMissing, IssuerUnavailable, CodeRefused, IdTokenRefused, SubjectUnknown,
    SubjectOfAnother, InvitationInvalid, SessionOver; each is written down.
    """
    entrance, journey = gate.entrance, None
    try:
        journey = arrive(entrance, callback.state, callback.binding, callback.code or callback.state)
        if callback.error or not callback.code:
            raise IssuerSaidNo()
        return admit(entrance, _arrival(gate, journey, callback), visit), journey.next
    except Refused as refusal:
        record_apart(
            entrance.frame,
            SecurityEvent(
                kind="oidc_refused",
                outcome="refused",
                tenant=journey.issuer_tenant if journey else DOOR,
                origin=visit.origin,
                details={
                    "issuer": journey.issuer_id if journey else "",
                    "reason": refusal.code,
                    "why": refusal.why if isinstance(refusal, IdTokenRefused) else "",
                },
            ),
        )
        raise


def _address(gate: Gate, issuer: IdentityProvider, provider: Provider, journey: Journey, departure: Departure) -> str:
    """The authorisation request. For a step-up the person is asked to sign in there anew, whatever they are."""
    anew = {"prompt": "login", "max_age": "0"} if journey.purpose == "confirm" else {}
    address: str = prepare_grant_uri(
        provider.authorization_endpoint,
        issuer.client_id,
        "code",
        redirect_uri=gate.redirect_uri,
        scope=["openid", *issuer.scopes],
        state=departure.state,
        nonce=journey.nonce,
        code_challenge=create_s256_code_challenge(journey.verifier),
        code_challenge_method="S256",
        **anew,
    )
    return address


def _arrival(gate: Gate, journey: Journey, callback: Callback) -> Arrival:
    """Who the provider says it is, once everything it says has been checked."""
    entrance = gate.entrance
    issuer = open_issuer(entrance.frame, journey.issuer_id)
    provider = gate.connections.provider(issuer)
    # RFC 9207: an answer that says it is another's has been mixed up with it.
    if callback.issuer != issuer.issuer and (callback.issuer is not None or provider.says_issuer):
        raise IdTokenRefused("answer_of_another_issuer")
    tokens = gate.connections.exchange(
        issuer,
        client_secret(entrance.frame, issuer),
        code=callback.code,
        verifier=journey.verifier,
        redirect_uri=gate.redirect_uri,
    )
    expected = Expected(
        nonce=journey.nonce,
        access_token=tokens.access_token,
        now=entrance.now(),
        signed_in_after=journey.started_at if journey.purpose == "confirm" else None,
    )
    claims = verified_claims(tokens.id_token, issuer, lambda kid: gate.connections.keys(issuer, kid), expected)
    if not 0 < len(claims["sub"]) <= SUBJECT_LIMIT:
        raise IdTokenRefused("sub")
    return Arrival(
        subject=Subject(tenant=issuer.tenant, issuer_id=issuer.id, name=claims["sub"]),
        resident_id=_resident_id(gate, issuer, claims, tokens.access_token),
        second_factor=claims.get("acr") in issuer.second_factor_acr,
        journey=journey,
    )


def _resident_id(gate: Gate, issuer: IdentityProvider, claims: dict[str, Any], access_token: str | None) -> str | None:
    """The resident id that the provider says, where that is agreed."""
    if issuer.resident_id_claim is None:
        return None
    said = claims
    if issuer.claims_from_userinfo:
        said = gate.connections.userinfo(issuer, access_token)
        if said.get("sub") != claims["sub"]:
            raise IdTokenRefused("userinfo_of_another")
    found = said.get(issuer.resident_id_claim)
    return found if isinstance(found, str) and found else None
