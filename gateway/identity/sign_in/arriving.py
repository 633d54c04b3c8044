"""Whoever has shown who they are elsewhere comes in: as the person that the subject is linked to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.write.uow import UnitOfWork
from contracts.message import Id
from gateway.identity.accounts.domain import InvitationInvalid, PersonSuspended
from gateway.identity.accounts.store import InvitationStore
from gateway.identity.accounts.views import KnownAccount, accounts_of_person, person_invited_to_link
from gateway.identity.issuers.domain import SubjectOfAnother, SubjectUnknown
from gateway.identity.issuers.store import LinkedBy, Subject, SubjectLinks
from gateway.identity.issuers.views import linked_person
from gateway.identity.security.events import DOOR, SecurityEvent
from gateway.identity.security.store import record
from gateway.identity.sessions.domain import OpenedSession, SessionOver
from gateway.identity.sign_in.entrance import (
    Entered,
    Entrance,
    Proof,
    Visit,
    actor_of,
    go_on,
    note,
    open_session,
    tenant_of,
)
from gateway.identity.sign_in.journeys import Journey


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """Who it is, as somebody else vouches for. `second_factor`: that one has asked for a second factor."""

    subject: Subject
    resident_id: str | None
    second_factor: bool
    journey: Journey


def admit(entrance: Entrance, arrival: Arrival, visit: Visit) -> Entered:
    """Raises SubjectUnknown, SubjectOfAnother, PersonSuspended, InvitationInvalid, SessionOver. Blocks."""
    if arrival.journey.purpose == "confirm":
        return _confirmed(entrance, arrival, visit)
    person_id, how = _person(entrance, arrival)
    account = _account_of(entrance, person_id)
    proof = Proof(
        person_id=person_id,
        account=account,
        issuer_tenant=arrival.subject.tenant,
        issuer_id=arrival.subject.issuer_id,
        second_factor=arrival.second_factor,
    )
    tenants = {DOOR, arrival.subject.tenant, proof.tenant, arrival.journey.invitation_tenant or DOOR}
    with entrance.frame.unit(sorted(tenants), action="sign_in", actor=actor_of(person_id, entrance)) as uow:
        _use_invitation(uow, arrival.journey)
        if how is not None and uow.of(SubjectLinks).add(arrival.subject, person_id, how, entrance.frame.cipher):
            _note_link(uow, arrival, person_id, how, visit)
        entered = open_session(entrance, uow, proof, visit)
        if entered.session.stage != "second_factor":
            note(uow, "sign_in", entered.session, visit.origin, how="issuer", issuer=arrival.subject.issuer_id)
    if visit.id_digest is not None:
        entrance.directory.forget(visit.id_digest)
    return entered


def _account_of(entrance: Entrance, person_id: Id) -> KnownAccount | None:
    """The person's account, if they have one: it asks for its code besides. Raises PersonSuspended."""
    accounts = accounts_of_person(entrance.frame, person_id)
    usable = [each for each in accounts if each.usable]
    if not usable and any(each.state == "suspended" for each in accounts):
        raise PersonSuspended()
    return max(usable, key=lambda each: each.second_factor, default=None)


def _person(entrance: Entrance, arrival: Arrival) -> tuple[Id, LinkedBy | None]:
    """Who it is, and how they are known when that is new. Raises SubjectUnknown, SubjectOfAnother, InvitationInvalid."""
    linked = linked_person(entrance.frame, arrival.subject)
    by_number = entrance.people.person_by_resident_id(arrival.resident_id) if arrival.resident_id else None
    invited = _invited_person(entrance, arrival.journey)
    known = {each for each in (linked, by_number, invited) if each is not None}
    if not known:
        raise SubjectUnknown()
    if len(known) > 1:
        raise SubjectOfAnother()
    if linked is not None:
        return linked, None
    return known.pop(), "invitation" if invited is not None else "resident_id"


def _invited_person(entrance: Entrance, journey: Journey) -> Id | None:
    if journey.invitation_tenant is None or journey.invitation_id is None:
        return None
    found = person_invited_to_link(entrance.frame, journey.invitation_tenant, journey.invitation_id, journey.issuer_id)
    if found is None:
        raise InvitationInvalid()
    return found


def _use_invitation(uow: UnitOfWork, journey: Journey) -> None:
    """One of those who come with it at the same time comes through. Raises InvitationInvalid."""
    if journey.invitation_id is not None:
        invitation = uow.of(InvitationStore).get(journey.invitation_id)
        invitation.use(uow.now)
        uow.of(InvitationStore).save(invitation)


def _confirmed(entrance: Entrance, arrival: Arrival, visit: Visit) -> Entered:
    """Step-up: the same person, signed in anew at the issuer, in the session that asked for it.

    Raises SessionOver, SubjectOfAnother.
    """
    session = _asking_session(entrance, arrival.journey, visit)
    if linked_person(entrance.frame, arrival.subject) != session.person_id:
        raise SubjectOfAnother()
    tenants = sorted({DOOR, tenant_of(session)})
    with entrance.frame.unit(tenants, action="step_up", actor=actor_of(session.person_id, entrance)) as uow:
        proved = replace(session, stepped_up_at=uow.now, second_factor=session.second_factor or arrival.second_factor)
        entered = go_on(entrance, uow, proved, has_second_factor=False)
        note(uow, "step_up", entered.session, visit.origin, how="issuer", issuer=arrival.subject.issuer_id)
    entrance.directory.forget(session.id_digest)
    return entered


def _asking_session(entrance: Entrance, journey: Journey, visit: Visit) -> OpenedSession:
    session = entrance.directory.opened(visit.cookie) if visit.cookie else None
    if session is None or session.stage != "open" or session.id_digest != journey.session_digest:
        raise SessionOver()
    return session


def _note_link(uow: UnitOfWork, arrival: Arrival, person_id: Id, how: LinkedBy, visit: Visit) -> None:
    record(
        uow,
        SecurityEvent(
            kind="subject_linked",
            tenant=arrival.subject.tenant,
            actor_id=person_id,
            person_id=person_id,
            origin=visit.origin,
            details={"issuer": arrival.subject.issuer_id, "how": how},
        ),
    )
