"""Whose an account is that public money goes to, where it is not the applicant's own: a person, an organisation, another firm."""

from __future__ import annotations

from typing import ClassVar, Literal

from contracts.enterprises import Payee
from contracts.message import Event, Id, Model

HolderKind = Literal["enterprise", "person", "organisation"]
"""企业 · 自然人 · 其他组织（银行、承办单位等）."""


class PayeeHolder(Model):
    """Who holds an account. `code_masked` is the credit code of a firm or organisation, or the masked resident id of a person.

    `named_by` is the enterprise that named the holder as a receiver; absent where the department did.
    """

    kind: HolderKind
    holder_id: Id
    name: str
    code_masked: str = ""
    named_by: Id | None = None


class HolderAccountChanged(Event):
    """The confirmed account of a holder that is no applicant; a later version replaces the earlier one. An enterprise's own
    account is told by PayeeAccountChanged.
    """

    aggregate: ClassVar[str] = "holder_account"

    holder: PayeeHolder
    payee: Payee
