"""The bank's own book, as the bank shows it to anybody who asks, page by page: the judge of what was paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, TypeVar

import httpx
import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

TIMEOUT_S = 20.0
PAGE = 500
ASKED_AT_ONCE = 200
"""Instruction ids in one question: what the bank takes."""

M = TypeVar("M", bound=BaseModel)


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
    """What the bank itself adds up over its whole book; a returned payment is not settled any more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    settled_count: int
    settled_fen: int
    returned_count: int
    returned_fen: int


class DayTotals(BaseModel):
    """What reached accounts on one day (UTC), and how much of that has come back since."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: str
    credited_count: int
    credited_fen: int
    returned_count: int
    returned_fen: int


class BankLine:
    """The bank, asked. Every method raises BookUnreadable; lists come page by page."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False)

    def __enter__(self) -> BankLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def totals(self) -> Totals:
        return _read(Totals, self._asked("GET", "/totals"))

    def days(self) -> Iterator[DayTotals]:
        """Every day on which something reached an account, ascending."""
        for page in self._pages("/days", {}):
            yield from _listed(DayTotals, page.get("days"))

    def credits(self, day: str | None = None) -> Iterator[Sequence[Credit]]:
        """Pages of all credits, or of one day's, ascending by instruction id."""
        for page in self._pages("/credits", {"day": day} if day else {}):
            yield _listed(Credit, page.get("credits"))

    def credits_of(self, ids: Sequence[str]) -> list[Credit]:
        """The credits of these instructions, ASKED_AT_ONCE at most."""
        said = self._asked("POST", "/credits/query", json={"instruction_ids": list(ids)})
        return _listed(Credit, said.get("credits"))

    def pending(self) -> Iterator[list[str]]:
        """Pages of the instructions that the bank has taken and not carried out yet."""
        for ids, _after in self._numbered("/payments", "payments", 0, status="pending"):
            yield ids

    def returns(self, after: int) -> Iterator[tuple[list[str], int]]:
        """Pages of the instructions that came back later than position `after`, each with the position of its last."""
        return self._numbered("/returns", "returns", after)

    def _numbered(self, path: str, name: str, after: int, **parameters: str) -> Iterator[tuple[list[str], int]]:
        while True:
            page = self._asked("GET", path, params={**parameters, "after": after, "limit": PAGE})
            try:
                ids, after = [str(each["instruction_id"]) for each in page[name]], int(page["next_after"])
            except (KeyError, TypeError, ValueError) as error:
                raise BookUnreadable(f"{path}: {error!r}") from error
            if not ids:
                return
            yield ids, after

    def _pages(self, path: str, parameters: dict[str, str]) -> Iterator[dict[str, Any]]:
        after: str | None = ""
        while after is not None:
            page = self._asked("GET", path, params={**parameters, "after": after, "limit": PAGE})
            yield page
            following = page.get("next_after")
            if following is not None and following <= after:
                raise BookUnreadable(f"{path}: a page that does not go on after {after}")
            after = following

    def _asked(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        try:
            with self._client.stream(method, path, **more) as answer:
                answer.raise_for_status()
                # Not by `read`: an answer that keeps what it said is kept itself, in circles, until somebody cleans up.
                said = orjson.loads(b"".join(answer.iter_bytes()))
        except (httpx.HTTPError, ValueError) as error:
            raise BookUnreadable(f"{type(error).__name__}: {str(error)[:200]}") from error
        if not isinstance(said, dict):
            raise BookUnreadable(f"{path}: {type(said).__name__}")
        return said


def _read(kind: type[M], said: Any) -> M:
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        raise BookUnreadable(f"{type(error).__name__}: {str(error)[:200]}") from error


def _listed(kind: type[M], said: Any) -> list[M]:
    try:
        return TypeAdapter(list[kind]).validate_python(said)  # type: ignore[valid-type]
    except ValidationError as error:
        raise BookUnreadable(f"{type(error).__name__}: {str(error)[:200]}") from error


@dataclass(frozen=True, slots=True)
class BankBook:
    """A small book, whole: what a demo or a test of some hundred payments looks at."""

    credits: tuple[Credit, ...]
    totals: Totals


def read_bank_book(url: str) -> BankBook:
    """The whole book. Raises BookUnreadable."""
    with BankLine(url) as bank:
        return BankBook(tuple(credit for page in bank.credits() for credit in page), bank.totals())
