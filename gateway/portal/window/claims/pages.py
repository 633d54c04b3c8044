"""At the counter, in a claim of the enterprise that stands there (办件): its papers are shown or scanned, it is taken back,
and its notices are printed. What the counter may not decide it sends on its way: the department sees it at once."""

from __future__ import annotations

import re
from asyncio import gather
from typing import Annotated

from pydantic import AfterValidator, Field
from starlette.responses import Response

from contracts.acceptance import WithdrawClaim
from contracts.enterprise_lookup import FindEnterprise
from contracts.intake import ApplicationView, GetApplication, ListApplications
from contracts.message import Cursor, Id, Model
from contracts.oversight import TrackCase, TrackingView
from contracts.receipt_numbers import FindApplication, receipt_in
from contracts.supplements import AnswerSupplement, GetSupplement, SupplementView
from contracts.typed import half_width
from gateway.access import Only
from gateway.door import Door, RefusedThere
from gateway.portal.enterprise.cases.receipts import receipt_as_paper
from gateway.portal.enterprise.frame import unless_away
from gateway.portal.enterprise.supplements.answering import SCANS_TAKEN, FilledAnswers, by_place, send_answers
from gateway.portal.enterprise.supplements.notices import NOTICES
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.serving import redirect

pages = Pages("window")
COUNTER = Only("window")
LIST = "/window/claims"
ONE = f"{LIST}/{{application_id}}"
ROWS = 20
RECEIPT = re.compile(r"[A-Za-z0-9-]{6,60}")
STILL_THEIRS = frozenset({"submitted", "supplementing", "accepted"})
"""In which state the enterprise may take its claim back."""


class ClaimsAsked(Model):
    """By the receipt or the licence that lies on the counter; of an enterprise all of its claims, or the one of a receipt.

    A scanner writes into whatever box is open: an address in that of the credit code is a receipt as well.
    """

    uscc: str = Field(default="", max_length=500)
    receipt: Annotated[str, AfterValidator(receipt_in)] = Field(default="", max_length=500)
    cursor: Cursor | None = None


class AnswersAtTheCounter(FilledAnswers):
    application_id: Id


@pages.show(LIST, ClaimsAsked, COUNTER, template="list.html", nav=("window.nav.claims", 19))
async def find_claims(door: Door, asked: ClaimsAsked) -> Values | Shown | Response:
    """The claims of one enterprise, the newest first; a receipt alone leads to its claim."""
    code, receipt = half_width(asked.uscc).strip(), asked.receipt
    if "/" in code:
        code, receipt = "", receipt or receipt_in(code)
    nothing: Values = {
        "asked_for": asked,
        "enterprise": None,
        "claims": (),
        "next_cursor": None,
        "trouble": "",
        "refused": "",
    }
    if receipt and not RECEIPT.fullmatch(receipt):
        return Shown({**nothing, "trouble": "receipt_wrong"}, 422)
    if not code:
        return await _of_receipt(door, receipt, nothing) if receipt else nothing
    try:
        enterprise = await door.told(FindEnterprise(uscc=code))
    except RefusedThere as refused:
        refusal = refused.refusal()
        return Shown({**nothing, "refused": refusal.message}, 200 if refusal.kind == "not_found" else 422)
    query = ListApplications(
        enterprise_id=enterprise.enterprise_id, receipt=receipt.upper() or None, cursor=asked.cursor, limit=ROWS
    )
    found = await door.told(query)
    return {**nothing, "enterprise": enterprise, "claims": found.items, "next_cursor": found.next_cursor}


@pages.show(ONE, GetApplication, COUNTER, template="claim.html")
async def show_claim(door: Door, query: GetApplication) -> Values:
    """Where a claim is, what is to be mended in it, and what the counter can do about it."""
    application = await door.told(query)
    elsewhere = application.claim.tenant != door.principal.tenant
    tracked, supplement = await gather(_tracked(door, application), _supplement(door, application, elsewhere=elsewhere))
    is_open = supplement is not None and supplement.state == "open"
    return {
        "application": application,
        "claim": application.claim,
        "case": tracked,
        "steps": tuple(reversed(tracked.steps)) if tracked else (),
        "supplement": supplement,
        "points": by_place(supplement) if supplement else [],
        "scans_taken": SCANS_TAKEN,
        "elsewhere": elsewhere,
        "may": {
            "answer": may(door, AnswerSupplement) and is_open,
            "withdraw": may(door, WithdrawClaim)
            and not elsewhere
            and (tracked is None or tracked.state in STILL_THEIRS),
        },
    }


@pages.form(f"{ONE}/supplement", AnswersAtTheCounter, COUNTER, on=show_claim, files=SCANS_TAKEN)
async def answer_supplement(door: Door, filled: AnswersAtTheCounter) -> str:
    """Enter what the enterprise has brought (登记补正). Raises Invalid, RefusedThere."""
    application = await door.told(GetApplication(application_id=filled.application_id))
    supplement = await door.told(GetSupplement(application_id=filled.application_id))
    await send_answers(door, application.claim, supplement, filled)
    return f"{LIST}/{filled.application_id}?done=supplement_entered"


@pages.form(f"{ONE}/withdraw", WithdrawClaim, COUNTER, on=show_claim)
async def withdraw_claim(door: Door, command: WithdrawClaim) -> str:
    """Take it back for the enterprise, which has asked for it at the counter (代办撤回)."""
    await door.done(command)
    return f"{LIST}/{command.application_id}?done=claim_withdrawn"


@pages.show(f"{ONE}/notices", GetApplication, COUNTER, template="notices.html")
async def show_notices(door: Door, query: GetApplication) -> Values:
    """The notices of a claim, to be printed and handed over (受理通知书、补正告知书、不予受理通知书)."""
    application = await door.told(query)
    tracked = await _tracked(door, application)
    notices = [(NOTICES[each.code], each) for each in tracked.steps if each.code in NOTICES] if tracked else []
    return {"application": application, "claim": application.claim, "notices": notices, "away": tracked is None}


@pages.show(f"{ONE}/receipt", GetApplication, COUNTER, template="claim.html", secret=True)
async def print_receipt(door: Door, query: GetApplication) -> Response:
    """The receipt (收件回执), printed for the enterprise that stands at the counter; its query code is for nobody else."""
    return await receipt_as_paper(door, await door.told(query))


async def _of_receipt(door: Door, receipt: str, nothing: Values) -> Response | Shown:
    """On to the claim of a receipt, or why there is none."""
    try:
        application = await door.told(FindApplication(receipt=receipt))
    except RefusedThere as refused:
        if refused.refusal().kind != "not_found":
            raise
        return Shown({**nothing, "trouble": "receipt_unknown"})
    return redirect(door.request, f"{LIST}/{application.claim.application_id}")


async def _tracked(door: Door, application: ApplicationView) -> TrackingView | None:
    """Where it is, as the enterprise itself is told; None while that cannot be read, or is not there yet."""
    claim = application.claim
    asked = door.told(TrackCase(receipt=claim.receipt, query_code=application.query_code), tenant=claim.tenant)
    try:
        return await unless_away(asked)
    except RefusedThere as refused:
        if refused.refusal().kind != "not_found":
            raise
        return None


async def _supplement(door: Door, application: ApplicationView, *, elsewhere: bool) -> SupplementView | None:
    """The latest, of a case of this place; None where nothing was ever asked for."""
    if elsewhere:
        return None
    try:
        return await door.told(GetSupplement(application_id=application.claim.application_id))
    except RefusedThere as refused:
        if refused.refusal().kind != "not_found":
            raise
        return None
