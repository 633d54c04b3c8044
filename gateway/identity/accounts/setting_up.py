"""A person comes to their account by an invitation: a password, a second factor, and codes for when it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from chassis.edge.frame import Frame
from chassis.foundation.secrecy import Unsealable
from contracts.message import Actor
from contracts.refusal import Invalid, Reason
from gateway.identity.accounts.domain import InvitationInvalid, SecondFactorCompulsory, SecondFactorWrong
from gateway.identity.accounts.hashing import PasswordHashes
from gateway.identity.accounts.passwords import PasswordUnfit, check_password
from gateway.identity.accounts.second_factor import PURPOSE, digests, matching_step, new_recovery_codes, new_secret
from gateway.identity.accounts.store import AccountSecrets, AccountStore, InvitationStore, Secrets
from gateway.identity.accounts.views import KnownAccount, OpenInvitation, account_by_id, invitation_behind
from gateway.identity.digests import digest_of
from gateway.identity.security.events import Origin, SecurityEvent
from gateway.identity.security.store import record, record_apart

OFFERED = "totp_offer"
"""For what a secret is sealed while it is only offered in a form: bound to the invitation, not yet to an account."""


class SetUpUnfit(Invalid):
    """Every reason at once."""

    code = "set_up_unfit"
    sentence = "填写的内容有误，请按提示修改。"


@dataclass(frozen=True, kw_only=True, slots=True)
class SetUp:
    """What the person fills in. `offered` is the sealed secret that the form was made with; without a `code` no second
    factor is set up."""

    password: str
    repeated: str
    offered: str
    code: str


def account_invited(frame: Frame, token: str, origin: Origin) -> tuple[OpenInvitation, KnownAccount]:
    """The invitation behind a link, and the account that it leads to. Raises InvitationInvalid. Blocks."""
    invited = invitation_behind(frame, token)
    known = None
    if invited is not None and invited.account_id is not None:
        known = account_by_id(frame, invited.tenant, invited.account_id)
    if invited is None or known is None:
        refuse_invitation(frame, token, origin)
    return invited, known


def refuse_invitation(frame: Frame, token: str, origin: Origin) -> NoReturn:
    """Never returns: writes down that somebody came with a link that is worth nothing, and raises InvitationInvalid."""
    record_apart(
        frame,
        SecurityEvent(
            kind="invitation_refused", outcome="refused", origin=origin, details={"link": digest_of(token)[:12]}
        ),
    )
    raise InvitationInvalid()


def offer(frame: Frame, invited: OpenInvitation) -> tuple[str, str]:
    """A new secret for a second factor, plain for the picture and sealed for the form that shows it."""
    secret = new_secret()
    return secret, frame.cipher.seal(secret, purpose=OFFERED, tenant=invited.tenant)


def offered_secret(frame: Frame, invited: OpenInvitation, offered: str) -> str | None:
    """The secret that a form was made with; None for a form that we did not make."""
    try:
        return frame.cipher.open(offered, purpose=OFFERED, tenant=invited.tenant)
    except Unsealable:
        return None


def set_up_account(
    frame: Frame,
    hashes: PasswordHashes,
    token: str,
    filled: SetUp,
    *,
    name: str,
    compulsory: bool,
    origin: Origin,
) -> tuple[str, ...]:
    """Use the invitation; answers with the recovery codes, to be shown once. Blocks, and takes the time of a hash.

    Of those who use one invitation at the same time one comes through. Raises InvitationInvalid, SetUpUnfit.
    """
    invited, known = account_invited(frame, token, origin)
    secret = offered_secret(frame, invited, filled.offered) if filled.code.strip() else None
    now = frame.clock.now()
    step = None if secret is None else matching_step(secret, filled.code, now, after=None)
    reasons = tuple(_unfit(filled, known.login, name, proved=step is not None, compulsory=compulsory))
    if reasons:
        raise SetUpUnfit(*reasons)
    kept = Secrets(hashes.made_of(filled.password), _sealed(frame, known, secret), step)
    codes = new_recovery_codes() if secret is not None else ()
    try:
        _keep(frame, invited, known, kept, codes, Actor(id=known.person_id, name=name), origin)
    except InvitationInvalid:
        refuse_invitation(frame, token, origin)
    return codes


def _unfit(filled: SetUp, login: str, name: str, *, proved: bool, compulsory: bool) -> Iterator[Reason]:
    try:
        check_password(filled.password, login=login, name=name)
    except PasswordUnfit as error:
        yield from error.reasons
    if filled.password != filled.repeated:
        yield Reason(code="password_repeated_differently", message="两次输入的口令不一致。", field="repeated_password")
    if filled.code.strip() and not proved:
        yield from SecondFactorWrong(field="code").reasons
    if compulsory and not filled.code.strip():
        yield from SecondFactorCompulsory(field="code").reasons


def _sealed(frame: Frame, known: KnownAccount, secret: str | None) -> str | None:
    return None if secret is None else frame.cipher.seal(secret, purpose=PURPOSE, tenant=known.tenant)


def _keep(
    frame: Frame,
    invited: OpenInvitation,
    known: KnownAccount,
    kept: Secrets,
    codes: tuple[str, ...],
    actor: Actor,
    origin: Origin,
) -> None:
    with frame.unit((invited.tenant,), action="set_up_account", actor=actor) as uow:
        invitation = uow.of(InvitationStore).get(invited.invitation_id)
        invitation.use(uow.now)
        uow.of(InvitationStore).save(invitation)
        account = uow.of(AccountStore).get(known.account_id)
        account.set_up(second_factor=kept.totp_sealed is not None, at=uow.now)
        uow.of(AccountStore).save(account)
        secrets = uow.of(AccountSecrets)
        secrets.put(account.tenant, account.id, kept)
        secrets.put_recovery_codes(account.tenant, account.id, digests(codes, digest_of))
        record(
            uow,
            SecurityEvent(
                kind="invitation_used",
                tenant=account.tenant,
                actor_id=account.person_id,
                person_id=account.person_id,
                account_id=account.id,
                origin=origin,
                details={"purpose": invitation.purpose, "second_factor": kept.totp_sealed is not None},
            ),
        )
