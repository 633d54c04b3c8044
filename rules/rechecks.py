"""The conditions of one instalment, each with its own outcome, and what several of them come to together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from contracts.rule import AnyOf, Eligibility, Instalment, MissingFact, Recheck, State, Verdict
from rules.eligibility import verdict_of
from rules.facts import FactReader

_STRICT = {"stop": Fraction(0), "skip": Fraction(1), "wait": Fraction(2)}
_REDUCES = Fraction(3)
"""What reduces stands behind these, by what it leaves."""

_PASSED = _REDUCES + 1


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What the rechecks of one instalment say; `failed` is the one that decides, where one fails.

    Their verdict is met where the instalment is paid, be it reduced. `reducible`: one of them could have reduced it.
    """

    verdict: Verdict
    failed: Recheck | None = None
    reducible: bool = False

    @property
    def reduced_to(self) -> str | None:
        """What they leave of a part that is paid; None: all of it."""
        reduces = self.failed is not None and self.failed.if_failed == "reduce"
        return (self.failed.reduced_to or "0") if self.failed is not None and reduces else None

    @property
    def kept(self) -> str | None:
        """The same, as the register keeps it: where something could have been lost, it says that nothing was."""
        return self.reduced_to or ("1" if self.reducible else None)


def rechecks_of(part: Instalment) -> tuple[Recheck, ...]:
    """All conditions of an instalment, the single one of items from before there were several among them."""
    if part.recheck is None:
        return part.rechecks
    first = Recheck(condition=part.recheck, exemption=part.exemption, if_failed=part.if_failed)
    return (first, *part.rechecks)


def recheck(part: Instalment, own_year: FactReader, now: FactReader) -> Rechecked:
    """Judged on the facts of the instalment's own year; what waits for something, on the facts of now.

    The strictest that fails decides, and does so as soon as nothing that is still open could be stricter.
    """
    found = [(each, _judge(each, now if each.if_failed == "wait" else own_year)) for each in rechecks_of(part)]
    failed = [each for each, verdict in found if verdict.state is State.NOT_MET]
    decides = min(failed, key=_strictness, default=None)
    reached = _PASSED if decides is None else _strictness(decides)
    still_open = [
        verdict for each, verdict in found if verdict.state is State.UNDETERMINED and _strictness(each) < reached
    ]
    missing = tuple(dict.fromkeys(fact for verdict in still_open for fact in verdict.missing))
    verdicts = [verdict for _each, verdict in found]
    if still_open:
        return Rechecked(_together(verdicts, State.UNDETERMINED, missing))
    passes = decides is None or decides.if_failed == "reduce"
    verdict = _together(verdicts, State.MET if passes else State.NOT_MET)
    return Rechecked(verdict, decides, may_be_reduced(part))


def may_be_reduced(part: Instalment) -> bool:
    """Whether a recheck of it can bring it down."""
    return any(each.if_failed == "reduce" for each in rechecks_of(part))


def _strictness(check: Recheck) -> Fraction:
    """The smaller, the stricter; of those that reduce, the one that leaves less."""
    return _STRICT.get(check.if_failed, _REDUCES + Fraction(check.reduced_to or 0))


def _judge(check: Recheck, reader: FactReader) -> Verdict:
    return verdict_of(_conditions_of(check), reader)


def _conditions_of(check: Recheck) -> Eligibility:
    return check.condition if check.exemption is None else AnyOf(of=(check.condition, check.exemption))


def _together(verdicts: Sequence[Verdict], state: State, missing: tuple[MissingFact, ...] = ()) -> Verdict:
    """One verdict out of those of the rechecks; what stands otherwise than the whole does not decide it.

    One that fails decides what is paid, though the part is paid: nobody is told that it does not matter.
    """
    reasons = tuple(
        reason.model_copy(update={"decisive": reason.decisive and verdict.state in (state, State.NOT_MET)})
        for verdict in verdicts
        for reason in verdict.reasons
    )
    return Verdict(state=state, reasons=reasons, missing=missing)


def verdict_on_several(verdicts: Sequence[Verdict]) -> Verdict:
    """Of several instalments that are paid at once: met, with the reasons of each."""
    return _together(verdicts, State.MET)
