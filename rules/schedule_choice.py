"""Which schedule of parts a claim follows: chosen with its first part, and kept for the others."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.rule import (
    Instalment,
    InstalmentPlan,
    Instalments,
    InstalmentsBy,
    InstalmentsWhen,
    MissingFact,
    State,
)
from rules.eligibility import decide
from rules.facts import FactReader

Parts = tuple[Instalment, ...]

UNKNOWN_SCHEDULE = MissingFact(name="schedule", period=None, label="首期选定的分期安排", why="absent", kind="award")
"""What the register does not say of the first part: which schedule it chose."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The parts, and which of several schedules they are (as in `AwardHistory`; None: there is but one)."""

    parts: Parts
    number: int | None = None


@dataclass(frozen=True, slots=True)
class NoSchedule:
    """Nobody can tell the parts yet, for want of these."""

    missing: tuple[MissingFact, ...]


def schedule_of(plan: Instalments, number: int, reader: FactReader) -> Schedule | NoSchedule:
    """The schedule of instalment `number`: the one that the first part chose, where the register says it.

    A condition is asked for the first part only. Whoever has grown since does not change to the schedule of the
    large in the middle of one. A code (`instalments_by`) whose choice nobody kept is read again, as it always was.
    """
    if isinstance(plan, InstalmentPlan):
        return Schedule(plan.parts)
    history = reader.given.awards
    if history is not None and history.schedule is not None:
        return _numbered(plan, history.schedule)
    if isinstance(plan, InstalmentsBy):
        return _by_code(plan, reader)
    return _by_condition(plan, reader) if number == 1 else NoSchedule((UNKNOWN_SCHEDULE,))


def _numbered(plan: InstalmentsBy | InstalmentsWhen, number: int) -> Schedule | NoSchedule:
    if number < len(plan.rows):
        return Schedule(plan.rows[number].parts, number)
    if number == len(plan.rows) and plan.otherwise is not None:
        return Schedule(plan.otherwise, number)
    return NoSchedule((UNKNOWN_SCHEDULE,))


def _by_code(plan: InstalmentsBy, reader: FactReader) -> Schedule | NoSchedule:
    fact = reader.code(plan.fact, plan.period)
    if isinstance(fact, MissingFact):
        return NoSchedule((fact,))
    for number, row in enumerate(plan.rows):
        if fact.value in row.codes:
            return Schedule(row.parts, number)
    if plan.otherwise is None:
        return NoSchedule((reader.missing(plan.fact, plan.period, "wrong_kind"),))
    return Schedule(plan.otherwise, len(plan.rows))


def _by_condition(plan: InstalmentsWhen, reader: FactReader) -> Schedule | NoSchedule:
    """The first row that is met; one that is undetermined leaves all after it open."""
    for number, row in enumerate(plan.rows):
        state, missing = decide(row.condition, reader)
        if state is State.UNDETERMINED:
            return NoSchedule(missing)
        if state is State.MET:
            return Schedule(row.parts, number)
    return Schedule(plan.otherwise, len(plan.rows))
