"""Who gets what of a case, and with which account: the plan's parts, and the holders named for them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from contracts.case_payees import CasePayee, NamedPayee
from contracts.enterprises import Payee
from contracts.message import Id, TenantId
from contracts.money import ZERO
from contracts.payee_holders import HolderKind, PayeeHolder
from contracts.rule import Assessment, PayeeKind, PayeeLine, PayeePart, Payees
from contracts.rule.payees import NATURAL_PERSONS
from services.review.account_copies.domain import ReceiverAccount

IncomeTax = Literal["withheld", "not_withheld"]


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiver. `number` is what `CaseApproved.part` says, `part` counts the plan's from 1; `holder_id` and `account` are
    absent while nobody is named and confirmed, `amount_fen` while it cannot be told. `part_fen` is what the whole part gets,
    `called` the applicant's name where it is the one."""

    number: int
    part: int
    who: PayeeKind
    label: str
    holder_id: Id | None = None
    amount_fen: int | None = None
    part_fen: int | None = None
    account: ReceiverAccount | None = None
    fund: str | None = None
    plan_tax: IncomeTax | None = None
    called: str = ""

    @property
    def is_applicant(self) -> bool:
        return self.who is PayeeKind.APPLICANT

    @property
    def holder(self) -> PayeeHolder | None:
        """Whose account it is, where it is not the applicant's."""
        return None if self.is_applicant or self.account is None else self.account.holder

    @property
    def kind(self) -> HolderKind:
        if self.holder is not None:
            return self.holder.kind
        return "person" if self.who in NATURAL_PERSONS else "enterprise"

    @property
    def income_tax(self) -> IncomeTax | None:
        """The tax is one on what natural persons get."""
        return self.plan_tax if self.kind == "person" else None

    @property
    def name(self) -> str:
        """As people call it: by its name where it is known."""
        if self.is_applicant:
            return self.called or self.label
        return f"{self.label}·{self.account.holder.name}" if self.account is not None else self.label

    def view(self) -> CasePayee:
        return CasePayee(
            number=self.number,
            part=self.part,
            who=self.who,
            label=self.label,
            kind=self.kind,
            holder_id=self.holder_id,
            holder_name=self.account.holder.name if self.account else None,
            amount_fen=self.amount_fen,
            account_masked=self.account.payee.account_masked if self.account else None,
            fund=self.fund,
            income_tax=self.income_tax,
        )


@dataclass(frozen=True, slots=True)
class EmittedPart:
    """What was said last to one payer of one receiver. A receiver keeps its number through revisions, and what is not paid any
    more is said to be nothing."""

    payer: TenantId
    number: int
    instalment: int
    part: int
    holder_id: Id | None
    amount_fen: int
    payee: Payee
    holder: PayeeHolder | None = None
    label: str = ""
    fund: str | None = None
    income_tax: IncomeTax | None = None


def receivers_of(
    payees: Payees | None,
    assessment: Assessment,
    named: Sequence[NamedPayee],
    accounts: Mapping[Id | None, ReceiverAccount],
    *,
    applicant: str = "",
    emitted: Sequence[EmittedPart] = (),
) -> list[Receiver]:
    """All receivers, in the order of the plan's parts and, in a part, of naming. `accounts`: by holder, the applicant's under
    None; `applicant` is its name, `emitted` what was said to payers before."""
    whole = assessment.amount.money
    if payees is None:
        alone = PayeePart(who=PayeeKind.APPLICANT, label="申报企业")
        found = _of_part(1, alone, whole.fen if whole is not None else None, (), accounts)
    else:
        amounts = amounts_of_parts(payees, assessment.payees)
        if not assessment.payees and whole != ZERO:
            amounts = [None] * len(payees.parts)
        found = []
        for number, (part, amount) in enumerate(zip(payees.parts, amounts, strict=True), 1):
            own = [each for each in named if each.part == number]
            found += _of_part(number, part, amount, own, accounts)
    return [replace(each, called=applicant) if each.is_applicant else each for each in _numbered(found, emitted)]


def amounts_of_parts(payees: Payees, lines: Sequence[PayeeLine]) -> list[int | None]:
    """What each part of the plan gets: lines follow its order, and who gets nothing has none."""
    left = list(lines)
    amounts: list[int | None] = []
    for part in payees.parts:
        mine = bool(left) and (left[0].who, left[0].label, left[0].fund) == (part.who, part.label, part.fund)
        amounts.append(left.pop(0).money.fen if mine else 0)
    return amounts


def _of_part(
    number: int,
    part: PayeePart,
    amount: int | None,
    named: Sequence[NamedPayee],
    accounts: Mapping[Id | None, ReceiverAccount],
) -> list[Receiver]:
    nobody = Receiver(0, number, part.who, part.label, part_fen=amount, fund=part.fund, plan_tax=part.income_tax)
    if part.who is PayeeKind.APPLICANT or not named:
        account = accounts.get(None) if part.who is PayeeKind.APPLICANT else None
        return [replace(nobody, amount_fen=amount, account=account)]
    alone = len(named) == 1
    return [
        replace(
            nobody,
            holder_id=each.holder_id,
            amount_fen=amount if alone and each.amount_fen is None else each.amount_fen,
            account=accounts.get(each.holder_id),
        )
        for each in named
    ]


def _numbered(receivers: Sequence[Receiver], emitted: Sequence[EmittedPart]) -> list[Receiver]:
    """From 1 on; who was told to a payer before keeps its number, and nobody else is ever given it."""
    kept = {(each.part, each.holder_id): each.number for each in emitted}
    taken, free = set(kept.values()), 1
    found = []
    for each in receivers:
        number = kept.get((each.part, each.holder_id))
        if number is None:
            while free in taken:
                free += 1
            taken.add(number := free)
        found.append(replace(each, number=number))
    return found
