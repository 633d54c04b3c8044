"""What the security administrator does with accounts. What a person does with their own is in `setting_up`."""

from __future__ import annotations

from typing import Protocol

from chassis.write.uow import UnitOfWork
from contracts.accounts import (
    AccountView,
    InvitationPurpose,
    InvitationView,
    InviteAccount,
    InviteToLink,
    RecoverAccount,
    ResumeAccount,
    SuspendAccount,
)
from contracts.security_events import SecurityEventKind
from gateway.identity.accounts.domain import Invitation, SignInAccount, invitation
from gateway.identity.accounts.store import AccountSecrets, AccountStore, InvitationStore, Secrets
from gateway.identity.digests import digest_of, login_digest
from gateway.identity.security.events import NOWHERE, Detail, Origin, SecurityEvent
from gateway.identity.security.store import record


class EndSessionsOf(Protocol):
    """Ends every session of a person within the unit of work; answers how many were open."""

    def __call__(self, uow: UnitOfWork, person_id: str) -> int: ...


class TellPerson(Protocol):
    """Tells a person, by whatever reaches them, what was done to their account; within the unit of work."""

    def __call__(self, uow: UnitOfWork, person_id: str, sentence: str) -> None: ...


def tell_nobody(uow: UnitOfWork, person_id: str, sentence: str) -> None:
    """Where nothing reaches people yet: they read it at their next sign-in, from the account itself."""


def invite_account(cmd: InviteAccount, uow: UnitOfWork, *, token: str, origin: Origin = NOWHERE) -> InvitationView:
    """Make the account and the link to it. Raises LoginTaken, AccountExists.

    Like a credential's token the invitation's is made by the caller, and not in the stored answer.
    """
    account = SignInAccount(id=uow.new_id(), tenant=uow.tenant, person_id=cmd.person_id, login=cmd.login)
    uow.of(AccountStore).save(account)
    uow.of(AccountStore).give_login(account, login_digest(cmd.login))
    made = _invite("first_sign_in", uow, token, person_id=account.person_id, account_id=account.id)
    _note(uow, "invitation", account, origin, {"purpose": made.purpose, "login": account.login})
    return made.view()


def recover_account(
    cmd: RecoverAccount,
    uow: UnitOfWork,
    *,
    token: str,
    end_sessions: EndSessionsOf,
    tell: TellPerson = tell_nobody,
    origin: Origin = NOWHERE,
) -> InvitationView:
    """Take password and second factor away and make a new link. Raises AccountMissing, AccountSuspendedAlready."""
    account = uow.of(AccountStore).get(cmd.account_id)
    account.recover(by=uow.actor.id, at=uow.now)
    uow.of(AccountStore).save(account)
    secrets = uow.of(AccountSecrets)
    secrets.put(account.tenant, account.id, Secrets())
    secrets.put_recovery_codes(account.tenant, account.id, ())
    _withdraw_open(uow, account.id)
    made = _invite("recovery", uow, token, person_id=account.person_id, account_id=account.id)
    ended = end_sessions(uow, account.person_id)
    tell(uow, account.person_id, "您的登录账号已由安全管理员重置；如非本人申请，请立即联系安全管理员。")
    _note(uow, "recovery", account, origin, {"why": cmd.why, "sessions_ended": ended})
    return made.view()


def suspend_account(
    cmd: SuspendAccount, uow: UnitOfWork, *, end_sessions: EndSessionsOf, origin: Origin = NOWHERE
) -> AccountView:
    """Raises AccountMissing, AccountSuspendedAlready."""
    account = uow.of(AccountStore).get(cmd.account_id)
    account.suspend()
    uow.of(AccountStore).save(account)
    _withdraw_open(uow, account.id)
    ended = end_sessions(uow, account.person_id)
    _note(uow, "account_suspended", account, origin, {"why": cmd.why, "sessions_ended": ended})
    return account.view()


def resume_account(cmd: ResumeAccount, uow: UnitOfWork, *, origin: Origin = NOWHERE) -> AccountView:
    """Raises AccountMissing, AccountNotSuspended."""
    account = uow.of(AccountStore).get(cmd.account_id)
    account.resume()
    uow.of(AccountStore).save(account)
    _note(uow, "account_resumed", account, origin, {"why": cmd.why})
    return account.view()


def invite_to_link(cmd: InviteToLink, uow: UnitOfWork, *, token: str, origin: Origin = NOWHERE) -> InvitationView:
    """Make a link that leads a person to an issuer, to be known by it from then on. The issuer is looked at when the
    link is used."""
    made = _invite("link", uow, token, person_id=cmd.person_id, issuer_id=cmd.issuer_id)
    record(
        uow,
        SecurityEvent(
            kind="invitation",
            tenant=uow.tenant,
            actor_id=uow.actor.id,
            person_id=cmd.person_id,
            origin=origin,
            details={"purpose": "link", "issuer": cmd.issuer_id},
        ),
    )
    return made.view()


def _invite(
    purpose: InvitationPurpose,
    uow: UnitOfWork,
    token: str,
    *,
    person_id: str,
    account_id: str | None = None,
    issuer_id: str | None = None,
) -> Invitation:
    made = invitation(
        purpose,
        id=uow.new_id(),
        tenant=uow.tenant,
        person_id=person_id,
        account_id=account_id,
        issuer_id=issuer_id,
        token_digest=digest_of(token),
        by=uow.actor.id,
        at=uow.now,
    )
    store = uow.of(InvitationStore)
    store.save(made)
    store.give_key(made)
    return made


def _withdraw_open(uow: UnitOfWork, account_id: str) -> None:
    store = uow.of(InvitationStore)
    former = store.open_of(account_id)
    for each in former:
        each.withdraw(uow.now)
    store.save_many(former)


def _note(
    uow: UnitOfWork, kind: SecurityEventKind, account: SignInAccount, origin: Origin, details: dict[str, Detail]
) -> None:
    record(
        uow,
        SecurityEvent(
            kind=kind,
            tenant=account.tenant,
            actor_id=uow.actor.id,
            person_id=account.person_id,
            account_id=account.id,
            origin=origin,
            details=details,
        ),
    )
