"""Who objects is nobody's business but the department's: how it is sealed, masked, and found again by its receipt."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher, mask_phone
from contracts.message import TenantId

OBJECTOR = "objector"
CODE = "objection_code"
"""Purposes of the cipher: who objected, and the check code by which an objection is looked up."""


def code_digest(number: str, code: str, tenant: TenantId, cipher: Cipher) -> str:
    """By which a check code fits its number: keyed, as there are few codes."""
    return cipher.hmac(f"{number}{code}", purpose=CODE, tenant=tenant)


def code_fits(number: str, code: str, kept: str, tenant: TenantId, cipher: Cipher) -> bool:
    return cipher.verify(f"{number}{code}", kept, purpose=CODE, tenant=tenant)


def mask_contact(contact: str) -> str:
    """A number, or a mail address: of it the first sign and where it is."""
    name, at, host = contact.partition("@")
    return f"{name[:1]}***@{host}" if at else mask_phone(contact)
