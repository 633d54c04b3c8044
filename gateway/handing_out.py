"""What is handed over once: tokens, and links to set up an account. Done the same for programs and for pages.

Tokens and links are derived from the order's key, not stored: whoever reads the database cannot use what is there, and a
repeat with the same key shows the same one.
"""

from __future__ import annotations

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
from contracts.message import Command, TenantId
from gateway.door import Door, Wire
from gateway.identity.accounts import use_cases as accounts
from gateway.identity.credentials import use_cases as credentials
from gateway.identity.sessions.use_cases import end_sessions, end_sessions_of
from gateway.session_cookie import origin_of
from gateway.signing_in import signing_in_of

LINK = "/sign-in/invitation/"


async def issue_credential(door: Door, command: IssueCredential) -> Wire:
    """A bearer token for a person or machine (发放凭证)."""
    token = _token(door, command, command.tenant)
    handle = partial(credentials.issue_credential, token=token, origin=origin_of(door.request.scope))
    return _with(await door.carry_out(command, handle), token=token)


async def rotate_credential(door: Door, command: RotateCredential) -> Wire:
    """Another token; the one before stays good for a while (更换凭证)."""
    token = _token(door, command, command.tenant)
    handle = partial(credentials.rotate_credential, token=token, origin=origin_of(door.request.scope))
    return _with(await door.carry_out(command, handle), token=token)


async def invite_account(door: Door, command: InviteAccount) -> Wire:
    """An account, and the link to set it up (开通账号)."""
    link = _link(door, command)
    handle = partial(accounts.invite_account, token=link, origin=origin_of(door.request.scope))
    return _with(await door.carry_out(command, handle), path=LINK + link)


async def recover_account(door: Door, command: RecoverAccount) -> Wire:
    """Password and second factor are taken away, all sessions end, a new link is made (重置账号)."""
    link = _link(door, command)
    handle = partial(
        accounts.recover_account,
        token=link,
        end_sessions=end_sessions_of,
        tell=signing_in_of(door.request).tell,
        origin=origin_of(door.request.scope),
    )
    return _with(_forgotten(door, await door.carry_out(command, handle)), path=LINK + link)


async def invite_to_link(door: Door, command: InviteToLink) -> Wire:
    """A link by which a person links an identity at an issuer (邀请关联外部身份)."""
    link = _link(door, command)
    handle = partial(accounts.invite_to_link, token=link, origin=origin_of(door.request.scope))
    return _with(await door.carry_out(command, handle), path=LINK + link)


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


def _token(door: Door, command: Command, tenant: TenantId | None) -> str:
    return "zd_" + _derived(door, command, tenant or door.principal.tenant, "credential")


def _link(door: Door, command: Command) -> str:
    return _derived(door, command, door.principal.tenant, "invitation")


def _derived(door: Door, command: Command, owner: TenantId, purpose: str) -> str:
    key = door.envelope(command, owner)["idempotency_key"]
    return door.frame.cipher.hmac(key, purpose=purpose, tenant=owner).rpartition(":")[2]


def _with(wire: Wire, **shown: str) -> Wire:
    """The answer with what is shown this once."""
    return {"ok": {**wire["ok"], **shown}} if "ok" in wire else wire


def _forgotten(door: Door, wire: Wire) -> Wire:
    """This process answers nothing more about the person from memory; the others within seconds."""
    if "ok" in wire:
        signing_in_of(door.request).directory.forget_person(wire["ok"]["person_id"])
    return wire
