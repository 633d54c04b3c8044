"""What a look may say: a difference that breaks an invariant, or something that an operator should know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: which invariant it breaks, whose it is (None: nobody's in particular), and what it
    is."""

    invariant: str
    tenant: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something an operator should know or do that breaks no invariant; `command` is what to type, if
    anything."""

    tenant: str | None
    text: str
    command: str = ""
