"""Payment in parts: what becomes of one instalment, on that year's facts and what was paid before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from contracts.money import ZERO
from contracts.rule import (
    Amount,
    AwardHistory,
    Decision,
    FactSheet,
    InstalmentAnswer,
    InstalmentRecord,
    Instalments,
    ItemRules,
    MissingFact,
    State,
    Verdict,
)
from rules.bounds import contradicted
from rules.due_dates import claim_year_of, due_of, in_own_year
from rules.facts import FactReader, reader_of
from rules.instalment_money import (
    NO_MONEY,
    Portion,
    Settled,
    amount_of_its_own,
    amount_of_portion,
    settled_before,
    sum_of,
    whole_of,
)
from rules.rechecks import Rechecked, recheck, verdict_on_several
from rules.schedule_choice import NoSchedule, Schedule, schedule_of
from rules.text.instalments import failed_reason, lacking_reason, not_yet_reason, numbers_text

_FAILED = {"skip": "skipped", "stop": "stopped", "wait": "waiting"}
_PAYS = ("due", "reduced")
_NOTHING_AGAINST_IT = Verdict(state=State.MET, reasons=())


class NoSuchInstalment(ValueError):
    """The item does not pay in so many parts."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """What holds for all parts of a claim while one of them is asked about, which is `asked`."""

    rules: ItemRules
    schedule: Schedule
    reader: FactReader
    asked: int
    whole: Amount

    @property
    def plan(self) -> Instalments:
        assert self.rules.instalments is not None
        return self.rules.instalments

    @property
    def records(self) -> tuple[InstalmentRecord, ...]:
        history = self.reader.given.awards
        return history.instalments if history is not None else ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """What becomes of one part by itself. `verdict` is that of its rechecks."""

    number: int
    outcome: str
    amount: Amount
    reason: str
    verdict: Verdict = _NOTHING_AGAINST_IT
    reduced_to: str | None = None
    due_from: date | None = None

    @property
    def records(self) -> tuple[InstalmentRecord, ...]:
        """What is over with it."""
        if self.outcome in _PAYS and self.amount.money is not None:
            said = {"outcome": "paid", "money": self.amount.money, "reduced_to": self.reduced_to}
        elif self.outcome in ("skipped", "stopped"):
            said = {"outcome": self.outcome, "money": ZERO}
        else:
            return ()
        return (InstalmentRecord.model_validate({"number": self.number, **said}),)


def compute_instalment(
    rules: ItemRules,
    number: int,
    facts: FactSheet,
    today: date,
    *,
    awards: AwardHistory | None = None,
    decisions: Iterable[Decision] = (),
) -> InstalmentAnswer:
    """Instalment `number` (from 1): due, reduced, not yet, skipped, stopped for ever, waiting, or undetermined.

    `facts` are those of the year that it is claimed for, which `facts.reference_year` names; an instalment with a
    due year is judged on the facts of its own. A fraction is one of the whole that `awards.whole` fixed with the
    first; without it the whole is computed on these facts. Instalments with fractions add up to the whole, to the
    fen. Where the item pays together what is due at the same time, those after `number` that are due come with it;
    one between them that is skipped is passed over, and one that waits or is not due ends it. Raises
    NoSuchInstalment.
    """
    reader = reader_of(rules, facts, today, awards, decisions)
    if (nothing := contradicted(rules.bounds, reader)) is not None:
        verdict, amount = nothing
        reason = verdict.reasons[0].text_zh
        return InstalmentAnswer(number=number, of=0, label="", outcome="undetermined", amount=amount, reason=reason)
    return instalment_of(rules, number, reader)


def next_number(history: AwardHistory | None) -> int:
    """The instalment that is next: after the last that was paid, skipped or stopped."""
    return max((record.number for record in history.instalments), default=0) + 1 if history else 1


def instalment_of(rules: ItemRules, number: int, reader: FactReader) -> InstalmentAnswer:
    """The same, on facts that are being read already."""
    return judged_instalment(rules, number, reader)[1]


def judged_instalment(rules: ItemRules, number: int, reader: FactReader) -> tuple[Verdict, InstalmentAnswer]:
    """The same, with the verdict of its rechecks: met where it is paid or nothing stands against it."""
    assert rules.instalments is not None
    schedule = schedule_of(rules.instalments, number, reader)
    if isinstance(schedule, NoSchedule):
        return _without_schedule(number, schedule)
    if not 1 <= number <= len(schedule.parts):
        raise NoSuchInstalment(f"instalment {number} of {len(schedule.parts)}")
    claim = _Claim(rules, schedule, reader, number, whole_of(rules, reader))
    judged = _judged(claim)
    last = max((place for place, each in enumerate(judged) if each.outcome in _PAYS), default=0)
    return _answer(claim, judged[: last + 1], judged[last + 1 :])


def _judged(claim: _Claim) -> list[_Judged]:
    """The one that is asked about; where those due at the same time are paid together, also those after it, up to
    the first that still waits, is not due or stops.
    """
    plan, parts = claim.plan, claim.schedule.parts
    settled = settled_before(plan, parts, claim.asked, claim.reader.given.awards)
    judged = [_judge(claim, claim.asked, settled)]
    if not plan.together:
        return judged
    recorded = {record.number for record in claim.records}
    for number in range(claim.asked + 1, len(parts) + 1):
        if number in recorded or judged[-1].outcome not in (*_PAYS, "skipped"):
            break
        if isinstance(settled, Settled):
            settled = settled.and_then(parts[number - 2], judged[-1].records)
        judged.append(_judge(claim, number, settled))
    return judged


def _judge(claim: _Claim, number: int, settled: Settled | MissingFact) -> _Judged:
    part, reader = claim.schedule.parts[number - 1], claim.reader
    if any(record.outcome == "stopped" and record.number <= number for record in claim.records):
        verdict = recheck(part, reader, reader).verdict
        return _Judged(number, "stopped", NO_MONEY, "前期复核未通过，以后各期不再兑付", verdict)
    due = due_of(part, claim_year_of(claim.asked, reader), reader)
    if due.is_due is None:
        reason = lacking_reason("本期是否到期尚不能判定，", [each.label for each in due.missing])
        return _open(claim, number, reason, due.missing)
    if not due.is_due:
        assert due.since is not None
        reason = not_yet_reason(part, due.since, reader.sheet.reference_year)
        return _Judged(number, "not_yet", NO_MONEY, reason, due_from=due.since)
    own_year = in_own_year(due, reader)
    checked = recheck(part, own_year, reader)
    if checked.verdict.state is State.UNDETERMINED:
        missing = checked.verdict.missing
        reason = lacking_reason("本期复核", [each.label for each in missing])
        return replace(_open(claim, number, reason, missing), verdict=checked.verdict)
    if checked.failed is not None and checked.reduced_to is None:
        outcome = _FAILED[checked.failed.if_failed]
        return _Judged(number, outcome, NO_MONEY, failed_reason(checked.failed), checked.verdict)
    return _paid(number, checked, _amount(claim, number, settled, checked, own_year))


def _open(claim: _Claim, number: int, reason: str, missing: Sequence[MissingFact]) -> _Judged:
    """Undetermined for want of these."""
    every = tuple(dict.fromkeys((*missing, *claim.whole.missing)))
    amount = Amount(state="undetermined", money=None, missing=every)
    verdict = Verdict(state=State.UNDETERMINED, reasons=(), missing=tuple(missing))
    return _Judged(number, "undetermined", amount, reason, verdict)


def _paid(number: int, checked: Rechecked, amount: Amount) -> _Judged:
    if amount.money is None:
        unsaid = [each.label for each in amount.missing if each.kind == "award"]
        reason = lacking_reason("金额尚不能判定，", unsaid) if unsaid else "金额尚不能判定"
        return _Judged(number, "undetermined", amount, reason, checked.verdict)
    outcome, reason = "due", "本期应付" if amount.money else "本期按规则计算为 0 元"
    if checked.failed is not None:
        outcome, reason = "reduced", failed_reason(checked.failed)
    return _Judged(number, outcome, amount, reason, checked.verdict, checked.kept)


def _amount(
    claim: _Claim, number: int, settled: Settled | MissingFact, checked: Rechecked, own_year: FactReader
) -> Amount:
    parts = claim.schedule.parts
    part = parts[number - 1]
    if part.amount is not None:
        return amount_of_its_own(number, part, checked.reduced_to, claim.rules, own_year)
    if isinstance(settled, MissingFact):
        return Amount(state="undetermined", money=None, missing=(*claim.whole.missing, settled))
    before = sum((Fraction(each.fraction or 0) for each in parts[: number - 1]), Fraction(0))
    recomputed = settled if claim.plan.whole == "recomputed" else None
    return amount_of_portion(Portion(number, part, before, recomputed, checked.reduced_to), claim.whole)


# -- the answer --------------------------------------------------------------------------------------------


def _without_schedule(number: int, schedule: NoSchedule) -> tuple[Verdict, InstalmentAnswer]:
    lacking = "、".join(dict.fromkeys(each.label for each in schedule.missing))
    amount = Amount(state="undetermined", money=None, missing=schedule.missing)
    answer = undetermined_answer(number, amount, f"缺少“{lacking}”，分期安排尚不能判定")
    return Verdict(state=State.UNDETERMINED, reasons=(), missing=schedule.missing), answer


def undetermined_answer(number: int, amount: Amount, reason: str) -> InstalmentAnswer:
    """Of an instalment of which nobody can tell yet what part of what schedule it is."""
    return InstalmentAnswer(number=number, of=0, label="", outcome="undetermined", amount=amount, reason=reason)


def _answer(claim: _Claim, over: Sequence[_Judged], after: Sequence[_Judged]) -> tuple[Verdict, InstalmentAnswer]:
    """`over` ends with the last that is paid now, or is the one asked about; `after` only gets a word."""
    paid = [each for each in over if each.outcome in _PAYS] or [over[0]]
    first, parts = paid[0], claim.schedule.parts
    amount = first.amount if len(paid) == 1 else sum_of([each.amount for each in paid])
    reduced = any(each.outcome == "reduced" for each in paid)
    answer = InstalmentAnswer.model_validate(
        {
            "number": first.number,
            "of": len(parts),
            "label": "、".join(parts[each.number - 1].label for each in paid),
            "outcome": "reduced" if reduced else first.outcome,
            "amount": amount.model_copy(update={"whole": claim.whole.money}),
            "reason": _reason(paid, [each for each in (*over, *after) if each not in paid]),
            "numbers": tuple(each.number for each in paid if each.outcome in _PAYS),
            "schedule": claim.schedule.number,
            "due_from": first.due_from,
            "records": tuple(record for each in over for record in each.records),
        }
    )
    verdict = over[0].verdict if len(over) == 1 else verdict_on_several([each.verdict for each in over])
    return verdict, answer


def _reason(paid: Sequence[_Judged], others: Sequence[_Judged]) -> str:
    """Why so much, and what became of those beside it; that a later one is not due yet goes without saying."""
    if len(paid) == 1:
        told = [paid[0].reason]
    else:
        told = ["同时到期，一并兑付"]
        others = sorted((*(each for each in paid if each.outcome == "reduced"), *others), key=lambda each: each.number)
    told += [f"第 {each.number} 期：{each.reason}" for each in others if each.outcome != "not_yet"]
    return "；".join(told)


def instalment_line(answer: InstalmentAnswer) -> str:
    """The line of the working that says which instalment it is, and what becomes of it."""
    return f"{numbers_text(answer.numbers or (answer.number,))}：{answer.reason}"
