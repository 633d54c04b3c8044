"""A case: one claim under review, from filing to approval or refusal. Pure.

What comes next is the plan's to say (`rules.plan_run`); the case keeps what has been answered, and decides what an answer makes of
it. Its clock, its decision, its materials, what it is worth and who pays are in the modules of these names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from contracts.aggregate import Aggregate
from contracts.case_events import CaseNotAccepted, CaseWithdrawn, ForecastPayment
from contracts.case_materials import ConfirmedMaterial, MaterialConfirmation, MaterialsConfirmed
from contracts.case_payees import CasePayee, NamedPayee
from contracts.case_steps import PauseCause, StepView
from contracts.deadlines import DeadlineMove
from contracts.enterprises import FactRecorders, Payee
from contracts.intake import Claim
from contracts.message import Actor, Event, TenantId
from contracts.payee_holders import PayeeHolder
from contracts.refusal import Reason, Refused
from contracts.review import CaseAccepted, CaseState
from contracts.rule import Assessment, AwardHistory, Decision, Fact, ParameterValue, TimeLimit
from rules.plan_run import PlannedStep, PlanStanding, standing_of
from services.review.account_copies.domain import ReceiverAccount, newest_of
from services.review.cases.answers import StepAnswer, for_the_plan
from services.review.cases.decision import AlreadyDecided, CaseDecision
from services.review.cases.entitlement import AmountMismatch, amount_due, mismatch_with
from services.review.cases.inspection import Inspection
from services.review.cases.materials import LETS_REVIEW_GO_ON, NOTHING_NEEDED, CaseMaterials
from services.review.cases.moves import MOVES, OPEN, OUTCOMES
from services.review.cases.open_tasks import OpenTask, StepOwner
from services.review.cases.payments import PayerOf, Payments, payments_of
from services.review.cases.receivers import EmittedPart, Receiver, receivers_of
from services.review.cases.refusals import NotYourDepartment, is_of
from services.review.item_copies.item import PinnedItem
from services.review.quotas.domain import QuotaStanding


@dataclass(kw_only=True, slots=True)
class Case(Aggregate):
    """One claim under review. `assessment` is what the pinned item version says on the facts and figures that it holds.

    `recorders` are the persons whose word facts are; none of them decides it (`four_eyes`). `parameters` are the outside figures
    as they stood when it was filed, `decisions` the figures that were set since.
    `received_at` is when it was filed, which decides whether the window was open; clocks count from `effective_receipt` where a
    supplement before acceptance has come after it. `accepted_at` is from when it counts as accepted (the same until it is). `clock` is the
    review limit's, as `clock.clock_of` reads it; `due_at` is absent without one, while it stands still, and while the calendar of `awaits_year` is not
    published. `moved` is how this version has moved it. `listed_by`: whoever pushed the list that it is a line of, while the
    department's own part of it is decided by that list.
    `payee` is the applicant's newest confirmed account, `accounts` those of the holders that `named_payees` name; `receivers` is who gets
    what, as `progress` last worked it out, `emitted` what was said of it to payers.
    `undo_until`: it is decided, and nobody outside knows of it before then. `reopened_at` is when its latest review began anew.
    `answers` are all that were given, `tasks` the answers that are waited for; `steps` and `against` say how the plan stood, and
    what stood against approval, when it was last worked out (`progress`).
    `paid_before`: how earlier instalments of its claim ended. `read_as`: its state as it was read.
    `quota` is what the item's quotas said of it then (`quota_places`), `earlier` what earlier instalments of its claim said against
    it (`claim_instalments`); neither is kept.
    """

    claim: Claim
    facts: tuple[Fact, ...]
    recorders: tuple[FactRecorders, ...] = ()
    parameters: tuple[ParameterValue, ...] = ()
    payee: Payee | None
    named_payees: tuple[NamedPayee, ...] = ()
    accounts: tuple[ReceiverAccount, ...] = ()
    receivers: tuple[CasePayee, ...] = ()
    emitted: tuple[EmittedPart, ...] = ()
    asked_fen: int | None
    assessment: Assessment
    decisions: tuple[Decision, ...] = ()
    award_period: str
    inspection_required: bool
    review_limit: TimeLimit | None
    received_at: datetime
    accepted_at: datetime
    effective_receipt: datetime | None = None
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
    paid_before: AwardHistory | None = None
    read_as: CaseState | None = None
    reopened_at: datetime | None = None
    notice_number: str | None = None
    quota: QuotaStanding | None = None
    earlier: tuple[Refused, ...] = ()

    def accept(
        self,
        at: datetime,
        due_at: datetime | None,
        awaits_year: int | None,
        *,
        asks: bool = True,
        silent: bool = False,
        forecast: tuple[ForecastPayment, ...] = (),
    ) -> None:
        """It is accepted as of `at`; `asks`: somebody of the department has to decide it, and is told so. `forecast`: what payers
        may expect."""
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
            forecast=forecast,
        )
        self.report(before, accepted)

    def refuse_acceptance(self, decision: CaseDecision) -> None:
        """不予受理, by whoever decides on acceptance, or by the machine: then the case ends as it begins."""
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
            grounds=decision.grounds,
            remedies=decision.remedies,
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

    # -- who gets it ----------------------------------------------------------------------------------------

    @property
    def applicants_account(self) -> ReceiverAccount | None:
        """Where the applicant is paid to."""
        if self.payee is None:
            return None
        own = self.claim.enterprise_id
        holder = PayeeHolder(
            kind="enterprise", holder_id=own, name=self.payee.account_name, code_masked=self.claim.uscc
        )
        return ReceiverAccount(own, holder, self.payee)

    def receivers_by(self, item: PinnedItem, named: Sequence[NamedPayee] | None = None) -> list[Receiver]:
        """Who gets what, as named, or as it would be if these were."""
        known: dict[str | None, ReceiverAccount] = {each.wanted: each for each in self.accounts}
        if (own := self.applicants_account) is not None:
            known[None] = own
        said = self.named_payees if named is None else named
        called = self.claim.enterprise_name
        return receivers_of(item.rules.payees, self.assessment, said, known, applicant=called, emitted=self.emitted)

    def take_accounts(self, applicants: ReceiverAccount | None, others: Sequence[ReceiverAccount]) -> bool:
        """Keep what is news among these confirmed accounts; returns whether anything is."""
        before = (self.payee, self.accounts)
        if applicants is not None and applicants.replaces(self.applicants_account):
            self.payee = applicants.payee
        self.accounts = newest_of(self.accounts, others, {each.holder_id for each in self.named_payees})
        return (self.payee, self.accounts) != before

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
    def counts_from(self) -> datetime:
        """Since when the clocks of its acceptance count."""
        return self.effective_receipt or self.received_at

    @property
    def waits_for_enterprise(self) -> bool:
        """Whether a supplement is waited for: nobody else's clock runs."""
        return "supplement" in self.pauses

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return self.state in OPEN

    # -- what happens to it -------------------------------------------------------------------------------

    def judge_again(
        self, assessment: Assessment, facts: tuple[Fact, ...], recorders: tuple[FactRecorders, ...]
    ) -> None:
        """What the rule says of it now, and of which facts; what was remarked of an amount that is none any more goes."""
        self.assessment, self.facts, self.recorders = assessment, facts, recorders
        mismatch = mismatch_with(assessment, self.asked_fen)
        kept = [each for each in self.remarks if each.code != AmountMismatch.code]
        self.remarks = (*kept, *(mismatch.reasons if mismatch is not None else ()))

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

    def confirm_materials(
        self, said: Sequence[MaterialConfirmation], by: str, now: datetime, today: date
    ) -> tuple[ConfirmedMaterial, ...]:
        """Enter what was found of these materials; returns it. Raises AlreadyDecided, MaterialNotNeeded, FindingIncomplete."""
        self.must_be_open()
        self.materials, news = self.materials.with_confirmed(said, by, now, today)
        told = tuple(each for each in news if each.finding in LETS_REVIEW_GO_ON)
        if told:
            self.record(MaterialsConfirmed(case_id=self.id, claim=self.claim, materials=told))
        return news

    def decide(self, state: Literal["approved", "rejected"], decision: CaseDecision) -> CaseState:
        """It is decided: nobody has anything to do any more; returns the state before. Raises AlreadyDecided."""
        self.must_be_open()
        before, self.state, self.decision, self.listed_by = self.state, state, decision, None
        return before

    @property
    def is_held(self) -> bool:
        """Whether it is decided and nobody outside knows of it yet: then the decision can be undone, and the claim withdrawn."""
        return self.undo_until is not None

    @property
    def was_said(self) -> bool:
        """Whether an earlier decision of it has left the house: then it is open only because it was reopened."""
        return self.reopened_at is not None

    def withdraw(self, reason: str, by: str, at: datetime) -> None:
        """The enterprise takes its claim back, or leaves a supplement unanswered."""
        before, self.state, self.listed_by = self.state, "withdrawn", None
        self.pauses = ()
        self.decision, self.undo_until = CaseDecision(by, at, reason), None
        told = CaseWithdrawn(case_id=self.id, claim=self.claim, reason=reason, withdrawn_by=by, withdrawn_at=at)
        self.report(before, told)

    def report(self, before: CaseState | None, event: Event, *, to: TenantId | None = None) -> None:
        """Say a move by the event that the table of moves names for it."""
        assert MOVES[before, self.state] is type(event), f"{before} → {self.state} is not {type(event).__name__}"
        self.record(event, to=to)
