"""Work that keeps the processor for long inside a library that lets go of the interpreter: done beside everything else.

In a service all threads are green: one that computes holds up the others and the heartbeats. The service's process names
a way into a thread of the system's (chassis/edge/runner.py); everywhere else the work is done where it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
Way = Callable[..., Any]


def _here(work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
    return work(*arguments, **named)


_way: Way = _here


def go_aside_by(way: Way) -> None:
    """From now on `way(work, …)` carries such work out and returns what it returned, or raises what it raised."""
    global _way
    _way = way


def aside(work: Callable[..., T], /, *arguments: Any, **named: Any) -> T:
    """What `work` returns for these arguments. It must not touch anything that green threads wait for."""
    done: T = _way(work, *arguments, **named)
    return done
