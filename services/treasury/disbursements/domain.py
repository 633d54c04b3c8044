"""Disbursements: one attempt each to pay one payer's share of one approval. Pure.

What failed or came back is followed by a linked attempt, a disbursement of its own, so that every attempt has one
instruction and one end.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts import status_labels
from contracts.aggregate import Aggregate
from contracts.deadlines import DeadlineMove
from contracts.duties import Attention, DutyKind
from contracts.enterprises import Payee
from contracts.intake import Claim
from contracts.message import TenantId
from contracts.review import CaseApproved
from contracts.treasury import (
    DisbursementState,
    DisbursementView,
    PayoutDeadlineApproaching,
    PayoutDeadlineMissed,
    PayoutDeadlineMoved,
)
from services.treasury.disbursements.moves import ASKS, MOVES, TURN
from services.treasury.disbursements.refusals import DisbursementNotReady, MakerIsChecker, MoveNotAllowed


def disbursement_id(case_id: str, payer: TenantId, revision: int, instalment: int, attempt: int = 1) -> str:
    """The same share of an approval is the same disbursement, however often it arrives."""
    key = "\x1f".join(("disbursement", case_id, payer, str(revision), str(instalment), str(attempt)))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, key))


@dataclass(kw_only=True, slots=True)
class Disbursement(Aggregate):
    """One attempt to pay. `tenant` is the payer; `year` is the budget year that it draws on.

    `payout_days` and `clock_started_at` are all that the payout clock needs: nothing pauses it. `due_at` is absent while
    the calendar of `awaits_year` is not published; `moved` is how this version has moved it. `alarmed` is
    the highest percentage of it that was told. `unheard` counts how often the bank said that it had never
    heard of the instruction.
    """

    case_id: str
    claim: Claim
    amount_fen: int
    payee: Payee
    revision: int
    instalment: int
    attempt: int = 1
    previous_id: str | None = None
    approved_by: str
    approved_at: datetime
    received_at: datetime
    year: int
    payout_days: int
    clock_started_at: datetime
    due_at: datetime | None = None
    awaits_year: int | None = None
    moved: DeadlineMove | None = None
    alarmed: int = 0
    state: DisbursementState = "received"
    reason: str | None = None
    line_id: str | None = None
    authorised_by: str | None = None
    authorised_at: datetime | None = None
    instruction_id: str | None = None
    sent_at: datetime | None = None
    unheard: int = 0
    bank_reference: str | None = None
    settled_at: datetime | None = None

    @classmethod
    def receive(
        cls, approval: CaseApproved, *, at: datetime, year: int, payout_days: int, traceparent: str | None
    ) -> Disbursement:
        """Take over an approval of more than nothing. Its clock has been running since the approval."""
        return cls(
            id=disbursement_id(approval.case_id, approval.payer, approval.revision, approval.instalment),
            tenant=approval.payer,
            traceparent=traceparent,
            case_id=approval.case_id,
            claim=approval.claim,
            amount_fen=approval.amount_fen,
            payee=approval.payee,
            revision=approval.revision,
            instalment=approval.instalment,
            approved_by=approval.approved_by,
            approved_at=approval.approved_at,
            received_at=at,
            year=year,
            payout_days=payout_days,
            clock_started_at=approval.approved_at,
        )

    def next_attempt(self, payee: Payee, *, at: datetime, year: int, payout_days: int) -> Disbursement:
        """The linked attempt to the corrected account: money and authorisation start anew, and so does the clock."""
        attempt = self.attempt + 1
        return Disbursement(
            id=disbursement_id(self.case_id, self.tenant, self.revision, self.instalment, attempt),
            tenant=self.tenant,
            traceparent=self.traceparent,
            case_id=self.case_id,
            claim=self.claim,
            amount_fen=self.amount_fen,
            payee=payee,
            revision=self.revision,
            instalment=self.instalment,
            attempt=attempt,
            previous_id=self.id,
            approved_by=self.approved_by,
            approved_at=self.approved_at,
            received_at=at,
            year=year,
            payout_days=payout_days,
            clock_started_at=at,
        )

    # -- before anything is sent --------------------------------------------------------------------------

    def hold(self, reason: str) -> None:
        """There is no money for it yet: it reserves nothing and waits in order of approval."""
        self._move("held", reason=reason)
        self.reason = reason

    def make_ready(self, line_id: str) -> None:
        """Its whole amount is reserved on the line; a second person has to release it."""
        self._move("ready", due_at=self.due_at, awaits_year=self.awaits_year)
        self.line_id, self.reason = line_id, None

    def authorise(self, *, by: str, at: datetime) -> None:
        """复核. Raises DisbursementNotReady, or MakerIsChecker if `by` approved the case."""
        if self.state != "ready":
            raise DisbursementNotReady(now=status_labels.DISBURSEMENT[self.state].staff_zh)
        if by == self.approved_by:
            raise MakerIsChecker()
        self._move("authorised", authorised_by=by)
        self.authorised_by, self.authorised_at = by, at

    def cancel(self, reason: str) -> None:
        """A later approval takes its place. Raises MoveNotAllowed once an instruction may be at the bank."""
        self._move("cancelled", reason=reason)
        self.reason = reason

    # -- the bank -----------------------------------------------------------------------------------------

    def send(self, at: datetime) -> None:
        """Fix the one instruction that this attempt will ever have. The bank is called after this is kept."""
        instruction_id = f"{self.id}-{self.attempt}"
        self._move("sent", instruction_id=instruction_id)
        self.instruction_id, self.sent_at = instruction_id, at

    def doubt(self, reason: str) -> None:
        """The bank's answer is missing: the money stays reserved until the bank has been asked."""
        self._move("unknown", instruction_id=self.instruction_id)
        self.reason = reason

    def settle(self, bank_reference: str, settled_at: datetime) -> None:
        """The bank has paid."""
        self._move(
            "settled",
            instruction_id=self.instruction_id,
            bank_reference=bank_reference,
            account_masked=self.payee.account_masked,
            bank_name=self.payee.bank_name,
            settled_at=settled_at,
        )
        self.bank_reference, self.settled_at, self.reason = bank_reference, settled_at, None

    def fail(self, reason: str) -> None:
        """The bank has not paid and will not under this instruction."""
        self._move("failed", instruction_id=self.instruction_id, reason=reason)
        self.reason = reason

    def take_back(self, reason: str) -> None:
        """退汇: what was settled came back."""
        self._move("returned", instruction_id=self.instruction_id, reason=reason)
        self.reason = reason

    # -- its clock, and how it looks ----------------------------------------------------------------------

    def move_deadline(self, due_at: datetime | None, awaits_year: int | None, reason: str, now: datetime) -> None:
        """Let the payout limit end at another instant than before, and say on what ground; the same changes nothing."""
        was = self.due_at
        if (due_at, awaits_year) == (was, self.awaits_year):
            return
        self.moved = DeadlineMove(was=was, due_at=due_at, awaits_year=awaits_year, reason=reason, moved_at=now)
        self.due_at, self.awaits_year = due_at, awaits_year
        said = {"was": was, "due_at": due_at, "awaits_year": awaits_year, "reason": reason}
        self.record(PayoutDeadlineMoved(**self._fields(), **said))

    def warn(self, used_percent: int, due_at: datetime) -> None:
        """Say that so much of the payout limit is gone; 100 is the breach."""
        self.alarmed = used_percent
        said = {**self._fields(), "due_at": due_at, "attention": self._asks(TURN.get(self.state, "payment_maker"))}
        if used_percent >= 100:
            self.record(PayoutDeadlineMissed(**said))
        else:
            self.record(PayoutDeadlineApproaching(**said, used_percent=used_percent))

    def view(self) -> DisbursementView:
        """The disbursement as the bureau sees it; the account number stays masked."""
        return DisbursementView(
            disbursement_id=self.id,
            case_id=self.case_id,
            claim=self.claim,
            state=self.state,
            amount_fen=self.amount_fen,
            payee_name=self.payee.account_name,
            account_masked=self.payee.account_masked,
            bank_name=self.payee.bank_name,
            instruction_id=self.instruction_id,
            attempt=self.attempt,
            previous_id=self.previous_id,
            reason=self.reason,
            approved_by=self.approved_by,
            authorised_by=self.authorised_by,
            due_at=self.due_at,
            awaits_year=self.awaits_year,
            received_at=self.received_at,
            settled_at=self.settled_at,
            account_version=self.payee.account_version,
            revision=self.revision,
            instalment=self.instalment,
            year=self.year,
            line_id=self.line_id,
            approved_at=self.approved_at,
            authorised_at=self.authorised_at,
            bank_reference=self.bank_reference,
            version=self.version,
        )

    def _move(self, to: DisbursementState, **fields: Any) -> None:
        event = MOVES.get((self.state, to))
        if event is None:
            raise MoveNotAllowed(
                now=status_labels.DISBURSEMENT[self.state].staff_zh, wanted=status_labels.DISBURSEMENT[to].staff_zh
            )
        self.state = to
        if (duty := ASKS.get(event)) is not None:
            fields["attention"] = self._asks(duty)
        self.record(event(**self._fields(), **fields))

    def _asks(self, duty: DutyKind) -> Attention:
        """The payer's own people; in which department they are, the register says when it is saved."""
        return Attention(tenant=self.tenant, duty=duty)

    def _fields(self) -> dict[str, Any]:
        return {
            "disbursement_id": self.id,
            "case_id": self.case_id,
            "claim": self.claim,
            "amount_fen": self.amount_fen,
        }
