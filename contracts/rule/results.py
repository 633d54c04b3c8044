"""What the rule language answers: verdict, amount with its working, shares; and what is wrong with a rule."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from contracts.message import Model
from contracts.money import Money
from contracts.rule.facts import ParameterValue
from contracts.rule.payees import PayeeKind
from contracts.rule.shares import Level


class State(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"


MissingWhy = Literal["absent", "expired", "wrong_kind", "wrong_unit", "uneven"]


class MissingFact(Model):
    """A fact that the answer needs: not there, out of date, or written so that it cannot be compared; `uneven`
    is a list that has more or fewer entries than the one beside it.

    `kind` tells a fact about the enterprise from an outside figure (`parameter`) that nobody has passed in
    yet, and from a figure that somebody has still to set (`decision`). Neither is the enterprise's to give.
    """

    name: str
    period: str | None
    label: str
    why: MissingWhy
    kind: Literal["fact", "parameter", "decision"] = "fact"


class ConditionResult(Model):
    """One condition with its answer, as a sentence and in parts.

    `fact` is what it is about; for a comparison of computed values, the first fact that it uses.
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


class Benefit(Model):
    """What is given that is not money."""

    kind: Literal["tax_relief", "qualification", "service", "interest", "other"]
    text_zh: str


class Amount(Model):
    """`money` is there exactly when the amount is known; then the lines' values add up to it.

    `before_caps` says that the rule caps with earlier awards, or tops them up, and that none were passed in:
    an estimate from above. `lowest` and `highest` enclose an undetermined amount that waits for nothing but
    decisions or the limits of caps. `whole` is what all instalments come to, where this is one of them.
    """

    state: Literal["known", "undetermined"]
    money: Money | None
    working: tuple[Line, ...] = ()
    missing: tuple[MissingFact, ...] = ()
    before_caps: bool = False
    lowest: Money | None = None
    highest: Money | None = None
    whole: Money | None = None
    benefits: tuple[Benefit, ...] = ()


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


class PayeeLine(Model):
    """What one receiver gets of an amount; the lines add up to it."""

    who: PayeeKind
    label: str
    money: Money
    fund: str | None = None


class Objection(Model):
    """Why a claim gives way or is not served: a stable `code` and a sentence."""

    code: str
    text_zh: str


class InstalmentAnswer(Model):
    """What becomes of one instalment: `due` pays, `skipped` and `stopped` pay nothing now or any more."""

    number: int
    of: int
    label: str
    outcome: Literal["due", "skipped", "stopped", "waiting", "undetermined"]
    amount: Amount
    reason: str


class Assessment(Model):
    """An item's answer for one set of facts; `shares` are given once the amount is certain to be due.

    Where the item pays in instalments, `amount` is the one that is due now, `amount.whole` all of them, and
    `instalment` says which it is. `payees` divide the amount where it is not all the applicant's.
    `objections` are what earlier awards stand against it, where they were passed in. `figures` are the outside
    figures that were used: on these and the same facts the same day the answer is the same.
    """

    verdict: Verdict
    amount: Amount
    shares: tuple[ShareLine, ...] = ()
    payees: tuple[PayeeLine, ...] = ()
    instalment: InstalmentAnswer | None = None
    objections: tuple[Objection, ...] = ()
    figures: tuple[ParameterValue, ...] = ()


class RuleSentences(Model):
    """An item's rules in the words of a person."""

    eligibility: str
    amount: str
    shares: str
    plan: str
    payees: str = ""
    instalments: str = ""
    stacking: str = ""
    quotas: str = ""


class Problem(Model):
    """Why a rule cannot be published. `where` is a JSON pointer into the rules; `code` is stable."""

    code: str
    where: str
    text_zh: str
