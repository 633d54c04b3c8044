"""The instalments of one claim, and the case in which the next of them is decided. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from contracts.aggregate import Aggregate
from contracts.intake import Claim
from contracts.money import ZERO, Money
from contracts.rule import Assessment, AwardHistory, InstalmentAnswer, InstalmentRecord
from services.review.cases.case import Case
from services.review.cases.filing import follow_up_id
from services.review.cases.news import FactsOfCase
from services.review.item_copies.item import PinnedItem

PAYS = ("due", "reduced")
PlanState = Literal["scheduled", "open", "ended"]


@dataclass(frozen=True, slots=True)
class ScheduledPart:
    """One part as the schedule has it. `due_from` is its first day, where that follows from the year of the claim."""

    label: str
    due_from: date | None = None


@dataclass(kw_only=True, slots=True)
class ClaimSchedule(Aggregate):
    """The instalments of the claim whose first case has this id. `settled` is by case how instalments ended: what is decided
    again counts instead of what was. `number` is the one that is next, `why` what it waits for."""

    claim: Claim
    parts: tuple[ScheduledPart, ...]
    claim_year: int
    schedule: int | None = None
    whole_fen: int | None = None
    settled: Mapping[str, tuple[InstalmentRecord, ...]] = field(default_factory=dict)
    number: int = 2
    due_from: date | None = None
    state: PlanState = "scheduled"
    why: str = ""

    @property
    def records(self) -> tuple[InstalmentRecord, ...]:
        """How instalments ended, in their order."""
        return tuple(sorted((each for some in self.settled.values() for each in some), key=lambda each: each.number))

    @property
    def numbers(self) -> range:
        """Those that have cases of their own."""
        return range(2, max(len(self.parts), self.number) + 1)

    @property
    def paid(self) -> Money:
        return Money.total(each.money for each in self.records if each.outcome == "paid")

    def history(self, family: str, before: int = 61) -> AwardHistory:
        """What the instalment of this number is judged by besides the facts."""
        return AwardHistory(
            family=family,
            claim=self.claim.application_id,
            claim_year=self.claim_year,
            schedule=self.schedule,
            instalments=tuple(each for each in self.records if each.number < before),
            whole=Money(self.whole_fen) if self.whole_fen is not None else None,
        )

    def settle(self, case: Case) -> None:
        """Learn how a case of the claim was decided; the next instalment is waited for, or all are over."""
        self.settled = {**self.settled, case.id: _records_of(case)}
        if case.id == self.id and not self.settled[case.id]:
            self.settled = {}
        records = self.records
        self.number = max((each.number for each in records), default=0) + 1
        over = not records or any(each.outcome == "stopped" for each in records) or self.number > len(self.parts)
        self.wait("ended" if over else "scheduled", "")

    def fixed_anew(self, planned: ClaimSchedule | None) -> None:
        """The first was granted anew, and fixes this now; None: nothing follows it any more."""
        self.parts = planned.parts if planned is not None else ()
        if planned is not None:
            self.claim_year, self.schedule, self.whole_fen = planned.claim_year, planned.schedule, planned.whole_fen

    def wait(self, state: PlanState, why: str, due_from: date | None = None) -> None:
        self.state, self.why, self.due_from = state, why, due_from


def is_due(answer: InstalmentAnswer, plan: ClaimSchedule) -> bool:
    """Whether somebody has to decide it now. What waits for a condition is looked at when facts move; where a day was awaited
    that has come, a person sees what is missing."""
    if answer.outcome in (*PAYS, "skipped", "stopped"):
        return True
    return answer.outcome == "undetermined" and plan.parts[plan.number - 1].due_from is not None


def follow_up(
    first: Case, plan: ClaimSchedule, item: PinnedItem, known: FactsOfCase, assessment: Assessment, now: datetime
) -> Case:
    """The case of the next instalment: the same claim, on the facts of now."""
    return Case(
        id=follow_up_id(first.id, plan.number),
        tenant=first.tenant,
        traceparent=first.traceparent,
        claim=first.claim,
        facts=known.facts,
        recorders=known.recorders,
        parameters=first.parameters,
        payee=first.payee,
        named_payees=first.named_payees,
        asked_fen=None,
        assessment=assessment,
        award_period=f"{first.award_period}/{plan.number}",
        inspection_required=False,
        review_limit=item.rules.plan.review_limit,
        received_at=now,
        accepted_at=now,
        instalment=plan.number,
        first_case_id=first.id,
        paid_before=plan.history(item.family),
    )


def _records_of(case: Case) -> tuple[InstalmentRecord, ...]:
    answer = case.assessment.instalment
    if case.state == "approved":
        return answer.records if answer is not None else ()
    if case.instalment == 1:
        return ()
    if answer is not None and answer.outcome in ("skipped", "stopped") and answer.records:
        return answer.records
    # People have refused what the rule would have paid, or the firm has taken it back: it is lost for this time.
    return (InstalmentRecord(number=case.instalment, outcome="skipped", money=ZERO),)
