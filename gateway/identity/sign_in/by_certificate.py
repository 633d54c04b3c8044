"""Signing in by a certificate: a challenge is given, signed by the person's device, and counts once."""

from __future__ import annotations

import secrets

from contracts.refusal import Refused
from gateway.identity.accounts.views import OpenInvitation
from gateway.identity.certificates.ports import CertificateKind, CertificateRefused, Readers, reader_of
from gateway.identity.issuers.store import Subject
from gateway.identity.security.events import DOOR, SecurityEvent
from gateway.identity.security.store import record_apart
from gateway.identity.sign_in.arriving import Arrival, admit
from gateway.identity.sign_in.entrance import Entered, Entrance, Visit
from gateway.identity.sign_in.journeys import Departure, Journey, arrive, depart


def issuer_id_of(kind: CertificateKind) -> str:
    """What a link to a person calls this way to sign in; no issuer may be registered under it."""
    return f"certificate-{kind.replace('_', '-')}"


def challenge(
    entrance: Entrance,
    connected: Readers,
    kind: CertificateKind,
    next: str,
    audience: str,
    invitation: OpenInvitation | None = None,
) -> tuple[str, Departure]:
    """What is to be signed, and the way back. `audience` is our own address: what is signed for another house is
    worth nothing here. Raises CertificateNotConnected. Blocks."""
    reader_of(kind, connected)
    nonce = secrets.token_urlsafe(32)
    journey = Journey(
        issuer_tenant=DOOR,
        issuer_id=issuer_id_of(kind),
        purpose="link" if invitation else "sign_in",
        nonce=nonce,
        verifier="-",
        next=next,
        started_at=entrance.now(),
        invitation_tenant=invitation.tenant if invitation else None,
        invitation_id=invitation.invitation_id if invitation else None,
    )
    return _text(audience, nonce), depart(entrance, journey)


def answer(
    entrance: Entrance,
    connected: Readers,
    kind: CertificateKind,
    departure: Departure,
    signed: str,
    audience: str,
    visit: Visit,
) -> tuple[Entered, str]:
    """The session of whoever signed, and where they wanted to go. Blocks.

    Raises CertificateNotConnected, CertificateRefused, JourneyUnknown, SubjectUnknown, SubjectOfAnother,
    InvitationInvalid; each is written down.
    """
    try:
        reader = reader_of(kind, connected)
        journey = arrive(entrance, departure.state, departure.binding, departure.state)
        if journey.issuer_id != issuer_id_of(kind):
            raise CertificateRefused("other_kind")
        subject = reader.subject_of(_text(audience, journey.nonce), signed, entrance.now())
        arrival = Arrival(
            subject=Subject(tenant=DOOR, issuer_id=journey.issuer_id, name=subject.name),
            resident_id=subject.resident_id,
            second_factor=reader.second_factor,
            journey=journey,
        )
        return admit(entrance, arrival, visit), journey.next
    except Refused as refusal:
        details = {"how": kind, "reason": refusal.code, "why": getattr(refusal, "why", "")}
        record_apart(
            entrance.frame,
            SecurityEvent(kind="sign_in_refused", outcome="refused", origin=visit.origin, details=details),
        )
        raise


def _text(audience: str, nonce: str) -> str:
    return f"zhida sign-in\n{audience}\n{nonce}"
