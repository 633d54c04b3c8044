"""How many units of work and readers are open in this (green) thread.

Whoever waits for somebody outside while one is open holds a connection, and locks, for as long as that one likes.
"""

from __future__ import annotations

import threading


class CalledInsideTransaction(AssertionError):
    """An outside server was to be called while a unit of work or a reader was open."""


class _Here(threading.local):
    count = 0


_here = _Here()


def opened() -> None:
    _here.count += 1


def closed() -> None:
    _here.count -= 1


def refuse_inside() -> None:
    """Raises CalledInsideTransaction."""
    if _here.count:
        raise CalledInsideTransaction("an outside server may not be called inside a transaction")
