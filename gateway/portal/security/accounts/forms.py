"""What the security administrator does about one person's accounts: on the page of the person."""

from __future__ import annotations

from starlette.responses import Response

from contracts.accounts import EndSessions, InviteAccount, RecoverAccount, ResumeAccount, SuspendAccount
from contracts.credentials import IssueCredential
from contracts.identity import PLATFORM
from contracts.message import Id, Model, Why
from contracts.people import GetPerson, ListCapacities, PersonView
from contracts.refusal import Invalid
from gateway import handing_out
from gateway.access import Permitted
from gateway.door import Door, said
from gateway.identity.people import views
from gateway.portal.security.people.pages import pages, show_person
from gateway.portal.security.shown_once import shown_once, whole_link
from gateway.portal.shell.rendering import address


class CapacityGone(Invalid):
    """What was chosen is not held any more."""

    code = "capacity_gone"
    sentence = "该人员已不再担任所选的岗位，请重新选择。"


class OfPerson(Model):
    """What is done to an account, on the page of the person whose it is."""

    person_id: Id
    account_id: Id
    why: Why


class ForProgram(Model):
    """`key` names one of the person's capacities."""

    person_id: Id
    key: str
    days: int = 180
    unattended: bool = False


@pages.form("/security/people/{person_id}/accounts", InviteAccount, on=show_person)
async def invite_account(door: Door, command: InviteAccount) -> Response:
    """An account, whose link is handed over in person (开通账号)."""
    made = said(await handing_out.invite_account(door, command), InviteAccount)
    return await _link(door, "invitation", made.path or "", command.person_id, made.expires_at)


@pages.form(
    "/security/people/{person_id}/accounts/{account_id}/recover", OfPerson, Permitted(RecoverAccount), on=show_person
)
async def recover_account(door: Door, filled: OfPerson) -> Response:
    """Password and second factor are taken away, and a new link is handed over (重置账号)."""
    command = RecoverAccount(account_id=filled.account_id, why=filled.why)
    made = said(await handing_out.recover_account(door, command), RecoverAccount)
    return await _link(door, "recovery", made.path or "", filled.person_id, made.expires_at)


@pages.form(
    "/security/people/{person_id}/accounts/{account_id}/suspend", OfPerson, Permitted(SuspendAccount), on=show_person
)
async def suspend_account(door: Door, filled: OfPerson) -> str:
    """Nobody signs in with it any more (停用账号)."""
    command = SuspendAccount(account_id=filled.account_id, why=filled.why)
    said(await handing_out.suspend_account(door, command), SuspendAccount)
    return _person(filled.person_id, "account_suspended")


@pages.form(
    "/security/people/{person_id}/accounts/{account_id}/resume", OfPerson, Permitted(ResumeAccount), on=show_person
)
async def resume_account(door: Door, filled: OfPerson) -> str:
    """The account is as it was before it was suspended (恢复账号)."""
    command = ResumeAccount(account_id=filled.account_id, why=filled.why)
    said(await handing_out.resume_account(door, command), ResumeAccount)
    return _person(filled.person_id, "account_resumed")


@pages.form("/security/people/{person_id}/sessions/end", EndSessions, on=show_person)
async def end_sessions(door: Door, command: EndSessions) -> str:
    """Whoever is signed in as this person is signed out within seconds (强制退出)."""
    said(await handing_out.end_all_sessions(door, command), EndSessions)
    return _person(command.person_id, "sessions_ended")


@pages.form("/security/people/{person_id}/credentials", ForProgram, Permitted(IssueCredential), on=show_person)
async def issue_to_person(door: Door, filled: ForProgram) -> Response:
    """A token by which a program does what the person may do (个人程序凭证). Raises CapacityGone."""
    query = ListCapacities(person_id=filled.person_id)
    held = (await door.found(query, views.list_capacities, tenant=PLATFORM)).items
    capacity = next((each for each in held if each.key == filled.key), None)
    if capacity is None:
        raise CapacityGone(field="key")
    person: PersonView = await door.found(GetPerson(person_id=filled.person_id), views.get_person, tenant=PLATFORM)
    command = IssueCredential(
        tenant=capacity.tenant,
        actor_id=filled.person_id,
        name=person.name,
        department_id=capacity.department_id,
        enterprise_id=capacity.enterprise_id,
        days=filled.days,
        unattended=filled.unattended,
    )
    made = said(await handing_out.issue_credential(door, command), IssueCredential)
    return await shown_once(door, "token", made.token or "", back=_person(filled.person_id), until=made.ends_at)


async def _link(door: Door, kind: str, path: str, person_id: Id, until: object) -> Response:
    return await shown_once(door, kind, whole_link(door, path), back=_person(person_id), until=until)


def _person(person_id: Id, done: str | None = None) -> str:
    return address(f"/security/people/{person_id}", done=done)
