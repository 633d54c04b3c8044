"""How a person comes in: the account to sign in with, its invitation, and the end of sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.identity import InTenant
from contracts.message import Command, Id, Model, Page, PagedQuery, ServiceName, Why

LoginName = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^[a-z0-9][a-z0-9._-]+$")]
"""What a person types to sign in: lower case, no Chinese, so that it can be typed on any keyboard."""

AccountState = Literal["invited", "active", "suspended"]
InvitationPurpose = Literal["first_sign_in", "recovery", "link"]
"""首次登录 · 重置 · 关联外部身份."""


class AccountView(Model):
    """`second_factor`: a TOTP is set up. `invited_until`: an invitation is open until then."""

    account_id: Id
    person_id: Id
    login: str
    state: AccountState
    second_factor: bool
    invited_until: datetime | None = None
    version: int


class AccountPage(Page):
    items: tuple[AccountView, ...] = ()


class InvitationView(Model):
    """`path` is the link's path on this system; it is shown once, to whoever invites, and handed over in person."""

    invitation_id: Id
    purpose: InvitationPurpose
    person_id: Id
    account_id: Id | None = None
    issuer_id: Id | None = None
    expires_at: datetime
    path: str | None = None


class InviteAccount(Command[InvitationView], InTenant):
    """Give a person an account; the link lets them set password and second factor, once."""

    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id
    login: LoginName


class RecoverAccount(Command[InvitationView], InTenant):
    """Somebody has lost password or second factor: both are taken away, all sessions end, a new link is made.

    The one who recovers has seen the person; `why` says how they were known.
    """

    owner: ClassVar[ServiceName] = "gateway"

    account_id: Id
    why: Why


class SuspendAccount(Command[AccountView], InTenant):
    """Nobody signs in with it any more, and all sessions end within seconds."""

    owner: ClassVar[ServiceName] = "gateway"

    account_id: Id
    why: Why


class ResumeAccount(Command[AccountView], InTenant):
    """The account is as it was before it was suspended."""

    owner: ClassVar[ServiceName] = "gateway"

    account_id: Id
    why: Why


class ListAccounts(PagedQuery[AccountPage], InTenant):
    """The accounts of the tenant, by login."""

    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id | None = None


class SessionsEnded(Model):
    """How many sessions were open."""

    person_id: Id
    ended: int


class EndSessions(Command[SessionsEnded], InTenant):
    """Whoever is signed in as this person is signed out within seconds, everywhere."""

    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id
    why: Why


class InviteToLink(Command[InvitationView], InTenant):
    """Let a person link their identity at an issuer that says no resident id; the link leads there, once."""

    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id
    issuer_id: Id
