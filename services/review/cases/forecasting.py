"""What each payer may expect to pay each receiver of a case that is accepted, later instalments included."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.time.clock import CHINA
from contracts.case_events import ForecastPayment
from contracts.rule import Assessment, FactSheet, ShareLine
from rules.forecast import foreseen_instalments
from services.review.cases.approvals import shared_out
from services.review.cases.case import Case
from services.review.cases.granting import is_in_kind
from services.review.cases.payments import PayerOf, payments_of
from services.review.cases.receivers import Receiver, receivers_of
from services.review.item_copies.item import PinnedItem


def forecast_of(case: Case, item: PinnedItem, payer_of: PayerOf) -> tuple[ForecastPayment, ...]:
    """What may be expected on the facts as they are; what cannot be told is left out. Later instalments are foreseen with the
    first alone: each has a case of its own when its time comes."""
    if is_in_kind(case, item):
        return ()
    filed_on = case.received_at.astimezone(CHINA).date()
    found = _expected(case, item, case.assessment, case.instalment, filed_on.year, payer_of)
    if case.instalment == 1:
        sheet = FactSheet(facts=case.facts, reference_year=filed_on.year, parameters=case.parameters)
        for each in foreseen_instalments(item.rules, case.assessment, sheet, filed_on, case.decisions):
            later = case.assessment.model_copy(
                update={
                    "amount": case.assessment.amount.model_copy(update={"money": each.money}),
                    "shares": each.shares,
                    "payees": each.payees,
                }
            )
            year = max(each.year, filed_on.year) if each.year is not None else None
            found += _expected(case, item, later, each.number, year, payer_of)
    return tuple(found)


def _expected(
    case: Case, item: PinnedItem, assessment: Assessment, instalment: int, year: int | None, payer_of: PayerOf
) -> list[ForecastPayment]:
    payments, unknown = payments_of(assessment.shares, case.claim.filed_in, payer_of)
    receivers = _adding_up(receivers_of(item.rules.payees, assessment, case.named_payees, {}), assessment.shares)
    if unknown or not payments.parts:
        return []
    if receivers is None:
        receivers = receivers_of(item.rules.payees, assessment, (), {})
    cells, _borne = shared_out(receivers, payments)
    return [
        ForecastPayment(payer=part.payer, part=each.number, instalment=instalment, year=year, amount_fen=amount)
        for part in payments.parts
        for each in receivers
        if (amount := cells[each.number, part.payer])
    ]


def _adding_up(receivers: list[Receiver], shares: Iterable[ShareLine]) -> list[Receiver] | None:
    """These, if what they get as named adds up to what is paid; else it is foreseen by the plan's parts alone."""
    named = sum(each.amount_fen or 0 for each in receivers)
    return receivers if named == sum(line.money.fen for line in shares) else None
