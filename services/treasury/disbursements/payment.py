"""What is known of one attempt to pay. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.deadlines import DeadlineMove
from contracts.enterprises import Payee
from contracts.intake import Claim
from contracts.payment_terms import PaymentTerms
from contracts.rule import TimeLimit, TimeUnit
from contracts.treasury import DisbursementState
from services.treasury.account_copies.domain import PayeeOwner
from services.treasury.places import Place


@dataclass(kw_only=True, slots=True)
class PaymentRecord(Aggregate):
    """One attempt to pay. `tenant` is the payer; `year` is the budget year that it draws on.

    `payout_days`, of the unit `payout_unit`, and `clock_started_at` are all that the payout clock needs: nothing pauses it. `due_at` is absent while
    the calendar of `awaits_year` is not published; `moved` is how this version has moved it. `alarmed` is the highest percentage told.

    `part` is the receiver's number. `approved_fen` is what the newest approval of the part came to when this was made: what
    was paid before of it is not in `amount_fen`, nor is the tax that the payer withholds (`withheld_fen`, entered by
    `withheld_by`). `terms` is what else the approval said.

    `payee_of` is whose account it is: the enterprise of the claim, one that it was merged into, or a holder. `unheard` counts how often
    the bank said that it had never heard of the instruction, at `asked_at` for the last time; since `quiet_since` it has not
    been presented any more. `unheard_instruction_id` and `unheard_asked_at` are those of the attempt before, if that was
    given up for this. `taken_up_at`: found at the bank after a restore. `contradiction`: bank and books cannot both be true.
    """

    case_id: str
    claim: Claim
    amount_fen: int
    payee: Payee
    revision: int
    instalment: int
    part: int = 1
    approved_fen: int | None = None
    withheld_fen: int | None = None
    withheld_by: str | None = None
    terms: PaymentTerms = field(default_factory=PaymentTerms)
    attempt: int = 1
    previous_id: str | None = None
    approved_by: str
    approved_at: datetime
    received_at: datetime
    year: int
    payout_days: int
    payout_unit: TimeUnit = TimeUnit.WORKING_DAYS
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
    taken_up_at: datetime | None = None
    unheard: int = 0
    asked_at: datetime | None = None
    quiet_since: datetime | None = None
    payee_of: str
    unheard_instruction_id: str | None = None
    unheard_asked_at: datetime | None = None
    contradiction: str | None = None
    return_listed_at: datetime | None = None
    bank_reference: str | None = None
    settled_at: datetime | None = None

    @property
    def place(self) -> Place:
        """What is paid once: the payer's share of what one receiver gets with one instalment."""
        return Place(self.tenant, self.case_id, self.instalment, self.part)

    @property
    def gross_fen(self) -> int:
        """What the receiver is given by it: what arrives, and the tax that is withheld for them."""
        return self.amount_fen + (self.withheld_fen or 0)

    @property
    def holder_id(self) -> str | None:
        """Who gets it, where that is not the applicant."""
        return self.terms.payee_holder.holder_id if self.terms.payee_holder else None

    @property
    def payee_owner(self) -> PayeeOwner:
        """Whose account it is paid to: the enterprise as the claim names it, in the place that keeps its dossier."""
        return (self.claim.filed_in, self.claim.enterprise_id)

    @property
    def paying_department_id(self) -> str | None:
        """The department whose line pays: the one that the approval names, else the one that handles the item."""
        return self.terms.paying_department_id or self.claim.department_id

    @property
    def named_department(self) -> str | None:
        """The department's name, where a line may be found by it: another one that pays is found by its id alone."""
        named = self.terms.paying_department_id in (None, self.claim.department_id)
        return self.claim.department if named else None

    @property
    def awaits_tax(self) -> bool:
        """Whether the payer has to say first how much income tax it withholds."""
        return self.terms.income_tax == "withheld" and self.withheld_fen is None

    @property
    def payout_limit(self) -> TimeLimit | None:
        """How long the payer may take; a limit of no days is the day of receipt, and no budget of time."""
        return TimeLimit(limit=self.payout_days, unit=self.payout_unit) if self.payout_days else None
