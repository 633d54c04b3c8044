"""What the payers of a granted case are told: one event for each payer and receiver, with who bears it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.message import Id, TenantId
from contracts.review import CaseApproved, Share
from services.review.cases.case import Case
from services.review.cases.decision import CaseDecision
from services.review.cases.division import divided
from services.review.cases.payments import Payments
from services.review.cases.receivers import EmittedPart, Receiver
from services.review.item_copies.item import PinnedItem

Cells = Mapping[tuple[int, TenantId], int]
"""What a receiver, by its number, gets from a payer, or at a bearer's cost."""


@dataclass(frozen=True, slots=True)
class GrantedCase:
    """A granted case with all that its events say."""

    case: Case
    item: PinnedItem
    decision: CaseDecision
    receivers: Sequence[Receiver]
    payments: Payments


def approvals_of(granted: GrantedCase, departments: Mapping[TenantId, Id]) -> list[CaseApproved]:
    """What is said: of every payer and receiver with money, and, with nothing, of those who had some in the revision before.

    `departments`: by payer other than the case's tenant, whose line pays there.
    """
    cells, borne = shared_out(granted.receivers, granted.payments)
    told = []
    for payer in (part.payer for part in granted.payments.parts):
        paying = granted.case.claim.department_id if payer == granted.case.tenant else departments.get(payer)
        for each in granted.receivers:
            if cells[each.number, payer]:
                bearers = [Share(payer=by, amount_fen=fen) for by, fen in borne[each.number, payer].items() if fen]
                words = {"amount_fen": cells[each.number, payer], "borne": tuple(bearers)}
                told.append(_event(granted, payer, _emitted(granted, payer, each, 0), paying, words))
    paid = {(each.payer, each.part) for each in told}
    for old in granted.case.emitted:
        if old.instalment == granted.case.instalment and old.amount_fen and (old.payer, old.number) not in paid:
            paying = (
                granted.case.claim.department_id if old.payer == granted.case.tenant else departments.get(old.payer)
            )
            told.append(_event(granted, old.payer, old, paying, {"amount_fen": 0}))
    return told


def lessened(
    granted: GrantedCase, kept: Cells, departments: Mapping[TenantId, Id]
) -> tuple[list[CaseApproved], tuple[EmittedPart, ...]]:
    """What is said where of money that was granted only `kept` stays, by receiver and payer; and what was then said last.

    Who bears what of a payer's money bears what is left of it in the same proportion.
    """
    _cells, borne = shared_out(granted.receivers, granted.payments)
    told, after = list[CaseApproved](), list[EmittedPart]()
    total = sum(kept.values())
    for old in granted.case.emitted:
        if old.instalment != granted.case.instalment or (old.number, old.payer) not in kept:
            after.append(old)
            continue
        fen = kept[old.number, old.payer]
        left = _left_of(borne[old.number, old.payer], fen)
        paying = granted.case.claim.department_id if old.payer == granted.case.tenant else departments.get(old.payer)
        words = {"amount_fen": fen, "borne": left}
        told.append(_event(granted, old.payer, old, paying, words))
        after.append(replace(old, amount_fen=fen))
    shares = summed(share for each in told for share in each.borne)
    whole = {"total_fen": total, "shares": shares}
    return [each.model_copy(update=whole) for each in told], tuple(after)


def summed(shares: Iterable[Share]) -> tuple[Share, ...]:
    """Each bearer once."""
    sums: dict[TenantId, int] = {}
    for each in shares:
        sums[each.payer] = sums.get(each.payer, 0) + each.amount_fen
    return tuple(Share(payer=payer, amount_fen=fen) for payer, fen in sums.items())


def _left_of(borne: Mapping[TenantId, int], fen: int) -> tuple[Share, ...]:
    parts = divided(borne, {"kept": fen, "back": sum(borne.values()) - fen})
    return tuple(Share(payer=by, amount_fen=parts[by, "kept"]) for by in borne if parts[by, "kept"])


def shared_out(
    receivers: Sequence[Receiver], payments: Payments
) -> tuple[Cells, Mapping[tuple[int, TenantId], Mapping[TenantId, int]]]:
    """What each receiver gets from each payer, and at whose cost: all margins are met to the fen."""
    rows = {each.number: each.amount_fen or 0 for each in receivers}
    cells = divided(rows, {part.payer: part.amount_fen for part in payments.parts})
    borne: dict[tuple[int, TenantId], dict[TenantId, int]] = {}
    for part in payments.parts:
        column = {number: cells[number, part.payer] for number in rows}
        cost = divided(column, {each.payer: each.amount_fen for each in payments.borne[part.payer]})
        for number in rows:
            borne[number, part.payer] = {each.payer: cost[number, each.payer] for each in payments.borne[part.payer]}
    return cells, borne


def kept_after(granted: GrantedCase, told: Sequence[CaseApproved]) -> tuple[EmittedPart, ...]:
    """What has been said last of each payer and receiver, also of those who get nothing any more."""
    kept = {(each.payer, each.number, each.instalment): each for each in granted.case.emitted}
    by_number = {each.number: each for each in granted.receivers}
    for event in told:
        key = (event.payer, event.part, event.instalment)
        if event.amount_fen:
            kept[key] = _emitted(granted, event.payer, by_number[event.part], event.amount_fen)
        else:
            kept[key] = replace(kept[key], amount_fen=0)
    return tuple(kept.values())


def none_of(emitted: Sequence[EmittedPart]) -> tuple[EmittedPart, ...]:
    """The same after a refusal has taken all of it back: numbers stay taken."""
    return tuple(replace(each, amount_fen=0) for each in emitted)


def _emitted(granted: GrantedCase, payer: TenantId, receiver: Receiver, amount_fen: int) -> EmittedPart:
    assert receiver.account is not None, "granted without an account"
    return EmittedPart(
        payer=payer,
        number=receiver.number,
        instalment=granted.case.instalment,
        part=receiver.part,
        holder_id=receiver.holder_id,
        amount_fen=amount_fen,
        payee=receiver.account.payee,
        holder=receiver.holder,
        label=receiver.label,
        fund=receiver.fund,
        income_tax=receiver.income_tax,
    )


def _event(
    granted: GrantedCase, payer: TenantId, part: EmittedPart, paying: Id | None, words: Mapping[str, Any]
) -> CaseApproved:
    case, plan, decision = granted.case, granted.item.rules.plan, granted.decision
    return CaseApproved(
        case_id=case.id,
        claim=case.claim,
        payer=payer,
        total_fen=case.amount_fen or 0,
        shares=granted.payments.shares,
        payee=part.payee,
        revision=case.revision,
        instalment=case.instalment,
        approved_by=decision.by,
        approved_at=decision.at,
        part=part.number,
        parts=len(granted.receivers),
        payee_holder=part.holder,
        payee_label=part.label,
        fund=part.fund,
        income_tax=part.income_tax,
        payout_limit=plan.payout_limit,
        budget_line=plan.budget_line,
        paying_department_id=paying,
        share_mode=granted.payments.mode,
        family=granted.item.family,
        benefit_kind=granted.item.benefit_kind,
        decided_at=decision.at,
        **words,
    )
