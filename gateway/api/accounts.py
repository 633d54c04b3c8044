"""For the security administrator: accounts, invitations, recovery, and the end of sessions. Carried out by the gateway."""

from __future__ import annotations

from starlette.responses import Response

from contracts.accounts import (
    EndSessions,
    InviteAccount,
    InviteToLink,
    ListAccounts,
    RecoverAccount,
    ResumeAccount,
    SuspendAccount,
)
from gateway import handing_out
from gateway.door import Door
from gateway.identity.accounts import views
from gateway.kept_answers import not_kept
from gateway.routes import Routes

routes = Routes("账号 accounts")


@routes.order("/accounts", InviteAccount, status=201)
async def invite_account(door: Door, command: InviteAccount) -> Response:
    """Give a person an account (开通账号); the answer's `path` is the link to hand over, shown this once."""
    return not_kept(door.answer(await handing_out.invite_account(door, command)))


@routes.ask("/accounts", ListAccounts)
async def list_accounts(door: Door, query: ListAccounts) -> Response:
    """The accounts of the tenant (账号清单)."""
    return door.answer(await door.looked_up(query, views.list_accounts))


@routes.order("/accounts/{account_id}/recover", RecoverAccount, status=201)
async def recover_account(door: Door, command: RecoverAccount) -> Response:
    """Password or second factor are lost (重置账号): both are taken away, all sessions end, a new link is made."""
    return not_kept(door.answer(await handing_out.recover_account(door, command)))


@routes.order("/accounts/{account_id}/suspend", SuspendAccount)
async def suspend_account(door: Door, command: SuspendAccount) -> Response:
    """Nobody signs in with it any more (停用账号)."""
    return door.answer(await handing_out.suspend_account(door, command))


@routes.order("/accounts/{account_id}/resume", ResumeAccount)
async def resume_account(door: Door, command: ResumeAccount) -> Response:
    """The account is as it was before it was suspended (恢复账号)."""
    return door.answer(await handing_out.resume_account(door, command))


@routes.order("/accounts/links", InviteToLink, status=201)
async def invite_to_link(door: Door, command: InviteToLink) -> Response:
    """Let a person link their identity at an issuer (邀请关联外部身份)."""
    return not_kept(door.answer(await handing_out.invite_to_link(door, command)))


@routes.order("/people/{person_id}/sessions/end", EndSessions)
async def end_sessions(door: Door, command: EndSessions) -> Response:
    """Whoever is signed in as this person is signed out within seconds (强制退出)."""
    return door.answer(await handing_out.end_all_sessions(door, command))
