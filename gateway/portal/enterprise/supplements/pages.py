"""The enterprise mends its claim (补正): every point on one page, answered at once; and the notices of its case, to be printed."""

from __future__ import annotations

import asyncio

from contracts.intake import ApplicationView, ListApplications, ReceiptNumber
from contracts.materials import ListMaterials
from contracts.oversight import TrackingView, TrackOwnCases
from contracts.refusal import NotFound
from contracts.supplements import AnswerSupplement, GetSupplement, SupplementView
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.enterprise.frame import framed, may, unless_away
from gateway.portal.enterprise.supplements.answering import SCANS_TAKEN, FilledAnswers, by_place, send_answers
from gateway.portal.enterprise.supplements.notices import NOTICES
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")


class NoClaimOfYours(NotFound):
    """The enterprise has filed nothing with this receipt number."""

    code = "claim_not_yours"
    sentence = "没有找到本企业的这一办件，请核对收件编号。"


class FilledSupplement(FilledAnswers):
    """Those of a claim that the enterprise knows by its receipt."""

    receipt: ReceiptNumber


@pages.show(
    "/my/cases/{receipt}/supplement",
    ListApplications,
    template="supplement.html",
    own_enterprise=True,
    without=("item_id", "cursor", "limit"),
)
async def show_supplement(door: Door, query: ListApplications) -> Values:
    """What is to be mended, and a form for all of it. Raises NoClaimOfYours, RefusedThere."""
    application = await _application(door, query)
    supplement, materials = await asyncio.gather(
        _supplement(door, application), unless_away(door.told(ListMaterials(enterprise_id=door.enterprise)))
    )
    papers = [each for each in materials.items if each.standing in ("valid", "expiring")] if materials else []
    return framed(
        door,
        application=application,
        supplement=supplement,
        points=by_place(supplement),
        scans_taken=SCANS_TAKEN,
        papers=[(each.ref.sha256, each.name) for each in papers],
        may_answer=may(door, AnswerSupplement) and supplement.state == "open",
    )


@pages.form(
    "/my/cases/{receipt}/supplement",
    FilledSupplement,
    Permitted(AnswerSupplement, own_enterprise=True),
    on=show_supplement,
    files=SCANS_TAKEN,
)
async def answer_supplement(door: Door, filled: FilledSupplement) -> str:
    """Answer all of it at once; what is wrong is told beside its point. Raises NoClaimOfYours, Invalid, RefusedThere."""
    application = await _application(door, ListApplications(enterprise_id=door.enterprise, receipt=filled.receipt))
    supplement = await _supplement(door, application)
    await send_answers(door, application.claim, supplement, filled)
    return f"/my/cases/{filled.receipt}?done=supplemented"


@pages.show(
    "/my/cases/{receipt}/notice",
    TrackOwnCases,
    template="notice.html",
    own_enterprise=True,
    without=("standing", "cursor", "limit"),
)
async def show_notices(door: Door, query: TrackOwnCases) -> Values:
    """The notices of a case (受理通知书、补正告知书、不予受理通知书), to be printed. Raises NoClaimOfYours."""
    found = await door.told(query)
    case: TrackingView | None = next(iter(found.items), None)
    if case is None:
        raise NoClaimOfYours()
    notices = [(NOTICES[each.code], each) for each in case.steps if each.code in NOTICES]
    return framed(door, receipt=query.receipt, case=case, notices=notices)


async def _application(door: Door, query: ListApplications) -> ApplicationView:
    found = await door.told(query)
    if not found.items:
        raise NoClaimOfYours()
    return found.items[0]


async def _supplement(door: Door, application: ApplicationView) -> SupplementView:
    """Asked for where the case is: that may be the city above."""
    claim = application.claim
    return await door.told(GetSupplement(application_id=claim.application_id), tenant=claim.tenant)
