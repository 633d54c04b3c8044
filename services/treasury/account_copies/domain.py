"""Which account an enterprise is paid to: its own newest, or that of the enterprise into which it was merged; a holder who is
no applicant has accounts of its own. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.enterprises import Payee
from contracts.message import TenantId

PayeeOwner = tuple[TenantId, str]
"""The enterprise's own tenant, and its id."""

HolderOwner = tuple[TenantId, str]
"""The tenant that registered a holder, and the holder's id."""


@dataclass(frozen=True, slots=True)
class CurrentAccount:
    """The newest confirmed account, and the enterprise (or the holder) that it is of.

    `absorbed` are the enterprises on the way from the claim's to that one: they have ended in it.
    """

    enterprise_id: str
    payee: Payee
    absorbed: frozenset[str] = frozenset()

    def replaces(self, payee: Payee, payee_of: str) -> bool:
        """Whether money must go here and not to `payee`, an account of `payee_of`.

        Account versions are counted by enterprise, so that those of two enterprises say nothing about one another.
        """
        if payee_of == self.enterprise_id:
            return self.payee.account_version > payee.account_version
        return payee_of in self.absorbed
