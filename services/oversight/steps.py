"""What an event adds to the story of a claim: one step, with the figures that tell where the claim is."""

from __future__ import annotations

from datetime import datetime

from contracts.case_events import CaseResumed, CaseSuspended, StepAnswered, SupplementRequested
from contracts.intake import Claim
from contracts.message import Event, TenantId
from contracts.review import CaseAccepted, CaseApproved, ReviewDeadlineMoved, TaskAssigned
from contracts.treasury import DisbursementEvent, DisbursementReady, DisbursementSettled, PayoutDeadlineMoved
from services.oversight.domain import CaseStep
from services.oversight.sentences import REPLACED, SENTENCES
from services.oversight.wording import awaiting, said, words_of

SAYS_UNTIL_WHEN = (
    CaseAccepted,
    CaseResumed,
    SupplementRequested,
    ReviewDeadlineMoved,
    DisbursementReady,
    PayoutDeadlineMoved,
)
AS_IT_IS = ("case_id", "instalment", "revision", "supplement_id", "cause", "verdict")
"""Fields of events that their steps keep."""


def step_of(event: Event, claim: Claim, at: datetime, payer: TenantId | None = None) -> CaseStep:
    """The step that `event` adds to the story of `claim`; `at` is when the event's owner recorded it, `payer` the tenant
    whose event it is."""
    sentence = SENTENCES[type(event)]
    fields = {name: said(name, value) for name, value in event} | words_of(event, claim)
    step = CaseStep(
        code=type(event).__name__,
        text=sentence.text.format_map(fields) + awaiting(event),
        by=sentence.by.format_map(fields),
        at=at,
    )
    if isinstance(event, SAYS_UNTIL_WHEN):
        step.due_at, step.awaits_year = event.due_at, event.awaits_year
    if isinstance(event, CaseSuspended):
        step.due_at = event.projected_due_at
    for name in AS_IT_IS:
        if name in type(event).model_fields:
            setattr(step, name, getattr(event, name))
    if isinstance(event, TaskAssigned | StepAnswered):
        step.task, step.slot, step.department = event.task, event.slot, event.department
    if isinstance(event, DisbursementEvent):
        step.disbursement_id, step.amount_fen, step.payer = event.disbursement_id, event.amount_fen, payer
    if isinstance(event, DisbursementSettled):
        step.settled_at = event.settled_at
    if isinstance(event, CaseApproved):
        step.amount_fen = event.total_fen
    if isinstance(event, TaskAssigned):
        asked = event.attention
        step.tenant, step.department_id = (asked.tenant, asked.department_id) if asked else (None, None)
    return step


def replaced_claim(claim: Claim) -> Claim:
    """The claim in whose place this one was filed: the same enterprise's, of the same item."""
    assert claim.replaces is not None
    return claim.model_copy(
        update={
            "application_id": claim.replaces.application_id,
            "receipt": claim.replaces.receipt,
            "replaces": None,
        }
    )


def replaced_step(claim: Claim, at: datetime) -> CaseStep:
    """What the story of the replaced claim is told of it."""
    return CaseStep(code=REPLACED, text=f"企业已重新申报，新的收件编号 {claim.receipt}", by="企业", at=at)
