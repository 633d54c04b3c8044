"""What is kept instead of what was typed or given out: digests by which it is found again. Pure."""

from __future__ import annotations

import hashlib

from contracts.typed import half_width


def digest_of(text: str) -> str:
    """SHA-256 in hex: for what is random enough not to be guessed (a session, a token, a recovery code)."""
    return hashlib.sha256(text.encode()).hexdigest()


def login_digest(login: str) -> str:
    """How a login is found, whatever was typed around it. No secret: it only keeps names out of a table without
    row security."""
    return digest_of(f"login\x1f{plain_login(login)}")


def plain_login(login: str) -> str:
    """The login as it is known: what was typed, narrow, without blanks at its ends and in lower case."""
    return half_width(login).strip().lower()[:200]


def address_digest(address: str) -> str:
    """How failures of one address are counted."""
    return digest_of(f"address\x1f{address}")
