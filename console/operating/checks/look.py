"""One look at the books, and the shape of an invariant: a letter, what must hold, and who looks whether it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from console.operating.checks.addresses import OpenBooks
from console.operating.checks.checkpoints import Checkpoints
from console.operating.checks.findings import Finding, Notice

T = TypeVar("T")


@dataclass
class Look:
    """What every invariant is looked at with: the open books, of whom, and when.

    `full`: from the beginning; else from where an earlier look has found everything to be in order.
    """

    books: OpenBooks
    tenants: Sequence[str]
    now: datetime
    full: bool = False
    _shared: dict[Any, Any] = field(default_factory=dict)

    def checkpoints(self, database: str) -> Checkpoints:
        """How far the books of this database have been verified; nothing is remembered in a full look."""
        return Checkpoints(self.books.frame(database), forget=self.full)

    def once(self, work: Callable[[Look], T]) -> T:
        """What `work` finds; done once, for all the invariants that rest on it."""
        if work not in self._shared:
            self._shared[work] = work(self)
        found: T = self._shared[work]
        return found


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must always hold. `look` says what does not, one by one, in memory that does not grow with the books."""

    letter: str
    chinese: str
    english: str
    look: Callable[[Look], Iterator[Finding | Notice]]
