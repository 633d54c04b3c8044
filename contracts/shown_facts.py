"""Facts as a person reads them."""

from __future__ import annotations

from datetime import date

from contracts.message import Model


class ShownFact(Model):
    """A fact in words: what it is, with its period; its value; who said so, and when.

    `expired`: its last day is over, so that it counts as missing.
    """

    name: str
    period: str | None
    label: str
    value: str
    source: str
    as_of: date
    valid_until: date | None = None
    expired: bool = False
