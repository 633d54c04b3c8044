"""The account that an attempt is paid to, in plain: for the bank alone, and for comparing with what the bank says."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher, Unsealable
from services.treasury.bank_book.store import ACCOUNT
from services.treasury.disbursements.accounts import registered_in
from services.treasury.disbursements.domain import Disbursement


def account_of(disbursement: Disbursement, cipher: Cipher) -> str:
    """The account number; a holder's is sealed by whoever registered it. Raises Unsealable."""
    sealed, (home, decided_in) = disbursement.payee.account_sealed, registered_in(disbursement.claim)
    try:
        return cipher.open(sealed, purpose=ACCOUNT, tenant=home)
    except Unsealable:
        if disbursement.holder_id is None or home == decided_in:
            raise
        return cipher.open(sealed, purpose=ACCOUNT, tenant=decided_in)
