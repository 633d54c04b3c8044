"""What is handed over once: tokens, and links to set up an account. Done the same for programs and for pages.

Tokens and links are random, and only their digests are kept: neither a copy of the database nor the data key gives one. So
a repeat with the same key cannot show it again, and says that it was handed over.
"""

from __future__ import annotations

import secrets
from functools import partial

from contracts.accounts import (
    EndSessions,
    InviteAccount,
    InviteToLink,
    RecoverAccount,
    ResumeAccount,
    SuspendAccount,
)
from contracts.credentials import IssueCredential, RotateCredential
from contracts.enterprises import GetEnterprise
from contracts.refusal import Conflict
from gateway.door import Door, Wire, said
from gateway.identity.accounts import use_cases as accounts
from gateway.identity.credentials import use_cases as credentials
from gateway.identity.credentials.domain import EnterpriseNotThere
from gateway.identity.credentials.tokens import new_token
from gateway.identity.sessions.use_cases import end_sessions, end_sessions_of
from gateway.session_cookie import origin_of
from gateway.signing_in import signing_in_of

LINK = "/sign-in/invitation/"


class AlreadyIssued(Conflict):
    """It was handed over when this was ordered, and nobody can read it any more."""

    code = "already_issued"
    sentence = "已经发放，只显示一次。如没有收到：凭证请更换或撤销后重新发放，链接请重新发出（账号请重置）。"


async def issue_credential(door: Door, command: IssueCredential) -> Wire:
    """A bearer token for a person or machine (发放凭证). Raises EnterpriseNotThere."""
    if command.enterprise_id is not None:
        await _refuse_unknown_enterprise(door, command)
    token = new_token()
    handle = partial(credentials.issue_credential, token=token, origin=origin_of(door.request.scope))
    return _with(await door.carry_out(command, handle, first_only=AlreadyIssued), token=token)


async def rotate_credential(door: Door, command: RotateCredential) -> Wire:
    """Another token; the one before stays good for a while (更换凭证)."""
    token = new_token()
    handle = partial(credentials.rotate_credential, token=token, origin=origin_of(door.request.scope))
    return _with(await door.carry_out(command, handle, first_only=AlreadyIssued), token=token)


async def invite_account(door: Door, command: InviteAccount) -> Wire:
    """An account, and the link to set it up (开通账号)."""
    link = _new_link()
    handle = partial(accounts.invite_account, token=link, origin=origin_of(door.request.scope))
    return _with(await door.carry_out(command, handle, first_only=AlreadyIssued), path=LINK + link)


async def recover_account(door: Door, command: RecoverAccount) -> Wire:
    """Password and second factor are taken away, all sessions end, a new link is made (重置账号)."""
    link = _new_link()
    handle = partial(
        accounts.recover_account,
        token=link,
        end_sessions=end_sessions_of,
        tell=signing_in_of(door.request).tell,
        origin=origin_of(door.request.scope),
    )
    recovered = await door.carry_out(command, handle, first_only=AlreadyIssued)
    return _with(_forgotten(door, recovered), path=LINK + link)


async def invite_to_link(door: Door, command: InviteToLink) -> Wire:
    """A link by which a person links an identity at an issuer (邀请关联外部身份)."""
    link = _new_link()
    handle = partial(accounts.invite_to_link, token=link, origin=origin_of(door.request.scope))
    return _with(await door.carry_out(command, handle, first_only=AlreadyIssued), path=LINK + link)


async def suspend_account(door: Door, command: SuspendAccount) -> Wire:
    """Nobody signs in with it any more (停用账号)."""
    origin = origin_of(door.request.scope)
    handle = partial(accounts.suspend_account, end_sessions=end_sessions_of, origin=origin)
    return _forgotten(door, await door.carry_out(command, handle))


async def resume_account(door: Door, command: ResumeAccount) -> Wire:
    """The account is as it was before it was suspended (恢复账号)."""
    handle = partial(accounts.resume_account, origin=origin_of(door.request.scope))
    return await door.carry_out(command, handle)


async def end_all_sessions(door: Door, command: EndSessions) -> Wire:
    """Whoever is signed in as this person is signed out within seconds (强制退出)."""
    handle = partial(end_sessions, origin=origin_of(door.request.scope))
    return _forgotten(door, await door.carry_out(command, handle))


async def _refuse_unknown_enterprise(door: Door, command: IssueCredential) -> None:
    """The catalogue knows which enterprises there are; a token for none would open nothing, and one day another's.

    Raises TenantNotYours before anything is asked of another place, EnterpriseNotThere, and what the bus raises.
    """
    asked = GetEnterprise(enterprise_id=str(command.enterprise_id))
    wire = await door.reply_to(asked, tenant=door.tenant_named_by(command))
    if "refused" in wire and wire["refused"]["kind"] == "not_found":
        raise EnterpriseNotThere(field="enterprise_id")
    said(wire, GetEnterprise)


def _new_link() -> str:
    return secrets.token_hex(32)


def _with(wire: Wire, **shown: str) -> Wire:
    """The answer with what is shown this once."""
    return {"ok": {**wire["ok"], **shown}} if "ok" in wire else wire


def _forgotten(door: Door, wire: Wire) -> Wire:
    """This process answers nothing more about the person from memory; the others within seconds."""
    if "ok" in wire:
        signing_in_of(door.request).directory.forget_person(wire["ok"]["person_id"])
    return wire
