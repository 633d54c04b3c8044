"""The draw: an order by chance that anybody can work out again from its seed and from what it was drawn from. Pure.

The seed is random, so every order is as likely as any other; the hashes say from which cases and which people was drawn, so that
nobody can be put in or left out afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from contracts.message import Id


def hash_of(ids: Iterable[Id]) -> str:
    """SHA-256 of the sorted ids, one a line."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def order_of(ids: Collection[Id], *salts: str) -> tuple[Id, ...]:
    """The order in which these salts draw them."""
    return tuple(sorted(ids, key=lambda id: hashlib.sha256("\x1f".join((*salts, id)).encode()).digest()))


def how_many(percent: int, of: int) -> int:
    """So many of a hundred, rounded up: of one case one is checked."""
    return -(-percent * of // 100)


def chosen(cases: Collection[Id], *, percent: int, seed: str) -> tuple[Id, ...]:
    """The cases that are checked."""
    return order_of(cases, seed, hash_of(cases))[: how_many(percent, len(cases))]


def checkers_of(case: Id, people: Collection[Id], involved: Collection[Id], *, seed: str) -> tuple[Id, ...]:
    """Who checks a case, in the order of the draw: the first two, and after them whoever comes in. `involved` have had to do with
    it."""
    return tuple(each for each in order_of(people, seed, hash_of(people), case) if each not in involved)
