"""Disbursements: one attempt each to pay one payer's share of one approval. Pure.

What failed or came back is followed by a linked attempt, a disbursement of its own, so that every attempt has one
instruction and one end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.deadlines import DeadlineMove, PayoutDeadlineUndetermined
from contracts.duties import Attention, DutyKind
from contracts.money import Money
from contracts.review import CaseApproved
from contracts.rule import TimeUnit
from contracts.treasury import (
    ContradictionCleared,
    DisbursementContradicted,
    DisbursementSent,
    DisbursementState,
    DisbursementView,
    PayoutDeadlineApproaching,
    PayoutDeadlineMissed,
    PayoutDeadlineMoved,
)
from services.treasury.account_copies.domain import CurrentAccount
from services.treasury.disbursements.identity import disbursement_id, instruction_of
from services.treasury.disbursements.moves import ASKS, MOVES, TAKEN_UP, TURN
from services.treasury.disbursements.payment import PaymentRecord
from services.treasury.disbursements.refusals import (
    BankContradicts,
    DisbursementNotReady,
    MakerIsChecker,
    MoveNotAllowed,
    TaxNotAwaited,
    TaxTooHigh,
)
from services.treasury.disbursements.showing import called, view_of
from services.treasury.disbursements.terms import terms_of

KEPT = (
    *("tenant", "traceparent", "case_id", "claim", "amount_fen", "revision", "instalment", "part", "approved_fen"),
    *("withheld_fen", "withheld_by", "terms", "approved_by", "approved_at"),
)
"""What a linked attempt has from the one before."""


@dataclass(kw_only=True, slots=True)
class Disbursement(PaymentRecord):
    """One attempt to pay, and what may become of it."""

    @classmethod
    def receive(
        cls, approval: CaseApproved, *, at: datetime, year: int, payout_days: int, traceparent: str | None
    ) -> Disbursement:
        """Take over an approval. Its clock has been running since the decision; `payout_days` is for one without a limit."""
        limit = approval.payout_limit
        return cls(
            id=disbursement_id(
                approval.case_id, approval.payer, approval.revision, approval.instalment, part=approval.part
            ),
            tenant=approval.payer,
            traceparent=traceparent,
            case_id=approval.case_id,
            claim=approval.claim,
            amount_fen=approval.amount_fen,
            approved_fen=approval.amount_fen,
            payee=approval.payee,
            payee_of=approval.payee_holder.holder_id if approval.payee_holder else approval.claim.enterprise_id,
            revision=approval.revision,
            instalment=approval.instalment,
            part=approval.part,
            terms=terms_of(approval),
            approved_by=approval.approved_by,
            approved_at=approval.approved_at,
            received_at=at,
            year=year,
            payout_days=limit.limit if limit else payout_days,
            payout_unit=limit.unit if limit else TimeUnit.WORKING_DAYS,
            clock_started_at=approval.decided_at or approval.approved_at,
        )

    def next_attempt(self, account: CurrentAccount, *, at: datetime, year: int, payout_days: int) -> Disbursement:
        """The linked attempt to the corrected account: money and authorisation start anew, and so does the clock."""
        attempt, limit = self.attempt + 1, self.terms.payout_limit
        return Disbursement(
            **{name: getattr(self, name) for name in KEPT},
            id=disbursement_id(self.case_id, self.tenant, self.revision, self.instalment, attempt, part=self.part),
            payee=account.payee,
            payee_of=account.enterprise_id,
            unheard_instruction_id=self.instruction_id if self.never_heard else self.unheard_instruction_id,
            unheard_asked_at=self.asked_at if self.never_heard else self.unheard_asked_at,
            attempt=attempt,
            previous_id=self.id,
            received_at=at,
            year=year,
            payout_days=limit.limit if limit else payout_days,
            payout_unit=limit.unit if limit else TimeUnit.WORKING_DAYS,
            clock_started_at=at,
        )

    def pay_only(self, amount_fen: int) -> None:
        """No more than this is still to be paid. What tax was entered for another amount is to be entered anew."""
        if amount_fen != self.gross_fen:
            self.amount_fen, self.withheld_fen, self.withheld_by = amount_fen, None, None

    def withhold(self, withheld_fen: int, *, by: str) -> None:
        """The payer withholds this income tax: what is left is paid. Raises TaxNotAwaited, TaxTooHigh."""
        if self.terms.income_tax != "withheld" or self.state != "held":
            raise TaxNotAwaited(now=called(self.state))
        gross = self.gross_fen
        if withheld_fen >= gross:
            raise TaxTooHigh(amount=Money(gross).yuan_text(), field="withheld_fen")
        self.amount_fen, self.withheld_fen, self.withheld_by = gross - withheld_fen, withheld_fen, by

    # -- before anything is sent --------------------------------------------------------------------------

    def hold(self, reason: str, asks: DutyKind = "finance") -> None:
        """There is no money for it yet, or something has to be said first: it reserves nothing and waits."""
        self._move("held", reason=reason, attention=self._asks(asks))
        self.reason = reason

    def make_ready(self, line_id: str) -> None:
        """Its whole amount is reserved on the line; a second person has to release it."""
        self._move("ready", due_at=self.due_at, awaits_year=self.awaits_year)
        self.line_id, self.reason = line_id, None

    def authorise(self, *, by: str, at: datetime) -> None:
        """复核. Raises BankContradicts, DisbursementNotReady, or MakerIsChecker if `by` approved the case or entered the tax."""
        if self.contradiction is not None:
            raise BankContradicts(why=self.contradiction)
        if self.state != "ready":
            raise DisbursementNotReady(now=called(self.state))
        if by in (self.approved_by, self.withheld_by):
            raise MakerIsChecker()
        self._move("authorised", authorised_by=by)
        self.authorised_by, self.authorised_at, self.reason = by, at, None

    def follow_account(self, account: CurrentAccount) -> bool:
        """Pay to this account if it replaces the one that was meant, as long as nothing is sent: → whether it does.

        What was released for the former account is not released for this one.
        """
        if not account.replaces(self.payee, self.payee_of):
            return False
        was, now = self.payee, account.payee
        self.payee, self.payee_of = now, account.enterprise_id
        if self.state == "authorised":
            self.recall(
                f"收款账户已由 {was.account_masked} 变更为 {now.account_masked}，原支付复核不再有效，请重新复核"
            )
        return True

    def recall(self, reason: str) -> None:
        """What was released is not sent: a second person has to release it anew. Its clock runs on."""
        self._move("ready", reason=reason, account_version=self.payee.account_version)
        self.authorised_by = self.authorised_at = None
        self.reason = reason

    def cancel(self, reason: str) -> None:
        """A later approval takes its place. Raises MoveNotAllowed once an instruction may be at the bank."""
        self._move("cancelled", reason=reason)
        self.reason = reason

    # -- the bank -----------------------------------------------------------------------------------------

    def send(self, at: datetime) -> None:
        """Fix the one instruction that this attempt will ever have. The bank is called after this is kept."""
        instruction_id = instruction_of(self.id, self.attempt)
        self._move("sent", instruction_id=instruction_id, account_version=self.payee.account_version)
        self.instruction_id, self.sent_at = instruction_id, at

    def take_up(self, instruction_id: str, at: datetime) -> None:
        """The bank carried this instruction out before a restore: it is to be asked about, and nothing is sent."""
        if self.state not in TAKEN_UP:
            raise DisbursementNotReady(now=called(self.state))
        said = {"instruction_id": instruction_id, "account_version": self.payee.account_version}
        self.state, self.instruction_id, self.sent_at, self.taken_up_at = "sent", instruction_id, at, at
        self.record(DisbursementSent(**self._fields(), **said))

    def doubt(self, reason: str) -> None:
        """The bank's answer is missing: the money stays reserved until the bank has been asked."""
        self._move("unknown", instruction_id=self.instruction_id)
        self.reason = reason

    def go_unheard(self, at: datetime, definite_noes: int) -> None:
        """The bank says that it has never heard of the instruction; after so many noes it is not presented any more."""
        self.unheard, self.asked_at = self.unheard + 1, at
        if self.unheard >= definite_noes and self.quiet_since is None:
            self.quiet_since = at

    @property
    def never_heard(self) -> bool:
        """Whether it was given up because the bank never heard of it: no word of the bank's that it will not be paid."""
        return self.state == "failed" and self.quiet_since is not None

    def contradict(self, reason: str) -> None:
        """Stop: what the bank says cannot be true beside the books. Said once; what was released is recalled."""
        if self.contradiction is not None:
            return
        self.contradiction = reason
        if self.state == "authorised":
            self.recall(reason)
        said = {"instruction_id": self.instruction_id or "", "reason": reason, "attention": self._asks("payment_maker")}
        self.record(DisbursementContradicted(**self._fields(), **said))

    def clear(self, conclusion: str, *, by: str) -> None:
        """A person has cleared it up with the bank: it goes on. What stands in no contradiction stays as it is."""
        if self.contradiction is not None:
            self.contradiction = None
            self.record(ContradictionCleared(**self._fields(), conclusion=conclusion, cleared_by=by))

    def settle(self, bank_reference: str, settled_at: datetime) -> None:
        """The bank has paid."""
        payee, said = self.payee, {"bank_reference": bank_reference, "settled_at": settled_at}
        to = {"account_masked": payee.account_masked, "bank_name": payee.bank_name}
        self._move("settled", instruction_id=self.instruction_id, account_version=payee.account_version, **to, **said)
        self.quiet_since = None
        self.bank_reference, self.settled_at, self.reason = bank_reference, settled_at, None

    def fail(self, reason: str) -> None:
        """The bank has not paid and will not under this instruction."""
        self._move("failed", instruction_id=self.instruction_id, reason=reason)
        self.reason = reason

    def take_back(self, reason: str) -> None:
        """退汇: what was settled came back."""
        self._move("returned", instruction_id=self.instruction_id, reason=reason)
        self.reason = reason
        # The bank's word and the books agree again, whatever was between them.
        self.return_listed_at = self.contradiction = None

    # -- its clock, and how it looks ----------------------------------------------------------------------

    def move_deadline(self, due_at: datetime | None, awaits_year: int | None, reason: str, now: datetime) -> None:
        """Let the payout limit end at another instant than before, and say on what ground; the same changes nothing."""
        if (due_at, awaits_year) == (self.due_at, self.awaits_year):
            return
        said = {"was": self.due_at, "due_at": due_at, "awaits_year": awaits_year, "reason": reason}
        self.moved, self.due_at, self.awaits_year = DeadlineMove(**said, moved_at=now), due_at, awaits_year
        self.record(PayoutDeadlineMoved(**self._fields(), **said))

    def warn(self, used_percent: int) -> None:
        """Say that so much of the payout limit is gone; 100 is the breach, and the due instant is known by then."""
        self.alarmed = used_percent
        turn = "payment_maker" if self.awaits_tax else TURN.get(self.state, "payment_maker")
        said = {**self._fields(), "attention": self._asks(turn)}
        if self.due_at is None:
            self.record(PayoutDeadlineUndetermined(**said, used_percent=used_percent, awaits_year=self.awaits_year))
        elif used_percent >= 100:
            self.record(PayoutDeadlineMissed(**said, due_at=self.due_at))
        else:
            self.record(PayoutDeadlineApproaching(**said, due_at=self.due_at, used_percent=used_percent))

    def view(self) -> DisbursementView:
        """The disbursement as the bureau sees it; the account number stays masked."""
        return view_of(self)

    def _move(self, to: DisbursementState, **fields: Any) -> None:
        event = MOVES.get((self.state, to))
        if event is None:
            raise MoveNotAllowed(now=called(self.state), wanted=called(to))
        self.state = to
        if (duty := ASKS.get(event)) is not None:
            fields.setdefault("attention", self._asks(duty))
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
