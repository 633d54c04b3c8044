"""Double entry: every movement of money takes from one account what it puts into another. Pure.

Amounts are integers of fen, debits positive and credits negative, so that a balanced entry sums to zero.
Entries are only ever added: a mistake, like money that came back, is reversed by a later entry.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from contracts.message import TenantId

Account = Literal["appropriation", "available", "reserved", "paid", "swept"]
Kind = Literal["appropriate", "reserve", "release", "settle", "return", "sweep"]


class Sides(NamedTuple):
    """The account that is debited (it grows) and the one that is credited (it shrinks)."""

    debit: Account
    credit: Account


MOVEMENTS: Mapping[Kind, Sides] = {
    "appropriate": Sides(debit="available", credit="appropriation"),
    "reserve": Sides(debit="reserved", credit="available"),
    "release": Sides(debit="available", credit="reserved"),
    "settle": Sides(debit="paid", credit="reserved"),
    "return": Sides(debit="available", credit="paid"),
    "sweep": Sides(debit="swept", credit="available"),
}
"""Everything that can happen to the money of a budget line."""

REVERSES: Mapping[Kind, Kind] = {"release": "reserve", "return": "settle"}
"""What undoes what, of the same disbursement."""


class Unbalanced(Exception):
    """An entry whose debits are not its credits. It is a fault of the program; nothing is written."""


class Posting(NamedTuple):
    """One account's part of an entry; debits positive."""

    account: Account
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement on one budget line, for a disbursement or (`document`) on the word of finance.

    `further_of_document`: the document has put money on the line before, and finance says that this is more of it.
    `traceparent` is the trace of the submission that it goes back to, or of the command.

    Raises Unbalanced unless there are postings, none of them nothing, that sum to zero.
    """

    id: str
    tenant: TenantId
    line_id: str
    kind: Kind
    postings: tuple[Posting, ...]
    at: datetime
    disbursement_id: str | None = None
    document: str | None = None
    reverses: str | None = None
    further_of_document: bool = False
    traceparent: str | None = None

    def __post_init__(self) -> None:
        amounts = [posting.amount_fen for posting in self.postings]
        if not amounts or 0 in amounts or sum(amounts) != 0:
            raise Unbalanced(f"{self.kind} {self.id}: {amounts}")

    def sealed(self) -> dict[str, Any]:
        """What its audit fact tells: the entry whole, and what belongs to it."""
        told = {name: getattr(self, name) for name in self.__slots__ if name != "postings"}
        return {**told, "postings": {posting.account: posting.amount_fen for posting in self.postings}}


def movement(
    kind: Kind, amount_fen: int, *, tenant: TenantId, line_id: str, disbursement_id: str, at: datetime
) -> Entry:
    """The entry of one step of a disbursement. Each kind occurs at most once per disbursement, and so does its id."""
    undone = REVERSES.get(kind)
    return Entry(
        id=entry_id(disbursement_id, kind),
        tenant=tenant,
        line_id=line_id,
        kind=kind,
        postings=_postings(kind, amount_fen),
        at=at,
        disbursement_id=disbursement_id,
        reverses=entry_id(disbursement_id, undone) if undone else None,
    )


def appropriation(
    amount_fen: int, *, tenant: TenantId, line_id: str, number: int, document: str, further: bool, at: datetime
) -> Entry:
    """The entry of the `number`-th change of a line, by which finance puts money on it; `further`: more of one document."""
    return Entry(
        id=entry_id(line_id, f"appropriate-{number}"),
        tenant=tenant,
        line_id=line_id,
        kind="appropriate",
        postings=_postings("appropriate", amount_fen),
        at=at,
        document=document,
        further_of_document=further,
    )


def entry_id(subject: str, step: str) -> str:
    """The same step of the same thing is the same entry, which the database accepts once."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"ledger\x1f{subject}\x1f{step}"))


def balances(entries: Iterable[Entry]) -> dict[Account, int]:
    """What the accounts stand at after `entries`, in fen."""
    sums: dict[Account, int] = {}
    for entry in entries:
        for posting in entry.postings:
            sums[posting.account] = sums.get(posting.account, 0) + posting.amount_fen
    return sums


def _postings(kind: Kind, amount_fen: int) -> tuple[Posting, ...]:
    if amount_fen <= 0:
        raise Unbalanced(f"{kind} of {amount_fen} fen")
    sides = MOVEMENTS[kind]
    return (Posting(sides.debit, amount_fen), Posting(sides.credit, -amount_fen))
