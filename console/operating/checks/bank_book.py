"""The bank's own book, as the bank shows it to anybody who asks: the judge of what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

TIMEOUT_S = 20.0
PAGE = 500


class BookUnreadable(Exception):
    """The bank does not answer, or not in its own words: nothing can be said about A and B."""


class Credit(BaseModel):
    """Money that reached an account; `returned` if it left it again. Amounts in fen."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    instruction_id: str
    bank_reference: str
    debtor_account: str
    creditor_account: str
    creditor_name: str
    amount_fen: int
    status: Literal["settled", "returned"]
    attempts_seen: int


class Totals(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    settled_count: int
    settled_fen: int
    returned_count: int
    returned_fen: int


@dataclass(frozen=True, slots=True)
class BankBook:
    """`pending` and `returned` are instruction ids; `totals` is what the bank itself adds up."""

    credits: tuple[Credit, ...]
    pending: frozenset[str]
    returned: frozenset[str]
    totals: Totals


def read_bank_book(url: str) -> BankBook:
    """The whole book. Raises BookUnreadable."""
    with httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False) as client:
        try:
            everything = TypeAdapter(dict[str, tuple[Credit, ...]]).validate_json(_get(client, "/credits"))
            return BankBook(
                credits=everything["credits"],
                pending=_pages(client, "/payments", "payments", status="pending"),
                returned=_pages(client, "/returns", "returns"),
                totals=Totals.model_validate_json(_get(client, "/totals")),
            )
        except (httpx.HTTPError, ValidationError, KeyError) as error:
            raise BookUnreadable(f"{type(error).__name__}: {str(error)[:200]}") from error


def _get(client: httpx.Client, path: str, **parameters: str | int) -> bytes:
    return client.get(path, params=parameters).raise_for_status().content


def _pages(client: httpx.Client, path: str, name: str, **parameters: str) -> frozenset[str]:
    """The instruction ids of a list that the bank gives out page by page."""
    found: set[str] = set()
    after = 0
    while True:
        page = client.get(path, params={**parameters, "after": after, "limit": PAGE}).raise_for_status().json()
        if not page[name]:
            return frozenset(found)
        found.update(str(each["instruction_id"]) for each in page[name])
        after = page["next_after"]
