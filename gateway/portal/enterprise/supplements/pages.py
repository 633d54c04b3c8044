"""The enterprise mends its claim (补正): every point on one page, answered at once; and the notices of its case, to be printed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from pydantic import Field

from contracts.intake import ApplicationView, ListApplications, ReceiptNumber
from contracts.materials import ListMaterials
from contracts.message import Id, Model
from contracts.oversight import TrackingView, TrackOwnCases
from contracts.refusal import Invalid, NotFound, Reason, Refusal
from contracts.supplements import AnsweredPoint, AnswerSupplement, GetSupplement, SupplementPointView, SupplementView
from contracts.uploads import Sha256
from gateway.access import Permitted
from gateway.door import Door, RefusedThere
from gateway.portal.enterprise.applications.answers import WRONG, YUAN, value_of
from gateway.portal.enterprise.frame import framed, may, unless_away
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")

PLACE = re.compile(r"points\.([0-9]+)")
NOTICES: Mapping[str, str] = {
    "CaseAccepted": "accepted",
    "SupplementRequested": "supplement",
    "CaseNotAccepted": "not_accepted",
}
"""By the step that says it: which notice it is."""


class NoClaimOfYours(NotFound):
    """The enterprise has filed nothing with this receipt number."""

    code = "claim_not_yours"
    sentence = "没有找到本企业的这一办件，请核对收件编号。"


class FilledSupplement(Model):
    """What is filled in, each by the point's place: a value, papers of the dossier, a word."""

    receipt: ReceiptNumber
    supplement_id: Id
    answers: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    papers: dict[str, tuple[Sha256, ...]] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)


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
        points=[(f"p{place}", point) for place, point in enumerate(supplement.points)],
        papers=[(each.ref.sha256, each.name) for each in papers],
        may_answer=may(door, AnswerSupplement) and supplement.state == "open",
    )


@pages.form(
    "/my/cases/{receipt}/supplement",
    FilledSupplement,
    Permitted(AnswerSupplement, own_enterprise=True),
    on=show_supplement,
)
async def answer_supplement(door: Door, filled: FilledSupplement) -> str:
    """Answer all of it at once; what is wrong is told beside its point. Raises NoClaimOfYours, Invalid, RefusedThere."""
    application = await _application(door, ListApplications(enterprise_id=door.enterprise, receipt=filled.receipt))
    supplement = await _supplement(door, application)
    points, wrong = [], []
    for place, point in enumerate(supplement.points):
        name = f"p{place}"
        said, reason = _answered(point, name, filled)
        points.append(said)
        if reason is not None:
            wrong.append(reason)
    if wrong:
        raise Invalid(*wrong)
    order = AnswerSupplement(
        application_id=application.claim.application_id, supplement_id=filled.supplement_id, points=tuple(points)
    )
    try:
        await door.done(order, tenant=application.claim.tenant)
    except RefusedThere as refused:
        raise RefusedThere(_beside_points(refused.refusal(), supplement)) from None
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


def _answered(point: SupplementPointView, name: str, filled: FilledSupplement) -> tuple[AnsweredPoint, Reason | None]:
    """What stands in the fields of one point, and why that cannot be an answer."""
    said, word = filled.answers.get(name), filled.words.get(name, "")
    blank = AnsweredPoint(code=point.code, files=filled.papers.get(name, ()), text=word)
    if point.asked is None or said is None:
        return blank, None
    value = value_of(point.asked, said)
    if value is None:
        return blank, Reason(code="answer_wrongly_written", message=WRONG[point.asked.kind], field=f"answers.{name}")
    unit = YUAN if point.asked.is_money else point.asked.unit
    return blank.model_copy(update={"value": value, "unit": unit}), None


def _beside_points(refusal: Refusal, supplement: SupplementView) -> Refusal:
    """What review refused, under the names of this form."""

    def place(field: str | None) -> str | None:
        found = PLACE.match(field or "")
        if found is None or int(found[1]) >= len(supplement.points):
            return None
        about = supplement.points[int(found[1])].about
        return f"{'answers' if about == 'field' else 'words'}.p{found[1]}"

    reasons = tuple(each.model_copy(update={"field": place(each.field)}) for each in refusal.reasons)
    return refusal.model_copy(update={"reasons": reasons})
