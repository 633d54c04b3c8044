"""How long treasury goes on asking: settings, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """How long treasury goes on asking.

    `definite_noes`: how many times in a row of growing waits (1 s, 2 s, 4 s … 5 min) the bank has to say that it never
    heard of an instruction before it is presented no more; 12 take about 20 minutes. `may_execute_within`: how long after
    that the bank may still execute it, because it queues; the payment is not given up before. Ten days outlast the longest
    public holiday: a queue that waits for the next working day is through by then.

    `return_confirmed_within`: how long the bank's list of returns may be ahead of what it says of the payment.
    """

    definite_noes: int = 12
    may_execute_within: timedelta = timedelta(days=10)
    return_confirmed_within: timedelta = timedelta(days=1)
    returns_every: timedelta = timedelta(seconds=15)
    accounts_every: timedelta = timedelta(seconds=30)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Patience:
        """BANK_DEFINITE_NOES, BANK_MAY_EXECUTE_WITHIN (hours), BANK_RETURNS_SECONDS and PAYEE_ACCOUNTS_SECONDS, where they
        are set."""
        usual = cls()
        returns = float(env.get("BANK_RETURNS_SECONDS", usual.returns_every.total_seconds()))
        accounts = float(env.get("PAYEE_ACCOUNTS_SECONDS", usual.accounts_every.total_seconds()))
        within = env.get("BANK_MAY_EXECUTE_WITHIN")
        return cls(
            definite_noes=int(env.get("BANK_DEFINITE_NOES", usual.definite_noes)),
            may_execute_within=timedelta(hours=float(within)) if within else usual.may_execute_within,
            returns_every=timedelta(seconds=returns),
            accounts_every=timedelta(seconds=accounts),
        )
