"""A case: one claim under review, from acceptance to approval or refusal. Pure.

Its moves, its decision, its inspection, what it is worth and who pays are in the modules of these names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.case_materials import MaterialConfirmation, MaterialsConfirmed
from contracts.case_tasks import Task
from contracts.deadlines import DeadlineMove, ReviewDeadlineUndetermined
from contracts.duties import Attention
from contracts.enterprises import FactRecorders, Payee
from contracts.intake import Claim
from contracts.message import SYSTEM, Actor, Event, TenantId
from contracts.refusal import Reason, Refused
from contracts.review import (
    CaseAccepted,
    CaseState,
    ReviewDeadlineApproaching,
    ReviewDeadlineMissed,
    ReviewDeadlineMoved,
    TaskAssigned,
)
from contracts.rule import Assessment, Fact, FactSheet, ItemRules, TimeLimit
from rules import assess
from services.review.cases.decision import AlreadyDecided, CaseDecision
from services.review.cases.entitlement import amount_due, mismatch_with, obstacles_in
from services.review.cases.filing import Filing
from services.review.cases.inspection import Inspection, InspectionNotPartOfPlan, InspectionRequired
from services.review.cases.materials import NOTHING_NEEDED, CaseMaterials, needed_by
from services.review.cases.moves import MOVES, OUTCOMES
from services.review.cases.overpaying import held_for_a_person
from services.review.cases.payments import PayerOf, Payments, payments_of
from services.review.cases.refusals import NotYourDepartment, is_of, together
from services.review.register.domain import RegisteredAward, award_period


@dataclass(kw_only=True, slots=True)
class Case(Aggregate):
    """One claim under review. `assessment` is what the pinned item version says on the facts and figures as filed.

    `recorders` are the persons whose word facts are; none of them decides it (`four_eyes`).
    `due_at` is absent without a review limit, and while the calendar of `awaits_year` is not published. `moved` is how
    this version has moved it. `listed_by`: whoever pushed the list that it is a line of, while it waits for nothing but
    the meaning of its plan's words.
    """

    claim: Claim
    facts: tuple[Fact, ...]
    recorders: tuple[FactRecorders, ...] = ()
    payee: Payee | None
    asked_fen: int | None
    assessment: Assessment
    award_period: str
    inspection_required: bool
    review_limit: TimeLimit | None
    accepted_at: datetime
    due_at: datetime | None
    awaits_year: int | None = None
    moved: DeadlineMove | None = None
    state: CaseState = "accepted"
    remarks: tuple[Reason, ...] = ()
    inspection: Inspection | None = None
    decision: CaseDecision | None = None
    listed_by: str | None = None
    commitments: tuple[str, ...] = ()
    materials: CaseMaterials = NOTHING_NEEDED

    @classmethod
    def accept(
        cls,
        filing: Filing,
        rules: ItemRules,
        due_at: datetime | None,
        awaits_year: int | None = None,
        *,
        asks: bool = True,
    ) -> Case:
        """Open the case. The rules are evaluated here again, on the day of filing, so that a replay agrees.

        `asks`: the department has to decide it, and is told so.
        """
        case = cls._from(filing, rules, due_at, awaits_year)
        attention = case.reviewers if asks else None
        accepted = CaseAccepted(
            case_id=case.id,
            claim=case.claim,
            accepted_at=case.accepted_at,
            due_at=due_at,
            awaits_year=awaits_year,
            attention=attention,
        )
        case._report(None, accepted)
        mismatch = mismatch_with(case.assessment, filing.asked_fen)
        told = [*([mismatch] if mismatch is not None else []), *held_for_a_person(rules)]
        case.remarks = tuple(reason for each in told for reason in each.reasons)
        return case

    @classmethod
    def turn_away(cls, filing: Filing, rules: ItemRules, refusal: Refused, now: datetime) -> Case:
        """Do not accept it (不予受理), and say why: the case ends as it begins."""
        case = cls._from(filing, rules, None)
        case.remarks = refusal.reasons
        case._end_rejected(None, CaseDecision(SYSTEM.id, now, refusal.message))
        return case

    @classmethod
    def _from(cls, filing: Filing, rules: ItemRules, due_at: datetime | None, awaits_year: int | None = None) -> Case:
        sheet = FactSheet(facts=filing.facts, reference_year=filing.filed_on.year, parameters=filing.figures)
        year = rules.reference_year or sheet.reference_year
        plan = rules.plan
        materials = CaseMaterials(needed_by(plan, filing.commitments))
        if filing.listed_by is not None:
            materials = materials.on_list(filing.listed_by, filing.filed_at)
        return cls(
            id=filing.case_id,
            tenant=filing.tenant,
            traceparent=filing.traceparent,
            claim=filing.claim,
            facts=filing.facts,
            recorders=filing.recorders,
            payee=filing.payee,
            asked_fen=filing.asked_fen,
            assessment=assess(rules, sheet, filing.filed_on),
            award_period=award_period(plan.frequency, filing.filed_on, year, filing.claim.application_id),
            inspection_required=any(step.kind == "site_inspection" for step in plan.steps),
            review_limit=plan.review_limit,
            accepted_at=filing.filed_at,
            due_at=due_at,
            awaits_year=awaits_year,
            commitments=filing.commitments,
            materials=materials,
        )

    # -- what it is worth ---------------------------------------------------------------------------------

    @property
    def amount_fen(self) -> int | None:
        """The rule's amount; absent while a fact that it needs is missing."""
        return amount_due(self.assessment)

    @property
    def award(self) -> RegisteredAward:
        """The place in the register that an approval takes."""
        return RegisteredAward.claimed_by(
            self.claim,
            tenant=self.tenant,
            period=self.award_period,
            case_id=self.id,
            amount_fen=self.amount_fen or 0,
        )

    def payments(self, payer_of: PayerOf) -> tuple[Payments, list[Refused]]:
        """The amount by paying tenant and by bearing tenant; or none, and what is in the way."""
        return payments_of(self.assessment.shares, self.claim.filed_in, payer_of)

    def obstacles(self, amount_fen: int | None = None) -> list[Refused]:
        """Everything that stands against approval now, of this amount if one is named."""
        found = obstacles_in(self.assessment, amount_fen)
        if self.inspection_required and not (self.inspection and self.inspection.passed):
            found.append(InspectionRequired())
        return [*found, *self.materials.obstacles()]

    def open_reasons(self) -> tuple[Reason, ...]:
        """What stands against approval, for people; nothing once it is decided."""
        if self.state != "accepted":
            return ()
        return tuple(reason for refusal in self.obstacles() for reason in refusal.reasons)

    @property
    def reviewers(self) -> Attention:
        """Whose turn it is until it is decided."""
        return Attention(tenant=self.tenant, department_id=self.claim.department_id, duty="first_review")

    # -- what happens to it -------------------------------------------------------------------------------

    def assign(self, tasks: Sequence[tuple[Task, datetime | None, int | None]]) -> None:
        """Give the department its tasks, each until its own instant, or with the year that it waits for."""
        for task, due_at, awaits_year in tasks:
            assigned = TaskAssigned(
                case_id=self.id,
                claim=self.claim,
                task=task,
                department=self.claim.department,
                due_at=due_at,
                awaits_year=awaits_year,
                attention=self.reviewers,
            )
            self.record(assigned)

    def leave_open(self, reasons: Iterable[Reason]) -> None:
        """A line of a list that cannot be granted as it stands: the department has to decide."""
        self.remarks = tuple({reason.code: reason for reason in (*self.remarks, *reasons)}.values())

    def must_be_handled_by(self, actor: Actor, names: Collection[str] = ()) -> None:
        """`names` is what else the actor's department is known by. Raises NotYourDepartment."""
        own = is_of(actor, self.claim.department, self.claim.department_id, names)
        if "department" not in actor.roles or not own:
            raise NotYourDepartment.but_of(self.claim.department, self.claim.department_id)

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
        inspection.must_be_over(now)
        self.inspection = inspection
        self._report(self.state, inspection.recorded_for(self.id, self.claim))

    def confirm_materials(self, said: Sequence[MaterialConfirmation], by: str, now: datetime) -> None:
        """Enter who answers for these materials. Raises AlreadyDecided, MaterialNotNeeded."""
        self.must_be_open()
        self.materials, news = self.materials.with_confirmed(said, by, now)
        self.record(MaterialsConfirmed(case_id=self.id, claim=self.claim, materials=news))

    def approve(
        self, amount_fen: int, decision: CaseDecision, payments: Payments, found: Sequence[Refused] = ()
    ) -> None:
        """Grant it: one `CaseApproved` per paying tenant. `found` is what the register and others object.

        Raises AlreadyDecided, or all that stands against it as one refusal; then nothing has changed.
        """
        self.must_be_open()
        if refusals := [*self.obstacles(amount_fen), *found]:
            raise together(refusals)
        before, self.state, self.decision, self.listed_by = self.state, "approved", decision, None
        for part in payments.parts:
            event = payments.approval_of(part, self.id, self.claim, self.payee, amount_fen, decision)
            self._report(before, event, to=part.payer)

    def reject(self, decision: CaseDecision) -> None:
        """Refuse it, with the reason. Raises AlreadyDecided."""
        self.must_be_open()
        self._end_rejected(self.state, decision)

    def _end_rejected(self, before: CaseState | None, decision: CaseDecision) -> None:
        self.state, self.decision, self.listed_by = "rejected", decision, None
        self._report(before, decision.rejection_of(self.id, self.claim))

    def move_deadline(self, due_at: datetime | None, awaits_year: int | None, reason: str, now: datetime) -> None:
        """Let the review limit end at another instant than before, and say on what ground; the same changes nothing."""
        if (due_at, awaits_year) == (self.due_at, self.awaits_year):
            return
        self.moved = DeadlineMove(was=self.due_at, due_at=due_at, awaits_year=awaits_year, reason=reason, moved_at=now)
        self.due_at, self.awaits_year = due_at, awaits_year
        self.record(
            ReviewDeadlineMoved(
                case_id=self.id,
                claim=self.claim,
                was=self.moved.was,
                due_at=due_at,
                awaits_year=awaits_year,
                reason=reason,
            )
        )

    def tell_deadline(self, used_percent: int) -> None:
        """Say that so much of the review limit is gone; 100 is the breach, and the due instant is known by then."""
        due_at, attention = self.due_at, self.reviewers
        if due_at is None:
            assert self.awaits_year is not None, "what has no limit uses none of it"
            said = {"used_percent": used_percent, "awaits_year": self.awaits_year, "attention": attention}
            self.record(ReviewDeadlineUndetermined(case_id=self.id, claim=self.claim, **said))
        elif used_percent >= 100:
            self.record(ReviewDeadlineMissed(case_id=self.id, claim=self.claim, due_at=due_at, attention=attention))
        else:
            self.record(
                ReviewDeadlineApproaching(
                    case_id=self.id,
                    claim=self.claim,
                    used_percent=used_percent,
                    due_at=due_at,
                    attention=attention,
                )
            )

    def _report(self, before: CaseState | None, event: Event, *, to: TenantId | None = None) -> None:
        assert MOVES[before, self.state] is type(event), f"{before} → {self.state} is not {type(event).__name__}"
        self.record(event, to=to)
