"""The account that an attempt is paid to, in plain: for the bank alone, and for comparing with what the bank says."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher
from services.treasury.bank_book.store import ACCOUNT
from services.treasury.disbursements.domain import Disbursement


def account_of(disbursement: Disbursement, cipher: Cipher) -> str:
    """The account number. Raises Unsealable."""
    return cipher.open(disbursement.payee.account_sealed, purpose=ACCOUNT, tenant=disbursement.claim.filed_in)
