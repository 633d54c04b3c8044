"""What the command line says when it will not go on: one sentence a person can act on."""

from __future__ import annotations


class CommandRefusal(Exception):
    """The machine or the request does not allow it; nothing was half-done. Printed without a traceback.

    `zh` and `en` say the same thing: what is wrong and what to do about it.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


class NeverStarted(CommandRefusal):
    """Asked for the address of a server that this home has not had yet."""
