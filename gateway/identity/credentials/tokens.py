"""What a bearer token looks like: known from its shape before anybody is asked."""

from __future__ import annotations

import re
import secrets

PREFIX = "zd_"
SHAPE = re.compile(rf"{PREFIX}[0-9a-f]{{64}}")


def new_token() -> str:
    """256 bits of chance, with what secret scanners know it by in front."""
    return f"{PREFIX}{secrets.token_hex(32)}"


def looks_like_one(token: str) -> bool:
    """Whether it may be one of ours at all."""
    return SHAPE.fullmatch(token) is not None


SHORTEST = 24
FEWEST_DIFFERENT = 10
PLACEHOLDERS = ("change", "example", "placeholder", "password", "secret", "<", "…")
"""What examples and hurried people write where chance belongs."""


def is_placeholder(token: str) -> bool:
    """Whether the installation's token looks written instead of drawn: everything would be open to whoever guesses it."""
    plain = token.lower()
    too_plain = len(token) < SHORTEST or len(set(token)) < FEWEST_DIFFERENT
    return too_plain or any(each in plain for each in PLACEHOLDERS)
