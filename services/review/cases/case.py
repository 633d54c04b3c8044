"""A case: one claim under review, from filing to approval or refusal. Pure.

What comes next is the plan's to say (`rules.plan_run`); the case keeps what has been answered, and decides what an answer makes of
it. Its clock, its decision, its materials, what it is worth and who pays are in the modules of these names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from contracts.aggregate import Aggregate
from contracts.case_events import CaseNotAccepted, CaseWithdrawn, PauseCause
from contracts.case_materials import MaterialConfirmation, MaterialsConfirmed
from contracts.case_payees import NamedPayee
from contracts.case_steps import StepView
from contracts.deadlines import DeadlineMove
from contracts.enterprises import FactRecorders, Payee
from contracts.intake import Claim
from contracts.message import SYSTEM, Actor, Event, TenantId
from contracts.refusal import Reason, Refused
from contracts.review import CaseAccepted, CaseState
from contracts.rule import Assessment, Decision, Fact, ParameterValue, TimeLimit
from rules.plan_run import PlannedStep, PlanStanding, standing_of
from services.review.cases.answers import StepAnswer, for_the_plan
from services.review.cases.decision import AlreadyDecided, CaseDecision
from services.review.cases.entitlement import amount_due, mismatch_with
from services.review.cases.filing import Filing
from services.review.cases.inspection import Inspection
from services.review.cases.judging import judged
from services.review.cases.materials import NOTHING_NEEDED, CaseMaterials, needed_by
from services.review.cases.moves import MOVES, OPEN, OUTCOMES
from services.review.cases.open_tasks import OpenTask, StepOwner
from services.review.cases.overpaying import held_for_a_person
from services.review.cases.payments import PayerOf, Payments, payments_of
from services.review.cases.refusals import NotYourDepartment, is_of
from services.review.item_copies.item import PinnedItem
from services.review.quotas.domain import QuotaStanding
from services.review.register.domain import award_period


@dataclass(kw_only=True, slots=True)
class Case(Aggregate):
    """One claim under review. `assessment` is what the pinned item version says on the facts and figures that it holds.

    `recorders` are the persons whose word facts are; none of them decides it (`four_eyes`). `parameters` are the outside figures
    as they stood when it was filed, `decisions` the figures that were set since.
    `received_at` is when it was filed, `accepted_at` from when it counts as accepted (the same until it is). `clock` is the
    review limit's, as `clock.clock_of` reads it; `due_at` is absent without one, while it stands still, and while the calendar of `awaits_year` is not
    published. `moved` is how this version has moved it. `listed_by`: whoever pushed the list that it is a line of, while the
    department's own part of it is decided by that list.
    `answers` are all that were given, `tasks` the answers that are waited for; `steps` and `against` say how the plan stood, and
    what stood against approval, when it was last worked out (`progress`). `quota` is what the item's quotas said of it then
    (`quota_places`); it is not kept.
    """

    claim: Claim
    facts: tuple[Fact, ...]
    recorders: tuple[FactRecorders, ...] = ()
    parameters: tuple[ParameterValue, ...] = ()
    payee: Payee | None
    named_payees: tuple[NamedPayee, ...] = ()
    asked_fen: int | None
    assessment: Assessment
    decisions: tuple[Decision, ...] = ()
    award_period: str
    inspection_required: bool
    review_limit: TimeLimit | None
    received_at: datetime
    accepted_at: datetime
    clock: dict[str, Any] | None = None
    pauses: tuple[PauseCause, ...] = ()
    due_at: datetime | None = None
    awaits_year: int | None = None
    moved: DeadlineMove | None = None
    state: CaseState = "received"
    remarks: tuple[Reason, ...] = ()
    inspection: Inspection | None = None
    decision: CaseDecision | None = None
    listed_by: str | None = None
    commitments: tuple[str, ...] = ()
    credit_commitment: bool = False
    materials: CaseMaterials = NOTHING_NEEDED
    answers: tuple[StepAnswer, ...] = ()
    answers_kept: int = 0
    tasks: tuple[OpenTask, ...] = ()
    tasks_given: int = 0
    steps: tuple[StepView, ...] = ()
    against: tuple[Reason, ...] = ()
    revision: int = 1
    instalment: int = 1
    first_case_id: str | None = None
    undo_until: datetime | None = None
    quota: QuotaStanding | None = None

    @classmethod
    def receive(cls, filing: Filing, item: PinnedItem) -> Case:
        """The case of what was filed, not accepted yet. The rules are evaluated here again, on the day of filing, so that a
        replay agrees."""
        plan = item.rules.plan
        year = item.rules.reference_year or filing.filed_on.year
        materials = CaseMaterials(needed_by(plan, filing.commitments))
        if filing.listed_by is not None:
            materials = materials.on_list(filing.listed_by, filing.filed_at)
        case = cls(
            id=filing.case_id,
            tenant=filing.tenant,
            traceparent=filing.traceparent,
            claim=filing.claim,
            facts=filing.facts,
            recorders=filing.recorders,
            parameters=filing.figures,
            payee=filing.payee,
            named_payees=filing.named_payees,
            asked_fen=filing.asked_fen,
            assessment=judged(item.rules, filing.facts, filing.figures, filing.filed_on),
            award_period=award_period(plan.frequency, filing.filed_on, year, filing.claim.application_id),
            inspection_required=any(step.kind == "site_inspection" for step in plan.steps),
            review_limit=plan.review_limit,
            received_at=filing.filed_at,
            accepted_at=filing.filed_at,
            listed_by=filing.listed_by,
            commitments=filing.commitments,
            credit_commitment=filing.credit_commitment,
            materials=materials,
        )
        mismatch = mismatch_with(case.assessment, filing.asked_fen)
        told = [*([mismatch] if mismatch is not None else []), *held_for_a_person(item.rules)]
        case.remarks = tuple(reason for each in told for reason in each.reasons)
        return case

    def accept(
        self, at: datetime, due_at: datetime | None, awaits_year: int | None, *, asks: bool = True, silent: bool = False
    ) -> None:
        """It is accepted as of `at`; `asks`: somebody of the department has to decide it, and is told so."""
        before = None if self.version == 0 and not self.tasks_given else self.state
        self.state, self.accepted_at = "accepted", at
        self.due_at, self.awaits_year = due_at, awaits_year
        accepted = CaseAccepted(
            case_id=self.id,
            claim=self.claim,
            accepted_at=at,
            due_at=due_at,
            awaits_year=awaits_year,
            attention=self.own_owner.attention if asks else None,
            silent=silent,
            instalment=self.instalment,
            first_case_id=self.first_case_id,
        )
        self.report(before, accepted)

    def turn_away(self, refusal: Refused, now: datetime) -> None:
        """Do not accept it (不予受理), and say why: the case ends as it begins."""
        self.remarks = refusal.reasons
        self.refuse_acceptance(CaseDecision(SYSTEM.id, now, refusal.message))

    def refuse_acceptance(self, decision: CaseDecision) -> None:
        """不予受理, by whoever decides on acceptance."""
        before = None if self.version == 0 else self.state
        self.state, self.decision, self.listed_by = "not_accepted", decision, None
        told = CaseNotAccepted(
            case_id=self.id,
            claim=self.claim,
            reason=decision.note,
            cites=decision.cites,
            how_to_object=decision.how_to_object,
            decided_by=decision.by,
            decided_at=decision.at,
        )
        self.report(before, told)

    # -- what it is worth ---------------------------------------------------------------------------------

    @property
    def amount_fen(self) -> int | None:
        """The rule's amount; absent while a fact that it needs is missing."""
        return amount_due(self.assessment)

    def payments(self, payer_of: PayerOf) -> tuple[Payments, list[Refused]]:
        """The amount by paying tenant and by bearing tenant; or none, and what is in the way."""
        return payments_of(self.assessment.shares, self.claim.filed_in, payer_of)

    # -- how its plan stands --------------------------------------------------------------------------------

    def standing(self, steps: Sequence[PlannedStep], more: Iterable[StepAnswer] = ()) -> PlanStanding:
        """How the plan stands after all answers, and after `more`."""
        return standing_of(steps, for_the_plan([*self.answers, *more]))

    def answer(self, answer: StepAnswer, event: Event | None = None) -> None:
        """Keep an answer, and say it. Whether it may be given is for whoever takes it to see (`answering`)."""
        self.answers = (*self.answers, answer)
        if event is not None:
            self.record(event)

    @property
    def own_owner(self) -> StepOwner:
        """The item's department: whose turn it is where no step says otherwise."""
        return StepOwner(self.tenant, self.claim.department, self.claim.department_id, "first_review")

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return self.state in OPEN

    # -- what happens to it -------------------------------------------------------------------------------

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
        if not self.is_open:
            raise AlreadyDecided(outcome=OUTCOMES[self.state])

    def confirm_materials(self, said: Sequence[MaterialConfirmation], by: str, now: datetime) -> None:
        """Enter who answers for these materials. Raises AlreadyDecided, MaterialNotNeeded."""
        self.must_be_open()
        self.materials, news = self.materials.with_confirmed(said, by, now)
        self.record(MaterialsConfirmed(case_id=self.id, claim=self.claim, materials=news))

    def decide(self, state: Literal["approved", "rejected"], decision: CaseDecision) -> CaseState:
        """It is decided: nobody has anything to do any more; returns the state before. Raises AlreadyDecided."""
        self.must_be_open()
        before, self.state, self.decision, self.listed_by = self.state, state, decision, None
        return before

    def withdraw(self, reason: str, by: str, at: datetime) -> None:
        """The enterprise takes its claim back."""
        before, self.state, self.listed_by = self.state, "withdrawn", None
        self.decision = CaseDecision(by, at, reason)
        told = CaseWithdrawn(case_id=self.id, claim=self.claim, reason=reason, withdrawn_by=by, withdrawn_at=at)
        self.report(before, told)

    def report(self, before: CaseState | None, event: Event, *, to: TenantId | None = None) -> None:
        """Say a move by the event that the table of moves names for it."""
        assert MOVES[before, self.state] is type(event), f"{before} → {self.state} is not {type(event).__name__}"
        self.record(event, to=to)
