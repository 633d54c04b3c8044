"""The draw: an order by chance that anybody can work out again from its seed and the register as it was. Pure.

Each expert's place follows from SHA-256 over the seed, the register's hash and the expert's id. The seed is random, so every order
is as likely as any other; the hash says which register it was drawn from, so that nobody can be put in or left out afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from contracts.message import Id
from services.review.panels.expert import Expert


class CaseApplicant(NamedTuple):
    """Whom the case is about, and the persons whose word its facts are."""

    uscc: str
    name: str
    recorders: frozenset[Id]


class Draw(NamedTuple):
    """Everybody who could be drawn, in the order of the draw; `left_out` are of the field and in conflict."""

    order: tuple[Expert, ...]
    left_out: tuple[Id, ...]
    register_hash: str


def draw(experts: Iterable[Expert], field: str | None, applicant: CaseApplicant, seed: str) -> Draw:
    """The order of those of `field` (of all where the plan names none) who have nothing to do with the applicant."""
    of_field = [each for each in experts if each.retired_at is None and (field is None or field in each.fields)]
    out = tuple(sorted(each.id for each in of_field if in_conflict(each, applicant)))
    hashed = hash_of(of_field)
    free = {each.id: each for each in of_field if each.id not in out}
    return Draw(tuple(free[id] for id in order_of(free, seed, hashed)), out, hashed)


def order_of(ids: Collection[Id], seed: str, register_hash: str) -> Sequence[Id]:
    """The order in which this seed draws them."""
    return sorted(ids, key=lambda id: hashlib.sha256(f"{seed}\x1f{register_hash}\x1f{id}".encode()).digest())


def hash_of(experts: Iterable[Expert]) -> str:
    """The register's entries, in one hash."""
    entries = sorted((each.entry() for each in experts), key=lambda entry: str(entry["id"]))
    return hashlib.sha256(json.dumps(entries, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def in_conflict(expert: Expert, applicant: CaseApplicant) -> bool:
    """They have said so, work for the firm, or have recorded what the case rests on."""
    return (
        applicant.uscc.upper() in expert.conflicts
        or expert.employer == applicant.name
        or (expert.person_id is not None and expert.person_id in applicant.recorders)
    )
