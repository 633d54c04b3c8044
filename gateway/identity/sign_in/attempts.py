"""Attempts to prove who one is: counted before they are looked at, given back or forgiven when they succeed."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.write.uow import UnitOfWork
from contracts.security_events import SecurityEventKind
from gateway.identity.accounts.views import KnownAccount
from gateway.identity.digests import address_digest, login_digest
from gateway.identity.security.events import DOOR, Origin, SecurityEvent
from gateway.identity.security.store import record, record_apart
from gateway.identity.sign_in.delay_store import DelayStore
from gateway.identity.sign_in.delays import OF_ACCOUNTS, OF_ADDRESSES, DelayRule, TooManyAttempts
from gateway.identity.sign_in.entrance import Entrance


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedAttempt:
    """One attempt under way. `locks`: if it fails, the login has failed too often and must wait."""

    login: str
    address: str | None
    locks: bool

    def subjects(self) -> tuple[str, ...]:
        return tuple(_rules(self.login, self.address))


def begin_attempt(entrance: Entrance, login: str, origin: Origin, known: KnownAccount | None) -> CountedAttempt:
    """Count an attempt for this login and this address. Raises TooManyAttempts while either must wait. Blocks.

    Done and committed before anything is compared; no connection is held while a hash is computed.
    """
    rules = _rules(login, origin.client_address)
    try:
        with entrance.frame.unit((DOOR,), action="begin_sign_in") as uow:
            store = uow.of(DelayStore)
            counted = {subject: delay.attempt(rules[subject], uow.now) for subject, delay in store.lock(*rules).items()}
            store.put(counted)
            store.sweep()
            locks = counted[login_digest(login)].blocks(uow.now)
    except TooManyAttempts:
        record_apart(entrance.frame, _refusal(origin, known, "must_wait"))
        raise
    return CountedAttempt(login=login, address=origin.client_address, locks=locks)


def failed(
    entrance: Entrance,
    attempt: CountedAttempt,
    origin: Origin,
    known: KnownAccount | None,
    reason: str,
    kind: SecurityEventKind = "sign_in_refused",
) -> None:
    """The attempt stays counted, and is written down; so is that the login must wait, when it does. Blocks."""
    refusal = _refusal(origin, known, reason, kind)
    with entrance.frame.unit((refusal.tenant,), action="refuse_sign_in") as uow:
        record(uow, refusal)
        if attempt.locks:
            record(
                uow,
                SecurityEvent(
                    kind="lockout",
                    tenant=refusal.tenant,
                    person_id=refusal.person_id,
                    account_id=refusal.account_id,
                    origin=origin,
                ),
            )


def give_back(uow: UnitOfWork, attempt: CountedAttempt) -> None:
    """It did not fail, and more is asked for: what failed before is not forgotten yet."""
    store = uow.of(DelayStore)
    store.put({subject: delay.given_back(uow.now) for subject, delay in store.lock(*attempt.subjects()).items()})


def forgive(uow: UnitOfWork, attempt: CountedAttempt) -> None:
    """Whoever it is has proved it wholly: the login's failures are forgotten; the address's are not, since another may
    be trying from there, but for this one."""
    store = uow.of(DelayStore)
    mine = login_digest(attempt.login)
    known = store.lock(*attempt.subjects())
    store.put(
        {
            subject: delay.forgiven(uow.now) if subject == mine else delay.given_back(uow.now)
            for subject, delay in known.items()
        }
    )


def _rules(login: str, address: str | None) -> dict[str, DelayRule]:
    rules = {login_digest(login): OF_ACCOUNTS}
    if address is not None:
        rules[address_digest(address)] = OF_ADDRESSES
    return rules


def _refusal(
    origin: Origin, known: KnownAccount | None, reason: str, kind: SecurityEventKind = "sign_in_refused"
) -> SecurityEvent:
    return SecurityEvent(
        kind=kind,
        outcome="refused",
        tenant=known.tenant if known else DOOR,
        person_id=known.person_id if known else None,
        account_id=known.account_id if known else None,
        origin=origin,
        details={"reason": reason},
    )
