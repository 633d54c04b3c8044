"""What the rule language answers: verdict, amount with its working, shares; and what is wrong with a rule."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from contracts.message import Model
from contracts.money import Money
from contracts.rule_shares import Level


class State(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"


MissingWhy = Literal["absent", "expired", "wrong_kind", "wrong_unit"]


class MissingFact(Model):
    """A fact that the answer needs: not there, out of date, or written so that it cannot be compared."""

    name: str
    period: str | None
    label: str
    why: MissingWhy


class ConditionResult(Model):
    """One condition with its answer, as a sentence and in parts.

    Under a `not` the sentence and the state are those of the negated condition: *met* is always what the
    enterprise wants. `decisive` says that the verdict rests on this one.
    """

    text_zh: str
    state: State
    fact: str
    period: str | None
    actual: str | None
    required: str
    decisive: bool


class Verdict(Model):
    """`missing` names, in the order of the rule, the facts that would settle an undetermined verdict."""

    state: State
    reasons: tuple[ConditionResult, ...]
    missing: tuple[MissingFact, ...] = ()


class Line(Model):
    """One line of the working. `value` is what this line adds to the amount; an explanation adds zero."""

    text_zh: str
    value: Money


class Amount(Model):
    """`money` is there exactly when the amount is known; then the lines' values add up to it."""

    state: Literal["known", "undetermined"]
    money: Money | None
    working: tuple[Line, ...] = ()
    missing: tuple[MissingFact, ...] = ()


class BorneShare(Model):
    level: Level
    money: Money


class ShareLine(Model):
    """One payment: `payer` pays `money`. `borne_by` says at whose cost, and adds up to `money`.

    The lines of an amount add up to it. Where the county advances there is one line, and `borne_by` is what
    the later settlement between the levels rests on.
    """

    payer: Level
    money: Money
    borne_by: tuple[BorneShare, ...]


class Assessment(Model):
    """An item's answer for one set of facts; `shares` are given once the amount is certain to be due."""

    verdict: Verdict
    amount: Amount
    shares: tuple[ShareLine, ...] = ()


class RuleSentences(Model):
    """An item's rules in the words of a person."""

    eligibility: str
    amount: str
    shares: str
    plan: str


class Problem(Model):
    """Why a rule cannot be published. `where` is a JSON pointer into the rules; `code` is stable."""

    code: str
    where: str
    text_zh: str
