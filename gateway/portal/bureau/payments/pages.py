"""Payments to authorise (支付复核): the list, one with all that it rests on, and several after a look at all of them."""

from __future__ import annotations

from asyncio import gather
from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response

from contracts.case_sheet import CaseSheet
from contracts.message import Cursor, Id, Model
from contracts.names import same_name
from contracts.recoveries import ListRecoveries, SetWithheldTax
from contracts.refusal import Invalid
from contracts.treasury import (
    AuthoriseDisbursement,
    ClearContradiction,
    DisbursementState,
    DisbursementView,
    GetDisbursement,
    ListBudgetLines,
    ListDisbursements,
    SummariseDisbursements,
)
from gateway.access import Only, Permitted
from gateway.door import Door
from gateway.portal.bureau.payments.many import AT_ONCE, ChosenPayments, authorised_one_by_one, review_rows
from gateway.portal.bureau.payments.one import if_ours, snapshot
from gateway.portal.shell.allowed import may
from gateway.portal.shell.confirmation import asked_once_more
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.rendering import address
from gateway.portal.shell.seen import as_seen, changes_since
from gateway.portal.shell.time_left import time_left_until, times_left
from gateway.portal.sign_in.step_up import proved_for
from gateway.portal.staff.asked import asked_for
from gateway.portal.staff.names import names_of

pages = Pages("payments")
LIST = "/bureau/payments"


class NoPaymentChosen(Invalid):
    """A signature under nothing."""

    code = "no_payment_chosen"
    sentence = "请至少勾选一笔。"


class PaymentList(Model):
    """What stands in the address of the list. Whoever looks for something looks in every state.

    `about`: a receipt number, a credit code, a part of a name, or an amount in yuan. `select`: the whole page is ticked.
    """

    state: DisbursementState | Literal["all"] | None = None
    overdue: bool = False
    about: str | None = Field(default=None, max_length=60)
    cursor: Cursor | None = None
    select: Literal["page"] | None = None

    @property
    def shown_state(self) -> DisbursementState | Literal["all"]:
        return self.state or ("all" if self.about or self.overdue else "ready")

    @property
    def filtered(self) -> dict[str, Any]:
        """The same as treasury knows it."""
        state = None if self.shown_state == "all" else self.shown_state
        return {"state": state, "overdue": self.overdue, **asked_for(self.about)}

    @property
    def said(self) -> dict[str, Any]:
        """The same for links that keep it; what is ticked is not kept."""
        said = self.model_dump(mode="json", exclude_defaults=True, include={"state", "overdue", "about", "cursor"})
        return {name: "yes" if value is True else value for name, value in said.items()}


class PaymentInList(PaymentList):
    disbursement_id: Id


class Review(PaymentList):
    """The payments that were ticked, by their ids in the address."""

    id: tuple[Id, ...] = Field(default=(), max_length=AT_ONCE)


@pages.show(LIST, PaymentList, Only("bureau"), template="list.html", nav=("payments.nav", 4))
async def list_payments(door: Door, asked: PaymentList) -> Values:
    """What the filter leaves: count, total and the three largest above, by time left below."""
    listed, summary = await gather(
        door.told(ListDisbursements(**asked.filtered, order="due", cursor=asked.cursor, limit=AT_ONCE)),
        door.told(SummariseDisbursements(**asked.filtered)),
    )
    left = await times_left(door, [each.due_at for each in listed.items])
    return {
        "asked_for": asked,
        "listed": asked.said,
        "rows": list(zip(listed.items, left, strict=True)),
        "next_cursor": listed.next_cursor,
        "summary": summary,
        "at_once": AT_ONCE,
        "may_authorise": may(door, AuthoriseDisbursement, "ready"),
    }


@pages.show("/bureau/payments/review", Review, Permitted(AuthoriseDisbursement), template="review.html")
async def review_payments(door: Door, asked: Review) -> Values:
    """What is about to be released together: how many, how much, the three largest, each line of it."""
    if not asked.id:
        return {"rows": [], "others": [], "summary": None, "listed": asked.said, "at_once": AT_ONCE, "outcomes": {}}
    ready, others, summary = await review_rows(door, asked.id)
    return {
        "rows": ready,
        "others": others,
        "summary": summary,
        "listed": asked.said,
        "at_once": AT_ONCE,
        "outcomes": {},
    }


@pages.show("/bureau/payments/{disbursement_id}", PaymentInList, Only("bureau", "finance"), template="payment.html")
async def show_payment(door: Door, asked: PaymentInList) -> Values:
    """One payment with all that it rests on: the case, who approved it, the payee and account version, the budget line."""
    payment = await door.told(GetDisbursement(disbursement_id=asked.disbursement_id))
    lines = ListBudgetLines(line_id=payment.line_id) if payment.line_id else None
    sheet, line, previous, left, names, due_back = await gather(
        if_ours(door, payment),
        door.told(lines) if lines else _nothing(),
        door.told(GetDisbursement(disbursement_id=payment.previous_id)) if payment.previous_id else _nothing(),
        time_left_until(door, payment.due_at),
        names_of(door, [payment.approved_by, payment.authorised_by, payment.withheld_by]),
        door.told(ListRecoveries(case_id=payment.case_id, state="open")),
    )
    seen = snapshot(payment)
    return {
        "payment": payment,
        "names_differ": not _is_in_its_name(payment, sheet),
        "sheet": sheet,
        "line": line.items[0] if line and line.items else None,
        "previous": previous,
        "left": left,
        "names": names,
        "recoveries": [each for each in due_back.items if each.part == payment.part],
        "own_tenant": door.principal.tenant,
        "may_withhold": may(door, SetWithheldTax, payment.state) and payment.income_tax == "withheld",
        "listed": asked.said,
        "may_authorise": may(door, AuthoriseDisbursement, payment.state) and payment.contradiction is None,
        "may_clear": may(door, ClearContradiction) and payment.contradiction is not None,
        "may_list": "bureau" in door.principal.actor.roles,
        "snapshot": as_seen(seen),
        "changed": await changes_since(door, seen),
    }


def _is_in_its_name(payment: DisbursementView, sheet: CaseSheet | None) -> bool:
    """Whether the account is in the name of whom it goes to: the enterprise, as it filed or is called now, or the holder."""
    if payment.payee_holder is not None:
        return same_name(payment.payee_name, payment.payee_holder.name)
    called = sheet.case.enterprise_called if sheet is not None else None
    return any(same_name(payment.payee_name, each) for each in (payment.claim.enterprise_name, called) if each)


@pages.form("/bureau/payments/{disbursement_id}/authorise", AuthoriseDisbursement, on=show_payment, versioned=True)
async def authorise_payment(door: Door, command: AuthoriseDisbursement) -> str:
    """Release one payment (支付复核). Whoever approved the case may not: treasury says so."""
    await proved_for(door, AuthoriseDisbursement)
    await door.done(command)
    kept = {name: value for name, value in door.request.query_params.items() if name in PaymentList.model_fields}
    return address(f"/bureau/payments/{command.disbursement_id}", kept, done="authorised")


@pages.form("/bureau/payments/{disbursement_id}/clear", ClearContradiction, on=show_payment, versioned=True)
async def clear_contradiction(door: Door, command: ClearContradiction) -> str:
    """Say how it was cleared up with the bank (核实结论); the bank is asked anew at once."""
    await proved_for(door, ClearContradiction)
    await door.done(command)
    return address(f"/bureau/payments/{command.disbursement_id}", done="cleared")


@pages.form("/bureau/payments/{disbursement_id}/withheld-tax", SetWithheldTax, on=show_payment, versioned=True)
async def set_withheld_tax(door: Door, command: SetWithheldTax) -> str:
    """Enter the income tax that the payer withholds (代扣税额); what is left waits for its release."""
    await proved_for(door, SetWithheldTax)
    await door.done(command)
    return address(f"/bureau/payments/{command.disbursement_id}", done="withheld")


@pages.form("/bureau/payments/authorise", ChosenPayments, Permitted(AuthoriseDisbursement), on=review_payments)
async def authorise_payments(door: Door, said: ChosenPayments) -> Response:
    """Release those that are ticked, each by a command of its own; what came of each is told line by line."""
    chosen = [row for row in said.rows if row.chosen]
    if not chosen:
        raise NoPaymentChosen()
    await proved_for(door, AuthoriseDisbursement)
    outcomes = await authorised_one_by_one(door, chosen)
    ready, others, summary = await review_rows(door, [row.disbursement_id for row in chosen], outcomes)
    done = sum(outcome.kind == "done" for outcome in outcomes.values())
    values = {"rows": ready, "others": others, "summary": summary, "outcomes": outcomes, "done_count": done}
    kept = {name: value for name, value in door.request.query_params.items() if name in PaymentList.model_fields}
    return await asked_once_more(door, Shown({**values, "listed": kept, "at_once": AT_ONCE}, template="review.html"))


async def _nothing() -> None:
    return None
