"""Using a code: of the telephone or off the paper. It counts once, whoever gives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chassis.foundation.secrecy import Cipher
from chassis.write.uow import UnitOfWork
from gateway.identity.accounts.domain import SecondFactorWrong
from gateway.identity.accounts.second_factor import PURPOSE, matching_step, recovery_code
from gateway.identity.accounts.store import AccountSecrets
from gateway.identity.accounts.views import KnownAccount
from gateway.identity.digests import digest_of


@dataclass(frozen=True, slots=True)
class CodeUse:
    """How somebody proved themselves; `left` is how many recovery codes they have still."""

    how: Literal["totp", "recovery_code"]
    left: int = 0


def use_code(cipher: Cipher, uow: UnitOfWork, account: KnownAccount, typed: str) -> CodeUse:
    """Claim the code for this unit of work. Raises SecondFactorWrong for one that is wrong or has been used."""
    secrets = uow.of(AccountSecrets)
    kept = secrets.of(account.tenant, account.account_id)
    if kept.totp_sealed is None:
        raise SecondFactorWrong(field="code")
    plain = recovery_code(typed)
    if plain is not None:
        if not secrets.use_recovery_code(account.tenant, account.account_id, digest_of(plain), uow.now):
            raise SecondFactorWrong(field="code")
        return CodeUse("recovery_code", secrets.recovery_codes_left(account.tenant, account.account_id))
    secret = cipher.open(kept.totp_sealed, purpose=PURPOSE, tenant=account.tenant)
    step = matching_step(secret, typed, uow.now, after=kept.last_step)
    if step is None or not secrets.use_step(account.tenant, account.account_id, step):
        raise SecondFactorWrong(field="code")
    return CodeUse("totp")
