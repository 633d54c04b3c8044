"""A case: one claim under review, from acceptance to approval or refusal. Pure, like `domain`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.enterprises import Payee
from contracts.intake import Claim
from contracts.message import SYSTEM, Actor, Event, TenantId
from contracts.money import Money
from contracts.refusal import Reason, Refused
from contracts.review import (
    CaseAccepted,
    CaseApproved,
    CaseRejected,
    CaseState,
    CaseView,
    InspectionRecorded,
    ReviewDeadlineApproaching,
    ReviewDeadlineMissed,
    Task,
    TaskAssigned,
)
from contracts.rule import Assessment, Fact, FactSheet, ItemRules, Level, State, TimeLimit
from rules import assess
from services.review.domain import (
    CLOCK_TOLERANCE,
    MOVES,
    OUTCOMES,
    AlreadyDecided,
    AmountMismatch,
    Award,
    Decision,
    FactsMissing,
    Filing,
    Inspection,
    InspectionInFuture,
    InspectionNotPartOfPlan,
    InspectionRequired,
    NotEligible,
    NothingToPay,
    NotYourDepartment,
    Payments,
    award_period,
    by_tenant,
    together,
)


@dataclass(kw_only=True, slots=True)
class Case(Aggregate):
    """One claim under review. `assessment` is what the pinned item version says on the facts and figures as filed."""

    claim: Claim
    facts: tuple[Fact, ...]
    payee: Payee
    asked_fen: int | None
    assessment: Assessment
    award_period: str
    inspection_required: bool
    review_limit: TimeLimit | None
    accepted_at: datetime
    due_at: datetime | None
    state: CaseState = "accepted"
    remarks: tuple[Reason, ...] = ()
    inspection: Inspection | None = None
    decision: Decision | None = None

    @classmethod
    def accept(cls, filing: Filing, rules: ItemRules, due_at: datetime | None) -> Case:
        """Open the case. The rules are evaluated here again, on the day of filing, so that a replay agrees."""
        case = cls._from(filing, rules, due_at)
        case._report(None, CaseAccepted(case_id=case.id, claim=case.claim, accepted_at=case.accepted_at, due_at=due_at))
        if filing.asked_fen is not None and case.amount_fen not in (None, filing.asked_fen):
            case.remarks = case._mismatch(filing.asked_fen).reasons
        return case

    @classmethod
    def turn_away(cls, filing: Filing, rules: ItemRules, refusal: Refused, now: datetime) -> Case:
        """Do not accept it (不予受理), and say why: the case ends as it begins."""
        case = cls._from(filing, rules, None)
        case.remarks = refusal.reasons
        case._end_rejected(None, Decision(SYSTEM.id, now, refusal.message))
        return case

    @classmethod
    def _from(cls, filing: Filing, rules: ItemRules, due_at: datetime | None) -> Case:
        sheet = FactSheet(facts=filing.facts, reference_year=filing.filed_on.year, parameters=filing.figures)
        year = rules.reference_year or sheet.reference_year
        plan = rules.plan
        return cls(
            id=filing.case_id,
            tenant=filing.tenant,
            traceparent=filing.traceparent,
            claim=filing.claim,
            facts=filing.facts,
            payee=filing.payee,
            asked_fen=filing.asked_fen,
            assessment=assess(rules, sheet, filing.filed_on),
            award_period=award_period(plan.frequency, filing.filed_on, year, filing.claim.application_id),
            inspection_required=any(step.kind == "site_inspection" for step in plan.steps),
            review_limit=plan.review_limit,
            accepted_at=filing.filed_at,
            due_at=due_at,
        )

    # -- what it is worth ---------------------------------------------------------------------------------

    @property
    def amount_fen(self) -> int | None:
        """The rule's amount; absent while a fact that it needs is missing."""
        money = self.assessment.amount.money
        return money.fen if money is not None else None

    @property
    def award(self) -> Award:
        """The place in the register that an approval takes."""
        return Award.claimed_by(
            self.claim,
            tenant=self.tenant,
            period=self.award_period,
            case_id=self.id,
            amount_fen=self.amount_fen or 0,
        )

    def payments(self, payer_of: Callable[[Level], TenantId]) -> Payments:
        """The amount by paying tenant and by bearing tenant. Raises what `payer_of` raises."""
        lines = self.assessment.shares
        return Payments(
            orders=by_tenant((payer_of(line.payer), line.money) for line in lines),
            shares=by_tenant((payer_of(part.level), part.money) for line in lines for part in line.borne_by),
        )

    def obstacles(self, amount_fen: int | None = None) -> list[Refused]:
        """Everything that stands against approval now, of this amount if one is named."""
        verdict, amount = self.assessment.verdict, self.assessment.amount
        found: list[Refused] = []
        if verdict.state is State.NOT_MET:
            why = [each.text_zh for each in verdict.reasons if each.decisive and each.state is State.NOT_MET]
            found.append(NotEligible(why="；".join(dict.fromkeys(why))))
        if verdict.state is State.UNDETERMINED or self.amount_fen is None:
            labels = dict.fromkeys(each.label for each in (*verdict.missing, *amount.missing))
            found.append(FactsMissing(what="、".join(labels) or "金额无法测算"))
        if self.amount_fen == 0:
            found.append(NothingToPay())
        if amount_fen is not None and self.amount_fen not in (None, amount_fen):
            found.append(self._mismatch(amount_fen))
        if self.inspection_required and not (self.inspection and self.inspection.passed):
            found.append(InspectionRequired())
        return found

    # -- what happens to it -------------------------------------------------------------------------------

    def assign(self, tasks: Sequence[tuple[Task, datetime | None]]) -> None:
        """Give the department its tasks, each until its own instant."""
        for task, due_at in tasks:
            self.record(
                TaskAssigned(
                    case_id=self.id,
                    claim=self.claim,
                    task=task,
                    department=self.claim.department,
                    due_at=due_at,
                )
            )

    def leave_open(self, reasons: Iterable[Reason]) -> None:
        """A line of a list that cannot be granted as it stands: the department has to decide."""
        self.remarks = tuple({reason.code: reason for reason in (*self.remarks, *reasons)}.values())

    def must_be_handled_by(self, actor: Actor) -> None:
        """Raises NotYourDepartment."""
        if "department" not in actor.roles or actor.department != self.claim.department:
            raise NotYourDepartment(department=self.claim.department)

    def must_be_open(self) -> None:
        """Raises AlreadyDecided."""
        if self.state != "accepted":
            raise AlreadyDecided(outcome=OUTCOMES[self.state])

    def record_inspection(self, inspection: Inspection, *, now: datetime) -> None:
        """Enter a site inspection; a later one counts instead of an earlier one.

        Raises AlreadyDecided, InspectionNotPartOfPlan, InspectionInFuture.
        """
        self.must_be_open()
        if not self.inspection_required:
            raise InspectionNotPartOfPlan()
        if inspection.inspected_at > now + CLOCK_TOLERANCE:
            raise InspectionInFuture(field="inspected_at")
        self.inspection = inspection
        self._report(
            self.state,
            InspectionRecorded(
                case_id=self.id,
                claim=self.claim,
                passed=inspection.passed,
                findings=inspection.findings,
                place=inspection.place,
                inspected_at=inspection.inspected_at,
                recorded_by=inspection.recorded_by,
            ),
        )

    def approve(self, amount_fen: int, decision: Decision, payments: Payments, found: Sequence[Refused] = ()) -> None:
        """Grant it: one order to pay per paying tenant. `found` is what the register and others object.

        Raises AlreadyDecided, or all that stands against it as one refusal; then nothing has changed.
        """
        self.must_be_open()
        if refusals := [*self.obstacles(amount_fen), *found]:
            raise together(refusals)
        before, self.state, self.decision = self.state, "approved", decision
        for order in payments.orders:
            event = CaseApproved(
                case_id=self.id,
                claim=self.claim,
                payer=order.payer,
                amount_fen=order.amount_fen,
                total_fen=amount_fen,
                shares=payments.shares,
                payee=self.payee,
                approved_by=decision.by,
                approved_at=decision.at,
            )
            self._report(before, event, to=order.payer)

    def reject(self, decision: Decision) -> None:
        """Refuse it, with the reason. Raises AlreadyDecided."""
        self.must_be_open()
        self._end_rejected(self.state, decision)

    def _end_rejected(self, before: CaseState | None, decision: Decision) -> None:
        self.state, self.decision = "rejected", decision
        self._report(
            before,
            CaseRejected(
                case_id=self.id,
                claim=self.claim,
                reason=decision.note,
                rejected_by=decision.by,
                rejected_at=decision.at,
            ),
        )

    def tell_deadline(self, used_percent: int, due_at: datetime) -> None:
        """Say that so much of the review limit is gone; 100 is the breach."""
        if used_percent >= 100:
            self.record(ReviewDeadlineMissed(case_id=self.id, claim=self.claim, due_at=due_at))
        else:
            self.record(
                ReviewDeadlineApproaching(case_id=self.id, claim=self.claim, used_percent=used_percent, due_at=due_at)
            )

    def view(self) -> CaseView:
        """The case as its department sees it."""
        decision = self.decision
        return CaseView(
            case_id=self.id,
            claim=self.claim,
            state=self.state,
            amount_fen=self.amount_fen,
            asked_fen=self.asked_fen,
            working=tuple(line.text_zh for line in self.assessment.amount.working),
            verdict=self.assessment.verdict.state.value,
            obstacles=self.open_reasons(),
            remarks=self.remarks,
            payee_name=self.payee.account_name,
            account_masked=self.payee.account_masked,
            inspection_required=self.inspection_required,
            inspection_passed=self.inspection.passed if self.inspection else None,
            due_at=self.due_at,
            accepted_at=self.accepted_at,
            decided_by=decision.by if decision else None,
            decided_at=decision.at if decision else None,
            note=decision.note if decision else "",
            version=self.version,
        )

    def open_reasons(self) -> tuple[Reason, ...]:
        """What stands against approval, for people; nothing once it is decided."""
        if self.state != "accepted":
            return ()
        return tuple(reason for refusal in self.obstacles() for reason in refusal.reasons)

    def _mismatch(self, asked_fen: int) -> AmountMismatch:
        due = Money(self.amount_fen or 0)
        return AmountMismatch(asked=Money(asked_fen).yuan_text(), due=due.yuan_text(), field="amount_fen")

    def _report(self, before: CaseState | None, event: Event, *, to: TenantId | None = None) -> None:
        assert MOVES[before, self.state] is type(event), f"{before} → {self.state} is not {type(event).__name__}"
        self.record(event, to=to)
