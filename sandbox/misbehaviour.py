"""Faults on demand: which requests a program is to answer late, badly, or not at all.

Rules stand in the program's book and are matched and spent in the same transaction as the booking,
so a fault run can be killed and resumed without a rule firing twice or being forgotten.
"""

from __future__ import annotations

import sqlite3
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA = """
CREATE TABLE IF NOT EXISTS behaviour_rules (
    position  INTEGER PRIMARY KEY,
    rule      TEXT NOT NULL,
    remaining INTEGER CHECK (remaining >= 0),
    applied   INTEGER NOT NULL DEFAULT 0
) STRICT;
"""


class Fault(StrEnum):
    """What can go wrong. The two about the deed itself are spelt in each program's own words."""

    ANSWER_LATE = "answer_late"
    FAIL = "fail"
    DONE_THEN_TIMEOUT = "done_then_timeout"
    TIMEOUT_BEFORE = "timeout_before"
    PENDING_THEN_DONE = "pending_then_done"
    UNHEARD_THEN_DONE = "unheard_then_done"
    HTTP_500 = "http_500"
    STOP_HALF_WAY = "stop_half_way"
    ALTER_BYTE = "alter_byte"
    FALSE_WORD = "false_word"

    @property
    def prevents_the_deed(self) -> bool:
        """Nothing of the request is booked now; what is unheard of is done later all the same."""
        return self in (Fault.TIMEOUT_BEFORE, Fault.HTTP_500, Fault.UNHEARD_THEN_DONE)

    @property
    def is_about_one_line(self) -> bool:
        """It changes one order's outcome; the others befall the request that carries it."""
        return self in (Fault.FAIL, Fault.PENDING_THEN_DONE)


class Rule(BaseModel):
    """One rule; a program's own kind adds what it can match by, and `covers`.

    `next`: it applies so many times and is then spent; without it, until it is removed.
    `seconds`: how late the answer is, how long *pending* lasts or nobody has heard of it, how long a lost connection
    hangs before it is dropped (at once if not said). `reason_code` and `reason`: what *fail* answers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    own_words: ClassVar[Mapping[str, Fault]] = {}

    behaviour: str
    next: int | None = Field(default=None, ge=1)
    seconds: float | None = Field(default=None, gt=0, le=30 * 86_400)
    reason_code: str | None = Field(default=None, min_length=1, max_length=64)
    reason: str | None = Field(default=None, min_length=1, max_length=200)

    @property
    def fault(self) -> Fault:
        """The behaviour, in the words that all programs share."""
        return self.own_words.get(self.behaviour) or Fault(self.behaviour)

    @abstractmethod
    def covers(self, order: Any) -> bool:
        """Whether the rule is about this order."""

    @model_validator(mode="after")
    def _says_what_its_behaviour_needs(self) -> Self:
        timed = (Fault.ANSWER_LATE, Fault.PENDING_THEN_DONE, Fault.UNHEARD_THEN_DONE)
        if self.fault in timed and self.seconds is None:
            raise ValueError(f"{self.behaviour} needs seconds")
        if self.fault is not Fault.FAIL and (self.reason_code or self.reason):
            raise ValueError("only fail answers with a reason")
        return self


RuleT = TypeVar("RuleT", bound=Rule)


@dataclass
class StandingRule(Generic[RuleT]):
    """A rule in the book: its place, how often it may still apply (None: always), how often it has."""

    position: int
    rule: RuleT
    remaining: int | None
    applied: int

    def as_answer(self) -> dict[str, Any]:
        """The rule as it was given, with `remaining` and `applied`."""
        rule = self.rule.model_dump(exclude_none=True)
        return {**rule, "remaining": self.remaining, "applied": self.applied}


def standing(connection: sqlite3.Connection, kind: type[RuleT]) -> list[StandingRule[RuleT]]:
    """The rules in their order."""
    rows = connection.execute("SELECT * FROM behaviour_rules ORDER BY position")
    return [
        StandingRule(r["position"], kind.model_validate_json(r["rule"]), r["remaining"], r["applied"]) for r in rows
    ]


def replace(connection: sqlite3.Connection, rules: Sequence[Rule]) -> None:
    """Let `rules` stand instead of whatever stood."""
    connection.execute("DELETE FROM behaviour_rules")
    connection.executemany(
        "INSERT INTO behaviour_rules (position, rule, remaining) VALUES (?, ?, ?)",
        [(i, rule.model_dump_json(exclude_none=True), rule.next) for i, rule in enumerate(rules, start=1)],
    )


class Assignment(Generic[RuleT]):
    """Which rules befall the orders of one request; nothing is spent until `spend`.

    The first rule that covers an order and can act on it wins. A fault of the whole request is
    spent once per request, however many of its lines it covers.
    """

    def __init__(self, rules: Iterable[StandingRule[RuleT]]) -> None:
        self._rules = list(rules)
        self._taken: Counter[int] = Counter()

    def take(self, order: Any, *, outcome_is_open: bool) -> RuleT | None:
        """The rule for this order. A settled matter has no outcome left to change."""
        for standing_rule in self._rules:
            rule = standing_rule.rule
            if rule.fault.is_about_one_line and not outcome_is_open:
                continue
            if rule.covers(order) and self._claim(standing_rule):
                return rule
        return None

    def _claim(self, standing_rule: StandingRule[RuleT]) -> bool:
        taken = self._taken[standing_rule.position]
        if taken and not standing_rule.rule.fault.is_about_one_line:
            return True
        if standing_rule.remaining is not None and taken >= standing_rule.remaining:
            return False
        self._taken[standing_rule.position] += 1
        return True

    def spend(self, connection: sqlite3.Connection, *, only: RuleT | None = None) -> None:
        """Write down what was taken; `only` that rule, where it kept the others from acting."""
        for standing_rule in self._rules:
            times = self._taken[standing_rule.position]
            if times and (only is None or standing_rule.rule is only):
                connection.execute(
                    "UPDATE behaviour_rules SET remaining = remaining - ?, applied = applied + ? WHERE position = ?",
                    (times, times, standing_rule.position),
                )
