"""Waiting that asks instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(probe: Callable[[], T], *, within: float = 20.0, every: float = 0.05) -> T:
    """Ask until the probe answers something true without raising; then return its answer.

    Raises AssertionError with the last answer or error when `within` seconds have passed.
    """
    deadline = time.monotonic() + within
    last: object = None
    while time.monotonic() < deadline:
        try:
            answer = probe()
            if answer:
                return answer
            last = answer
        except Exception as error:
            last = error
        time.sleep(every)
    raise AssertionError(f"not within {within} s; last: {last!r}")
