"""Passwords as they are kept: argon2id. One check costs the same whether there is such an account or not."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from gateway.identity.accounts.passwords import LONGEST, plain

MEMORY_KIB = 19 * 1024
ROUNDS = 2
LANES = 1
"""OWASP Password Storage Cheat Sheet (2025): argon2id with at least 19 MiB, two iterations, one lane."""


class PasswordHashes(Protocol):
    """What accounts ask of it; another one is put in its place by tests that count."""

    def made_of(self, password: str) -> str:
        """The hash to keep."""

    def fits(self, known: str | None, password: str) -> bool:
        """Whether `known` was made of the password. None is the hash of an account that is not there: never."""

    def outdated(self, known: str) -> bool:
        """Whether it was made with other parameters than today's, and is to be made anew."""


class Argon2Hashes:
    """argon2id with the parameters above."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, rounds: int = ROUNDS, lanes: int = LANES) -> None:
        self._hasher = PasswordHasher(memory_cost=memory_kib, time_cost=rounds, parallelism=lanes)

    @cached_property
    def _nobody(self) -> str:
        """Of a password that nobody has: what is compared where there is no account."""
        return self._hasher.hash("the account that is not there")

    def made_of(self, password: str) -> str:
        return self._hasher.hash(plain(password))

    def fits(self, known: str | None, password: str) -> bool:
        # Longer than any that was ever taken, cut: its length must cost nothing.
        typed, nobody = plain(password[: LONGEST + 1]), self._nobody
        try:
            return self._hasher.verify(known or nobody, typed) and known is not None
        except (Argon2Error, InvalidHashError):
            return False

    def outdated(self, known: str) -> bool:
        return self._hasher.check_needs_rehash(known)
