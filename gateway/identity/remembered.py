"""Who was found a moment ago behind a token or a cookie, so that not every request asks the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Answers by digest, good for `seconds`, at most `most` of each kind.

    That nobody is behind one is remembered apart: whoever tries out thousands drives out nobody who was found.
    """

    def __init__(self, seconds: float, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._monotonic = monotonic
        self._found: dict[str, tuple[float, T]] = {}
        self._nobody: dict[str, float] = {}

    def answer(self, digest: str) -> tuple[bool, T | None]:
        """(whether the answer is known without asking, the answer)."""
        oldest = self._monotonic() - self._seconds
        kept = self._found.get(digest)
        if kept is not None and kept[0] > oldest:
            return True, kept[1]
        return self._nobody.get(digest, oldest) > oldest, None

    def was_found(self, digest: str) -> bool:
        """Whether somebody was behind it when it was last asked about, however long ago."""
        return digest in self._found

    def keep(self, digest: str, found: T | None) -> None:
        """What has just been found; the oldest gives way."""
        self.forget(digest)
        if found is None:
            _make_room(self._nobody, self._most)
            self._nobody[digest] = self._monotonic()
        else:
            _make_room(self._found, self._most)
            self._found[digest] = (self._monotonic(), found)

    def forget(self, digest: str) -> None:
        """It is asked about again."""
        self._found.pop(digest, None)
        self._nobody.pop(digest, None)

    def found(self) -> Iterator[tuple[str, T]]:
        """Everybody who was found, by digest."""
        return iter([(digest, each) for digest, (_at, each) in self._found.items()])


def _make_room(kept: dict[str, Any], most: int) -> None:
    while len(kept) >= most:
        kept.pop(next(iter(kept)), None)
